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

# Placeholder in a cached page for the visitor's CSRF token. It is random, so that no lesson can contain it.
TOKEN = f"token-{secrets.token_hex(16)}"


def cache_for_anonymous(view: View) -> View:
    """Cache the page for visitors who are not signed in; each process renders it once per cache period.

    A withdrawn page stays readable until the cache `pages` expires, after some seconds.
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
        patch_vary_headers(response, ["Cookie"])  # like the uncached page, which reads the session
        return response

    return answer


def cache_by_state(request: HttpRequest, state: Any, render: Callable[[], str]) -> HttpResponse:
    """Cache a page that is the same for everyone with the same `state`, except for TOKEN in its forms.

    The key is the `repr` of `state`, with theme and URL. Anything else on the page may be some seconds old.
    """
    told = repr((request.get_full_path(), page(request), state))
    key = f"alike:{sha256(told.encode()).hexdigest()}"
    content = caches["pages"].get(key)
    if content is None:
        content = render()
        caches["pages"].set(key, content)
    return HttpResponse(content.replace(TOKEN, get_token(request)) if TOKEN in content else content)
