"""The sentences of a certificate, the same on its page and in the PDF."""

from datetime import date
from typing import Any

from django.utils.formats import date_format

from portal.progress.items import plural


# Any: JSON
def completed_words(content: dict[str, Any]) -> str:
    """Return “completed MLOps Edu: 6 sessions, 12 lessons and 7 labs, with 88 of 100 points.”"""
    counts = [(content[noun], noun.removesuffix("s")) for noun in ("sessions", "hours", "lessons", "labs")]
    parts = [f"{count} {plural(noun, count)}" for count, noun in counts if count]
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1] if parts else ""]))
    points = f"with {content['points']} of 100 points."
    return (
        f"completed {content['course']}: {listed}, {points}"
        if listed
        else f"completed {content['course']}, {points}"
    )


# Any: JSON
def period_words(content: dict[str, Any]) -> str:
    """Return “29 November to 14 December 2025”, or "" for a cohort without meetings."""
    if not content["starts_on"]:
        return ""
    start, end = date.fromisoformat(content["starts_on"]), date.fromisoformat(content["ends_on"])
    if start == end:
        return date_format(end, "j F Y")
    form = "j F" if start.year == end.year else "j F Y"
    return f"{date_format(start, form)} to {date_format(end, 'j F Y')}"
