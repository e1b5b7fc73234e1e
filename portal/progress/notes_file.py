"""The lessons of a course and the notes of its classes as one HTML file, for learners to keep."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string

from lessons.models import Lesson, Meeting
from lessons.queries import OpenCourse

MAX_LESSONS = 500


@dataclass
class SessionNotes:
    """A session with its open lessons, and the notes of its class in the cohort of the reader."""

    title: str
    lessons: list[Lesson] = field(default_factory=list)
    notes: str = ""


def write_notes(reader: OpenCourse) -> str:
    """Return the file, without the parts for staff. Two queries."""
    parts: dict[int, SessionNotes] = {}
    lessons = reader.open_lessons().select_related("session")
    for lesson in lessons.only("title", "html", "session__title", "session", "course")[:MAX_LESSONS]:
        part = parts.setdefault(lesson.session_id, SessionNotes(lesson.session.title))
        part.lessons.append(lesson)
    for session, html in _class_notes(reader).items():
        if session in parts:
            parts[session].notes = html
    context = {"course": reader.course, "parts": list(parts.values()), "address": settings.PUBLIC_URL}
    return render_to_string("progress/notes_file.html", context)


def _class_notes(reader: OpenCourse) -> dict[int, str]:
    if reader.cohort is None:
        return {}
    rows = Meeting.objects.filter(cohort=reader.cohort, starts_at__lte=reader.now).exclude(notes_html="")
    found: dict[int, str] = defaultdict(str)
    for session, html in rows.order_by("starts_at").values_list("session", "notes_html"):
        found[session] += html
    return found
