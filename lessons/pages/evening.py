"""The plan of a session's evening: when each part with planned minutes starts, for the course's staff."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import Http404
from django.utils import timezone

from lessons.models import Course, Lesson, Meeting, Session
from lessons.queries import Visitor, get_taught_course_by_slug
from lessons.rights import cohorts_taught


@dataclass(frozen=True)
class PlannedPart:
    """A part of a lesson. `starts` is a time of day, or hours and minutes from the start if there is no meeting.

    `over` is how many of its minutes are after the end of the meeting.
    """

    lesson: Lesson
    title: str
    starts: str
    minutes: int
    over: int = 0


@dataclass(frozen=True)
class Evening:
    """`meeting` is the chosen one of `meetings`, None without a date. `unplanned` lessons have no minutes."""

    course: Course
    session: Session
    meetings: list[Meeting]
    meeting: Meeting | None
    parts: list[PlannedPart] = field(default_factory=list)
    unplanned: list[Lesson] = field(default_factory=list)

    @property
    def planned(self) -> int:
        return sum(part.minutes for part in self.parts)

    @property
    def over(self) -> int:
        return sum(part.over for part in self.parts)

    @property
    def left(self) -> int:
        return max(0, self.meeting.minutes - self.planned) if self.meeting else 0

    @property
    def ends(self) -> str:
        return _clock(self.meeting, self.planned)


def get_evening(user: Visitor, course_slug: str, session_slug: str, cohort_slug: str) -> Evening:
    """Return the plan for the cohort with this slug, by default the one that meets next. Raises Http404."""
    course = get_taught_course_by_slug(user, course_slug)
    session = course.sessions.filter(slug=session_slug).first()
    if session is None:
        raise Http404
    meetings = list(
        session.meetings.filter(cohort__in=cohorts_taught(user))
        .select_related("cohort")
        .order_by("starts_at")
    )
    meeting = _choose(meetings, cohort_slug)
    lessons = list(
        session.lessons.order_by("position", "pk").only("slug", "title", "course", "session", "plan")
    )
    for lesson in lessons:
        lesson.course = course
    parts = list(_parts(lessons, meeting))
    return Evening(course, session, meetings, meeting, parts, [each for each in lessons if not each.plan])


def _choose(meetings: list[Meeting], cohort_slug: str) -> Meeting | None:
    if cohort_slug:
        found = [meeting for meeting in meetings if meeting.cohort.slug == cohort_slug]
        if not found:
            raise Http404
        return found[0]
    now = timezone.now()
    coming = (each for each in meetings if each.ends_at >= now and not each.is_cancelled)
    return next(coming, meetings[-1] if meetings else None)


def _parts(lessons: Iterable[Lesson], meeting: Meeting | None) -> Iterator[PlannedPart]:
    spent = 0
    for lesson in lessons:
        for title, minutes in lesson.plan:
            end = spent + minutes
            over = max(0, end - max(spent, meeting.minutes)) if meeting else 0
            yield PlannedPart(lesson, title, _clock(meeting, spent), minutes, over)
            spent = end


def _clock(meeting: Meeting | None, minutes: int) -> str:
    if meeting is None:
        return f"{minutes // 60}:{minutes % 60:02}"
    when = meeting.starts_at + timedelta(minutes=minutes)
    return f"{when.astimezone(meeting.zone):%H:%M}"
