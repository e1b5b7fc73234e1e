from typing import Any

from django import template

from labs.models import Lab
from labs.release import lab_opening
from lessons.lesson_queries import OpenLesson

register = template.Library()


@register.simple_tag
def lab_links(found: OpenLesson) -> list[Lab]:
    """Return the proved labs of a lesson, each with `opens_at` and `is_open`; no query if it names none."""
    slugs, reader = found.lesson.lab_slugs, found.reader
    if not slugs:
        return []
    labs = Lab.objects.proved().filter(course=found.lesson.course_id, slug__in=slugs)
    labs = labs.annotate(opens_at=lab_opening(reader.cohort)).select_related("course")
    # Any: annotated rows
    rows: list[Any] = list(labs.only("slug", "title", "course__slug", "course__time_zone"))
    for lab in rows:
        lab.is_open = reader.has_opened(lab.opens_at)
        found.horizon.note(lab.opens_at, reader.now)
    return rows
