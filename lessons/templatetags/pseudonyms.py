from django import template
from django.template.context import Context

from lessons.models import Enrollment
from lessons.pseudonyms import Names, name_in

register = template.Library()
register.filter("name_in", name_in)


@register.simple_tag(takes_context=True)
def learner_name(context: Context, enrollment: Enrollment) -> str:
    """Return the name or pseudonym of a learner, as the member of staff who reads the page may know it."""
    course = context.get("course")
    if course is not None and course.pk == enrollment.course_id:
        enrollment.course = course  # without a query for each row
    return names_for(context).of(enrollment)


def names_for(context: Context) -> Names:
    """Return the names as the reader of a page may know them, the same for all of the page."""
    request = context["request"]
    names: Names = request.__dict__.setdefault("_names", Names(request.user))
    return names
