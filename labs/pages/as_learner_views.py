"""The page of a lab as a learner sees it, for the course's staff."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from labs.pages.lab_page import lab_page
from labs.queries import LabLink, get_lab_for
from lessons.pages.as_learner import View
from lessons.pages.views.as_learner import in_view, stores_nothing


@stores_nothing
@in_view
def lab_as_learner(request: HttpRequest, view: View, lab: str) -> HttpResponse:
    found = get_lab_for(view.reader, lab)
    found = replace(found, previous=_moved(view, found.previous), next=_moved(view, found.next))
    context = {
        **lab_page(found),
        "closed": "",  # it is open in this view
        "crumbs": [(view.course.title, view.outline), (found.lab.title, "")],
        "view": view,
    }
    return render(request, "labs/lab_detail.html", context)


def _moved(view: View, link: LabLink | None) -> LabLink | None:
    return link and replace(link, url=view.page(link.url))
