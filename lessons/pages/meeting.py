"""The context of the class page: the plan of the evening, materials, notes and signals. Attendance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.utils import timezone

from lessons.lesson_queries import opening_of
from lessons.live_queries import running_live_quizzes
from lessons.meeting_queries import (
    ClassState,
    OpenMeeting,
    count_present,
    learners_of,
    own_attendance,
    own_signals,
    signals_of,
    state_of,
)
from lessons.models import Attendance, Enrollment, Lesson, Meeting, MeetingSignal
from lessons.pages.context import Context
from lessons.pages.numbers import read_number
from lessons.queries import Visitor
from lessons.threads.queue import open_meeting_request

Kind = MeetingSignal.Kind
MAX_NOTES = 50_000  # characters
MAX_LEARNERS_ON_PAGE = 200


@dataclass(frozen=True)
class Part:
    """A part of the evening. `state` is that by the clock: the instructor may be faster or slower."""

    title: str
    starts: str
    state: str
    ends_at: datetime


@dataclass(frozen=True)
class Material:
    title: str
    url: str
    note: str


@dataclass(frozen=True)
class SignalButton:
    """A button of a learner. `sent` is their signal, None before."""

    kind: str
    label: str
    sent: MeetingSignal | None


def class_page(found: OpenMeeting, user: Visitor) -> Context:
    """Return the context of the whole page and of the part that is polled."""
    meeting, phase = found.meeting, found.phase
    lessons = list(found.reader.lessons().filter(session=meeting.session_id))
    for lesson in lessons:
        lesson.course = found.reader.course
    parts = list(_parts(found, lessons))
    context: Context = {
        "course": found.reader.course,
        "meeting": meeting,
        "phase": phase,
        "now": found.now,
        "is_staff": found.is_staff,
        "is_learner": found.enrollment is not None,
        "enrollment": found.enrollment,
        "may_join": meeting.may_join(found.now) and bool(meeting.join_url),
        "cursor": _cursor(found, parts),
        "parts": parts,
        "materials": [_material(found, lesson) for lesson in lessons],
        "live_now": running_live_quizzes(user, [found.reader.course]) if phase == "live" else [],
    }
    if found.enrollment:
        context["buttons"] = _buttons(meeting, found.enrollment) if phase == "live" else []
        context["attendance"] = own_attendance(meeting, found.enrollment)
        context["help_request"] = open_meeting_request(meeting, found.enrollment) if phase == "live" else None
    if found.is_staff:
        context |= _for_staff(meeting)
    return context


def _parts(found: OpenMeeting, lessons: Iterable[Lesson]) -> Iterable[Part]:
    # Staff read the times of the class, learners their own.
    zone = found.meeting.zone if found.is_staff else timezone.get_current_timezone()
    ends = found.meeting.starts_at
    for lesson in lessons:
        for title, minutes in _planned(lesson, is_staff=found.is_staff):
            starts, ends = ends, ends + timedelta(minutes=minutes)
            is_current = found.phase == "live" and starts <= found.now
            state = "done" if ends <= found.now else "now" if is_current else "todo"
            yield Part(title, f"{starts.astimezone(zone):%H:%M}", state, ends)


def _planned(lesson: Lesson, *, is_staff: bool) -> list[tuple[str, int]]:
    # The words of the plan are for staff alone: learners read when each lesson starts.
    if is_staff:
        return [(title or lesson.title, minutes) for title, minutes in lesson.plan]
    minutes = sum(minutes for _, minutes in lesson.plan)
    return [(lesson.title, minutes)] if minutes else []


def _cursor(found: OpenMeeting, parts: Iterable[Part]) -> str:
    # the state, and the end of the current part of the plan
    ends = next((str(int(part.ends_at.timestamp())) for part in parts if part.state == "now"), "")
    return f"{state_of(found).cursor}-{ends}"


def is_up_to_date(cursor: str, state: ClassState, now: datetime) -> bool:
    """Return True if a page that was drawn with this cursor is still right."""
    before, _, ends = cursor.partition("-")
    return state.cursor == before and not 0 <= read_number(ends) <= now.timestamp()


def _material(found: OpenMeeting, lesson: Lesson) -> Material:
    opens_at = opening_of(lesson)
    if found.reader.has_opened(opens_at):
        return Material(lesson.title, lesson.get_absolute_url(), f"Lesson, about {lesson.minutes} min")
    return Material(lesson.title, "", "Lesson, opens later")


def _buttons(meeting: Meeting, enrollment: Enrollment) -> list[SignalButton]:
    sent = own_signals(meeting, enrollment)
    return [SignalButton(kind.value, str(kind.label), sent.get(kind.value)) for kind in Kind]


def _for_staff(meeting: Meeting) -> Context:
    return {"signals": [signals_of(meeting, kind) for kind in Kind], "present": count_present(meeting)}


def announcement(cursor: str, phase: str) -> str:
    """Return a sentence for screen readers about a part that was drawn again; `cursor` is the state before."""
    if cursor.partition(".")[0] == phase:
        return "This page was updated."
    words = {"soon": "You can join now.", "live": "The class is live.", "ended": "The class has ended."}
    return words.get(phase, "This page was updated.")


def attendance_page(found: OpenMeeting, number: str, *, joined: bool) -> Context:
    """Return a page of learners; with `joined`, those who clicked the link to join are ticked."""
    page: Page[Enrollment] = Paginator(learners_of(found.meeting), MAX_LEARNERS_ON_PAGE).get_page(number)
    marked = [(each, getattr(each, "at", None)) for each in page]  # `at` is missing without an attendance
    rows = [(each, at, _is_ticked(at, joined)) for each, at in marked]
    return {
        "course": found.reader.course,
        "meeting": found.meeting,
        "page": page,
        "rows": rows,
        "keys": ",".join(str(each.pk) for each in page),
        "joined": joined,
    }


def _is_ticked(at: Attendance | None, joined: bool) -> bool:
    if at is None:
        return False
    return at.is_present if at.is_present is not None else joined and at.joined_at is not None
