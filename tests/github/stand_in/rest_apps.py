"""REST: the GitHub App, its installations and their tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .records import App, Installation
from .requests import Answer, RefusedError, Request
from .rest_repositories import REPO, deliveries_page, paginate
from .work import Work


def _app(request: Request) -> App:
    if request.viewer.app is None:
        raise RefusedError(401, "A JSON web token could not be decoded")
    return request.viewer.app


def _installation(world: Work, request: Request, installation_id: str) -> Installation:
    app = _app(request)
    found = world.installations.get(int(installation_id)) if installation_id.isdigit() else None
    if found is None or found.app is not app:
        raise RefusedError(404, "Not Found")
    return found


def get_app(world: Work, request: Request) -> Answer:
    return Answer(200, world.shapes.app(_app(request)))


def list_installations(world: Work, request: Request) -> Answer:
    app = _app(request)
    own = [world.shapes.installation(each) for each in world.installations.values() if each.app is app]
    return paginate(world, request, own)


def get_installation(world: Work, request: Request, installation_id: str) -> Answer:
    return Answer(200, world.shapes.installation(_installation(world, request, installation_id)))


def create_token(world: Work, request: Request, installation_id: str) -> Answer:
    installation = _installation(world, request, installation_id)
    if installation.is_suspended:
        raise RefusedError(403, "This installation has been suspended")
    narrow = request.json() if request.body else {}
    granted = installation.app.permissions
    if any(
        granted.get(name) not in (level, "write") for name, level in (narrow.get("permissions") or {}).items()
    ):
        raise RefusedError(422, "The permissions requested are not granted to this installation.")
    token = world.grant(installation=installation)
    world.grants[token].repository_ids = narrow.get("repository_ids")
    world.grants[token].permissions = narrow.get("permissions")
    body: dict[str, Any] = {
        "token": token,
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "permissions": narrow.get("permissions") or granted,
        "repository_selection": "all" if installation.repositories is None else "selected",
    }
    return Answer(201, body)


def get_repository_installation(world: Work, request: Request, owner: str, repo: str) -> Answer:
    app = _app(request)
    repository, _ = world.find(f"{owner}/{repo}")
    for installation in world.installations.values():
        if installation.app is app and repository and installation.covers(repository):
            return Answer(200, world.shapes.installation(installation))
    raise RefusedError(404, "Not Found")


def list_repositories(world: Work, request: Request) -> Answer:
    installation = request.viewer.installation
    if installation is None:
        raise RefusedError(403, "You must authenticate with an installation access token.")
    own = [each for each in world.repositories.values() if installation.covers(each)]
    page = paginate(world, request, [world.shapes.repository(each) for each in own])
    selection = "all" if installation.repositories is None else "selected"
    body = {"total_count": len(own), "repository_selection": selection, "repositories": page.body}
    return Answer(200, body, page.headers)


def list_app_deliveries(world: Work, request: Request) -> Answer:
    return deliveries_page(world, request, _app(request).hook)


def redeliver_of_app(world: Work, request: Request, delivery_id: str) -> Answer:
    if not world.redeliver(_app(request).hook, int(delivery_id), None):
        raise RefusedError(404, "Not Found")
    return Answer(202, {})


def convert_manifest(world: Work, request: Request, code: str) -> Answer:
    app = world.conversions.pop(code, None)
    if app is None:
        raise RefusedError(404, "Not Found")
    secrets = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "webhook_secret": app.hook.secret or None,
        "pem": app.private_key,
    }
    return Answer(201, {**world.shapes.app(app), **secrets})


INSTALLATION = "/app/installations/{installation_id}"
ROUTES = (
    ("GET", "/app", get_app),
    ("GET", "/app/installations", list_installations),
    ("GET", INSTALLATION, get_installation),
    ("POST", f"{INSTALLATION}/access_tokens", create_token),
    ("GET", "/app/hook/deliveries", list_app_deliveries),
    ("POST", "/app/hook/deliveries/{delivery_id}/attempts", redeliver_of_app),
    ("POST", "/app-manifests/{code}/conversions", convert_manifest),
    ("GET", "/installation/repositories", list_repositories),
    ("GET", f"{REPO}/installation", get_repository_installation),
)
