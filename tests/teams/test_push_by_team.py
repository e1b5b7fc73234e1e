"""Real pushes by two members, each with their own token, to the one repository of their team; a real worker grades."""

import pytest
from django.test import Client

from labs import tokens
from labs.addresses import practice_address
from labs.models import Receipt, Repository, State, Submission
from lessons.joining import end_enrollment
from portal.notices.models import Notice
from portal.progress.score_queries import read_outcomes
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.teams.making import make_class, make_team, make_team_lab

pytestmark = [pytest.mark.processes, pytest.mark.heavy]


@pytest.fixture
def lab(stack):
    return make_team_lab(source=PASSABLE)


@pytest.fixture
def people(lab):
    return make_class(lab, 4)


@pytest.fixture
def clone_of(lab, tmp_path):
    def clone(learner, name):
        made = Clone(tmp_path / name, practice_address(lab, tokens.new_token(user=learner.user)))
        made.author = f"{name} <{learner.user.email}>"
        return made

    return clone


def commit(clone, *what, **more):
    clone.commit(*what, **more)
    clone.git("commit", "--quiet", "--amend", "--no-edit", f"--author={clone.author}")


def page_of(user, submission):
    client = Client()
    client.force_login(user)
    return client.get(submission.get_absolute_url())


def test_two_members_push_to_one_repository_and_have_one_result(lab, people, clone_of):
    first, second, third, _ = people
    make_team(lab, first, second)
    make_team(lab, third, number=2)
    one, two = clone_of(first, "one"), clone_of(second, "two")
    commit(one)
    code, said = one.push()
    assert code == 0, said
    assert "40 of 100 points." in said

    two.git("fetch", "--quiet", "portal")
    two.git("reset", "--quiet", "--hard", "portal/main")
    commit(two, "Add a second commit", path="two.txt")
    code, said = two.push()
    assert code == 0, said
    assert "Submission 2 received." in said and "100 of 100 points." in said

    assert Repository.objects.filter(lab=lab).count() == 1
    assert list(Receipt.objects.filter(repository__lab=lab).order_by("pk").values_list("by", flat=True)) == [
        first.user_id,
        second.user_id,
    ]
    outcomes = read_outcomes(lab.course, people)
    assert [f"lab:{lab.pk}" in outcomes[each.pk] for each in people] == [True, True, False, False]
    assert Notice.objects.filter(user=first.user, kind="team", text__contains="100 of 100").exists()

    submission = Submission.objects.get(lab=lab, number=2)
    page = page_of(first.user, submission)
    assert [(row.name, row.commits) for row in page.context["authorship"]] == [
        (first.user.get_full_name(), 1),
        (second.user.get_full_name(), 1),
    ]
    assert "Who committed what" in page.content.decode()
    assert [page_of(each.user, submission).status_code for each in people] == [200, 200, 404, 404]

    # Whoever the work is filed under leaves: the others go on in the same repository.
    end_enrollment(enrollment=first, reason="", by=first.user)
    two.commit("Add a third commit", path="three.txt")
    code, said = two.push()
    assert code == 0, said
    assert Submission.objects.get(lab=lab, number=3).enrollment == second
    assert set(Submission.objects.filter(lab=lab).values_list("state", flat=True)) == {State.GRADED}
    assert one.push()[0] != 0


def test_nobody_pushes_without_a_team_or_before_it_is_complete(lab, people, clone_of):
    first, *_ = people
    alone = clone_of(first, "alone")
    alone.commit()
    code, said = alone.push()
    assert code != 0
    make_team(lab, first)

    code, said = alone.push()

    assert code != 0
    assert "the team is not complete" in said and "at least 2 people" in said
    assert not Receipt.objects.filter(repository__lab=lab).exists()
