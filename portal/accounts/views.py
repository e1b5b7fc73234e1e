from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.accounts.context_processors import THEMES
from portal.accounts.forms import AccountForm
from portal.accounts.github import github_account
from portal.accounts.http import UserRequest
from portal.accounts.oidc import linked_choices

YEAR = 365 * 24 * 3600


@login_required
def account(request: UserRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    page = {"form": form, "linked": github_account(request.user), "providers": linked_choices(request.user)}
    return render(request, "accounts/account.html", page, status=422 if form.errors else 200)


@csrf_exempt  # it only changes colours, and a CSRF token would make every anonymous page different
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    # A cookie, so that it works signed out. Any unknown value follows the system.
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        response.delete_cookie("theme")
    return response
