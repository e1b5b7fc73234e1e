"""Works of teams: each member has reviews of their own, and the work follows the team when its holder leaves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.models import PeerReview, Receipt, ReviewedWork, Submission, TeamsBy
from labs.pages.peer_review import staff_page
from labs.peer_review import rounds
from lessons.joining import end_enrollment
from tests.factories import make_staff
from tests.pages.conftest import client_of
from tests.peer_review.review_work import MUST
from tests.teams.making import make_team


@pytest.fixture
def teams(make_class):
    """The first two learners are a team, whose work is filed under the first; two others work alone."""
    found = make_class(learners=4, review=MUST)
    lab, (holder, member, *alone) = found.lab, found.learners
    Submission.objects.filter(enrollment=member).delete()
    Receipt.objects.filter(repository__enrollment=member).delete()
    member.met_checks.all().delete()
    lab.team_least, lab.team_most, lab.teams_by = 1, 2, TeamsBy.STAFF
    lab.save()
    for number, people in enumerate([(holder, member), *((each,) for each in alone)], 1):
        team = make_team(lab, *people, number=number)
        Submission.objects.filter(lab=lab, enrollment=people[0]).update(team=team)
    found.draw()
    return found


def test_each_member_of_a_team_finds_the_reviews_of_their_own(teams):
    lab, member = teams.lab, teams.learners[1]
    own, of_holder = teams.drawn_for(member), teams.drawn_for(teams.learners[0])
    assert own
    assert of_holder

    page = client_of(member.user).get(reverse("lab_reviews", args=[lab.course.slug, lab.slug]))

    text = page.content.decode()
    assert all(each.get_absolute_url() in text for each in own)
    assert not any(each.get_absolute_url() in text for each in of_holder)


def test_reviews_count_for_a_team_after_its_holder_left_the_course(teams, django_capture_on_commit_callbacks):
    lab, (holder, member, *_) = teams.lab, teams.learners
    for review in PeerReview.objects.exclude(reviewer=holder):
        teams.submit(review)
    rounds.close_round(round=lab.review_rounds.get())

    assert teams.best(holder).reviews_owed == 2

    with django_capture_on_commit_callbacks(execute=True):
        end_enrollment(enrollment=holder, reason="", by=teams.staff)

    best = teams.best(member)
    assert (best.points, best.reviews_owed) == (80, 0)
    assert not rounds.works_to_draw(lab, teams.cohort).exists()


def test_nobody_owes_a_review_of_somebody_who_left(make_class, django_capture_on_commit_callbacks):
    found = make_class(learners=2, review=MUST)
    first, second = found.learners
    rounds.close_round(round=found.draw())
    assert found.best(first).reviews_owed == 1

    with django_capture_on_commit_callbacks(execute=True):
        end_enrollment(enrollment=second, reason="", by=found.staff)

    assert found.best(first).reviews_owed == 0


def test_the_staff_page_takes_as_many_queries_for_three_works_as_for_one(teams):
    def count():
        with CaptureQueriesContext(connection) as found:
            staff_page(teams.lab, teams.staff)
        return len(found)

    of_three = count()
    ReviewedWork.objects.exclude(pk=ReviewedWork.objects.latest("pk").pk).delete()
    assert of_three == count()


def test_staff_who_learn_too_do_not_see_who_reviews_their_own_work(make_class):
    found = make_class(learners=3)
    found.draw()
    user = found.learners[0].user
    make_staff(found.course, user)

    works = {each.work.enrollment: each for each in staff_page(found.lab, user)["works"]}

    assert {name for _, name in works[found.learners[0]].reviews} == {""}
    assert "" not in {name for _, name in works[found.learners[1]].reviews}
