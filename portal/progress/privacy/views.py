from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import acceptance
from portal.accounts.http import UserRequest, own_path
from portal.progress.privacy.kept import GROUPS
from portal.progress.privacy.operator_text import read_operator_text


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/privacy.html", _page())


def _page() -> dict[str, object]:
    return {
        "operator_text": read_operator_text(settings.PRIVACY_TEXT),
        "groups": GROUPS,
        "version": settings.PRIVACY_VERSION,
        "help_email": settings.HELP_EMAIL,
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_privacy(request: UserRequest) -> HttpResponse:
    """Ask a person to accept the present version, and then show the page that they asked for."""
    back = own_path(request, request.POST.get("next") or request.GET.get("next", ""))
    if not acceptance.must_accept(request.user):
        return redirect(back)
    if request.method == "POST":
        try:
            acceptance.accept(user=request.user, version=request.POST.get("version", ""))
        except acceptance.OutdatedVersionError:
            messages.error(request, "This page has changed while you read it. Read it again.")
        else:
            return redirect(back)
    return render(request, "privacy/accept.html", {**_page(), "next": back})
