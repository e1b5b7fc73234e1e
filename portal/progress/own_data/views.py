"""The pages about one's own data: a copy of it, and the deletion of the account."""

from contextlib import suppress

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.http import UserRequest
from portal.accounts.models import User
from portal.progress.models import Certificate, Leaving
from portal.progress.own_data import exporting, leaving
from portal.progress.own_data.forms import DeletePersonForm, LeaveForm


def _is_not_leaving(request: HttpRequest) -> bool:
    # whoever is leaving already only reads when, and how to stay
    return request.user.is_authenticated and request.user.leaves_at is None


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: UserRequest) -> HttpResponse:
    """Show the copies of one's data, and ask for one."""
    if request.method == "POST":
        try:
            exporting.ask_for_export(user=request.user)
            messages.success(
                request, "We’re preparing a copy of your data. You’ll get an email when it is ready."
            )
        except exporting.CannotExportError as error:
            messages.error(request, str(error))
        return redirect("own_data")
    return render(request, "own_data/own_data.html", exporting.context_for(request.user))


@never_cache
@login_required
@require_safe
def download(request: UserRequest, export: int, part: int) -> HttpResponseBase:
    path = exporting.get_part(request.user, export, part)
    if path is None:
        raise Http404("This copy is not yours, or it was removed.")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip"
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=_is_not_leaving)
def leave_account(request: UserRequest) -> HttpResponse:
    """Show the effects of deleting the account, and request the deletion."""
    user = request.user
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keeps = form.cleaned_data["keeps_certificates"]
        with suppress(leaving.CannotLeaveError):  # the page says what to hand over first
            leaving.ask_to_leave(user=user, by=user, keeps_certificates=keeps)
        return redirect("leave_account")
    context = {
        "form": form,
        "leaving": Leaving.objects.filter(user=user).first(),
        "obstacles": leaving.list_obstacles(user),
        "days": leaving.grace().days,
        "has_certificates": Certificate.objects.filter(enrollment__user=user).valid().exists(),
    }
    return render(request, "own_data/leave.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def stay(request: UserRequest) -> HttpResponse:
    """Keep the account after all."""
    if leaving.keep_account(user=request.user):
        messages.success(request, "Your account will not be deleted.")
    else:
        messages.info(request, "No deletion of your account is planned.")
    return redirect("leave_account")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_person(request: UserRequest, person: int) -> HttpResponse:
    """Let an administrator ask for the deletion of somebody's account, with a reason."""
    if not request.user.is_superuser:
        raise Http404("Only administrators delete accounts of others.")
    user = get_object_or_404(User, pk=person, erased_at=None)
    form = DeletePersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.ask_to_leave(user=user, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(
                request, f"The account of {user.email} will be deleted in {leaving.grace().days} days."
            )
            return redirect(reverse("admin:accounts_user_change", args=[user.pk]))
        except leaving.CannotLeaveError as error:
            form.add_error(None, str(error).replace("You are", f"{user.email} is"))
    context = {"form": form, "person": user, "days": leaving.grace().days}
    return render(request, "own_data/delete_person.html", context, status=422 if form.errors else 200)
