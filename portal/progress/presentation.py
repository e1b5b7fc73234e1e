from django.http import HttpRequest
from django.template.context_processors import csrf
from django.urls import reverse

from lessons.presentation import tick_form
from portal.progress.standing import CourseProgress


def add_checklists(request: HttpRequest, progress: CourseProgress) -> None:
    """Give each session what it asks to prepare, as small forms, where a learner is looking."""
    if progress.reader.enrollment is None:
        return
    token = csrf(request)["csrf_token"]
    for item in progress.sessions:
        address = reverse("tick_prepared", args=[progress.course.slug, item.session.slug])
        item.checklist = [
            tick_form(token, address, prepared["key"], prepared["html"], prepared["key"] in item.ticked)
            for prepared in item.session.prepare_html
        ]
