"""What authors of courses do besides saving a text."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from lessons.models import Course, Lesson, Session
from portal.accounts.models import User

Place = tuple[str, int]


class OrderChangedError(Exception):
    """The course has other sessions or lessons than the order that was sent."""


@transaction.atomic
def order_course(*, course: Course, order: Sequence[Place], by: User) -> None:
    """Put sessions and lessons in order: ("session", key), its lessons as ("lesson", key), the next session, …

    A lesson belongs to the session before it. Raises OrderChangedError where not each of them is named once, or a
    lesson comes first.
    """
    rows: dict[Place, Any] = {("session", row.pk): row for row in course.sessions.select_for_update()}
    # The lock allows no join, which the usual order of lessons would need.
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


def _move(item: Session | Lesson, by: User, **wanted: Any) -> None:
    """Save what changes and nothing else, by `save()`, so that a lesson's history tells of it."""
    changed = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    for name, value in changed.items():
        setattr(item, name, value)
    if changed:
        item._history_user = by  # type: ignore[union-attr]
        item.save(update_fields=list(changed))


def next_position(item: Session | Lesson) -> int:
    """The place behind the last of its siblings."""
    siblings: Any = item.session.lessons if isinstance(item, Lesson) else item.course.sessions
    last = siblings.order_by("position").last()
    return last.position + 1 if last else 1
