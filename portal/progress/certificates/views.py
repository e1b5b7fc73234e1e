"""The certificate of a learner, its public page, and the files that programs read."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.limits import is_over_limit, refuse_for_a_minute
from lessons.queries import get_member_course
from portal.accounts.http import UserRequest
from portal.progress.certificates import actions, badges
from portal.progress.certificates.fonts import NoFontError
from portal.progress.certificates.forms import CorrectionForm, IssueForm, ShowForm
from portal.progress.certificates.pdf import to_pdf
from portal.progress.certificates.queries import (
    find_own_certificate,
    get_certificate_by_key,
    get_own_certificate,
    get_standing,
)
from portal.progress.certificates.words import completed_words, period_words
from portal.progress.models import Certificate

MAX_LOOKS = 120  # a minute, from one address: keys cannot be guessed, and pages cost queries
MAX_FILES = 30  # a minute, of one person: a PDF costs a tenth of a second


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: UserRequest, course: str) -> HttpResponse:
    """Show the certificate, or what is missing for it. Forms issue it, choose what is public, ask for a correction."""
    found = find_own_certificate(request.user, course)
    return _own_page(request, found) if found else _missing_page(request, course)


def _missing_page(request: UserRequest, course: str) -> HttpResponse:
    reader = get_member_course(request.user, course)
    standing = get_standing(reader)
    posted = request.POST if request.method == "POST" else None
    form = IssueForm(posted, initial={"name": request.user.name}, auto_id="issue_%s")
    if posted is not None and form.is_valid():
        try:
            actions.issue(reader=reader, standing=standing, name=form.cleaned_data["name"])
        except actions.NotEarnedError as error:
            messages.error(request, str(error))
        return redirect("certificate", course=course)
    context = {"course": reader.course, "standing": standing, "forms": {"issue": form}}
    return _render(request, context, form if form.errors else None)


def _own_page(request: UserRequest, found: Certificate) -> HttpResponse:
    action = request.POST.get("action")
    data = {name: request.POST if action == name else None for name in ("show", "correct")}
    forms: dict[str, ShowForm | CorrectionForm] = {
        "show": ShowForm(data["show"], instance=found, auto_id="show_%s"),
        "correct": CorrectionForm(data["correct"], auto_id="correct_%s"),
    }
    form = forms.get(action or "")
    course = found.enrollment.course
    if form is not None and form.is_valid():
        try:
            _change(request, get_own_certificate(request.user, course.slug), action or "", form.cleaned_data)
        except actions.NotEarnedError as error:
            messages.error(request, str(error))
        return redirect("certificate", course=course.slug)
    context = {"course": course, "forms": forms, **_parts(found)}
    return _render(request, context, form if form is not None and form.errors else None)


def _render(request: UserRequest, context: dict[str, Any], form: Any) -> HttpResponse:
    context |= {"form": form, "crumbs": course_crumbs(context["course"], ("Certificate", ""))}
    return render(request, "progress/certificate.html", context, status=422 if form else 200)


def _change(request: UserRequest, own: Certificate, action: str, data: dict[str, Any]) -> None:
    if action == "show":
        actions.show(certificate=own, name=data["shows_name"], work=data["shows_work"])
        messages.success(request, "Saved. The public page has changed.")
    else:
        actions.ask_for_correction(certificate=own, **data)
        messages.success(request, "Sent to staff. You’ll get a notice when they answer.")


def _parts(found: Certificate) -> dict[str, Any]:
    content = found.content
    return {
        "certificate": found,
        "completed": completed_words(content),
        "period": period_words(content),
        "linkedin": _linkedin(found),
    }


def _linkedin(found: Certificate) -> str:
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": found.content["course"],
        "organizationName": found.content["issuer"],
        "issueYear": found.issued_at.year,
        "issueMonth": found.issued_at.month,
        "certUrl": found.address,
        "certId": found.number,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(values)}"


@login_required
@require_safe
def certificate_pdf(request: UserRequest, course: str) -> HttpResponse:
    own = get_own_certificate(request.user, course)
    if is_over_limit(request, "certificate", MAX_FILES):
        return refuse_for_a_minute(request)
    try:
        body = to_pdf(own)
    except NoFontError as error:
        messages.error(
            request,
            f"{error} Print this page instead: your browser has the letters. Staff can add a font (CERTIFICATE_FONTS).",
        )
        return redirect("certificate", course=course)
    return _file(body, "application/pdf", f"certificate-{own.number}.pdf")


@login_required
@require_safe
def certificate_badge(request: UserRequest, course: str) -> HttpResponse:
    own = get_own_certificate(request.user, course)
    return _file(badges.sign_badge(own).encode(), "application/vc+jwt", f"badge-{own.number}.jwt")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


# --- for everybody --------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def verify(request: HttpRequest, key: str) -> HttpResponse:
    """Say whether a certificate is valid, and what its owner chose to show."""
    if is_over_limit(request, "verify", MAX_LOOKS):
        return refuse_for_a_minute(request)
    found = get_certificate_by_key(key)
    response = render(request, "progress/verify.html", {"certificate": found})
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    return _json(badges.issuer_profile())


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    return _json(badges.public_jwk())


@require_safe
def withdrawn(request: HttpRequest) -> HttpResponse:
    return _json(badges.revocation_list())


def _json(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(badges.to_json(document), content_type="application/json")
