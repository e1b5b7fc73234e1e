"""Write operations of a live quiz. Each function is one transaction; nothing else writes these rows."""

from datetime import timedelta
from random import SystemRandom

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from lessons.models import Cohort, Enrollment, LiveAnswer, LiveQuestion, LiveQuiz, Quiz
from lessons.quiz_text import parse_stored
from lessons.quizzes import Response
from lessons.quizzes.tally import can_tally
from portal.accounts.models import User

LASTS = timedelta(hours=4)


class LiveQuizError(Exception):
    """The live quiz does not allow this any more; the message says why and what to do."""


def start_live_quiz(*, quiz: Quiz, cohort: Cohort | None, by: User) -> LiveQuiz:
    """Return the running live quiz of this quiz and cohort, or start one."""
    try:
        with transaction.atomic():
            return _running_or_new(quiz, cohort, by)
    except IntegrityError:  # started by another instructor meanwhile: the constraints admit only one
        return _running_or_new(quiz, cohort, by)


def _running_or_new(quiz: Quiz, cohort: Cohort | None, by: User) -> LiveQuiz:
    same = LiveQuiz.objects.filter(quiz=quiz, cohort=cohort)
    same.filter(ended_at=None, ends_at__lte=timezone.now()).update(ended_at=F("ends_at"))
    if running := same.running().first():
        return running
    if quiz.current is None:
        raise LiveQuizError("This quiz has no questions yet.")
    return LiveQuiz.objects.create(
        quiz=quiz, version=quiz.current, cohort=cohort, started_by=by, ends_at=timezone.now() + LASTS
    )


@transaction.atomic
def open_question(*, live: LiveQuiz, key: str) -> LiveQuestion:
    """Open a question, also one that was open before, and close the one that is open. Keeps its answers.

    Raises LiveQuizError.
    """
    live = _lock(live)
    wanted = parse_stored(live.version.source).find(key)
    if wanted is None or not can_tally(wanted):
        raise LiveQuizError("This question cannot be asked live.")
    _close(live)
    found, is_new = LiveQuestion.objects.get_or_create(
        live=live, key=key, defaults={"layout": wanted.lay_out(SystemRandom())}
    )
    if not is_new:
        found.closed_at, found.is_revealed, found.shows_chart = None, False, False
        found.save(update_fields=["closed_at", "is_revealed", "shows_chart"])
    live.current = found
    _note_change(live)
    return found


@transaction.atomic
def close_question(*, live: LiveQuiz) -> None:
    """Close the current question. A second time, even by another instructor, changes nothing."""
    live = _lock(live)
    if _close(live):
        _note_change(live)


@transaction.atomic
def show_chart(*, live: LiveQuiz, shows: bool) -> None:
    """Show the chart of the current question to learners, or hide it."""
    live = _lock(live)
    differs = _current(live).filter(shows_chart=not shows)
    if differs.update(shows_chart=shows):
        _note_change(live)


@transaction.atomic
def reveal_answer(*, live: LiveQuiz) -> None:
    """Close the current question, and show its correct answer and chart to learners."""
    live = _lock(live)
    closed = _close(live)
    hidden = _current(live).filter(is_revealed=False)
    if hidden.update(is_revealed=True, shows_chart=True) or closed:
        _note_change(live)


@transaction.atomic
def end_live_quiz(*, live: LiveQuiz) -> None:
    """End the live quiz; its results stay. Once it has ended, this changes nothing."""
    try:
        live = _lock(live)
    except LiveQuizError:
        return
    _close(live)
    live.ended_at = timezone.now()
    _note_change(live)


@transaction.atomic
def save_live_answer(*, live: LiveQuiz, key: str, enrollment: Enrollment, response: Response) -> LiveAnswer:
    """Save a learner's answer in place of their answer before. Raises LiveQuizError if it is too late."""
    asked = LiveQuestion.objects.filter(
        live__in=LiveQuiz.objects.running(), live=live, key=key, closed_at=None
    )
    question = asked.first()
    if question is None:
        raise LiveQuizError("Not saved: the question is closed.")
    answer = LiveAnswer(question=question, enrollment=enrollment, response=response)
    LiveAnswer.objects.bulk_create(
        [answer],
        update_conflicts=True,
        unique_fields=["question", "enrollment"],
        update_fields=["response", "saved_at"],
    )
    LiveQuiz.objects.filter(pk=live.pk).update(changes=F("changes") + 1)
    return answer


def _lock(live: LiveQuiz) -> LiveQuiz:
    # Two instructors at once take turns.
    found = LiveQuiz.objects.select_for_update().running().filter(pk=live.pk).first()
    if found is None:
        raise LiveQuizError("This live quiz has ended. Start a new one to ask more questions.")
    return found


def _current(live: LiveQuiz) -> QuerySet[LiveQuestion]:
    return live.questions.filter(pk=live.current.pk) if live.current else live.questions.none()


def _close(live: LiveQuiz) -> int:
    return live.questions.filter(closed_at=None).update(closed_at=timezone.now())


def _note_change(live: LiveQuiz) -> None:
    live.state += 1
    live.save(update_fields=["current", "ended_at", "state"])
