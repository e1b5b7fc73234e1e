from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from portal.accounts.models import User


class UserRequest(HttpRequest):
    """A request behind `login_required`, so `user` is signed in."""

    user: User
    htmx: HtmxDetails


def client_address(request: HttpRequest) -> str:
    """Return the client IP address as seen by the outermost trusted proxy (TRUSTED_PROXY_COUNT), else the peer's.

    Entries in X-Forwarded-For to the left of it come from the client and are not trusted.
    """
    try:
        found = get_client_ip(request)
    except ImproperlyConfigured:  # the request bypassed a proxy
        found = None
    return str(found or request.META.get("REMOTE_ADDR", ""))


def own_path(request: HttpRequest, address: str, default: str = "/") -> str:
    """Return an address that came with a request if it is a path of this site, else `default`."""
    # A word without a slash would be the name of a view for `redirect`.
    is_own = address.startswith("/") and url_has_allowed_host_and_scheme(
        address, {request.get_host()}, request.is_secure()
    )
    return address if is_own else default
