import contextlib
import logging
import zoneinfo
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts import sign_in
from portal.accounts.acceptance import must_accept
from portal.accounts.audit import Event, record, record_denial
from portal.accounts.http import UserRequest

# Any: a request with what other middleware adds, such as `user` and `htmx`
GetResponse = Callable[[Any], HttpResponseBase]

logger = logging.getLogger(__name__)
SIGNED_OUT = "Your session ended. Sign in to continue."

# Open to staff before their second factor: to set it up, sign out, get help, or turn emails off.
OPEN_WITHOUT_SECOND_FACTOR = (
    *("/accounts/", "/account/", "/theme/", "/help/", "/privacy/", "/healthz", "/readyz"),
    "/notices/unsubscribe/",  # a redirect would repeat its token
)
NEEDS_CONFIRMED_EMAIL = (
    *("/accounts/2fa/", "/accounts/email/", "/accounts/github/", "/accounts/oidc/"),
    "/account/tokens/",
)
# Open to people who have not accepted what is kept: to read it, get help, sign out, take their data along, or leave.
OPEN_BEFORE_ACCEPTANCE = (
    *("/accounts/", "/account/data/", "/account/delete/", "/account/settings/theme/", "/theme/"),
    *("/privacy/", "/help/", "/healthz", "/readyz", "/notices/unsubscribe/"),
)
FOREIGN_WORK = {
    "submission",
    "submission_live",
    "submission_grade_again",
    "submission_cancel",
    "attempt_of",
}


def page_methods(get_response: GetResponse) -> GetResponse:
    # The portal has only pages and forms. The admin and allauth would answer other methods inconsistently.
    return require_http_methods(["GET", "HEAD", "POST"])(get_response)


def show_own_404(get_response: GetResponse) -> GetResponse:
    # With DEBUG, a missing page would show Django's list of URLs instead of the portal's page.

    if not settings.DEBUG:
        raise MiddlewareNotUsed

    def answer(request: Any) -> HttpResponseBase:
        response = get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code == 404 and is_page:
            return get_resolver().resolve_error_handler(404)(request)
        return response

    return answer


class TimeZoneMiddleware:
    """Show times in the user's time zone, or in UTC to visitors."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if not is_signed_in(request):
            return self.get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
            return self.get_response(request)


def sign_in_limits(get_response: GetResponse) -> GetResponse:
    """Sign out a user who was idle or signed in for too long.

    The request continues as anonymous; a submitted form gets a 403 page.
    """

    def answer(request: Any) -> HttpResponseBase:
        if is_signed_in(request):
            if sign_in.has_expired(request.session, request.user):
                record(Event.SIGN_IN_ENDED, user=request.user)
                logout(request)
                if sends_a_form(request):
                    # A redirect would lose the typed text; going back in the browser keeps it.
                    return render(request, "403.html", {"reason": "signed out"}, status=403)
                messages.info(request, SIGNED_OUT)
            elif request.session.modified:
                _keep(request.session)
        return get_response(request)

    return answer


def sends_a_form(request: HttpRequest) -> bool:
    # True if the browser shows the response as the next page. Scripts keep the typed text on the page.
    is_shown = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return request.method == "POST" and is_shown and not request.path_info.startswith("/accounts/")


def _keep(session: SessionBase) -> None:
    # Reading continues while the database is read-only.
    with contextlib.suppress(DatabaseError):
        session.save()
    session.modified = False


def staff_second_factor(get_response: GetResponse) -> GetResponse:
    """Send staff to set up or use a second factor before any other page; a submitted form is answered with 403."""

    def answer(request: Any) -> HttpResponseBase:
        is_open = request.path_info.startswith(OPEN_WITHOUT_SECOND_FACTOR) or not is_signed_in(request)
        if is_open or not sign_in.needs_second_factor(request.session, request.user):
            return get_response(request)
        return _to_second_factor(request)

    return answer


def _to_second_factor(request: UserRequest) -> HttpResponseBase:
    page = "mfa_reauthenticate" if sign_in.has_second_factor(request.user) else "mfa_index"
    if request.htmx:
        return HttpResponseClientRedirect(reverse(page))
    if request.method == "POST":
        # A redirect would lose the typed text; going back in the browser keeps it.
        return render(request, "403.html", {"reason": "second factor", "page": page}, status=403)
    request.session["second_factor_next"] = request.get_full_path()
    return redirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")


def confirmed_email(get_response: GetResponse) -> GetResponse:
    """Refuse pages that need a confirmed email. An account elsewhere, a key or a token would stay after it changes."""

    def answer(request: Any) -> HttpResponseBase:
        needs_it = request.path_info.startswith(NEEDS_CONFIRMED_EMAIL) and is_signed_in(request)
        if needs_it and not request.user.has_confirmed_email:
            return render(request, "403.html", {"reason": "unconfirmed"}, status=403)
        return get_response(request)

    return answer


def ask_to_accept(get_response: GetResponse) -> GetResponse:
    """Ask people, staff too, to accept the current version of the privacy page before any other page."""

    def answer(request: Any) -> HttpResponseBase:
        is_open = not settings.PRIVACY_VERSION or request.path_info.startswith(OPEN_BEFORE_ACCEPTANCE)
        if is_open or not is_signed_in(request) or not must_accept(request.user):
            return get_response(request)
        return _to_acceptance(request)

    return answer


def _to_acceptance(request: UserRequest) -> HttpResponseBase:
    if request.htmx:
        return HttpResponseClientRedirect(reverse("accept_privacy"))
    if request.method == "POST":
        # A redirect would lose the typed text; going back in the browser keeps it.
        return render(request, "403.html", {"reason": "not accepted"}, status=403)
    return redirect("{}?{}".format(reverse("accept_privacy"), urlencode({"next": request.get_full_path()})))


def audit_denials(get_response: GetResponse) -> GetResponse:
    """Record refusals to signed-in users. Anonymous refusals appear only in the web server's log."""

    def answer(request: Any) -> HttpResponseBase:
        response = get_response(request)
        if is_denial(request, response) and is_signed_in(request):
            try:
                record_denial(request.user, f"{request.method} {request.path}")
            except DatabaseError:
                logger.exception("a denial was not recorded")
        return response

    return answer


def is_denial(request: HttpRequest, response: HttpResponseBase) -> bool:
    # Pages about other people's work and staff pages answer 404 to those who may not know that they exist.
    if response.status_code == 404 and (match := request.resolver_match):
        return "admin" in match.app_names or match.url_name in FOREIGN_WORK
    return response.status_code == 403


def is_signed_in(request: HttpRequest) -> bool:
    # Anonymous pages do not read the session: they must stay free of queries.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        return request.user.is_authenticated
    except DatabaseError as error:
        # The session was not checked, so a view that reads the user must fail too, even if the database is back.
        request.user = SimpleLazyObject(partial(_raise, error))  # type: ignore[assignment]  # stands in for a user
        return False


def _raise(error: Exception) -> NoReturn:
    raise error
