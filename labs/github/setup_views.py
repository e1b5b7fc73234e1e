"""The pages on which an administrator creates the portal's GitHub App."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labs.github import client, setup
from portal.accounts.http import UserRequest

PAGE = "github/setup.html"
LOCAL = ("localhost", "127.0.0.1", "::1")


class AppForm(forms.Form):
    name = forms.CharField(
        max_length=34, help_text="Its name on GitHub, which nobody else may have used: up to 34 characters."
    )
    commits = forms.BooleanField(
        required=False, label="Instructors commit courses to GitHub, for which the App may write files"
    )
    organization = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$",
        required=False,
        label="Organization",
        help_text="Its name on GitHub. Leave it empty to own the App yourself.",
        error_messages={"invalid": "Enter the name in the organization’s URL, such as octo-org."},
    )


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @never_cache
    @login_required
    @require_safe
    @wraps(view)
    def call(request: UserRequest) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request)

    return call


@administrators_only
def set_up(request: UserRequest) -> HttpResponse:
    """Ask for a name; then show the button that sends the manifest to GitHub."""
    form = (
        AppForm(request.GET) if "name" in request.GET else AppForm(initial={"name": settings.SITE_NAME[:34]})
    )
    context: dict[str, Any] = {"form": form, "has_app": client.has_app(), "app": settings.GITHUB_APP_SLUG}
    if form.is_bound and form.is_valid():
        commits = form.cleaned_data["commits"]
        state = setup.start(request.session)
        context |= {
            "manifest": setup.manifest(form.cleaned_data["name"], commits=commits),
            "action": setup.creation_url(form.cleaned_data["organization"], state),
            "permissions": setup.permissions_of(commits=commits).items(),
            "unreachable": urlsplit(settings.PUBLIC_URL).hostname in LOCAL,
        }
    response = render(request, PAGE, context)
    # the form goes to GitHub
    response._csp_update = {"form-action": [settings.GITHUB_WEB_URL]}  # type: ignore[attr-defined]  # read by django-csp
    return response


@administrators_only
def done(request: UserRequest) -> HttpResponse:
    """Show the App's settings once. GitHub redirects here after it created the App."""
    try:
        values = setup.take_over(
            request.session, state=request.GET.get("state", ""), code=request.GET.get("code", "")
        )
    except setup.SetUpError as error:
        return render(request, PAGE, {"form": AppForm(), "error": error.message}, status=400)
    lines = setup.environment_lines(values)
    missing = [name for name, value in values.items() if not value]
    return render(
        request,
        "github/setup_done.html",
        {"lines": lines, "missing": missing, "slug": values["GITHUB_APP_SLUG"]},
    )
