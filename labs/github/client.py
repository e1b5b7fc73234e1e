"""GitHub's REST API, through PyGithub: as nobody, as a person, as the App, or as an installation of the App.

Only workers ask GitHub: a request may take 20 seconds. A person's token is the exception, because it is stored
nowhere: it is used in the request that brought it, for one short question. PyGithub would sleep at a rate limit and
between requests, so its sleeping is off, and the caller's row says when to try again. Nothing here logs a token.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.cache import cache, caches
from django.utils import timezone

logger = logging.getLogger(__name__)

API_VERSION = "2022-11-28"
USER_AGENT = "portal"
MAX_SECONDS = 10
MAX_SECONDS_OF_PERSON = 4  # somebody waits for the page
MAX_ANONYMOUS_PER_HOUR = 24  # for one connection, of the 60 that GitHub gives this address for all
PAGE = 100
TOKEN_SECONDS = 50 * 60  # GitHub's last for an hour; a fetch that starts now must still end within it
APP_TOKEN_SECONDS = 4 * 60  # GitHub allows ten minutes
MAX_WAIT = timedelta(hours=2)
USUAL_WAIT = timedelta(minutes=1)  # GitHub's advice if it does not say how long
# All that the App writes to the repositories of learners, whatever it was granted
RESULTS = re.compile(r"/repositories/[0-9]+/(statuses/[0-9a-f]+|check-runs(/[0-9]+)?)")
# JSON as GitHub sends it, which PyGithub does not type either
Json = Any


class GitHubError(Exception):
    """GitHub did not do what was asked. Each of the three kinds has its own remedy."""


class RateLimitedError(GitHubError):
    """GitHub asked to wait until `retry_at`."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"GitHub asked to wait until {retry_at:%H:%M:%S} UTC.")
        self.retry_at = retry_at


class ShareSpentError(RateLimitedError):
    """A connection has used its share of the requests without a sign-in. Others have theirs."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.args = (
            "Without the GitHub App, the portal may ask GitHub only a few times an hour about each repository. "
            f"It asks again at {retry_at:%H:%M} UTC.",
        )


class UnavailableError(GitHubError):
    """GitHub could not be reached or failed, or did not accept the App. A later try may succeed."""


class RefusedError(GitHubError):
    """GitHub answered, and another try would get the same answer. `reason` is a sentence for the learner."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


REASONS = {
    401: "GitHub answers this only after a sign-in.",
    403: "GitHub refused: the account or the App has no permission for this.",
    404: "GitHub did not find it: it was deleted or renamed, or it is private and the App is not installed on it.",
    410: "GitHub says that it was deleted.",
    422: "GitHub did not accept the request.",
    451: "GitHub has blocked it for legal reasons.",
}


@dataclass(frozen=True)
class Client:
    """Requests as one viewer. Paths begin with a slash. Methods raise RateLimitedError, UnavailableError, RefusedError.

    `/repositories/ID` is the repository with that numeric ID, which stays if it is renamed or transferred.
    """

    _requester: Any  # github.Requester, which is imported when it is first needed
    is_ours: bool = False  # authenticated with the App's own key
    writes: re.Pattern[str] | None = None  # the only paths that it may write to
    share: str = ""  # whose share of the anonymous requests is used

    def get(self, path: str, **parameters: str | int) -> Json:
        return self._ask("GET", path, parameters)[1]

    def post(self, path: str, body: Json = None) -> Json:
        return self._ask("POST", path, {}, body)[1]

    def patch(self, path: str, body: Json) -> Json:
        return self._ask("PATCH", path, {}, body)[1]

    def delete(self, path: str) -> None:
        self._ask("DELETE", path, {})

    def pages(self, path: str, key: str = "", *, limit: int, **parameters: str | int) -> list[Json]:
        """Return up to `limit` items of a list; `key` names the list if the answer is an object."""
        items: list[Json] = []
        url, asked = path, {**parameters, "per_page": min(limit, PAGE)}
        while url and len(items) < limit:
            headers, body = self._ask("GET", url, asked)
            items += body[key] if key else body
            url, asked = _next_page(headers.get("link", "")), {}
        return items[:limit]

    def _ask(
        self, verb: str, path: str, parameters: dict[str, Any], body: Json = None
    ) -> tuple[dict[str, Any], Json]:
        from github import GithubException
        from requests import RequestException

        if verb != "GET" and self.writes and not self.writes.fullmatch(path):
            raise PermissionError(f"This client never sends {verb} {path}")
        if self.share:
            _use_share(self.share)
        try:
            return cast(
                tuple[dict[str, Any], Json],
                self._requester.requestJsonAndCheck(verb, path, parameters or None, None, body),
            )
        except GithubException as error:
            raise self._kind_of(error) from None
        except RequestException as error:  # its text has the URL, and no header
            raise UnavailableError(f"GitHub could not be reached: {type(error).__name__}.") from None
        except (AssertionError, RuntimeError, ValueError) as error:  # a redirect elsewhere, or not JSON
            raise UnavailableError(f"GitHub sent something unexpected: {type(error).__name__}.") from None

    def _kind_of(self, error: Any) -> GitHubError:
        status, headers = error.status, error.headers or {}
        data = error.data if isinstance(error.data, dict) else {}
        message = str(data.get("message") or "")
        if status == 429 or (status == 403 and _is_limit(headers, message)):
            return RateLimitedError(_retry_at(headers))
        if status >= 500:
            return UnavailableError(f"GitHub answered with status {status}.")
        if status == 401 and self.is_ours:
            caches["tokens"].clear()  # an installation may have been removed and added again
            logger.error("GitHub did not accept the App's key or token: %s", message[:200])
            return UnavailableError("GitHub did not accept the App's key. Check the settings of the App.")
        return RefusedError(REASONS.get(status, f"GitHub answered with status {status}."), status)


def _use_share(share: str) -> None:
    now = timezone.now()
    key = f"github-anonymous-{share}-{now:%Y%m%d%H}"
    used = cache.get(key, 0)
    if used >= MAX_ANONYMOUS_PER_HOUR:
        raise ShareSpentError(now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    cache.set(key, used + 1, 3600)


def _next_page(links: str) -> str:
    # the path and query of the link "next": PyGithub asks only the host of the API
    for link in links.split(","):
        url, _, relation = link.partition(";")
        if 'rel="next"' in relation:
            parts = urlsplit(url.strip(" <>"))
            path = parts.path.removeprefix(urlsplit(settings.GITHUB_API_URL).path)
            return f"{path}?{parts.query}"
    return ""


def _is_limit(headers: dict[str, Any], message: str) -> bool:
    from github.Requester import Requester

    return (
        "retry-after" in headers
        or str(headers.get("x-ratelimit-remaining")) == "0"
        or Requester.isRateLimitError(message)
    )


def _retry_at(headers: dict[str, Any]) -> datetime:
    now = timezone.now()
    after, reset = str(headers.get("retry-after", "")), str(headers.get("x-ratelimit-reset", ""))
    if after.isdigit():
        wait = timedelta(seconds=int(after[:9]))
    elif str(headers.get("x-ratelimit-remaining")) == "0" and reset.isdigit():
        wait = datetime.fromtimestamp(int(reset[:11]), UTC) - now
    else:
        wait = USUAL_WAIT
    return now + min(max(wait, timedelta(seconds=1)), MAX_WAIT)


# --- who asks -------------------------------------------------------------------------------------------------------


def _client(
    auth: Any,
    *,
    is_ours: bool = False,
    writes: re.Pattern[str] | None = None,
    share: str = "",
    seconds: int = MAX_SECONDS,
) -> Client:
    from github import Github

    github = Github(
        auth=auth,
        base_url=settings.GITHUB_API_URL,
        timeout=seconds,
        user_agent=USER_AGENT,
        per_page=PAGE,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version=API_VERSION,
    )
    return Client(github.requester, is_ours, writes, share)


def as_anybody(*, share: str = "") -> Client:
    """Ask without a sign-in: public things only, and 60 requests an hour for all.

    `share` names who asks: each has MAX_ANONYMOUS_PER_HOUR of them, so that nobody uses up all.
    """
    return _client(None, share=share)


def as_person(token: str) -> Client:
    """Ask with the token that a person's sign-in with GitHub just gave. Waits at most some seconds."""
    from github import Auth

    return _client(Auth.Token(token), seconds=MAX_SECONDS_OF_PERSON)


def has_app() -> bool:
    return bool(settings.GITHUB_APP_ID and settings.GITHUB_APP_PRIVATE_KEY)


def as_app() -> Client:
    """Ask as the App itself: about its installations and deliveries. Raises UnavailableError without an App."""
    from github import Auth

    if not has_app():
        raise UnavailableError("No GitHub App is configured.")
    return _client(Auth.AppAuthToken(_app_token()), is_ours=True)


def _app_token() -> str:
    # Signing takes longer than the rest of a request, and the token of each private repository needs one.
    from github import Auth
    from jwt import PyJWTError

    cache, key = caches["tokens"], f"{settings.GITHUB_APP_ID}-app"
    token: str | None = cache.get(key)
    if token is None:
        signer = Auth.AppAuth(settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY)
        try:
            token = signer.create_jwt(APP_TOKEN_SECONDS + 60)
        except (PyJWTError, ValueError) as error:
            raise UnavailableError("The App's private key cannot be used.") from error
        cache.set(key, token, APP_TOKEN_SECONDS)
    return token


def as_installation(installation_id: int) -> Client:
    """Ask as the App on one account, and write results only. Raises as the methods of Client do."""
    from github import Auth

    return _client(Auth.Token(installation_token(installation_id)), is_ours=True, writes=RESULTS)


def as_writer(installation_id: int, repository_id: int, permissions: Mapping[str, str]) -> Client:
    """Ask as the App in one repository, with a token that GitHub limits to it and to these permissions.

    RefusedError with status 422: the App does not have them. Raises as the methods of Client do.
    """
    from github import Auth

    narrow = {"repository_ids": [repository_id], "permissions": dict(permissions)}
    use = "-".join((str(repository_id), *sorted(permissions), "write"))
    own = re.compile(rf"/repositories/{repository_id}/(git/.+|pulls)")
    return _client(Auth.Token(_cached_token(installation_id, use, narrow)), is_ours=True, writes=own)


def installation_token(installation_id: int) -> str:
    """Return a token of an installation that is valid for at least ten minutes.

    It is kept in the memory of this process only. Raises as the methods of Client do.
    """
    return _cached_token(installation_id, "all", None)


def repository_token(installation_id: int, repository_id: int) -> str:
    """Return such a token that only reads the files and commits of one repository."""
    narrow = {"repository_ids": [repository_id], "permissions": {"contents": "read"}}
    return _cached_token(installation_id, str(repository_id), narrow)


def _cached_token(installation_id: int, use: str, body: Json) -> str:
    cache, key = caches["tokens"], f"{settings.GITHUB_APP_ID}-{installation_id}-{use}"
    token: str | None = cache.get(key)
    if token is None:
        token = str(as_app().post(f"/app/installations/{installation_id}/access_tokens", body)["token"])
        cache.set(key, token, TOKEN_SECONDS)
    return token


def repository_path(full_name: str, *more: str) -> str:
    """Return the path of a repository by its name, with each part quoted."""
    return "/".join(["/repos", *(quote(part, safe="") for part in (*full_name.split("/", 1), *more))])


def quote_ref(name: str) -> str:
    # slashes in the name of a branch are part of the path
    return quote(name)
