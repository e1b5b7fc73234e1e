import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers

from portal.accounts.context_processors import page

View = Callable[..., HttpResponse]

# Stands in a kept page for the token of whoever gets it; nobody who writes a lesson can know it.
TOKEN = f"token-{secrets.token_hex(16)}"


def kept_for_anyone(view: View) -> View:
    """Pages that are the same for everyone without a log-in: each process renders one of a kind in a while.

    What is withdrawn stays readable for as long as the cache `pages` keeps it, some seconds.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.GET:
            return view(request, *args, **kwargs)
        key = f"{page(request)['theme']}:{request.path}"
        content = caches["pages"].get(key)
        if content is None:
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                caches["pages"].set(key, response.content)
            return response
        response = HttpResponse(content)
        patch_vary_headers(response, ["Cookie"])  # as the page itself does, which looks who is signed in
        return response

    return answer


def kept_for_alike(request: HttpRequest, state: Any, render: Callable[[], str]) -> HttpResponse:
    """A page that is the same for everyone in the same `state`, but for TOKEN, which `render` leaves in its forms.

    `state` is told by its `repr`; theme and address are added here. What it does not tell is some seconds old.
    """
    told = repr((request.get_full_path(), page(request), state))
    key = f"alike:{sha256(told.encode()).hexdigest()}"
    content = caches["pages"].get(key)
    if content is None:
        content = render()
        caches["pages"].set(key, content)
    return HttpResponse(content.replace(TOKEN, get_token(request)) if TOKEN in content else content)
