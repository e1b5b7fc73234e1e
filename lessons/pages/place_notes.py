"""Public answers as notes in the text of a lesson."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string

from lessons.lesson_queries import OpenLesson
from lessons.threads.here import note_context
from lessons.threads.queries import notes_at, threads_at

HEADING = re.compile(r'(?:<div class="heading">)?<h[23] id="([^"]*)">')


# Any: annotated rows of threads
def lesson_threads(found: OpenLesson) -> list[Any]:
    """Return the learner's own threads about a lesson, and the public ones of their cohort."""
    enrollment = found.enrollment
    if enrollment is None or enrollment.pk is None or not found.has_threads:
        return []
    return list(threads_at(enrollment, "lesson", [found.lesson.pk]))


# Any: as above
def with_notes(html: str, threads: Iterable[Any]) -> str:
    """Add the public answers to the stored HTML of a lesson, each at the end of the section of its heading."""
    notes: dict[str, str] = {}
    for thread in notes_at(threads):
        notes[thread.part] = notes.get(thread.part, "") + _note(thread)
    return _insert(html, notes) if notes else html


def _insert(html: str, notes: Mapping[str, str]) -> str:
    starts = [(found.start(), found[1]) for found in HEADING.finditer(html)]
    ends = [start for start, _ in starts[1:]] + [len(html)]
    parts = [html[: starts[0][0]] if starts else html]
    for (start, part), end in zip(starts, ends, strict=False):
        parts += [html[start:end], notes.get(part, "")]
    return "".join(parts)


def _note(thread: Any) -> str:
    return render_to_string("lessons/threads/_note.html", note_context(thread))
