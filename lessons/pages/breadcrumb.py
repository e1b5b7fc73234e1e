"""The breadcrumb of a page of a course, drawn by `partials/_breadcrumb.html`."""

from django.urls import reverse

from lessons.models import Course

Crumb = tuple[str, str]  # text and URL; the last crumb is the page itself and needs no URL


def course_crumbs(course: Course, *steps: Crumb) -> list[Crumb]:
    return [(course.title, course.get_absolute_url()), *steps]


def staff_crumbs(course: Course | None, *steps: Crumb) -> list[Crumb]:
    """Return the breadcrumb of a page of staff, below the outline of a course if it belongs to one."""
    outline = [(course.title, reverse("teach", args=[course.slug]))] if course else []
    return [("Staff", reverse("admin:index")), *outline, *steps]
