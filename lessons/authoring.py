"""Write operations of authors on a course, other than saving a text."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from lessons.models import Course, Lesson, Session
from lessons.slugs import free_slug
from portal.accounts.models import User

Place = tuple[str, int]


class OrderChangedError(Exception):
    """The course's sessions or lessons are not those in the submitted order."""


@transaction.atomic
def order_course(*, course: Course, order: Sequence[Place], by: User | None) -> None:
    """Set the order of sessions and lessons: ("session", key), its lessons as ("lesson", key), and so on.

    A lesson moves to the session before it. Raises OrderChangedError unless each is named exactly once and a
    session comes first.
    """
    rows: dict[Place, Any] = {("session", row.pk): row for row in course.sessions.select_for_update()}
    # Ordered by key: the default order of lessons needs a join, which the lock does not allow.
    lessons = course.lessons.select_for_update().order_by("pk")
    rows |= {("lesson", row.pk): row for row in lessons}
    if sorted(order) != sorted(rows) or (order and order[0][0] != "session"):
        raise OrderChangedError
    session, sessions, lessons_in_it = None, 0, 0
    for place in order:
        if place[0] == "session":
            session, sessions, lessons_in_it = rows[place], sessions + 1, 0
            _move(session, by, position=sessions)
        else:
            lessons_in_it += 1
            _move(rows[place], by, position=lessons_in_it, session=session)


def _move(item: Session | Lesson, by: User | None, **wanted: Any) -> None:
    # By `save()`, so that the change is in a lesson's history, and only if there is a change.
    changed = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    for name, value in changed.items():
        setattr(item, name, value)
    if changed:
        item._history_user = by  # type: ignore[union-attr]  # simple-history's way
        item.save(update_fields=list(changed))


def next_position(item: Session | Lesson) -> int:
    siblings: Any = item.session.lessons if isinstance(item, Lesson) else item.course.sessions
    last = siblings.order_by("position").last()
    return last.position + 1 if last else 1


def free_quiz_slug(lesson: Lesson) -> str:
    """Return the slug for a new quiz of a lesson: that of the lesson if it is free."""
    return free_slug(lesson.slug, set(lesson.course.quizzes.values_list("slug", flat=True)))
