from django.http import HttpRequest
from django.template.context_processors import csrf
from django.urls import reverse

from lessons.pages.as_learner import View
from lessons.pages.reading import tick_form
from portal.progress.outline import Outline


def add_checklists(request: HttpRequest, outline: Outline) -> None:
    """Give each session its preparation list as small forms, for learners only."""
    if outline.reader.enrollment is None:
        return
    token = csrf(request)["csrf_token"]
    for item in outline.sessions:
        address = reverse("tick_prepared", args=[outline.course.slug, item.session.slug])
        item.checklist = [
            tick_form(token, address, prepared["key"], prepared["html"], prepared["key"] in item.ticked)
            for prepared in item.session.prepare_html
        ]


def keep_in_view(view: View, outline: Outline) -> None:
    """Link to lessons inside the view. Quizzes and labs get no links, since those would lead to the pages of staff."""
    for part in outline.sessions:
        for item in part.items:
            item.url = view.page(item.url) if item.kind == "Lesson" else ""
