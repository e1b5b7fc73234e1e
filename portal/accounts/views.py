from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import preferences
from portal.accounts.context_processors import THEMES
from portal.accounts.forms import AccountForm, LookForm
from portal.accounts.github import github_account
from portal.accounts.http import UserRequest, own_path
from portal.accounts.oidc import linked_choices
from portal.accounts.sections import sections_of
from portal.accounts.unconfirmed import has_code, send_code

YEAR = 365 * 24 * 3600


@login_required
def settings(request: UserRequest) -> HttpResponse:
    """Show all settings; a POST saves those about the person."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("settings")
    return _page(request, form)


def _page(request: UserRequest, form: AccountForm) -> HttpResponse:
    user = request.user
    page = {
        "form": form,
        "look": LookForm.of(user, request.COOKIES.get("theme", "")),
        "linked": github_account(user),
        "providers": linked_choices(user),
        "sections": sections_of(user, is_beside=False),
        "sections_beside": sections_of(user, is_beside=True),
    }
    return render(request, "accounts/settings.html", page, status=422 if form.errors else 200)


@login_required
@require_POST
def save_look(request: UserRequest) -> HttpResponse:
    form = LookForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the themes.")
        return redirect("settings")
    preferences.choose_theme(user=request.user, theme=form.cleaned_data["theme"])
    preferences.switch_shortcuts(user=request.user, is_on=form.cleaned_data["has_shortcuts"])
    messages.success(request, "Saved.")
    return _remember(request, redirect("settings"), form.cleaned_data["theme"])


@login_required
@require_POST
def switch_shortcuts(request: UserRequest) -> HttpResponse:
    """Save the switch that a page with shortcuts shows beside them; its script sends it."""
    preferences.switch_shortcuts(user=request.user, is_on=request.POST.get("shortcuts") == "on")
    return HttpResponse(status=204)


@login_required
@require_POST
def choose_own_theme(request: UserRequest) -> HttpResponse:
    """Save the theme with the account, and in this browser for visits without signing in."""
    theme = request.POST.get("theme", "")
    preferences.choose_theme(user=request.user, theme=theme)
    return _remember(request, redirect(_return_url(request)), theme)


@csrf_exempt  # it only changes colours, and a CSRF token would make every anonymous page different
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    # A cookie, so that it works signed out. Any unknown value follows the system.
    return _remember(request, redirect(_return_url(request)), request.POST.get("theme", ""))


def _return_url(request: HttpRequest) -> str:
    return own_path(request, request.POST.get("next", ""))


def _remember(request: HttpRequest, response: HttpResponse, theme: str) -> HttpResponse:
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        response.delete_cookie("theme")
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: UserRequest) -> HttpResponse:
    """List the features that need a confirmed email, and send a code. Code pages are allauth's."""
    if request.user.has_confirmed_email:
        return redirect("account")
    if request.method == "POST":
        send_code(request, request.user)
        return redirect("account_email_verification_sent")
    return render(request, "accounts/confirm_email.html", {"is_code_sent": has_code(request)})
