from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from portal.accounts.context_processors import page

View = Callable[..., HttpResponse]


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
