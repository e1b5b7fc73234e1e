"""Build the page of a regrade, for quizzes and labs alike, and the way into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from lessons.models import Quiz, QuizRegrade, RegradedAttempt
from lessons.models.regrade import Move, Regrade, RegradeState
from lessons.pages.context import Context
from lessons.pages.item_analysis import staff_quiz_context
from lessons.pseudonyms import name_in
from lessons.quiz_text import inline, parse_stored
from lessons.quizzes.rekeying import added, rekey
from lessons.regrades import AnyRegrade

PAGE = 50
FILTERS = {"": "All", **dict(Move.Way.choices)}
State, Fate, Way = RegradeState, Move.Fate, Move.Way


@dataclass(frozen=True)
class Row:
    """One result on the page."""

    learner: str
    name: str
    url: str
    move: Move


@dataclass(frozen=True)
class Counts:
    """The results of the rehearsal, counted by the way they move, and those that were changed so far."""

    ways: dict[str, int]
    changed: int
    waiting: int
    undone: int = 0

    @property
    def all(self) -> int:
        return sum(self.ways.values())

    @property
    def up(self) -> int:
        return self.ways.get(Way.UP, 0)

    @property
    def down(self) -> int:
        return self.ways.get(Way.DOWN, 0)

    @property
    def problems(self) -> int:
        return self.ways.get(Way.PROBLEM, 0)


# Any: either model of regrades and its moves
def regrade_context(
    regrade: AnyRegrade, moves: QuerySet[Any], to_row: Callable[[Any], Row], *, show: str, page: str
) -> Context:
    """Return the context that regrades of quizzes and labs share."""
    counts = count(moves)
    show = show if show in FILTERS else ""
    wanted = moves.filter(way=show) if show else moves
    found = Paginator(wanted.order_by("way", "pk"), PAGE).get_page(page)
    return {
        "regrade": regrade,
        "counts": counts,
        "done": _done(regrade, counts),
        "rows": [to_row(move) for move in found],
        "page": found,
        "show": show,
        "filters": [
            (way, words, counts.ways.get(way, 0) if way else counts.all) for way, words in FILTERS.items()
        ],
        "policies": Regrade.Policy.choices,
    }


def count(moves: QuerySet[Any]) -> Counts:  # Any: either model
    ways: dict[str, int] = {}
    changed = waiting = undone = 0
    grouped = (
        moves.order_by()
        .values("way")
        .annotate(
            number=Count("pk"),
            applied=Count("pk", filter=Q(fate=Fate.APPLIED)),
            left=Count("pk", filter=Q(fate=Fate.WAITING)),
            undone=Count("pk", filter=Q(fate=Fate.UNDONE)),
        )
    )
    for row in grouped:
        ways[row["way"]] = row["number"]
        changed += row["applied"]
        undone += row["undone"]
        waiting += row["left"] if row["way"] != Way.PROBLEM else 0
    return Counts(ways, changed, waiting, undone)


def _done(regrade: AnyRegrade, counts: Counts) -> tuple[int, int]:  # Any: either model
    # Results that are finished in this state, and all.
    if regrade.state == State.REHEARSING:
        return counts.all, max(regrade.total, counts.all)
    if regrade.state == State.UNDOING:
        return counts.undone, counts.changed + counts.undone
    return counts.all - counts.waiting, counts.all


# --- quizzes --------------------------------------------------------------------------------------------------------


def quiz_regrade_page(regrade: QuizRegrade, show: str, page: str) -> Context:
    quiz = regrade.quiz
    moves = RegradedAttempt.objects.filter(regrade=regrade)
    moves = moves.select_related("attempt__enrollment__user").defer("attempt__layout", "before")
    return {
        **staff_quiz_context(quiz, "Regrade"),
        **regrade_context(regrade, moves, lambda move: _quiz_row(quiz, move), show=show, page=page),
        "title": quiz.title,
        "again_url": reverse("quiz_regrades", args=[quiz.course.slug, quiz.slug]),
        "back": (reverse("item_analysis", args=[quiz.course.slug, quiz.slug]), "Item analysis"),
        "changes": _changes(regrade),
        "outdated": quiz.current_id != regrade.version_id,
    }


def _quiz_row(quiz: Quiz, move: RegradedAttempt) -> Row:
    attempt = move.attempt
    learner = attempt.enrollment
    url = reverse("attempt_of", args=[quiz.course.slug, quiz.slug, attempt.number, learner.pk])
    return Row(name_in(learner, quiz.course), f"attempt {attempt.number}", url, move)


def _changes(regrade: QuizRegrade) -> list[tuple[str, list[str]]]:
    # What the new version changes, as HTML of the headings of its questions.
    if regrade.from_version is None:
        return []
    before, after = parse_stored(regrade.from_version.source), parse_stored(regrade.version.source)
    found = rekey(before, after)
    groups = [
        ("The key was corrected", found.corrected),
        ("Dropped: its points leave the total", found.dropped),
        ("Not regraded, because it asks something else now or is not marked by the portal", found.left),
        ("New: older attempts never saw it", added(before.questions, after)),
    ]
    course = regrade.quiz.course.slug
    return [(words, [inline(each.heading, course) for each in group]) for words, group in groups if group]
