"""The repositories of a lab's learners, for the staff of its course."""

import logging

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from labs.pages.choice_views import choose_received
from labs.pages.repositories import repositories_page
from labs.repositories.archive import archive_chunks
from labs.staff_queries import get_lab_taught, repositories_of
from lessons.pseudonyms import Names
from portal.accounts.http import UserRequest

logger = logging.getLogger(__name__)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_repositories(request: UserRequest, course: str, lab: str) -> HttpResponse:
    found = get_lab_taught(request.user, course, lab)
    if request.method == "POST":
        return choose_received(request, found)
    return render(request, "labs/repositories.html", repositories_page(found, request.user))


@never_cache
@login_required
@require_safe
def lab_archive(request: UserRequest, course_slug: str, lab_slug: str) -> StreamingHttpResponse:
    found = get_lab_taught(request.user, course_slug, lab_slug)
    logger.info("%s downloads the repositories of lab %s", request.user, found.pk)
    name = {"Content-Disposition": f'attachment; filename="{found.slug}.tar"'}
    rows = list(repositories_of(found, request.user))
    for row in rows:
        row.enrollment.course = found.course
    chunks = archive_chunks(rows, Names(request.user))
    return StreamingHttpResponse(chunks, content_type="application/x-tar", headers=name)
