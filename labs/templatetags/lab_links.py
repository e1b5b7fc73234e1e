from django import template
from django.db.models import QuerySet

from labs.models import Lab
from lessons.models import Lesson

register = template.Library()


@register.simple_tag
def lab_links(lesson: Lesson) -> QuerySet[Lab]:
    # the published labs of a lesson; no query if it names none
    labs = (
        Lab.objects.filter(course=lesson.course_id, slug__in=lesson.lab_slugs)
        if lesson.lab_slugs
        else Lab.objects.none()
    )
    return labs.published().select_related("course").only("slug", "title", "course__slug")
