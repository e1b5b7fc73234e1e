"""Read the best scores of a cohort: of all learners for one order, and of one page for its cells.

A score that staff changed by hand replaces the graded one, as in the gradebook. A score is the share of the points
that counts, from 0 to 1. Staff may sort by what learners do not see yet, so deadlines and openings do not matter here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from labs.models import Lab, Submission
from lessons.models import Attempt, Cohort, Course, Enrollment
from lessons.pseudonyms import pseudonym_of, sees_names
from lessons.queries import OpenCourse
from portal.accounts.models import User
from portal.progress.item_queries import addresses, known_quizzes
from portal.progress.models import Override

QUIZ, LAB = "quiz", "lab"


@dataclass(frozen=True)
class HeatItem:
    """A column: a quiz or lab of the course, with a short name such as Q1 or L1. `passes` is the share that passes."""

    kind: str
    key: int
    code: str
    title: str
    url: str
    passes: float = 1.0

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.key}"


@dataclass(frozen=True)
class Total:
    """The sum of the scores of a learner, and how many items have a score or are passed."""

    score: float = 0.0
    started: int = 0
    passed: int = 0


@dataclass(frozen=True)
class Score:
    share: float
    passed: bool
    is_changed: bool = False


def heat_items(course: Course) -> list[HeatItem]:
    """Return the quizzes of the course in the order of its lessons, then the labs; no drafts. Two queries."""
    page, lab_page = addresses("item_analysis", course.slug), addresses("lab", course.slug)
    columns = ("pk", "slug", "title", "current__pass_mark")
    quizzes = known_quizzes(OpenCourse(course)).values_list(*columns)
    labs = Lab.objects.filter(course=course).counted().values_list(*columns, "current__max_points")
    return [
        *(
            HeatItem(QUIZ, pk, f"Q{n}", title, page(slug), percent / 100)
            for n, (pk, slug, title, percent) in enumerate(quizzes, 1)
        ),
        *(
            HeatItem(LAB, pk, f"L{n}", title, lab_page(slug), float(mark / points) if points else 1.0)
            for n, (pk, slug, title, mark, points) in enumerate(labs, 1)
        ),
    ]


def names_of(cohort: Cohort, reader: User) -> dict[int, str]:
    """Map the key of each active learner of the cohort to their name or pseudonym, in the order of these."""
    rows = Enrollment.objects.active().filter(cohort=cohort).order_by("user__name", "user__email", "pk")
    if not sees_names(reader, cohort.course, cohort.pk):
        found = {pk: pseudonym_of(pk) for pk in rows.values_list("pk", flat=True)}
        return dict(sorted(found.items(), key=lambda each: each[1]))
    return {pk: name or email for pk, name, email in rows.values_list("pk", "user__name", "user__email")}


def totals_of(cohort: Cohort, items: Iterable[HeatItem]) -> dict[int, Total]:
    """Return the totals of all learners of the cohort who have a score, over these items.

    Three queries, and two more if staff changed scores.
    """
    items = list(items)
    learners = Q(enrollment__cohort=cohort, enrollment__is_active=True)
    found: dict[int, Total] = {}
    for rows in _scores(learners, items, Submission.objects.filter(learners).by_learner()):
        counted = rows.values("learner").annotate(
            sum=Sum("part"), started=Count("pk"), done=Sum(Case(When(is_done=True, then=1), default=0))
        )
        for learner, total, started, done in counted.values_list("learner", "sum", "started", "done"):
            before = found.get(learner, Total())
            found[learner] = Total(
                before.score + (total or 0), before.started + started, before.passed + (done or 0)
            )
    _replace_changed(found, _read_changed(learners, items), items)
    return found


def _replace_changed(
    totals: dict[int, Total], changed: Mapping[tuple[int, str], Score], items: Sequence[HeatItem]
) -> None:
    # Only the few learners and items with a changed score are read one by one.
    if not changed:
        return
    names = {name for _, name in changed}
    graded = _read_graded({learner for learner, _ in changed}, [item for item in items if item.id in names])
    for (learner, name), score in changed.items():
        total, before = totals.get(learner, Total()), graded.get((learner, name))
        totals[learner] = Total(
            total.score + score.share - (before.share if before else 0),
            total.started + (before is None),
            total.passed + score.passed - bool(before and before.passed),
        )


def scores_of(learners: Collection[int], items: Sequence[HeatItem]) -> dict[tuple[int, str], Score]:
    """Return the scores of these learners by learner and item. Three queries."""
    return _read_graded(learners, items) | _read_changed(Q(enrollment__in=list(learners)), items)


def _read_changed(learners: Q, items: Sequence[HeatItem]) -> dict[tuple[int, str], Score]:
    passes = {item.id: item.passes for item in items}
    rows: Any = Override.objects.filter(learners, is_current=True, points__isnull=False, out_of__gt=0)
    found: dict[tuple[int, str], Score] = {}
    for learner, quiz, lab, points, out_of in rows.values_list(
        "enrollment", "quiz", "lab", "points", "out_of"
    ):
        name, share = f"{QUIZ}-{quiz}" if quiz else f"{LAB}-{lab}", float(points / out_of)
        if name in passes:
            found[learner, name] = Score(share, share >= passes[name], is_changed=True)
    return found


def _read_graded(learners: Collection[int], items: Sequence[HeatItem]) -> dict[tuple[int, str], Score]:
    found: dict[tuple[int, str], Score] = {}
    own: Any = Submission.objects.of_learners(list(learners))
    both = _scores(Q(enrollment__in=list(learners)), items, own)
    for kind, rows in zip((LAB, QUIZ), both, strict=True):
        for learner, key, part, done in rows.values_list("learner", kind, "part", "is_done"):
            found[learner, f"{kind}-{key}"] = Score(part or 0.0, bool(done))
    return found


# Any: annotated rows
def _scores(learners: Q, items: Iterable[HeatItem], submissions: Any) -> tuple[QuerySet[Any], QuerySet[Any]]:
    # each row has its `learner`: a team's submission is that of each member
    keys = {kind: [item.key for item in items if item.kind == kind] for kind in (LAB, QUIZ)}
    labs = submissions.filter(lab__in=keys[LAB]).best()
    tried = Attempt.objects.filter(learners, quiz__in=keys[QUIZ])
    # The window of the best attempts is computed inside, so that the rows outside can be grouped.
    quizzes = Attempt.objects.filter(pk__in=tried.best().values("pk")).worth().order_by()
    return (
        labs.annotate(part=_share("points", "max_points"), is_done=F("passed")),
        quizzes.annotate(learner=F("enrollment"), part=_share("points", "worth"), is_done=F("passed")),
    )


def _share(points: str, out_of: str) -> Coalesce:
    share = Cast(F(points), FloatField()) / NullIf(Cast(F(out_of), FloatField()), 0.0)
    return Coalesce(share, Value(0.0), output_field=FloatField())
