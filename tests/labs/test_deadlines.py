"""Deadlines of labs: what is stored as points that count, and what counts it again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from labs import deadlines
from labs.authoring.saving import save_lab
from labs.grading import counting, tasks
from labs.models import Lab, LabDeadline, LabExtension, Outage, Recount, Submission
from lessons import staffing
from lessons.deadline_changes import deadlines_moved
from lessons.models import Meeting
from lessons.texts.due_rules import Rule
from tests.factories import (
    make_enrollment,
    make_lab,
    make_learner,
    make_session,
    make_staff,
)
from tests.labs.late_work import graded, learner

__all__ = ["learner"]

pytestmark = pytest.mark.django_db

MET = datetime(2026, 11, 2, 15, tzinfo=UTC)
DUE = datetime(2026, 11, 8, 18, 29, tzinfo=UTC)  # 23:59 in India, six days later
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def lab(learner):
    session = make_session(learner.course)
    lab = make_lab(learner.course)
    lab.rule = Rule(1, 6, "23:59")
    lab.late, lab.late_percent = Lab.Late.REDUCE, 10
    lab.save()
    Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=MET, minutes=180)
    return lab


def best(learner):
    """Return the number, points and verdict of the submission that counts."""
    found = Submission.objects.filter(enrollment=learner).best()
    return [(row.number, row.points, row.passed) for row in found]


def due(learner, lab):
    return deadlines.terms_of(learner, lab)[lab.pk].deadline


def test_late_push_loses_points_and_an_earlier_one_that_is_better_still_counts(learner, lab):
    graded(learner, lab, 85, DUE)
    assert best(learner) == [(1, 85, True)]
    graded(learner, lab, 90, DUE + 2 * HOUR)  # 81 count
    assert best(learner) == [(1, 85, True)]
    graded(learner, lab, 100, DUE + 2 * HOUR)
    assert best(learner) == [(3, 90, True)]
    late = Submission.objects.get(number=2)
    assert (late.late_points, late.late_passed, late.due_at) == (81, True, DUE)


def test_points_are_counted_again_at_once_whatever_changes_the_deadline(learner, lab):
    graded(learner, lab, 100, DUE + 2 * HOUR)
    assert best(learner) == [(1, 90, True)]
    meeting = Meeting.objects.get()
    meeting.starts_at += DAY
    meeting.save()
    deadlines_moved(learner.course_id, learner.cohort_id)
    assert best(learner) == [(1, 100, True)]
    meeting.delete()
    assert due(learner, lab).waits
    row = LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=DUE - 3 * DAY)
    deadlines_moved(learner.course_id, learner.cohort_id)
    assert best(learner) == [(1, 60, False)]
    lab.late_floor = 75
    save_lab(lab=lab)
    assert best(learner) == [(1, 75, True)]
    extension, staff = (
        LabExtension(enrollment=learner, lab=lab, until=DUE + DAY, reason="Illness."),
        make_staff(learner.course),
    )
    staffing.save_extension(extension=extension, by=staff)
    assert best(learner) == [(1, 100, True)]
    assert (due(learner, lab).before, due(learner, lab).reason) == (row.closes_at, "Illness.")
    staffing.delete_extension(extension=extension, by=staff)
    assert best(learner) == [(1, 75, True)]
    learner.course.late_days = 4
    learner.course.save()
    deadlines_moved(learner.course_id)
    assert best(learner) == [(1, 100, True)]
    assert Submission.objects.get().late_days == 4
    row.delete()
    deadlines_moved(learner.course_id, learner.cohort_id)
    assert not Submission.objects.exclude(due_at=None).exists()


def test_meeting_that_staff_move_or_delete_counts_points_again(admin_client, learner, lab):
    graded(learner, lab, 100, DUE + 2 * HOUR)
    meeting = Meeting.objects.get()
    sent = {"cohort": meeting.cohort_id, "session": meeting.session_id, "minutes": 180}
    page = reverse("admin:lessons_meeting_change", args=[meeting.pk])
    sent |= {"starts_at_0": "2026-11-03", "starts_at_1": "20:30"}
    assert admin_client.post(page, sent).status_code == 302
    assert best(learner) == [(1, 100, True)]
    assert admin_client.post(page, sent | {"starts_at_0": "2026-11-01"}).status_code == 302
    assert best(learner) == [(1, 80, True)]
    admin_client.post(reverse("admin:lessons_meeting_delete", args=[meeting.pk]), {"post": "yes"})
    assert best(learner) == [(1, 100, True)]


def test_zone_of_the_cohort_and_the_order_of_sessions_move_a_deadline(learner, lab):
    learner.cohort.time_zone = "Europe/Berlin"
    learner.cohort.save()
    assert due(learner, lab).at == datetime(2026, 11, 8, 22, 59, tzinfo=UTC)
    make_session(learner.course, slug="before", position=0)
    first = Meeting.objects.get().session
    first.position = 5
    first.save()
    assert due(learner, lab).waits


def test_deadline_of_a_learner_takes_one_query_for_all_labs(learner, lab, django_assert_num_queries):
    for _ in range(3):
        LabDeadline.objects.create(lab=make_lab(learner.course), cohort=learner.cohort, closes_at=DUE)
    with django_assert_num_queries(1):
        assert len(deadlines.terms_of(learner)) == 4
    other = make_learner(learner.course)
    assert due(other, lab).waits
    assert len(deadlines.terms_of(other)) == 1


def test_last_date_follows_an_extension_if_it_is_in_days_and_an_outage_if_it_is_a_date(learner, lab):
    lab.last_days = 2
    lab.save()
    LabExtension.objects.create(enrollment=learner, lab=lab, until=DUE + DAY, reason="Illness.")
    assert deadlines.terms_of(learner, lab)[lab.pk].last_at == DUE + 3 * DAY
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=DUE, last_at=DUE + HOUR)
    assert deadlines.terms_of(learner, lab)[lab.pk].last_at == DUE + DAY
    Outage.objects.create(enrollment=learner, lab=lab, begins_at=DUE - 3 * HOUR, ends_at=DUE)
    found = deadlines.terms_of(learner, lab)[lab.pk]
    assert (found.deadline.at, found.last_at) == (DUE + DAY + 3 * HOUR, DUE + DAY + 3 * HOUR)
    assert found.deadline.reason == f"Illness. {deadlines.OUTAGE}"


def test_points_of_a_big_class_are_counted_by_a_worker_and_marked_stale_meanwhile(learner, lab, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    peer = make_enrollment(cohort=learner.cohort)
    for each in (learner, peer):
        graded(each, lab, 100, DUE + HOUR)
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=DUE + DAY)
    deadlines_moved(learner.course_id, learner.cohort_id)
    assert [best(learner), best(peer)] == [[(1, 90, True)]] * 2
    assert deadlines.terms_of(learner).is_stale
    counting.recount(learner.pk)  # as the page of the learner does
    assert best(learner) == [(1, 100, True)]
    tasks.count_points()
    assert best(peer) == [(1, 100, True)]
    assert not Recount.objects.exists()
    assert not deadlines.terms_of(learner).is_stale
