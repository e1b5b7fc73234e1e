"""The breadcrumb of a page of a course, drawn by `partials/_breadcrumb.html`."""

from lessons.models import Course

Crumb = tuple[str, str]  # text and URL; the last crumb is the page itself and needs no URL


def course_crumbs(course: Course, *steps: Crumb) -> list[Crumb]:
    return [(course.title, course.get_absolute_url()), *steps]
