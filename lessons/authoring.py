"""Write operations of authors on a course, other than saving a text."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from lessons.actions import save_session
from lessons.deadline_changes import deadlines_moved
from lessons.models import Course, Lesson, Session
from lessons.slugs import free_slug, slug_of
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
    deadlines_moved(course.pk)


def _move(item: Session | Lesson, by: User | None, **wanted: Any) -> None:
    # By `save()`, so that the change is in a lesson's history, and only if there is a change.
    changed = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    for name, value in changed.items():
        setattr(item, name, value)
    if changed:
        item._history_user = by  # type: ignore[union-attr]  # simple-history's way
        item.save(update_fields=list(changed))


def current_order(course: Course) -> list[Place]:
    """Return the places of the course's sessions, each followed by those of its lessons."""
    lessons: dict[int, list[Place]] = {}
    for lesson, session in course.lessons.in_order().values_list("pk", "session"):
        lessons.setdefault(session, []).append(("lesson", lesson))
    sessions = course.sessions.values_list("pk", flat=True)
    return [place for pk in sessions for place in [("session", pk), *lessons.get(pk, [])]]


def shift(order: Sequence[Place], moved: Place, step: int) -> list[Place]:
    """Return the order with a place one step up (-1) or down (1). It stays where nothing is beyond it.

    A session takes its lessons along. A lesson at the end of its session moves into the next one, at the nearer end.
    """
    blocks = _blocks(order)
    at = next((number for number, block in enumerate(blocks) if moved in block), None)
    if at is None:
        return list(order)
    other = at + step
    if moved[0] == "session":
        if 0 <= other < len(blocks):
            blocks[at], blocks[other] = blocks[other], blocks[at]
    else:
        _shift_lesson(blocks, at, moved, step)
    return [place for block in blocks for place in block]


def _shift_lesson(blocks: list[list[Place]], at: int, moved: Place, step: int) -> None:
    block, other = blocks[at], at + step
    to = block.index(moved) + step
    if 1 <= to < len(block):
        block.remove(moved)
        block.insert(to, moved)
    elif 0 <= other < len(blocks):
        block.remove(moved)
        blocks[other].insert(len(blocks[other]) if step < 0 else 1, moved)


def shift_within(order: Sequence[Place], moved: Place, step: int) -> list[Place]:
    """Return a flat order with a place one step up (-1) or down (1). It stays where nothing is beyond it."""
    found = list(order)
    to = found.index(moved) + step if moved in found else -1
    if 0 <= to < len(found):
        found.remove(moved)
        found.insert(to, moved)
    return found


def move_into(order: Sequence[Place], moved: Place, session: Place) -> list[Place]:
    """Return the order with a lesson at the end of a session; an unknown place leaves it incomplete."""
    blocks = _blocks([place for place in order if place != moved])
    return [place for block in blocks for place in [*block, *([moved] if block[0] == session else [])]]


def _blocks(order: Sequence[Place]) -> list[list[Place]]:
    # Each session with its lessons.
    blocks: list[list[Place]] = []
    for place in order:
        if place[0] == "session" or not blocks:
            blocks.append([])
        blocks[-1].append(place)
    return blocks


@transaction.atomic
def add_session(*, course: Course, title: str) -> Session:
    """Add a session at the end of a course, with a slug from its title."""
    slug = free_slug(slug_of(title, "session"), set(course.sessions.values_list("slug", flat=True)))
    session = Session(course=course, title=title, slug=slug)
    session.position = next_position(session)
    return save_session(session=session)


def next_position(item: Session | Lesson) -> int:
    siblings: Any = item.session.lessons if isinstance(item, Lesson) else item.course.sessions
    last = siblings.order_by("position").last()
    return last.position + 1 if last else 1


def free_quiz_slug(lesson: Lesson) -> str:
    """Return the slug for a new quiz of a lesson: that of the lesson if it is free."""
    return free_slug(lesson.slug, set(lesson.course.quizzes.values_list("slug", flat=True)))
