"""Staff regrade a lab whose checks changed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labs.grading import regrades
from labs.grading.tasks import wake_lab_regrades
from labs.models import LabRegrade
from labs.pages.regrade import lab_regrade_page, lab_regrades_page
from labs.staff_queries import get_lab_to_regrade
from lessons.pages.views.regrade import regrade_response
from lessons.queries import MAX_KEY
from lessons.regrades import CannotRegradeError
from portal.accounts.http import UserRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_regrades(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """Rehearse a regrade, or say how many results older checks gave."""
    found = get_lab_to_regrade(request.user, course, lab)
    if request.method != "POST":
        latest = found.regrades.order_by("-pk").first()
        return render(request, "labs/regrades.html", {**lab_regrades_page(found), "latest": latest})
    try:
        regrade = regrades.begin(lab=found, by=request.user, wake=wake_lab_regrades)
    except CannotRegradeError as error:
        messages.error(request, str(error))
        return redirect("lab_regrades", course, lab)
    return redirect("lab_regrade", course, lab, regrade.pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_regrade(request: UserRequest, course: str, lab: str, regrade: int) -> HttpResponse:
    of_lab = get_lab_to_regrade(request.user, course, lab)
    rows = LabRegrade.objects.filter(lab=of_lab, pk=regrade).select_related("applied_by", "undone_by")
    found = rows.first() if regrade <= MAX_KEY else None
    if found is None:
        raise Http404
    found.lab = of_lab
    return regrade_response(request, regrades.WORK, found, wake_lab_regrades, lab_regrade_page)
