"""`git clone`, `git fetch` and `git push` at /OWNER/NAME.git, with a token as the password."""

import re

from . import git
from .records import Person, Repository
from .requests import Answer, RefusedError, Request, Viewer
from .rest import identify
from .work import Work

PATH = re.compile(r"/([^/]+)/([^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)")
PUSH = "git-receive-pack"


def answer(world: Work, request: Request, owner: str, name: str, service: str) -> Answer:
    """Serve one request of Git, and announce what a push changed."""
    is_push = PUSH in (service, request.parameters.get("service"))
    try:
        viewer = identify(world, request)
        repository = _allowed(world, request, viewer, f"{owner}/{name}", is_push)
    except RefusedError as refusal:
        return Answer(refusal.answer.status, refusal.answer.body["message"].encode(), refusal.answer.headers)
    if service != PUSH:
        return _serve(repository, request, service, "")
    pusher = _pusher(viewer, repository)
    with repository.lock:
        before = git.refs_of(repository.folder)
        served = _serve(repository, request, service, pusher.login)
    world.announce(repository, before, pusher)
    return served


def _allowed(world: Work, request: Request, viewer: Viewer, full_name: str, is_push: bool) -> Repository:
    repository, moved = world.find(full_name)
    is_visible = repository is not None and _level(viewer, repository, "read")
    if not is_visible or (is_push and viewer.name == "anonymous"):
        if viewer.name == "anonymous":
            raise RefusedError(401, "Repository not found.", WWW_Authenticate='Basic realm="GitHub"')
        raise RefusedError(404, "Repository not found.")
    assert repository
    if moved:
        rest = request.path.split("/", 3)[3]
        query = f"?{request.query}" if request.query else ""
        raise RefusedError(301, "Moved", Location=f"{world.url}/{repository.full_name}.git/{rest}{query}")
    if is_push and not _level(viewer, repository, "write"):
        raise RefusedError(403, f"Permission to {repository.full_name}.git denied.")
    return repository


def _level(viewer: Viewer, repository: Repository, wanted: str) -> bool:
    is_covered = viewer.covers(repository)
    own = viewer.permission("contents") if is_covered else repository.permission_of(viewer.person)
    return own in (("admin", "write", "read") if wanted == "read" else ("admin", "write"))


def _pusher(viewer: Viewer, repository: Repository) -> Person:
    return viewer.person or repository.owner


def _serve(repository: Repository, request: Request, service: str, user: str) -> Answer:
    path = f"/{repository.folder.name}/{service}"
    served = git.serve(
        repository.folder.parent,
        request.method,
        path,
        request.query,
        dict(request.headers),
        request.body,
        user,
    )
    return Answer(served.status, served.body, served.headers)
