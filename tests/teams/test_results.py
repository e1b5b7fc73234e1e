"""The result of a team is that of each member, wherever results are read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from labs.deadlines import terms_of
from labs.grading import receipts
from labs.grading.counting import recount
from labs.grading.team_filing import LastMemberError, remove_member
from labs.models import LabDeadline, LabExtension, Receipt, Repository, Submission, Team, TeamMember
from lessons.joining import end_enrollment, move_learner
from portal.progress.gradebook.cells import BookItem, read_graded
from portal.progress.item_queries import lab_results
from portal.progress.score_queries import read_outcomes
from tests.factories import (
    make_cohort,
    make_lab,
    make_report,
    make_repository,
    make_staff,
    make_submission,
)
from tests.teams.making import make_class, make_team, make_team_lab

REFS = {"refs/heads/main": "a" * 40}
pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_team_lab(team_most=4)


@pytest.fixture
def people(lab):
    return make_class(lab, 4)


@pytest.fixture
def team(lab, people):
    return make_team(lab, *people[:3])


def graded(lab, team, **fields):
    submission = make_submission(team.holder, lab, team=team)
    make_report(submission, {}, **{"points": Decimal(80), "passed": True, **fields})
    return submission


def points_of(lab, *people):
    outcomes = read_outcomes(lab.course, people)
    return [outcomes[each.pk].get(f"lab:{lab.pk}") for each in people]


def test_each_member_has_the_result_of_the_team_and_nobody_else(lab, people, team):
    submission = graded(lab, team)

    first, second, third, alone = points_of(lab, *people)
    assert first == second == third
    assert (first.share, first.evidence) == (Decimal("0.8"), submission.public_id)
    assert alone is None
    item = BookItem("lab", lab.pk, "", lab.slug, Decimal(100))
    assert read_graded(people[2], [item])[item.key] == (80, 100, submission.public_id)
    assert lab_results(people[1])[lab.pk].tries == 1
    assert lab.pk not in lab_results(people[3])


def test_results_take_as_many_queries_for_a_team_as_for_one_learner(
    lab, people, team, django_assert_num_queries
):
    graded(lab, team)
    with django_assert_num_queries(3):
        read_outcomes(lab.course, people[:1], of_sessions=False)
    with django_assert_num_queries(3):
        read_outcomes(lab.course, people, of_sessions=False)


def test_a_push_is_filed_under_the_new_holder_if_the_old_one_left_meanwhile(lab, people, team):
    repository = make_repository(people[0], lab)
    remove_member(team.members.get(enrollment=people[0]))

    submission = receipts.record(repository=repository, refs=REFS, via=Receipt.Via.PUSH)

    assert (submission.enrollment, submission.team) == (people[1], team)


def test_the_work_stays_with_the_others_when_its_holder_leaves_the_course(lab, people, team):
    submission = graded(lab, team)

    end_enrollment(enrollment=people[0], reason="", by=people[0].user)

    submission.refresh_from_db()
    assert submission.enrollment == people[1]
    assert Repository.objects.get(lab=lab).enrollment == people[1]
    assert all(points_of(lab, *people[:3]))


def test_a_learner_who_moves_to_another_cohort_loses_the_result_of_the_team(lab, people, team):
    graded(lab, team)
    staff = make_staff(lab.course)

    move_learner(enrollment=people[0], to=make_cohort(lab.course), reason="Evenings", by=staff)

    moved, *others = points_of(lab, *people[:3])
    assert moved is None
    assert all(others)
    assert Submission.objects.get().enrollment == people[1]


def test_a_team_of_one_moves_to_another_cohort_with_its_work(lab, people):
    team = make_team(lab, people[3], number=2)
    graded(lab, team)
    cohort = make_cohort(lab.course)

    move_learner(enrollment=people[3], to=cohort, reason="Evenings", by=make_staff(lab.course))

    assert Team.objects.get(pk=team.pk).cohort == cohort
    assert all(points_of(lab, people[3]))


def test_the_last_member_of_a_team_that_has_submitted_cannot_be_taken_out(lab, people):
    team = make_team(lab, people[3], number=2)
    graded(lab, team)

    with pytest.raises(LastMemberError):
        remove_member(TeamMember.objects.get(team=team))


def test_the_latest_extension_of_its_members_is_the_deadline_of_a_team(lab, people, team):
    due = timezone.now() - timedelta(days=1)
    LabDeadline.objects.create(lab=lab, cohort=people[0].cohort, closes_at=due)
    submission = graded(lab, team)
    recount(team.holder_id)
    submission.refresh_from_db()
    assert submission.late_points == 0

    until = timezone.now() + timedelta(days=1)
    LabExtension.objects.create(enrollment=people[2], lab=lab, until=until, reason="Ill")
    recount(team.holder_id)

    submission.refresh_from_db()
    assert submission.late_points is None
    assert {terms_of(each)[lab.pk].deadline.at for each in people[:3]} == {until}
    assert terms_of(people[3])[lab.pk].deadline.at == due


def test_a_team_spends_no_late_days(lab, people, team):
    lab.course.late_days = 3
    lab.course.save()
    alone = make_lab(lab.course)
    due = timezone.now() - timedelta(hours=1)
    for each in (lab, alone):
        LabDeadline.objects.create(lab=each, cohort=people[0].cohort, closes_at=due)
    graded(lab, team)
    own = make_submission(people[0], alone)
    make_report(own, {}, points=80)

    recount(people[0].pk)

    assert Submission.objects.get(lab=lab).late_days == 0
    assert Submission.objects.get(lab=alone).late_days == 1
