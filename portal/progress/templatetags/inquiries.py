"""Show the questions about a grade in its place, with the form to ask: {% inquiry "submission" submission.pk %}."""

from typing import Any

from django import template

from lessons.models import Enrollment
from portal.progress.inquiries.actions import MAX_TEXT
from portal.progress.inquiries.queries import inquiries_of
from portal.progress.models import Inquiry

register = template.Library()


# Any: the context of a template, and the one that is returned
@register.inclusion_tag("inquiries/_place.html", takes_context=True)
def inquiry(
    context: Any, thing: str, enrollment: Enrollment | None, *, may_ask: bool = True
) -> dict[str, Any]:
    """Show the inquiries of a learner about a thing, by its key. Only the learner may ask."""
    request = context.get("request")
    if request is None or enrollment is None or not enrollment.pk or not request.user.is_authenticated:
        return {}
    found = [each for each in _inquiries(request, enrollment) if each.thing == thing]
    is_own = enrollment.user_id == request.user.pk
    return {
        "thing": thing,
        "name": thing.replace(":", "-"),
        "inquiries": found,
        "may_ask": may_ask and is_own and not any(each.is_open for each in found),
        "is_own": is_own,
        "max_text": MAX_TEXT,
    }


# Any: a request, which remembers the rows so that a page of many questions needs one query
def _inquiries(request: Any, enrollment: Enrollment) -> list[Inquiry]:
    known = request.__dict__.setdefault("_inquiries", {})
    if enrollment.pk not in known:
        known[enrollment.pk] = list(inquiries_of(enrollment))
    rows: list[Inquiry] = known[enrollment.pk]
    return rows


@register.simple_tag
def thing_key(*parts: object) -> str:
    return ":".join(map(str, parts))
