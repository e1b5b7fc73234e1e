from urllib.parse import urlencode

from django import template

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
