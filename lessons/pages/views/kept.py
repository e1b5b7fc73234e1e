import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import escape

from lessons.release import Horizon
from portal.accounts.context_processors import Person, describe_person, page

View = Callable[..., HttpResponse]

# Placeholders in a cached page for what differs between visitors. They are random, so that no lesson can contain them.
TOKEN, INITIAL, NAME, NEWS = (
    f"{what}-{secrets.token_hex(16)}" for what in ("token", "initial", "name", "news")
)
PERSON = Person(INITIAL, NAME, NEWS)


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
                keep(key, response.content, getattr(response, "horizon", None))
            return response
        response = HttpResponse(content)
        patch_vary_headers(response, ["Cookie"])  # like the uncached page, which reads the session
        return response

    return answer


def keep(key: str, content: bytes | str, horizon: Horizon | None) -> None:
    # Not past the time at which the page changes by itself.
    pages = caches["pages"]
    longest = pages.default_timeout
    if horizon and horizon.until:
        ahead = (horizon.until - timezone.now()).total_seconds()
        longest = ahead if longest is None else min(longest, ahead)
    pages.set(key, content, timeout=longest)


def cache_by_state(
    request: HttpRequest, state: object, render: Callable[[], tuple[str, Horizon]]
) -> HttpResponse:
    """Cache a page that is the same for everyone with the same `state`, except for TOKEN and PERSON.

    The key is the `repr` of `state`, with theme and URL. Anything else on the page may be some seconds old, but what
    opens by itself is on time.
    """
    told = repr((request.get_full_path(), page(request), state))
    key = f"alike:{sha256(told.encode()).hexdigest()}"
    content = caches["pages"].get(key)
    if content is None:
        content, horizon = render()
        keep(key, content, horizon)
    person = describe_person(request)
    own = {TOKEN: get_token(request), INITIAL: escape(person.initial), NAME: escape(person.name)}
    own[NEWS] = person.news
    for placeholder, value in own.items():
        content = content.replace(placeholder, value)
    return HttpResponse(content)
