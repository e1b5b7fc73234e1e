"""REST: users, repositories, branches, files and webhooks."""

import base64
from typing import Any

from . import git
from .records import Activity, Hook, Repository
from .requests import Answer, RefusedError, Request
from .work import Work

REPO = "/repos/{owner}/{repo}"


def find_repository(
    world: Work, request: Request, owner: str, repo: str, permission: str = "metadata", level: str = "read"
) -> Repository:
    """Return the repository if the viewer may use it so. Raises RefusedError as GitHub does: 301, 403 or 404."""
    repository, moved = world.find(f"{owner}/{repo}")
    if repository is None or not _may_see(world, request, repository):
        raise RefusedError(404, "Not Found")
    if moved:
        rest = request.path.partition(f"/repos/{owner}/{repo}")[2]
        query = f"?{request.query}" if request.query else ""
        url = f"{world.shapes.api}/repositories/{repository.id}{rest}{query}"
        refusal = RefusedError(301, "Moved Permanently", Location=url)
        refusal.answer.body["url"] = url
        raise refusal
    if not _may_use(request, repository, permission, level):
        by_app = request.viewer.installation
        raise RefusedError(
            403, "Resource not accessible by integration" if by_app else "Must have admin rights"
        )
    return repository


def _may_see(world: Work, request: Request, repository: Repository) -> bool:
    if request.viewer.installation:
        return request.viewer.covers(repository) or not repository.is_private
    if repository.is_private and not _is_granted(world, request, repository):
        return False
    return bool(repository.permission_of(request.viewer.person))


def _is_granted(world: Work, request: Request, repository: Repository) -> bool:
    # the token of a sign-in sees a private repository by its scope, or where the App that it is of is installed
    grant = request.viewer.grant
    if grant is None or grant.app is None or "repo" in grant.scope.split():
        return True
    return any(each.app is grant.app and each.covers(repository) for each in world.installations.values())


def _may_use(request: Request, repository: Repository, permission: str, level: str) -> bool:
    viewer, person = request.viewer, request.viewer.person
    if viewer.installation:
        own = viewer.permission(permission) if viewer.covers(repository) else ""
        return own == "write" or (level == "read" and (own == "read" or not repository.is_private))
    if level == "read" and permission != "repository_hooks":
        return True
    wanted = ("admin",) if permission == "repository_hooks" else ("admin", "write")
    return repository.permission_of(person) in wanted


def paginate(world: Work, request: Request, items: list[Any]) -> Answer:
    """Answer with one page of a list, and the Link header."""
    size, page = request.number("per_page", 30, 100), request.number("page", 1, 10_000)
    return Answer(
        200, items[(page - 1) * size : page * size], link(world, request, page, len(items) > page * size)
    )


def link(world: Work, request: Request, page: int, has_more: bool) -> dict[str, str]:
    if not has_more:
        return {}
    size = request.number("per_page", 30, 100)
    url = f"{world.url}{request.path}?per_page={size}&page={page + 1}"
    return {"Link": f'<{url}>; rel="next"'}


def get_user(world: Work, request: Request) -> Answer:
    person = request.viewer.person
    if person is None:
        raise RefusedError(401 if request.viewer.name == "anonymous" else 403, "Requires authentication")
    return Answer(200, world.shapes.private_person(person))


def get_emails(world: Work, request: Request) -> Answer:
    person = request.viewer.person
    if person is None:
        raise RefusedError(401, "Requires authentication")
    return Answer(200, [{"email": person.email, "primary": True, "verified": True, "visibility": "private"}])


def get_person(world: Work, request: Request, username: str) -> Answer:
    person = world.people.get(username.lower())
    if person is None:
        raise RefusedError(404, "Not Found")
    return Answer(200, world.shapes.public_person(person))


def get_repository(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo)
    return Answer(200, world.shapes.repository(repository, request.viewer.person))


def list_activities(world: Work, request: Request, owner: str, repo: str) -> Answer:
    # GitHub pages it by a cursor, of which the portal reads the first page only
    repository = find_repository(world, request, owner, repo, "contents")
    listed = [
        {
            "id": each.id,
            "node_id": f"node{each.id}",
            "before": each.before,
            "after": each.after,
            "ref": each.ref,
            "timestamp": each.at,
            "activity_type": _activity_type(each),
            "actor": world.shapes.person(each.actor),
        }
        for each in repository.activities
    ]
    return Answer(200, listed[: request.number("per_page", 30, 100)])


def _activity_type(activity: Activity) -> str:
    if git.NONE in (activity.before, activity.after):
        return "branch_creation" if activity.before == git.NONE else "branch_deletion"
    return "push"


def get_permission(world: Work, request: Request, owner: str, repo: str, username: str) -> Answer:
    repository = find_repository(world, request, owner, repo)
    person = world.people.get(username.lower())
    if request.viewer.name == "anonymous" or person is None:
        raise RefusedError(
            404 if person is None else 401, "Not Found" if person is None else "Requires authentication"
        )
    permission = repository.permission_of(person) or "none"
    user = {**world.shapes.person(person), "role_name": permission}
    return Answer(200, {"permission": permission, "role_name": permission, "user": user})


def list_branches(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "contents")
    at = f"{world.shapes.api}/repos/{repository.full_name}/commits"
    heads = [
        {"name": name[11:], "commit": {"sha": sha, "url": f"{at}/{sha}"}, "protected": False}
        for name, sha in git.refs_of(repository.folder).items()
        if name.startswith("refs/heads/")
    ]
    return paginate(world, request, heads)


def get_branch(world: Work, request: Request, owner: str, repo: str, branch: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "contents")
    sha = git.refs_of(repository.folder).get(f"refs/heads/{branch}")
    if sha is None:
        raise RefusedError(404, "Branch not found")
    at = f"{world.shapes.api}/repos/{repository.full_name}/branches/{branch}"
    entry = git.log(repository.folder, sha, limit=1)[0]
    return Answer(
        200,
        {
            "name": branch,
            "commit": world.shapes.commit(repository, entry),
            "_links": {"self": at, "html": f"{world.url}/{repository.full_name}/tree/{branch}"},
            "protected": False,
            "protection": {"enabled": False},
            "protection_url": f"{at}/protection",
        },
    )


def list_refs(world: Work, request: Request, owner: str, repo: str, ref: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "contents")
    at = f"{world.shapes.api}/repos/{repository.full_name}/git"
    found = [
        {
            "ref": name,
            "node_id": f"REF_{sha[:8]}",
            "url": f"{at}/{name}",
            "object": {"sha": sha, "type": "commit", "url": f"{at}/commits/{sha}"},
        }
        for name, sha in git.refs_of(repository.folder).items()
        if name.startswith(f"refs/{ref}")
    ]
    return Answer(200, found)


def get_file(world: Work, request: Request, owner: str, repo: str, path: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "contents")
    commit = git.commit_of(repository.folder, request.parameters.get("ref") or "HEAD")
    line = git.git(repository.folder, "ls-tree", commit, "--", path) if commit else ""
    if not line or line.split()[1] != "blob":
        raise RefusedError(404, "Not Found")
    blob = line.split()[2]
    content = git.read_blob(repository.folder, blob)
    if "raw" in (request.headers.get("Accept") or ""):
        return Answer(200, content)
    at = f"{world.shapes.api}/repos/{repository.full_name}"
    page = f"{world.url}/{repository.full_name}"
    own = {
        "self": f"{at}/contents/{path}",
        "git": f"{at}/git/blobs/{blob}",
        "html": f"{page}/blob/main/{path}",
    }
    return Answer(
        200,
        {
            "type": "file",
            "encoding": "base64",
            "size": len(content),
            "name": path.rpartition("/")[2],
            "path": path,
            "content": base64.encodebytes(content).decode(),
            "sha": blob,
            "url": own["self"],
            "git_url": own["git"],
            "html_url": own["html"],
            "download_url": f"{page}/raw/main/{path}",
            "_links": own,
        },
    )


# --- webhooks -------------------------------------------------------------------------------------------------------


def _hook(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> tuple[Repository, Hook]:
    repository = find_repository(world, request, owner, repo, "repository_hooks", "write")
    for hook in repository.hooks:
        if str(hook.id) == hook_id:
            return repository, hook
    raise RefusedError(404, "Not Found")


def list_hooks(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "repository_hooks", "write")
    return paginate(world, request, [world.shapes.hook(repository, hook) for hook in repository.hooks])


def create_hook(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "repository_hooks", "write")
    said = request.json()
    config = said.get("config") or {}
    if not str(config.get("url", "")).startswith(("http://", "https://")):
        raise RefusedError(422, "Validation Failed: url must be an HTTP or HTTPS URL")
    if any(hook.url == config["url"] for hook in repository.hooks):
        raise RefusedError(422, "Validation Failed: Hook already exists on this repository")
    events = tuple(said.get("events") or ["push"])
    hook = world.add_hook(repository, config["url"], str(config.get("secret", "")), events)
    return Answer(201, world.shapes.hook(repository, hook))


def get_hook(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> Answer:
    return Answer(200, world.shapes.hook(*_hook(world, request, owner, repo, hook_id)))


def update_hook(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> Answer:
    repository, hook = _hook(world, request, owner, repo, hook_id)
    said = request.json()
    config = said.get("config") or {}
    hook.url, hook.secret = config.get("url", hook.url), config.get("secret", hook.secret)
    hook.events = said.get("events") or hook.events
    hook.is_active = said.get("active", hook.is_active)
    return Answer(200, world.shapes.hook(repository, hook))


def delete_hook(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> Answer:
    repository, hook = _hook(world, request, owner, repo, hook_id)
    repository.hooks.remove(hook)
    return Answer(204)


def ping_hook(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> Answer:
    world.ping(*_hook(world, request, owner, repo, hook_id))
    return Answer(204)


def list_deliveries(world: Work, request: Request, owner: str, repo: str, hook_id: str) -> Answer:
    _, hook = _hook(world, request, owner, repo, hook_id)
    return deliveries_page(world, request, hook)


def deliveries_page(world: Work, request: Request, hook: Hook) -> Answer:
    """Answer with deliveries, newest first. GitHub's pages of them have a cursor, not a number."""
    size, cursor = request.number("per_page", 30, 100), request.parameters.get("cursor", "")
    items = [delivery for delivery in reversed(hook.deliveries) if not cursor or delivery.id < int(cursor)]
    shown = items[:size]
    more = {}
    if len(items) > size:
        url = f"{world.url}{request.path}?per_page={size}&cursor={shown[-1].id}"
        more = {"Link": f'<{url}>; rel="next"'}
    return Answer(200, [world.shapes.delivery(delivery) for delivery in shown], more)


def get_delivery(
    world: Work, request: Request, owner: str, repo: str, hook_id: str, delivery_id: str
) -> Answer:
    _, hook = _hook(world, request, owner, repo, hook_id)
    for delivery in hook.deliveries:
        if str(delivery.id) == delivery_id:
            return Answer(200, world.shapes.full_delivery(delivery))
    raise RefusedError(404, "Not Found")


def redeliver(world: Work, request: Request, owner: str, repo: str, hook_id: str, delivery_id: str) -> Answer:
    repository, hook = _hook(world, request, owner, repo, hook_id)
    if not world.redeliver(hook, int(delivery_id), repository):
        raise RefusedError(404, "Not Found")
    return Answer(202, {})


HOOK = f"{REPO}/hooks/{{hook_id}}"
ROUTES = (
    ("GET", "/user", get_user),
    ("GET", "/user/emails", get_emails),
    ("GET", "/users/{username}", get_person),
    ("GET", REPO, get_repository),
    ("GET", f"{REPO}/activity", list_activities),
    ("GET", f"{REPO}/collaborators/{{username}}/permission", get_permission),
    ("GET", f"{REPO}/branches", list_branches),
    ("GET", f"{REPO}/branches/{{branch*}}", get_branch),
    ("GET", f"{REPO}/git/matching-refs/{{ref*}}", list_refs),
    ("GET", f"{REPO}/contents/{{path*}}", get_file),
    ("GET", f"{REPO}/hooks", list_hooks),
    ("POST", f"{REPO}/hooks", create_hook),
    ("GET", HOOK, get_hook),
    ("PATCH", HOOK, update_hook),
    ("DELETE", HOOK, delete_hook),
    ("POST", f"{HOOK}/pings", ping_hook),
    ("GET", f"{HOOK}/deliveries", list_deliveries),
    ("GET", f"{HOOK}/deliveries/{{delivery_id}}", get_delivery),
    ("POST", f"{HOOK}/deliveries/{{delivery_id}}/attempts", redeliver),
)
