"""Questions at their place: below a page, beside a question or in the text of a lesson."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lessons.models import Enrollment
from lessons.threads.queries import asker_of, notes_at, threads_at

Context = dict[str, Any]  # Any: a template takes values of every type


# Any: annotated by `threads_at`
def note_context(thread: Any) -> Context:
    answers = [each for each in thread.shown if each.answers]
    return {
        "thread": thread,
        "asker": "You" if thread.is_own else asker_of(thread),
        "answers": [_html(each.html) for each in answers],
    }


def _html(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - sanitised by lessons.rendering when it was saved


# Any: as above
def list_below(threads: Iterable[Any], parts: set[str] | None = None) -> Context:
    """Return the learner's own threads, and the notes without a heading to follow: `parts` are the present headings."""
    rows = list(threads)
    own = [each for each in rows if each.is_own]
    notes = [note_context(each) for each in notes_at(rows) if parts is None or each.part not in parts]
    return {"own": own, "notes": notes}


def threads_below(enrollment: Enrollment | None, kind: str, key: int) -> Context:
    """Return the same for a place without headings. One query, and one for messages if there are threads."""
    if enrollment is None or enrollment.pk is None:
        return {"own": [], "notes": []}
    return list_below(threads_at(enrollment, kind, [key]))


# Any: threads with annotations
def by_part(threads: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for thread in threads:
        found.setdefault(thread.part, []).append(thread)
    return found
