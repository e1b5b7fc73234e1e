from django.http import HttpRequest
from django.template.context_processors import csrf
from django.urls import reverse

from lessons.pages.as_learner import View
from lessons.pages.reading import tick_form
from portal.progress.outline import Outline
from portal.progress.record import Record
from portal.progress.standing import Standing


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
    """Link to the pages inside the view."""
    for part in outline.sessions:
        for item in part.items:
            item.url = view.page(item.url)


def keep_record_in_view(view: View, record: Record) -> None:
    """Link to the pages inside the view, which has no results."""
    record.course_url = view.outline
    for part in record.sessions:
        for entry in (*part.lessons, *part.items):
            entry.url, entry.evidence = view.page(entry.url), ""


def keep_standing_in_view(view: View, standing: Standing) -> None:
    """Do the same for home."""
    standing.course_url, standing.progress_url = view.outline, view.progress
    standing.resume_url = view.page(standing.resume_url)
    listed = [item for part in standing.sessions for item in (*part.taken, *part.labs)]
    # Some items are in several of these.
    items = {id(item): item for item in (*listed, *standing.due, standing.resume) if item}
    for item in items.values():
        is_page = item.kind != "Checklist"  # that one is a part of the outline
        item.url = item.evidence = view.page(item.url) if is_page else view.outline
