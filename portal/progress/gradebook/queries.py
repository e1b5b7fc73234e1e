"""Read the gradebook of a cohort. The number of queries is fixed, whatever the number of learners and items."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from labs.models import Lab, Submission
from lessons.models import Attempt, Cohort, Course, Enrollment, Quiz
from lessons.pseudonyms import pseudonym_of
from portal.progress.item_queries import addresses
from portal.progress.models import ExternalMark, Override
from portal.progress.score_queries import score_enrollments
from portal.progress.scoring import Scores

DAY = timedelta(days=1)
ITEMS = {"": "All items", "quiz": "Quizzes", "lab": "Labs", "external": "External marks"}


class Learner(NamedTuple):
    """A learner of the cohort, under the name that this reader may see."""

    enrollment: int
    name: str
    email: str  # "" if the reader sees no name


@dataclass(frozen=True)
class Column:
    """A column of scores; `worth` is its share of the 100 points, None for an external mark."""

    key: str
    label: str
    title: str
    url: str
    worth: Decimal | None = None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


def learners_of(cohort: Cohort, *, sees_names: bool) -> list[Learner]:
    """Return the active learners by name, or in an order that says nothing if the reader sees pseudonyms."""
    rows = Enrollment.objects.active().filter(cohort=cohort).order_by()
    found = rows.values_list("pk", "user__name", "user__email")
    if not sees_names:
        return sorted((Learner(pk, pseudonym_of(pk), "") for pk, _, _ in found), key=lambda each: each.name)
    named = [Learner(pk, name or email, email) for pk, name, email in found]
    return sorted(named, key=lambda each: (each.name.casefold(), each.enrollment))


def columns_of(cohort: Cohort) -> list[Column]:
    """Return the quizzes and labs in the order of the course, then the external marks of the cohort."""
    course = cohort.course
    quizzes = Quiz.objects.filter(course=course, lesson__deletion=None, lesson__session__deletion=None)
    quizzes = quizzes.order_by("lesson__session__position", "lesson__position", "pk")
    labs = Lab.objects.filter(course=course).order_by("position", "slug")
    return [
        *_columns(course, "quiz", quizzes.values_list("pk", "title", "slug")),
        *_columns(course, "lab", labs.values_list("pk", "title", "slug")),
        *external_columns(cohort),
    ]


# Any: rows of values
def _columns(course: Course, kind: str, rows: Iterable[Any]) -> list[Column]:
    page = addresses(kind, course.slug)
    return [
        Column(f"{kind}:{pk}", f"{kind[0].upper()}{number}", title or slug, page(slug))
        for number, (pk, title, slug) in enumerate(rows, 1)
    ]


def external_columns(cohort: Cohort) -> list[Column]:
    rows = ExternalMark.objects.filter(enrollment__cohort=cohort).order_by("origin", "origin_key")
    names = {(origin, key): title for origin, key, title in rows.values_list("origin", "origin_key", "title")}
    return [
        Column(f"external:{origin}:{key}", f"E{number}", title, "")
        for number, ((origin, key), title) in enumerate(names.items(), 1)
    ]


def read_scores(course: Course, keys: Collection[int]) -> dict[int, Scores]:
    """Return the scores of some learners, with what is held back."""
    learners = Enrollment.objects.filter(pk__in=keys).only("cohort", "course")
    return score_enrollments(course, learners, with_held=True)


@dataclass(frozen=True)
class Marks:
    """The signs on the page: overrides, days late (0 if not known), and external marks, by learner and key."""

    overrides: dict[tuple[int, str], Override]
    late: dict[tuple[int, str], int]
    external: dict[tuple[int, str], tuple[Decimal, Decimal]]


def read_marks(keys: Collection[int]) -> Marks:
    """Read the marks of some learners."""
    overrides = Override.objects.filter(enrollment__in=keys, is_current=True)
    external = ExternalMark.objects.filter(enrollment__in=keys)
    rows = external.values_list("enrollment", "origin", "origin_key", "points", "out_of")
    return Marks(
        {(row.enrollment_id, row.item): row for row in overrides},
        {**_late_labs(keys), **_late_quizzes(keys)},
        {(learner, f"external:{origin}:{key}"): (points, of) for learner, origin, key, points, of in rows},
    )


def _late_labs(keys: Collection[int]) -> dict[tuple[int, str], int]:
    rows: Any = late_submissions().of_learners(keys)  # Any: rows with a deadline
    found = rows.values_list("learner", "lab", "due_at", "receipt__received_at")
    return {(learner, f"lab:{lab}"): -((due - received) // DAY) for learner, lab, due, received in found}


def _late_quizzes(keys: Collection[int]) -> dict[tuple[int, str], int]:
    own = Attempt.objects.filter(is_late=True, enrollment=OuterRef("enrollment"), quiz=OuterRef("quiz"))
    rows = Attempt.objects.filter(Q(Exists(own)), enrollment__in=keys).best().filter(is_late=True)
    return {(learner, f"quiz:{quiz}"): 0 for learner, quiz in rows.values_list("enrollment", "quiz")}


def late_submissions() -> Any:  # Any: with the methods of submissions
    return Submission.objects.filter(is_best=True, due_at__isnull=False, lab__deletion=None).order_by()


def learners_with(cohort: Cohort, show: str) -> set[int]:
    """Return the learners who have late work, or a score that was changed by hand or is held back."""
    rows: Any
    if show == "late":
        late = Attempt.objects.filter(enrollment__cohort=cohort, is_late=True, quiz__deletion=None)
        of_cohort: Any = late_submissions().filter(enrollment__cohort=cohort).by_learner()
        found = set(of_cohort.values_list("learner", flat=True))
        return found | set(late.order_by().values_list("enrollment", flat=True))
    rows = Override.objects.filter(enrollment__cohort=cohort, is_current=True).order_by()
    rows = rows.filter(is_public=False) if show == "held" else rows.exclude(points=None)
    return set(rows.values_list("enrollment", flat=True))


def count_held(cohort: Cohort) -> int:
    return Override.objects.filter(enrollment__cohort=cohort, is_current=True, is_public=False).count()
