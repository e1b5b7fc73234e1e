"""The Content-Security-Policy of each answer."""

from functools import cache
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

OWN = {f"_csp_{change}{kind}" for change in ("config", "update", "replace", "exempt") for kind in ("", "_ro")}


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp's, which takes a fifth of a kept page's time to build the same policy for every answer."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        has_own = OWN & vars(response).keys() or getattr(request, "_csp_nonce", None)
        if has_own or HEADER in response or settings.DEBUG:
            return super().process_response(request, response)
        response[HEADER] = common_policy()
        return response


@cache
def common_policy() -> str:
    """Return the policy as django-csp writes it for an answer that changes nothing of it."""
    answer: Any = HttpResponseBase(status=200)
    return CSPMiddleware(lambda request: answer).process_response(HttpRequest(), answer)[HEADER]
