import pytest
from django.db import IntegrityError, transaction

from labs.models import Submission, TeamMember
from labs.team_queries import is_own_submission, members_of, people_of, team_of
from tests.factories import make_report, make_submission
from tests.teams.making import make_class, make_team, make_team_lab

pytestmark = pytest.mark.django_db


def test_members_of_a_learner_are_those_of_their_team_for_this_lab_alone():
    lab = make_team_lab()
    other = make_team_lab(lab.course)
    first, second, third = make_class(lab, 3)
    make_team(lab, first, second)

    assert members_of(second, lab) == [first, second]
    assert members_of(third, lab) == [third]
    assert members_of(second, other) == [second]


def test_the_database_refuses_a_second_team_for_a_learner_and_lab():
    lab = make_team_lab()
    first, second = make_class(lab, 2)
    make_team(lab, first)
    team = make_team(lab, second, number=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.create(team=team, enrollment=first)


def test_a_lab_that_is_no_longer_for_teams_ignores_its_teams():
    lab = make_team_lab()
    first, second = make_class(lab, 2)
    make_team(lab, first, second)
    lab.team_most = None

    assert team_of(second, lab) is None
    assert members_of(second, lab) == [second]


def test_work_of_a_team_is_that_of_each_member_and_of_nobody_else():
    lab = make_team_lab()
    first, second, third = make_class(lab, 3)
    team = make_team(lab, first, second)
    submission = make_submission(first, lab, team=team)
    make_report(submission, {}, points=80)
    alone = make_submission(third, make_team_lab(lab.course, team_most=None))

    rows = Submission.objects.of_learners([first.pk, second.pk, third.pk]).order_by("pk", "learner")
    assert [(row.pk, row.learner) for row in rows] == [
        (submission.pk, first.pk),
        (submission.pk, second.pk),
        (alone.pk, third.pk),
    ]
    assert list(Submission.objects.of_learners([second.pk]).best()) == [submission]
    assert people_of(submission) == [first, second]
    assert [is_own_submission(submission, each.user) for each in (first, second, third)] == [
        True,
        True,
        False,
    ]


def test_work_of_a_team_that_its_holder_left_is_not_theirs():
    lab = make_team_lab()
    first, second = make_class(lab, 2)
    team = make_team(lab, first, second)
    make_submission(first, lab, team=team)
    TeamMember.objects.filter(enrollment=first).delete()

    assert not Submission.objects.of_learners([first.pk]).exists()
    assert Submission.objects.of_learners([second.pk]).exists()
