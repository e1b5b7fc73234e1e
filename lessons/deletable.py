"""The kinds of content that staff delete and restore. Each app registers its own, as with the kinds of search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lessons.models import (
    Attempt,
    Attendance,
    Course,
    Enrollment,
    FormerSlug,
    Lesson,
    LoadedFile,
    Quiz,
    Reading,
    Session,
)
from lessons.models.deletion import Deletable

BATCH = 500  # rows of learners' work that one transaction removes for good
# Any: rows of every model
AnyRows = QuerySet[Any]


@dataclass(frozen=True)
class Work:
    """Rows of learners' work, each with an `enrollment`, counted as `one` or `many`."""

    one: str
    many: str
    rows: AnyRows


@dataclass(frozen=True)
class Kind:
    """`within` has, for each kind that contains this one, the lookup from a row to it.

    `work` returns what learners did in some rows. `clear` removes what would refuse the removal of these keys.
    """

    name: str
    plural: str
    model: type[Deletable]
    within: Mapping[str, str] = field(default_factory=dict)
    work: Callable[[AnyRows], list[Work]] = lambda rows: []
    clear: Callable[[Sequence[int]], None] = lambda keys: None

    def rows_in(self, kind: str, key: int) -> AnyRows:
        """Return the rows that are, or are in, a row of `kind`, deleted or not."""
        if kind != self.name and kind not in self.within:
            return self.model.with_deleted().none()
        lookup = "pk" if kind == self.name else self.within[kind]
        return self.model.with_deleted().filter(**{lookup: key}).order_by()

    def remove(self, keys: Sequence[int]) -> None:
        """Remove rows for good, with all that hangs on them. Can be repeated after it broke off."""
        self.clear(keys)
        with transaction.atomic():
            self.model.with_deleted().filter(pk__in=keys).delete()
            if history := getattr(self.model, "history", None):
                history.filter(id__in=keys).delete()
            for model in (FormerSlug, LoadedFile):
                model.objects.filter(kind=self.name, target__in=keys).delete()


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let staff delete content of this kind. Apps register theirs when they are ready."""
    KINDS[kind.name] = kind


def in_removal_order() -> list[Kind]:
    """Return the kinds, those that are in others first."""
    return sorted(KINDS.values(), key=lambda kind: -len(kind.within))


def remove_in_batches(rows: AnyRows) -> None:
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.model._base_manager.filter(pk__in=keys).delete()


# --- the kinds of this app --------------------------------------------------------------------------------------------


def _readings(lessons: AnyRows) -> list[Work]:
    return [Work("reading", "readings", Reading.objects.filter(lesson__in=lessons.values("pk")))]


def _attendance(sessions: AnyRows) -> list[Work]:
    rows = Attendance.objects.filter(meeting__session__in=sessions.values("pk"))
    return [Work("attendance record", "attendance records", rows)]


def _attempts(quizzes: AnyRows) -> list[Work]:
    return [Work("quiz attempt", "quiz attempts", Attempt.objects.filter(quiz__in=quizzes.values("pk")))]


def _clear_quizzes(keys: Sequence[int]) -> None:
    # a version is protected by its attempts, and by the quiz whose current one it is
    remove_in_batches(Attempt.objects.filter(quiz__in=keys))
    Quiz.with_deleted().filter(pk__in=keys).update(current=None)


def _clear_courses(keys: Sequence[int]) -> None:
    # a course and its cohorts are protected by their learners
    remove_in_batches(Enrollment.objects.filter(course__in=keys))


def register_own() -> None:
    register(Kind("course", "courses", Course, clear=_clear_courses))
    register(Kind("session", "sessions", Session, {"course": "course"}, _attendance))
    register(Kind("lesson", "lessons", Lesson, {"course": "course", "session": "session"}, _readings))
    in_lessons = {"course": "course", "session": "lesson__session", "lesson": "lesson"}
    register(Kind("quiz", "quizzes", Quiz, in_lessons, _attempts, _clear_quizzes))
