from urllib.parse import urlencode

from django import template
from django.utils import timezone

from lessons.announcements import fresh_announcements
from lessons.exit_tickets import open_tickets
from lessons.models import Course, Enrollment
from lessons.threads.here import Context, threads_below

register = template.Library()


@register.inclusion_tag("lessons/threads/_here.html")
def questions_at(
    course: Course, enrollment: Enrollment | None, kind: str, key: int, slug: str, *, at: str = ""
) -> Context:
    """Show the questions at a place of a learner, and where to ask; `at` is a submission."""
    query = {"place": kind, "slug": slug, **({"at": at} if at else {})}
    return {
        **threads_below(enrollment, kind, key),
        "course": course,
        "at": urlencode(query),
        "may_help": True,
    }


@register.simple_tag
def ask_query(kind: str, slug: str, part: str = "", at: object = "") -> str:
    """Return the query of the address where one asks about a place."""
    values = {"place": kind, "slug": slug, "part": part, "at": at}
    return urlencode({name: value for name, value in values.items() if value})


@register.inclusion_tag("lessons/announcements/_fresh.html", takes_context=True)
def news_of(
    context: Context, course: Course, enrollment: Enrollment | None, *, tickets: bool = True
) -> Context:
    """Show a learner the announcements that matter now, and the exit tickets that are open. Two queries."""
    if enrollment is None or enrollment.pk is None:
        return {}
    now = timezone.now()
    return {
        "announcements": fresh_announcements(enrollment, now),
        "tickets": open_tickets(enrollment, now) if tickets else [],
        "course": course,
        "view": context.get("view"),
        "csrf_token": context.get("csrf_token"),
    }
