"""REST: Git's objects and refs, which commits are made of, and opening a pull request."""

import base64
import binascii
import tempfile
from subprocess import CalledProcessError
from typing import Any

from . import git
from .records import Person, Repository
from .requests import Answer, RefusedError, Request
from .rest_repositories import REPO, find_repository
from .work import Work

HEADS = "refs/heads/"


def _writable(world: Work, request: Request, owner: str, repo: str) -> Repository:
    return find_repository(world, request, owner, repo, "contents", "write")


def _writer(request: Request, repository: Repository) -> Person:
    installation = request.viewer.installation
    return request.viewer.person or (installation.app.owner if installation else repository.owner)


def get_ref(world: Work, request: Request, owner: str, repo: str, ref: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "contents")
    sha = git.refs_of(repository.folder).get(f"refs/{ref}")
    if sha is None:
        raise RefusedError(404, "Not Found")
    return Answer(200, _ref(world, repository, f"refs/{ref}", sha))


def _ref(world: Work, repository: Repository, name: str, sha: str) -> dict[str, Any]:
    at = f"{world.shapes.api}/repos/{repository.full_name}/git"
    target = {"sha": sha, "type": "commit", "url": f"{at}/commits/{sha}"}
    return {"ref": name, "node_id": f"REF_{sha[:8]}", "url": f"{at}/{name}", "object": target}


def create_blob(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository, said = _writable(world, request, owner, repo), request.json()
    content = str(said.get("content", "")).encode()
    if said.get("encoding") == "base64":
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise RefusedError(422, "content is not valid Base64") from None
    sha = git.git(repository.folder, "hash-object", "-w", "--stdin", stdin=content)
    at = f"{world.shapes.api}/repos/{repository.full_name}/git/blobs/{sha}"
    return Answer(201, {"sha": sha, "url": at})


def create_tree(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository, said = _writable(world, request, owner, repo), request.json()
    try:
        sha = _write_tree(repository, said)
    except (CalledProcessError, KeyError):
        raise RefusedError(422, "GitRPC::BadObjectState") from None
    at = f"{world.shapes.api}/repos/{repository.full_name}/git/trees/{sha}"
    lines = git.git(repository.folder, "ls-tree", "--full-tree", sha).splitlines()
    tree = [_tree_entry(world, repository, line) for line in lines]
    return Answer(201, {"sha": sha, "url": at, "tree": tree, "truncated": False})


def _write_tree(repository: Repository, said: dict[str, Any]) -> str:
    with tempfile.TemporaryDirectory(prefix="stand-in-") as name:
        index = {"GIT_INDEX_FILE": f"{name}/index"}
        if said.get("base_tree"):
            git.git(repository.folder, "read-tree", said["base_tree"], **index)
        for entry in said["tree"]:
            if "sha" in entry and entry["sha"] is None:
                git.remove_from_index(repository.folder, entry["path"], index)
                continue
            sha = entry.get("sha") or git.git(
                repository.folder, "hash-object", "-w", "--stdin", stdin=entry["content"].encode()
            )
            place = f"{entry['mode']},{sha},{entry['path']}"
            git.git(repository.folder, "update-index", "--add", "--cacheinfo", place, **index)
        return git.git(repository.folder, "write-tree", **index)


def _tree_entry(world: Work, repository: Repository, line: str) -> dict[str, Any]:
    about, path = line.split("\t", 1)
    mode, kind, sha = about.split()
    at = f"{world.shapes.api}/repos/{repository.full_name}/git/{kind}s/{sha}"
    return {"path": path, "mode": mode, "type": kind, "sha": sha, "url": at}


def create_commit(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository, said = _writable(world, request, owner, repo), request.json()
    person = _writer(request, repository)
    parents = [word for parent in said.get("parents", []) for word in ("-p", parent)]
    by = git.author(person.login, person.email)
    try:
        sha = git.git(repository.folder, "commit-tree", said["tree"], *parents, "-m", said["message"], **by)
    except CalledProcessError:
        raise RefusedError(422, "Tree SHA does not exist") from None
    entry = git.log(repository.folder, sha, limit=1)[0]
    shape = world.shapes.commit(repository, entry)
    own = {name: shape[name] for name in ("sha", "node_id", "url", "html_url", "parents")}
    inner = {name: shape["commit"][name] for name in ("author", "committer", "message", "tree")}
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None}
    return Answer(201, {**own, **inner, "verification": {**unsigned, "verified_at": None}})


def create_ref(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository, said = _writable(world, request, owner, repo), request.json()
    name, sha = str(said.get("ref")), str(said.get("sha"))
    if name in git.refs_of(repository.folder):
        raise RefusedError(422, "Reference already exists")
    return _set_ref(world, request, repository, name, sha, 201)


def update_ref(world: Work, request: Request, owner: str, repo: str, ref: str) -> Answer:
    repository, said = _writable(world, request, owner, repo), request.json()
    name, sha = f"refs/{ref}", str(said.get("sha"))
    before = git.refs_of(repository.folder).get(name)
    if before is None:
        raise RefusedError(422, "Reference does not exist")
    if name.removeprefix(HEADS) in repository.protected:
        raise RefusedError(422, "Changes must be made through a pull request.")
    if not said.get("force") and not git.is_ancestor(repository.folder, before, sha):
        raise RefusedError(422, "Update is not a fast forward")
    return _set_ref(world, request, repository, name, sha, 200)


def _set_ref(
    world: Work, request: Request, repository: Repository, name: str, sha: str, status: int
) -> Answer:
    if git.commit_of(repository.folder, sha) != sha:
        raise RefusedError(422, "Object does not exist")
    with repository.lock:
        before = git.refs_of(repository.folder)
        try:
            git.git(repository.folder, "update-ref", name, sha)
        except CalledProcessError:  # such as `a/b` beside `a`
            raise RefusedError(422, "Reference update failed") from None
    world.announce(repository, before, _writer(request, repository))
    return Answer(status, _ref(world, repository, name, sha))


def create_pull(world: Work, request: Request, owner: str, repo: str) -> Answer:
    repository = find_repository(world, request, owner, repo, "pull_requests", "write")
    said = request.json()
    head, base = str(said.get("head")), str(said.get("base"))
    if any(pull.head == head and pull.base == base and pull.state == "open" for pull in repository.pulls):
        raise RefusedError(422, f"A pull request already exists for {repository.owner.login}:{head}.")
    about = {"title": str(said.get("title")), "body": str(said.get("body") or "")}
    try:
        pull = world.open_pull(repository, head, base, **about, by=_writer(request, repository))
    except ValueError:
        raise RefusedError(422, "Validation Failed: head or base is invalid") from None
    return Answer(201, world.shapes.pull(repository, pull))


CONTENT = (create_blob, create_tree, create_commit, create_ref, update_ref, create_pull)
ROUTES = (
    ("GET", f"{REPO}/git/ref/{{ref*}}", get_ref),
    ("POST", f"{REPO}/git/blobs", create_blob),
    ("POST", f"{REPO}/git/trees", create_tree),
    ("POST", f"{REPO}/git/commits", create_commit),
    ("POST", f"{REPO}/git/refs", create_ref),
    ("PATCH", f"{REPO}/git/refs/{{ref*}}", update_ref),
    ("POST", f"{REPO}/pulls", create_pull),
)
