"""Two people may submit the same address; staff are told in neutral words."""

import pytest
from django.urls import reverse

from labs.models import Repository, State
from tests.factories import make_lab, make_learner
from tests.submit.conftest import Page, submitted, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(cast, github):
    """The same address and state, submitted by two learners of a course."""
    cast.other.user.name = "Second Learner"
    cast.other.user.save()
    own = submitted(Page(cast.learner.user, cast.lab).grade(github.commit))
    address = "https://github.com/Octocat/billing"
    return own, submitted(Page(cast.other.user, cast.lab).grade(github.commit, address=address))


def seen_by(user, submission) -> str:
    return text_of(Page(user, submission.lab).client.get(submission.get_absolute_url()))


def test_both_are_graded(both):
    assert [submission.state for submission in both] == [State.QUEUED] * 2


def test_staff_are_told_on_both_submissions(both, cast):
    assert "This repository URL was also submitted by Second Learner." in seen_by(cast.instructor, both[0])
    other_way = f"This repository URL was also submitted by {cast.learner.user.email}."
    assert other_way in seen_by(cast.instructor, both[1])


def test_learners_are_not_told(both, cast):
    assert "also submitted" not in seen_by(cast.learner.user, both[0])


def test_nothing_is_said_if_the_same_learner_submits_it_again_or_for_another_lab(cast, github):
    submission = submitted(Page(cast.learner.user, cast.lab).grade(github.commit))
    submitted(Page(cast.learner.user, make_lab(cast.lab.course)).grade(github.commit))
    assert "also submitted" not in seen_by(cast.instructor, submission)


def test_nothing_is_said_about_another_course(cast, github):
    submission = submitted(Page(cast.learner.user, cast.lab).grade(github.commit))
    elsewhere = make_lab()
    submitted(Page(make_learner(elsewhere.course).user, elsewhere).grade(github.commit))
    assert "also submitted" not in seen_by(cast.instructor, submission)


def test_nothing_is_said_about_the_practice_remote(cast):
    submission = cast.grade()
    Repository.objects.create(enrollment=cast.other, lab=cast.lab)
    assert "also submitted" not in seen_by(cast.instructor, submission)


def test_admin_lists_and_filters_such_repositories(both, cast, github, admin_client):
    alone = "https://github.com/octocat/alone"
    github.refs = {"refs/heads/main": "7" * 40}
    submitted(Page(cast.learner.user, cast.lab).grade(github.commit, address=alone))
    Repository.objects.create(enrollment=cast.other, lab=cast.lab)
    address = reverse("admin:labs_repository_changelist")
    everything = text_of(admin_client.get(address))
    assert everything.count("octocat/alone") == 1
    assert "practice remote" in everything
    filtered = text_of(admin_client.get(address, {"also_by_others": "1"}))
    assert filtered.count("github.com/octocat/billing<") + filtered.count("github.com/Octocat/billing<") == 2
    assert "octocat/alone" not in filtered
