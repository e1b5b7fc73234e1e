"""Write operations of a learner at a quiz: start an attempt, answer, flag, submit. Each is one transaction."""

from random import SystemRandom

from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils import timezone

from lessons.attempt_times import deadline_for, end_of
from lessons.closing import close_overdue, lock_open, submit
from lessons.models import Answer, Attempt, Enrollment, Quiz
from lessons.quiz_text import parse_stored
from lessons.quizzes import Response, draw, lay_out, restrict


class NoAttemptsLeftError(Exception):
    """The quiz allows no further attempt."""


class QuizClosedError(Exception):
    """The deadline of the quiz has passed, so no attempt can be started."""


class AttemptSubmittedError(Exception):
    """The attempt was submitted, or its time is up, so its answers cannot be changed."""


def start_attempt(*, enrollment: Enrollment, quiz: Quiz) -> Attempt:
    """Return the learner's open attempt, or start one. Raises NoAttemptsLeftError, QuizClosedError."""
    close_overdue(Attempt.objects.filter(enrollment=enrollment, quiz=quiz))
    try:
        with transaction.atomic():
            return _open_attempt(enrollment, quiz)
    except IntegrityError:  # started in another tab meanwhile: the constraints admit only one
        return _open_attempt(enrollment, quiz)


def _open_attempt(enrollment: Enrollment, quiz: Quiz) -> Attempt:
    attempts, version = Attempt.objects.filter(enrollment=enrollment, quiz=quiz), quiz.current
    # One query for both: if the count is stale, so is the number, and its constraint refuses it.
    # It comes first, so that an open attempt that was counted is found below.
    taken = attempts.aggregate(count=Count("pk"), last=Max("number"))
    if attempt := attempts.open().first():
        return attempt
    if version is None or 0 < version.attempts_allowed <= taken["count"]:
        raise NoAttemptsLeftError
    if enrollment.cohort.is_over or deadline_for(quiz, enrollment.cohort_id, enrollment.pk).refuses_at(
        timezone.now()
    ):
        raise QuizClosedError
    parsed, rng = parse_stored(version.source), SystemRandom()
    keys = draw(parsed, rng)
    return Attempt.objects.create(
        enrollment=enrollment,
        quiz=quiz,
        version=version,
        number=(taken["last"] or 0) + 1,
        layout=lay_out(restrict(parsed, keys), rng),
        questions=keys,
    )


def save_answer(*, attempt: Attempt, key: str, response: Response | None, flagged: bool) -> Answer:
    """Save the answer to one question; the last save wins. Raises AttemptSubmittedError."""
    answer = Answer(attempt=attempt, key=key, response=response, flagged=flagged)
    return _write_answer(answer, ["response", "flagged", "saved_at"])


@transaction.atomic
def flag_question(*, attempt: Attempt, key: str, flagged: bool) -> None:
    """Flag or unflag a question without changing its answer. Raises AttemptSubmittedError."""
    if flagged:
        _write_answer(Answer(attempt=attempt, key=key, flagged=True), ["flagged"])
        return
    _check_open(attempt)
    Answer.objects.filter(attempt=attempt, key=key).update(flagged=False)


@transaction.atomic
def _write_answer(answer: Answer, fields: list[str]) -> Answer:
    _check_open(answer.attempt)
    Answer.objects.bulk_create(
        [answer],
        update_conflicts=True,
        unique_fields=["attempt", "key"],
        update_fields=fields,
    )
    return answer


def _check_open(attempt: Attempt) -> None:
    locked = lock_open(attempt)
    if locked is None or end_of(locked).has_passed(timezone.now()):
        raise AttemptSubmittedError


@transaction.atomic
def submit_attempt(*, attempt: Attempt) -> Attempt:
    """Submit and mark an attempt. If its time is up, the answers that were saved by its end count.

    A second submission, even a concurrent one, changes nothing.
    """
    if locked := lock_open(attempt):
        submit(attempt, locked, timezone.now())
    attempt.refresh_from_db()
    return attempt
