"""The certificates of a course, for its instructors: what learners need, corrections, and withdrawing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lessons.models import Course
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.views.staff import of_course
from lessons.queries import leads
from portal.accounts.http import UserRequest
from portal.progress.certificates import actions
from portal.progress.certificates.forms import ReasonForm, RuleForm
from portal.progress.certificates.queries import get_certificate_of, list_certificates
from portal.progress.models import CertificateRule


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def certificates(request: UserRequest, course: Course) -> HttpResponse:
    """List the certificates; the form says what learners need for one."""
    _require_instructor(request, course)
    rule = CertificateRule.objects.filter(course=course).first()
    if request.method == "POST" and request.POST.get("action") == "stop":
        actions.remove_rule(course=course)
        messages.success(request, "Learners can’t get new certificates. Issued ones stay valid.")
        return redirect("teach_certificates", course=course.slug)
    form = RuleForm(
        request.POST if request.method == "POST" else None, instance=rule or CertificateRule(course=course)
    )
    if request.method == "POST" and form.is_valid():
        actions.save_rule(rule=form.save(commit=False))
        messages.success(request, "Saved.")
        return redirect("teach_certificates", course=course.slug)
    context = {
        "course": course,
        "rule": rule,
        "form": form,
        "certificates": list_certificates(course),
        "crumbs": staff_crumbs(course, ("Certificates", "")),
    }
    return render(request, "progress/certificates.html", context, status=422 if form.errors else 200)


@of_course
@require_POST
def change_certificate(request: UserRequest, course: Course, key: str) -> HttpResponse:
    """Withdraw a certificate or make it valid again, or answer the request for another name."""
    _require_instructor(request, course)
    found = get_certificate_of(course, key)
    action, form = request.POST.get("action"), ReasonForm(request.POST)
    needs_reason = action in ("withdraw", "refuse")
    if needs_reason and not form.is_valid():
        messages.error(request, f"Certificate {found.number}: {form.errors['because'][0]}")
        return redirect("teach_certificates", course=course.slug)
    try:
        if action == "withdraw":
            actions.withdraw(certificate=found, by=request.user, because=form.cleaned_data["because"])
        elif action == "refuse":
            actions.refuse_correction(certificate=found, because=form.cleaned_data["because"])
        elif action == "correct":
            actions.correct(certificate=found)
        elif action == "reinstate":
            actions.reinstate(certificate=found)
    except actions.NotEarnedError as error:
        messages.error(request, str(error))
    return redirect("teach_certificates", course=course.slug)


def _require_instructor(request: UserRequest, course: Course) -> None:
    if not leads(request.user, course):
        raise PermissionDenied("Certificates are for the instructors of a course.")
