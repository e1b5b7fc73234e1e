"""Regrade the attempts at a quiz: mark them by the key of a newer version."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from lessons import regrades
from lessons.marking import latest_markings, mark_answers, mark_attempt
from lessons.models import Answer, Attempt, Quiz, QuizRegrade, QuizVersion, RegradedAttempt
from lessons.models.regrade import Move, Regrade, RegradeState
from lessons.points import show_points
from lessons.quiz_text import asked_by, parse_stored, plain
from lessons.quizzes.question import AnyQuestion
from lessons.quizzes.rekeying import Rekeyed, rekey
from lessons.regrade_results import (
    Result,
    fields_before,
    fields_of_move,
    first_reasons,
    notify_learner,
    record_move,
    way_between,
)
from portal.accounts.models import User

MAX_TITLE = 60
Fate, Way = Move.Fate, Move.Way


def attempts_to_regrade(quiz: Quiz, version: QuizVersion | None) -> QuerySet[Attempt]:
    """Return the submitted attempts that were marked with a different key than that of `version`."""
    submitted = Attempt.objects.submitted().filter(quiz=quiz).exclude(version=version)
    return submitted.filter(Q(key=None) | ~Q(key=version)).order_by("pk")


def begin(*, quiz: Quiz, by: User, wake: regrades.Wake, before: QuizVersion | None = None) -> QuizRegrade:
    """Rehearse the current key on the attempts at older versions. Raises CannotRegradeError."""
    to = attempts_to_regrade(quiz, quiz.current)
    if before is None:
        newest = QuizVersion.objects.filter(pk__in=to.order_by().values("version")).order_by("-created_at")
        before = newest.first()
    fields = {"quiz": quiz, "version": quiz.current, "from_version": before, "total": to.count()}
    regrade: QuizRegrade = regrades.begin(WORK, by=by, wake=wake, **fields)
    return regrade


@dataclass(frozen=True)
class _Trial:
    """An attempt marked by another key, not saved."""

    rekeyed: Rekeyed
    old: Result
    new: Result
    why: list[str]

    @property
    def way(self) -> Move.Way:
        return way_between(self.old, self.new)

    def fields(self) -> dict[str, Any]:  # Any: values of fields
        return {**fields_of_move(self.old, self.new), "why": self.why, "problem": ""}


def _try(attempt: Attempt, key: QuizVersion) -> _Trial:
    rekeyed = rekey(asked_by(attempt), parse_stored(key.source))
    answers = list(Answer.objects.filter(attempt=attempt))
    before = {answer.key: answer.credit for answer in answers}
    markings = latest_markings(attempt)
    asked = {question.key for question in rekeyed.quiz.questions}
    counted = [answer for answer in answers if answer.key in asked]
    totals = mark_answers(rekeyed.quiz, counted, {name: each.points for name, each in markings.items()})
    after = {answer.key: answer.credit for answer in counted}
    out_of = _max_of(attempt, rekeyed)
    new = Result(totals["points"], out_of, totals["passed"])
    by_hand = {name for name, each in markings.items() if each.by_id}
    why = _reasons(attempt, rekeyed, before, after, by_hand)
    return _Trial(rekeyed, result_of(attempt), new, why)


def result_of(attempt: Attempt) -> Result:
    return Result(attempt.points or Decimal(0), attempt.out_of, attempt.passed)


def _max_of(attempt: Attempt, rekeyed: Rekeyed) -> Decimal:
    dropped: Decimal = sum((question.points for question in rekeyed.dropped), Decimal(0))
    return attempt.version.max_points - dropped


Credits = dict[str, Decimal | None]


def _reasons(
    attempt: Attempt, rekeyed: Rekeyed, before: Credits, after: Credits, by_hand: set[str]
) -> list[str]:
    course = attempt.quiz.course.slug
    found = []
    for question in rekeyed.corrected:
        old, new = before.get(question.key), after.get(question.key)
        if question.key in by_hand:
            found.append(f"{_title(question, course)}: marked by hand, so its mark stays.")
        elif old is not None and new is not None and old != new:
            words = f"{show_points(old * question.points)} → {show_points(new * question.points)}"
            found.append(f"{_title(question, course)}: {words} of {show_points(question.points)}.")
    for question in rekeyed.dropped:
        lost = (before.get(question.key) or Decimal(0)) * question.points
        found.append(
            f"{_title(question, course)}: dropped, had {show_points(lost)} of {show_points(question.points)}."
        )
    found += [
        f"{_title(question, course)}: the question changed, so its mark stays." for question in rekeyed.left
    ]
    return first_reasons(found)


def _title(question: AnyQuestion, course: str) -> str:
    words = plain(question.heading, course)
    words = words.rstrip(".:")  # a sentence follows
    return words if len(words) <= MAX_TITLE else f"{words[:MAX_TITLE]}…"


class QuizWork(regrades.Regrading):
    """Attempts are the results of a quiz."""

    regrades = QuizRegrade
    moves = RegradedAttempt
    subject = "quiz"

    def keys_to_rehearse(self, regrade: QuizRegrade) -> Iterable[int]:
        seen = RegradedAttempt.objects.filter(regrade=regrade).values("attempt")
        to = attempts_to_regrade(regrade.quiz, regrade.version).exclude(pk__in=seen)
        to = to.filter(started_at__lt=regrade.created_at)  # a later one has this version, or a newer one
        return to.values_list("pk", flat=True)[: regrades.BATCH]

    @transaction.atomic
    def rehearse(self, regrade: QuizRegrade, key: int) -> None:
        attempt = _lock_attempt(key)
        if attempt is None or attempt.key_id == regrade.version_id:
            return
        trial = _try(attempt, regrade.version)
        RegradedAttempt.objects.get_or_create(regrade=regrade, attempt=attempt, defaults=trial.fields())

    def note_problem(self, regrade: QuizRegrade, key: int, problem: str) -> None:
        attempt = Attempt.objects.select_related("version").filter(pk=key).first()
        if attempt is None:
            return
        fields = {**fields_before(result_of(attempt)), "way": Way.PROBLEM, "problem": problem}
        RegradedAttempt.objects.get_or_create(regrade=regrade, attempt=attempt, defaults=fields)

    def _lock(self, move: int) -> tuple[Attempt, RegradedAttempt] | None:
        row = RegradedAttempt.objects.filter(pk=move).first()
        attempt = _lock_attempt(row.attempt_id) if row else None
        if attempt is None:
            return None
        return attempt, RegradedAttempt.objects.select_for_update(of=("self",)).get(pk=move)

    def _apply(self, regrade: QuizRegrade, result: Attempt, move: RegradedAttempt) -> None:
        _apply_to(result, move, regrade)

    def _undo(self, regrade: QuizRegrade, result: Attempt, move: RegradedAttempt) -> None:
        after, before = result_of(result), cast("dict[str, Any]", move.before)  # an applied move has it
        _restore(result, before)
        result.refresh_from_db()
        _record(result, regrade, after, by=regrade.undone_by)
        _notify_learner(result, regrade, after)

    def is_outdated(self, regrade: QuizRegrade) -> bool:
        return not Quiz.objects.filter(pk=regrade.quiz_id, current=regrade.version_id).exists()


WORK = QuizWork()


def regrade_new(attempt: Attempt) -> None:
    """Mark an attempt that is being submitted by the key of the last regrade, inside the transaction of the change.

    The lock lets staff apply a rehearsal before or after a submission, not during it.
    """
    before = (RegradeState.REHEARSING, RegradeState.REHEARSED)
    states = (*before, RegradeState.APPLYING, RegradeState.APPLIED)
    others = QuizRegrade.objects.filter(quiz=attempt.quiz_id, state__in=states)
    others = others.filter(created_at__gt=attempt.started_at).exclude(version=attempt.version_id)
    found = list(others.select_for_update(of=("self",), no_key=True).order_by("pk"))
    applied = [each for each in found if each.state not in before]
    if not applied:
        return
    regrade, locked = applied[-1], _lock_attempt(attempt.pk)
    if locked is None:
        return
    trial = _try(locked, regrade.version)
    move, is_new = RegradedAttempt.objects.get_or_create(
        regrade=regrade, attempt=locked, defaults=trial.fields()
    )
    if is_new:
        _apply_to(locked, move, regrade, with_notice=False)


def _lock_attempt(key: int) -> Attempt | None:
    rows = Attempt.objects.select_for_update(of=("self",)).submitted()
    related = ("version", "key", "quiz__course", "enrollment__user")
    return rows.select_related(*related).defer("layout").filter(pk=key).first()


def _apply_to(
    attempt: Attempt, move: RegradedAttempt, regrade: QuizRegrade, *, with_notice: bool = True
) -> None:
    # Marked again now: staff may have marked answers since the rehearsal.
    trial = _try(attempt, regrade.version)
    is_kept = regrade.policy == Regrade.Policy.NEVER_LOWER and trial.way == Way.DOWN
    fields = {**trial.fields(), "fate": Fate.KEPT}
    if trial.rekeyed.changes and not is_kept:
        fields |= {"fate": Fate.APPLIED, "before": _snapshot(attempt)}
        attempt.key, attempt.max_points = regrade.version, trial.new.out_of
        attempt.save(update_fields=["key", "max_points"])
        mark_attempt(attempt)
        if with_notice:
            attempt.refresh_from_db(fields=["points", "score", "passed", "max_points"])
            _record(attempt, regrade, trial.old, by=regrade.applied_by)
            _notify_learner(attempt, regrade, trial.old)
    RegradedAttempt.objects.filter(pk=move.pk).update(**fields)


def _record(attempt: Attempt, regrade: QuizRegrade, old: Result, *, by: User | None) -> None:
    title, item = f"{attempt.quiz.title}, attempt {attempt.number}", f"quiz:{attempt.quiz_id}"
    record_move(attempt.enrollment, regrade, old, result_of(attempt), item=item, title=title, by=by)


def _notify_learner(attempt: Attempt, regrade: QuizRegrade, old: Result) -> None:
    quiz = attempt.quiz
    link = reverse("attempt_review", args=[quiz.course.slug, quiz.slug, attempt.number])
    name = f"{quiz.title}, attempt {attempt.number}"
    notify_learner(attempt.enrollment, regrade, old, result_of(attempt), name=name, link=link)


_TOTALS = ("points", "score", "passed", "waiting_points", "max_points", "key_id")


def _snapshot(attempt: Attempt) -> dict[str, Any]:  # Any: JSON
    values = {name: getattr(attempt, name) for name in _TOTALS}
    answers = Answer.objects.filter(attempt=attempt).values_list("key", "credit", "waits_for")
    return {
        "totals": {
            name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()
        },
        "answers": {key: [None if credit is None else str(credit), waits] for key, credit, waits in answers},
        "markings": sorted(each.pk for each in latest_markings(attempt).values()),
    }


def _restore(attempt: Attempt, before: dict[str, Any]) -> None:  # Any: JSON
    # Exactly, unless somebody marked an answer since: then their marking counts, by the old key.
    Attempt.objects.filter(pk=attempt.pk).update(**before["totals"])
    answers = list(Answer.objects.filter(attempt=attempt, key__in=before["answers"]))
    for answer in answers:
        credit, answer.waits_for = before["answers"][answer.key]
        answer.credit = None if credit is None else Decimal(credit)
    Answer.objects.bulk_update(answers, ["credit", "waits_for"])
    if before["markings"] != sorted(each.pk for each in latest_markings(attempt).values()):
        found = _lock_attempt(attempt.pk)
        if found is not None:
            mark_attempt(found)
