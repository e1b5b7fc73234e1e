"""Authenticate git and other programs by an access token, sent with HTTP's Basic scheme."""

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from labs import tokens
from portal.accounts.models import User
from portal.outages import RETRY_SECONDS


def plain(status: int, text: str) -> HttpResponse:
    # git shows an error in the terminal only if it is plain text and comes before the push begins
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 503:
        response["Retry-After"] = RETRY_SECONDS
    return response


def token_user(request: HttpRequest) -> User:
    """Return the owner of the token in the Basic password; the user name is ignored. Raises TokenRefusedError."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        _, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        token = ""
    return tokens.use_token(token=token if scheme.lower() == "basic" else "")


def refuse_token(error: tokens.TokenRefusedError) -> HttpResponse:
    page = settings.PUBLIC_URL + reverse("tokens")
    response = plain(401, f"{error}\nGet a new remote URL on the lab page. Your access tokens: {page}")
    response["WWW-Authenticate"] = f'Basic realm="{realm()}", charset="UTF-8"'
    # Each push begins with a request without the token, which Django would log as a warning.
    vars(response)["_has_been_logged"] = True
    return response


def realm() -> str:
    name = str(settings.SITE_NAME).encode("ascii", "replace").decode()
    return name.replace("\\", r"\\").replace('"', r"\"")
