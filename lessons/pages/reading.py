"""What templates need beyond the rows themselves."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lessons.queries import OpenLesson
from lessons.rendering import MAX_LISTED, with_ticks


def reading_context(found: OpenLesson, token: object) -> dict[str, Any]:
    """`token` goes into the forms, against forged requests."""
    return {
        "course": found.lesson.course,
        "lesson": found.lesson,
        "enrollment": found.enrollment,
        "reading": found.reading,
        "is_draft": found.lesson.status != found.lesson.Status.PUBLISHED,
        "body": lesson_body(found, token),
        "csrf_token": token,
        "contents": contents_list(found),
        "before": found.before,
        "after": found.after,
    }


def lesson_body(found: OpenLesson, token: object) -> SafeString:
    """The stored HTML, its checklist items as small forms for a learner."""
    html = found.lesson.html
    if found.enrollment and found.lesson.checklist:
        address = reverse("lesson_tick", args=[found.lesson.course.slug, found.lesson.slug])
        html = with_ticks(html, found.ticked, lambda *item: tick_form(token, address, *item))
    return mark_safe(html)  # noqa: S308 - sanitised by lessons.rendering when it was saved


def tick_form(token: object, address: str, key: str, html: str, ticked: bool) -> str:
    """One checklist item as a form; `html` is sanitised inline HTML."""
    context = {"address": address, "key": key, "html": mark_safe(html), "ticked": ticked}  # noqa: S308
    # A lesson has many, and with the request each would ask for all that a whole page shows.
    return render_to_string("lessons/_tick.html", {**context, "csrf_token": token})


def contents_list(found: OpenLesson) -> str:
    """The list of headings, which a page shows twice; empty where there are none."""
    headings = contents_rail(found)
    return render_to_string("lessons/_contents.html", {"contents": headings}) if headings else ""


def contents_rail(found: OpenLesson) -> list[dict[str, Any]]:
    """The headings with how far the learner is: done before the one read last, part at it, todo after it."""
    listed = found.lesson.contents[:MAX_LISTED]
    headings = [{"id": id_, "title": title, "level": level} for level, id_, title in listed]
    if found.reading and found.reading.read_at:
        return [{**heading, "state": "done"} for heading in headings]
    last = found.reading.heading if found.reading else ""
    at = next((index for index, heading in enumerate(headings) if heading["id"] == last), -1)
    return [
        {**heading, "state": "done" if index < at else "part" if index == at else "todo"}
        for index, heading in enumerate(headings)
    ]
