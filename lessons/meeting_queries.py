"""Read queries of meetings. Every function returns only rows that the given user may see."""

from dataclasses import dataclass, field
from datetime import datetime

from django.http import Http404
from django.utils import timezone

from lessons.models import Cohort, Enrollment, Meeting
from lessons.queries import Visitor, get_member_course


@dataclass(frozen=True)
class OpenMeeting:
    """A meeting as one visitor may see it: as a learner of its cohort (`enrollment`), as staff, or both."""

    meeting: Meeting
    enrollment: Enrollment | None
    is_staff: bool
    now: datetime = field(default_factory=timezone.now)


def get_meeting(user: Visitor, course: str, cohort: str, session: str) -> OpenMeeting:
    """Return a meeting of the learner's cohort, or of a course that `user` teaches. Raises Http404."""
    reader = get_member_course(user, course)
    meetings = Meeting.objects.filter(
        cohort__slug=cohort, cohort__course=reader.course, session__slug=session
    )
    found = meetings.select_related("cohort__course", "session").first()
    if found is None or not (reader.is_staff or found.cohort_id == reader.cohort):
        raise Http404
    own = reader.enrollment if found.cohort_id == reader.cohort else None
    return OpenMeeting(found, own, reader.is_staff, reader.now)


def get_cohort_meetings(user: Visitor, course: str, cohort: str) -> tuple[Cohort, list[Meeting]]:
    """Return the learner's cohort, or one of a course that `user` teaches, and its meetings. Raises Http404."""
    reader = get_member_course(user, course)
    found = Cohort.objects.filter(course=reader.course, slug=cohort).select_related("course").first()
    if found is None or not (reader.is_staff or found.pk == reader.cohort):
        raise Http404
    return found, list(found.meetings.select_related("cohort__course", "session"))
