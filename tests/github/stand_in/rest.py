"""The REST API under /api/v3: who asks, rate limits, and the routes."""

import base64
import binascii
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import rest_apps, rest_git, rest_repositories, rest_work
from .records import App
from .requests import Answer, RefusedError, Request, Viewer
from .switches import Switches
from .work import Work

Route = Callable[..., Answer]
PREFIX = "/api/v3"
CONTENT = {*rest_work.CONTENT, *rest_git.CONTENT}


def _compile(method: str, path: str, function: Route) -> tuple[str, re.Pattern[str], Route]:
    # the last parameter of a path may have slashes
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    return method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)), function


ROUTES = [
    _compile(*route)
    for route in (*rest_repositories.ROUTES, *rest_git.ROUTES, *rest_apps.ROUTES, *rest_work.ROUTES)
]


def answer(world: Work, switches: Switches, request: Request) -> Answer:
    """Answer a request to the REST API, with the headers of its rate limit."""
    try:
        request.viewer = identify(world, request)
        switches.count(request)
        found = _dispatch(world, switches, request)
    except RefusedError as refusal:
        found = refusal.answer
    return Answer(found.status, found.body, {**switches.headers(request.viewer), **found.headers})


def _dispatch(world: Work, switches: Switches, request: Request) -> Answer:
    path = _by_name(world, request.path.removeprefix(PREFIX))
    methods = set()
    for method, pattern, function in ROUTES:
        if match := pattern.fullmatch(path):
            methods.add(method)
            if method == request.method:
                if request.method != "GET" and function in CONTENT:
                    switches.count_content(request.viewer)
                return function(world, request, **match.groupdict())
    raise RefusedError(405 if methods else 404, "Method Not Allowed" if methods else "Not Found")


def _by_name(world: Work, path: str) -> str:
    # GitHub redirects former names to /repositories/ID, which its documentation leaves out
    found = re.fullmatch(r"/repositories/([0-9]+)(/.*)?", path)
    if not found:
        return path
    repository = world.repositories.get(int(found[1]))
    if repository is None:
        raise RefusedError(404, "Not Found")
    return f"/repos/{repository.full_name}{found[2] or ''}"


# --- who asks -------------------------------------------------------------------------------------------------------


def identify(world: Work, request: Request) -> Viewer:
    token = request.token()
    if not token:
        return Viewer()
    grant = world.grants.get(token)
    if grant is None and token.count(".") == 2:
        return Viewer(app=app_of(world, token))
    if grant is None or not grant.is_valid:
        raise RefusedError(401, "Bad credentials")
    if grant.installation and grant.installation.id not in world.installations:
        raise RefusedError(401, "Bad credentials")
    return Viewer(grant.person, None, grant.installation, grant)


def app_of(world: Work, token: str) -> App:
    """Return the App that signed a JSON Web Token. Raises RefusedError as GitHub does."""
    head, claims, signature = token.split(".")
    try:
        said = json.loads(_decode(claims))
        issuer, issued, expires = str(said["iss"]), int(said["iat"]), int(said["exp"])
    except (ValueError, KeyError, TypeError):
        raise RefusedError(401, "A JSON web token could not be decoded") from None
    app = next((app for app in world.apps if issuer in (str(app.id), app.client_id)), None)
    if app is None or not _is_signed(app.public_key, f"{head}.{claims}".encode(), _decode(signature)):
        raise RefusedError(401, "A JSON web token could not be decoded")
    if expires < time.time() or issued > time.time() + 60:
        raise RefusedError(
            401, "'Expiration time' claim ('exp') must be a numeric value representing the future"
        )
    if expires > time.time() + 660:
        raise RefusedError(401, "'Expiration time' claim ('exp') is too far in the future")
    return app


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise RefusedError(401, "A JSON web token could not be decoded") from None


def _is_signed(public_key: Path, message: bytes, signature: bytes) -> bool:
    with tempfile.NamedTemporaryFile() as file:
        file.write(signature)
        file.flush()
        check = ["openssl", "dgst", "-sha256", "-verify", str(public_key), "-signature", file.name]
        return subprocess.run(check, input=message, capture_output=True, check=False).returncode == 0
