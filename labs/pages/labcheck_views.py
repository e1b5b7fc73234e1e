"""Checks outside the portal: serve lab.yaml and labcheck for laptops and workflows, and take their reports."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import etag, require_POST, require_safe

from labs import actions, tokens
from labs.addresses import labcheck_addresses
from labs.grader.spec import public_text
from labs.models import LocalReport
from labs.practice.token_auth import plain, refuse_token, token_user
from labs.queries import get_open_lab, get_published_lab
from labs.reports import local_report
from labs.reports.labcheck_file import labcheck_file
from lessons.release import NotOpenYetError
from lessons.templatetags.times import not_open_words

YAML = "application/yaml; charset=utf-8"


@require_safe
def lab_source(request: HttpRequest, course: str, lab: str) -> HttpResponse:
    # public: it says no more than the page of the lab
    found = get_published_lab(course, lab)
    source = found.current.source if found.current else ""
    lessons = settings.PUBLIC_URL + found.course.get_absolute_url()
    return HttpResponse(public_text(source, lessons), content_type=YAML)


@require_safe
def lab_workflow(request: HttpRequest, course: str, lab: str) -> HttpResponse:
    found = get_published_lab(course, lab)
    return render(
        request, "labs/workflow.yml", {"lab": found, **labcheck_addresses(found)}, content_type=YAML
    )


@require_safe
@etag(lambda request: f'"{labcheck_file().digest}"')
def labcheck(request: HttpRequest) -> HttpResponse:
    name = {"Content-Disposition": 'attachment; filename="labcheck.pyz"'}
    return HttpResponse(labcheck_file().data, content_type="application/zip", headers=name)


@csrf_exempt
@never_cache
@require_POST
def lab_report(request: HttpRequest, course: str, lab: str) -> HttpResponse:
    """Take the output of `labcheck grade --json` from the owner of the access token sent with it."""
    try:
        user = token_user(request)
    except tokens.TokenRefusedError as error:
        return refuse_token(error)
    try:
        found = get_open_lab(user, course, lab)
    except NotOpenYetError as error:
        return plain(403, not_open_words(error))
    if found.learner is None:
        raise Http404
    data = request.read(local_report.MAX_BYTES + 1)
    if len(data) > local_report.MAX_BYTES:
        return plain(413, f"A report can be at most {local_report.MAX_BYTES >> 20} MB.")
    try:
        sent = local_report.read(data)
    except local_report.NoReportError as error:
        return plain(400, str(error))
    in_workflow = request.GET.get("from") == LocalReport.Place.WORKFLOW
    place = LocalReport.Place.WORKFLOW if in_workflow else LocalReport.Place.MACHINE
    actions.store_local_report(enrollment=found.learner, lab=found.lab, place=place, sent=sent)
    return plain(200, f"Saved. It will be compared with the portal's result for commit {sent.head[:7]}.")
