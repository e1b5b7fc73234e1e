"""The sessions of a course, and the lessons of one of them, for the sidebar of a lesson. Cached for some seconds."""

from dataclasses import dataclass, field
from typing import Any

from django.core.cache import caches
from django.db.models import FilteredRelation, Q
from django.urls import reverse

from lessons.models import Lesson, Session
from lessons.queries import OpenCourse


@dataclass(frozen=True)
class ListedLesson:
    """`url` is "" if the reader may not open the lesson."""

    key: int
    title: str
    url: str
    is_draft: bool = False


@dataclass(frozen=True)
class ListedSession:
    """`lessons` is empty for all sessions but the current one."""

    title: str
    url: str
    is_current: bool = False
    lessons: list[ListedLesson] = field(default_factory=list)


def syllabus(reader: OpenCourse, session: int) -> list[ListedSession]:
    """Return the sessions of a course in order, the current one with its lessons; at most one query."""
    # Everybody of one role may open the same lessons.
    role = "staff" if reader.is_staff else "learner" if reader.enrollment else "visitor"
    key = f"syllabus:{session}:{role}"
    found: list[ListedSession] | None = caches["pages"].get(key)
    if found is None:
        found = _listed(reader, session)
        caches["pages"].set(key, found)
    return found


def _listed(reader: OpenCourse, current: int) -> list[ListedSession]:
    course = reader.course
    sessions: dict[int, ListedSession] = {}
    for pk, slug, title, *lesson in _rows(reader, current):
        if pk not in sessions:
            address = f"{course.get_absolute_url()}#session-{slug}"
            sessions[pk] = ListedSession(title, address, is_current=pk == current)
        if lesson[0] is not None:
            sessions[pk].lessons.append(_lesson(reader, *lesson))
    return list(sessions.values())


def _rows(reader: OpenCourse, current: int) -> Any:
    shown = Q(lessons__session=current)
    if not reader.is_staff:
        shown &= Q(lessons__status=Lesson.Status.PUBLISHED)
    sessions = Session.objects.filter(course=reader.course).annotate(
        shown=FilteredRelation("lessons", condition=shown)
    )
    fields = ("pk", "slug", "title", "shown", "shown__slug", "shown__title", "shown__public", "shown__status")
    return sessions.order_by("position", "pk", "shown__position", "shown__pk").values_list(*fields)


def _lesson(reader: OpenCourse, pk: int, slug: str, title: str, public: bool, status: str) -> ListedLesson:
    url = reverse("lesson", args=[reader.course.slug, slug]) if reader.is_member or public else ""
    return ListedLesson(pk, title, url, is_draft=status == Lesson.Status.DRAFT)
