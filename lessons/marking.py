"""Mark submitted attempts: by the portal at once, by staff and by workers later. Nothing else writes their totals."""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons import grade_changes, leases
from lessons.models import Answer, Attempt, Marking
from lessons.points import may_be_given, show_exactly
from lessons.quiz_text import parse_stored, quiz_of
from lessons.quizzes import Quiz, mark
from lessons.quizzes.question import AnyQuestion, MarkedBy
from portal.accounts.models import User

logger = logging.getLogger(__name__)


class CannotMarkError(Exception):
    """The points or the comment cannot be saved; the message says what to do."""


class MarkedMeanwhileError(Exception):
    """Someone else marked the answer since the page was opened; `marking` is theirs. Nothing was saved."""

    def __init__(self, marking: Marking) -> None:
        super().__init__(str(marking))
        self.marking = marking


MAX_COMMENT = 5000
MAX_WAITING = 100  # answers that a worker looks at
LEASE = timedelta(seconds=60)
PAUSES = [
    timedelta(minutes=minutes) for minutes in (0, 1, 5, 15)
]  # after the first try without a verdict, ...


def mark_attempt(attempt: Attempt, *, is_new: bool = False) -> None:
    """Write the totals of a submitted attempt and the credit of each answer, inside the transaction of the change.

    Answers that the portal cannot mark wait for staff or a worker, and count neither as right nor as wrong.
    """
    quiz = quiz_of(attempt)
    kinds = {question.key: question for question in quiz.questions}
    every = list(Answer.objects.filter(attempt=attempt))
    answers = [answer for answer in every if answer.key in kinds]
    given = {} if is_new else {key: each.points for key, each in latest_markings(attempt).items()}
    totals = mark_answers(quiz, answers, given)
    for answer in answers:
        answer.waits_for = _waits_for(answer, kinds[answer.key])
    for answer in every:
        if answer.key not in kinds:
            answer.waits_for = ""  # a regrade dropped the question
    Answer.objects.bulk_update(every, ["credit", "waits_for"])
    Attempt.objects.filter(pk=attempt.pk).update(**totals)
    for kind in {type(kinds[answer.key]) for answer in answers if answer.waits_for == MarkedBy.WORKER}:
        transaction.on_commit(kind.wake_worker)


# Any: values of fields of an attempt
def mark_answers(
    quiz: Quiz, answers: Collection[Answer], given: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """Set the credit of each answer, without saving, and return the totals of their attempt."""
    marked = mark(quiz, {answer.key: answer.response for answer in answers}, given)
    for answer in answers:
        credit = marked.per_question[answer.key].credit
        answer.credit = None if credit is None else _round_half_up(credit, "0.0001")
    return {
        "points": _round_half_up(marked.points, "0.01"),
        "score": marked.score,
        "passed": marked.passed,
        "waiting_points": _round_half_up(marked.waiting, "0.01"),
    }


def _waits_for(answer: Answer, question: AnyQuestion) -> str:
    if answer.credit is not None:
        return ""
    # An answer that a worker could not mark stays with staff.
    return answer.waits_for or question.marked_by.value


def latest_markings(attempt: Attempt) -> dict[str, Marking]:
    """Return the marking that counts, by key of the question."""
    rows = Marking.objects.filter(answer__attempt=attempt).select_related("answer", "by").order_by("pk")
    return {row.answer.key: row for row in rows}


def question_of(answer: Answer) -> AnyQuestion:
    questions = parse_stored(answer.attempt.version.source).questions
    return next(question for question in questions if question.key == answer.key)


@transaction.atomic
def mark_answer(*, answer: Answer, by: User, points: Decimal | None, comment: str, seen: int) -> Marking:
    """Give points and a comment to an answer of a submitted attempt, or correct them.

    `points` are None if what was typed is no number. `seen` is the key of the latest marking that the marker saw,
    0 for none. Raises MarkedMeanwhileError if there is a later one, CannotMarkError.
    """
    # The lock serialises two markers of an attempt, whose totals both would write.
    attempt = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("version", "quiz", "enrollment")
        .get(pk=answer.attempt_id)
    )
    latest = answer.markings.select_related("by").last()
    if latest is not None and latest.pk != seen:
        raise MarkedMeanwhileError(latest)
    worth = question_of(answer).points
    if attempt.submitted_at is None:
        raise CannotMarkError("The attempt is not submitted yet. Mark it after it is.")
    if points is None or not may_be_given(points, worth):
        raise CannotMarkError(f"Type points from 0 to {show_exactly(worth)}, with at most two decimals.")
    if len(comment) > MAX_COMMENT:
        raise CannotMarkError(f"The comment has {len(comment):,} characters. The limit is {MAX_COMMENT:,}.")
    if latest is not None and (latest.points, latest.comment) == (points, comment):
        return latest  # sent twice
    marking = Marking.objects.create(answer=answer, by=by, points=points, comment=comment)
    mark_attempt(attempt)
    grade_changes.record_grade_change(
        kind=grade_changes.Kind.MARKING,
        enrollment=attempt.enrollment,
        item=f"quiz:{attempt.quiz_id}",
        title=f"{attempt.quiz}, attempt {attempt.number}, question {answer.key}",
        old=latest.points if latest else None,
        new=points,
        out_of=worth,
        why=comment,
        by=by,
    )
    return marking


# Any: a report as JSON
@transaction.atomic
def store_report(*, answer: Answer, points: Decimal, report: Mapping[str, Any]) -> None:
    """Store the verdict of a worker, unless the answer is marked already."""
    attempt = (
        Attempt.objects.select_for_update(of=("self",)).select_related("version").get(pk=answer.attempt_id)
    )
    if answer.markings.exists():
        return
    Marking.objects.create(answer=answer, points=_round_half_up(points, "0.01"), report=dict(report))
    mark_attempt(attempt)


def leave_to_staff(*, answer: Answer) -> None:
    """Let staff mark an answer that a worker cannot mark: a fault of ours is never a wrong answer."""
    Answer.objects.filter(pk=answer.pk, credit=None, waits_for=MarkedBy.WORKER).update(
        waits_for=MarkedBy.STAFF
    )


def waiting_for_worker(kind: str) -> list[Answer]:
    """Return answers of this kind that a worker may take now: those without a try first, then the oldest."""
    rows = leases.free(_for_worker()).select_related("attempt__version").order_by("tries", "pk")
    return [answer for answer in rows[:MAX_WAITING] if _kind_of(answer) == kind]


def _for_worker() -> QuerySet[Answer]:
    return Answer.objects.filter(waits_for=MarkedBy.WORKER)


def _kind_of(answer: Answer) -> str:
    # An answer that cannot be read, or on which every worker died, must not hold up the others.
    try:
        if answer.tries <= len(PAUSES):
            return question_of(answer).kind
        logger.error("answer %s was tried %s times without a verdict", answer.pk, answer.tries)
    except Exception:
        logger.exception("answer %s cannot be judged", answer.pk)
    leave_to_staff(answer=answer)
    return ""


def take_for_worker(answer: Answer) -> bool:
    """Hold an answer for LEASE. Return False if another worker holds it or it is marked."""
    return leases.take(_for_worker(), pk=answer.pk, tries=answer.tries, lease=LEASE)


def hold_for_worker(answers: Collection[Answer]) -> bool:
    """Hold answers for LEASE from now. Return False if all are marked."""
    held = _for_worker().filter(pk__in=[answer.pk for answer in answers])
    return bool(held.update(leased_until=timezone.now() + LEASE))


def give_back(*, answer: Answer, is_final: bool) -> None:
    """Let an answer without a verdict wait for the next try, or for staff after the last one."""
    if is_final or answer.tries >= len(PAUSES):
        leave_to_staff(answer=answer)
        return
    held = _for_worker().filter(pk=answer.pk, tries=answer.tries + 1)
    held.update(leased_until=timezone.now() + PAUSES[answer.tries])


def _round_half_up(number: Decimal, unit: str) -> Decimal:
    # Rounded here, half up, because SQLite and PostgreSQL round differently.
    return number.quantize(Decimal(unit), ROUND_HALF_UP)
