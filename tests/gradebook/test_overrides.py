"""Scores changed by hand: what counts, what is refused, who sees it, and the notice."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from lessons.models import GradeChange
from portal.accounts.models import AuditEntry
from portal.notices.models import Notice
from portal.progress.gradebook.actions import (
    CannotChangeError,
    ChangedMeanwhileError,
    change_score,
    release_scores,
    undo_change,
    use_graded_score,
)
from portal.progress.gradebook.cells import get_item, read_cell
from portal.progress.gradebook.notices import QUIET, send_due_notices
from portal.progress.models import Override
from tests.gradebook.conftest import grade_lab, make_book, seen, take_quiz

pytestmark = pytest.mark.django_db
WHY = "The check misread a merge."


def change(book, points, item=None, learner=None, **fields):
    learner, item = learner or book.learners[0], item or book.lab_item
    fields = {"by": book.staff, "reason": WHY, "seen": seen(learner, item), **fields}
    points = None if points is None else Decimal(points)
    return change_score(enrollment=learner, item=item, points=points, **fields)


def test_override_counts_and_the_graded_score_stays_beside_it(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    change(book, 70)
    cell = read_cell(learner, book.lab_item)
    assert (cell.points, cell.graded, cell.given.reason, cell.given.by) == (70, 45, WHY, book.staff)
    grade_lab(book, learner, 90)  # a later result, or a regrade, replaces the graded score only
    cell = read_cell(learner, book.lab_item)
    assert (cell.points, cell.graded) == (70, 90)


def test_override_follows_the_worth_of_its_item(book):
    learner = book.learners[0]
    change(book, 70)
    book.lab.current.max_points = 10
    book.lab.current.save()
    assert read_cell(learner, get_item(book.course, book.lab_item.key)).points == 7


def test_every_change_is_recorded_with_author_and_reason(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    change(book, 70)
    undo_change(enrollment=learner, item=book.lab_item, by=book.other, seen=seen(learner, book.lab_item))
    rows = GradeChange.objects.order_by("pk").values_list("old", "new", "out_of", "why", "who", "item")
    assert [tuple(row) for row in rows] == [
        (45, 70, 100, WHY, book.staff.email, f"lab:{book.lab.pk}"),
        (70, 45, 100, f"Undone: {WHY}", book.other.email, f"lab:{book.lab.pk}"),
    ]
    assert AuditEntry.objects.filter(event="grade", user=book.staff).count() == 1


@pytest.mark.parametrize("points", [None, "-1", "100.01", "70.005", "NaN", "Infinity"])
def test_implausible_points_are_refused(book, points):
    with pytest.raises(CannotChangeError, match="from 0 to 100"):
        change(book, points)
    assert not Override.objects.exists()


@pytest.mark.parametrize("reason", ["", "x" * 301])
def test_reason_is_required(book, reason):
    with pytest.raises(CannotChangeError, match="reason") as refused:
        change(book, 70, reason=reason)
    assert refused.value.field == "reason"


def test_second_grader_sees_who_changed_the_score_and_loses_nothing(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    change(book, 70)
    old = seen(learner, book.lab_item)
    with time_machine.travel(timezone.now().replace(hour=21, minute=10), tick=False):
        change(book, 75, by=book.other)
    with pytest.raises(ChangedMeanwhileError, match=r"changed by Instructor B at 21:10: 70 to 75\."):
        change(book, 80, seen=old)
    assert read_cell(learner, book.lab_item).points == 75
    change(book, 80)
    assert read_cell(learner, book.lab_item).points == 80


def test_new_result_is_shown_before_it_is_overridden(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    old = seen(learner, book.lab_item)
    grade_lab(book, learner, 90)
    with pytest.raises(ChangedMeanwhileError, match="the graded score changed in the meantime: 45 to 90"):
        change(book, 70, seen=old)


def test_same_form_sent_twice_changes_once(book):
    change(book, 70)
    change(book, 70)
    assert Override.objects.count() == GradeChange.objects.count() == 1


def test_undo_puts_back_the_override_before(book):
    learner = book.learners[0]
    change(book, 70)
    change(book, 10, reason="Wrong row")
    undo_change(enrollment=learner, item=book.lab_item, by=book.staff, seen=seen(learner, book.lab_item))
    cell = read_cell(learner, book.lab_item)
    assert (cell.points, cell.given.reason) == (70, WHY)
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(CannotChangeError):
        undo_change(enrollment=learner, item=book.lab_item, by=book.staff, seen=seen(learner, book.lab_item))


def test_learner_gets_one_notice_after_ten_quiet_minutes(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    take_quiz(book, learner, 0)
    start = timezone.now()
    with time_machine.travel(start) as clock:
        change(book, 70)
        clock.move_to(start + QUIET - timedelta(minutes=1))
        change(book, "0.5", item=book.quiz_item, reason="Half right")
        clock.move_to(start + QUIET + timedelta(minutes=1))
        assert send_due_notices() == 0
        clock.move_to(start + 3 * QUIET)
        assert send_due_notices() == 1
        assert send_due_notices() == 0
    notice = Notice.objects.get(user=learner.user)
    assert notice.kind == "grade"
    assert notice.text == (
        f"2 scores changed: Your first repository, 45 → 70 of 100 ({WHY}); "
        "What was said, 0 → 0.5 of 1 (Half right)"
    )
    assert notice.link == f"/courses/{book.course.slug}/progress/"


def test_score_that_is_what_it_was_needs_no_notice(book):
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    change(book, 70)
    use_graded_score(
        enrollment=learner, item=book.lab_item, reason="My mistake", by=book.staff,
        seen=seen(learner, book.lab_item),
    )  # fmt: skip
    with time_machine.travel(timezone.now() + 2 * QUIET):
        assert send_due_notices() == 0
    assert not Notice.objects.exists()


def test_held_score_is_hidden_until_released():
    book = make_book(holds_scores=True)
    learner = book.learners[0]
    grade_lab(book, learner, 45)
    change(book, 70)
    assert (read_cell(learner, book.lab_item).points, read_cell(learner, book.lab_item).public_points) == (
        70,
        45,
    )
    with time_machine.travel(timezone.now() + 2 * QUIET):
        assert send_due_notices() == 0
    assert release_scores(cohort=book.cohort, by=book.staff) == 1
    assert release_scores(cohort=book.cohort, by=book.staff) == 0
    change(book, 75)  # held again: the learner still sees 70
    assert read_cell(learner, book.lab_item).public_points == 70
    with time_machine.travel(timezone.now() + 2 * QUIET):
        assert send_due_notices() == 1
    assert "45 → 70" in Notice.objects.get().text


@pytest.mark.django_db(transaction=True)
def test_of_two_graders_at_once_one_sees_the_change_and_nothing_is_lost():
    book = make_book()
    grade_lab(book, book.learners[0], 45)
    token, ready, answers = seen(book.learners[0], book.lab_item), threading.Barrier(2), []

    def save(by, points) -> None:
        ready.wait(60)
        try:
            change(book, points, by=by, seen=token)
            answers.append("saved")
        except ChangedMeanwhileError as error:
            answers.append(str(error))
        finally:
            connection.close()

    graders = [threading.Thread(target=save, args=each) for each in ((book.staff, 70), (book.other, 75))]
    for thread in graders:
        thread.start()
    for thread in graders:
        thread.join(180)
    answers.sort(key=len)
    points = read_cell(book.learners[0], book.lab_item).points
    assert answers[0] == "saved"
    assert answers[1].startswith("Not saved: changed by Instructor") and f"45 to {points:.0f}." in answers[1]
    assert Override.objects.count() == GradeChange.objects.count() == 1
