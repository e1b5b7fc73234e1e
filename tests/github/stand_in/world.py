"""The state of the stand-in and what happens to it: each change sends the webhooks that GitHub would send."""

import subprocess
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from . import git
from .deliveries import Deliverer
from .records import Activity, App, Grant, Hook, Installation, Person, Repository, new_token, next_id, now
from .work_shapes import WorkShapes

Refs = Mapping[str, str]
MAX_COMMITS = 2048
ZEN = "Keep it logically awesome."


@cache
def _key_pair(number: int) -> tuple[bytes, bytes]:
    """Return a private and a public key. Most Apps of tests are the first of their stand-in, and share it."""
    private = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout
    command = ["openssl", "rsa", "-pubout"]
    public = subprocess.run(command, input=private, check=True, capture_output=True).stdout
    return private, public


class World:
    """`url` is the web address, such as http://localhost:9000."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.shapes = WorkShapes(url, f"{url}/api/v3")
        self.deliverer = Deliverer()
        self.people: dict[str, Person] = {}
        self.repositories: dict[int, Repository] = {}
        self.moved: dict[str, int] = {}
        self.apps: list[App] = []
        self.installations: dict[int, Installation] = {}
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, dict[str, str]] = {}  # of OAuth
        self.conversions: dict[str, App] = {}  # by the code of the manifest flow

    # --- people, repositories and webhooks ---

    def person(self, login: str, kind: str = "User") -> Person:
        """Return a user or organization, created when first asked for."""
        found = self.people.get(login.lower())
        if found is None:
            found = Person(login, kind, email=f"{login.lower()}@example.org")
            self.people[login.lower()] = found
            self.grants[found.token] = Grant(found)
        return found

    def create_repository(
        self, full_name: str, *, private: bool = False, fork_of: Repository | None = None
    ) -> Repository:
        """Create an empty repository, or a fork of one."""
        owner, _, name = full_name.partition("/")
        folder = self.folder / f"{next_id()}.git"
        if fork_of:
            git.git(self.folder, "clone", "-q", "--bare", str(fork_of.folder), str(folder))
        else:
            git.create(folder)
        repository = Repository(self.person(owner), name, folder, private, fork_of)
        self.repositories[repository.id] = repository
        self.moved.pop(full_name.lower(), None)
        return repository

    def find(self, full_name: str) -> tuple[Repository | None, bool]:
        """Return the repository that has or had a name, and True if it moved."""
        wanted = full_name.lower()
        for repository in self.repositories.values():
            if repository.full_name.lower() == wanted:
                return repository, False
        return self.repositories.get(self.moved.get(wanted, 0)), True

    def move(self, repository: Repository, full_name: str) -> None:
        """Rename or transfer a repository. The former name redirects."""
        self.moved[repository.full_name.lower()] = repository.id
        owner, _, name = full_name.partition("/")
        repository.owner, repository.name = self.person(owner), name

    def delete(self, repository: Repository) -> None:
        del self.repositories[repository.id]

    def add_hook(
        self, repository: Repository, url: str, secret: str = "", events: tuple[str, ...] = ("push",)
    ) -> Hook:
        hook = Hook(url, secret, list(events))
        repository.hooks.append(hook)
        self.ping(repository, hook)
        return hook

    def ping(self, repository: Repository, hook: Hook) -> None:
        payload = {"zen": ZEN, "hook_id": hook.id, "hook": self.shapes.hook(repository, hook)}
        self._send(
            hook, "ping", {**payload, **self._context("ping", repository, repository.owner)}, repository
        )

    def emit(self, event: str, payload: dict[str, Any], repository: Repository, sender: Person) -> None:
        """Send an event of a repository to its webhooks, and to the Apps installed on it."""
        whole = {**payload, **self._context(event, repository, sender)}
        for hook in repository.hooks:
            if hook.wants(event):
                self._send(hook, event, whole, repository)
        for installation in self.installations.values():
            hook = installation.app.hook
            if installation.covers(repository) and hook.wants(event):
                own = {"installation": {"id": installation.id, "node_id": f"MI_{installation.id}"}}
                self._send(hook, event, {**whole, **own}, repository)

    def redeliver(self, hook: Hook, delivery_id: int, repository: Repository | None) -> bool:
        for delivery in hook.deliveries:
            if delivery.id == delivery_id:
                self.deliverer.redeliver(hook, delivery, self._target(hook, repository))
                return True
        return False

    def _send(self, hook: Hook, event: str, payload: dict[str, Any], repository: Repository | None) -> None:
        self.deliverer.send(hook, event, payload, self._target(hook, repository))

    def _target(self, hook: Hook, repository: Repository | None) -> tuple[str, int]:
        if hook.app or repository is None:
            return "integration", hook.app.id if hook.app else 0
        return "repository", repository.id

    def _context(self, event: str, repository: Repository, sender: Person) -> dict[str, Any]:
        shapes = self.shapes
        return {"repository": shapes.sent_repository(repository, event), "sender": shapes.person(sender)}

    # --- pushes ---

    def commit(
        self,
        repository: Repository,
        files: Mapping[str, str | bytes | None],
        message: str = "Change files",
        branch: str = "main",
        by: Person | None = None,
    ) -> str:
        """Commit files on a branch and announce the push; the ID of the commit."""
        person = by or repository.owner
        with repository.lock:
            before = git.refs_of(repository.folder)
            sha = git.commit_files(
                repository.folder, branch, files, message, git.author(person.login, person.email)
            )
        self.announce(repository, before, person)
        return sha

    def announce(self, repository: Repository, before: Refs, pusher: Person) -> None:
        """Send a push event for each ref that changed."""
        after = git.refs_of(repository.folder)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if changed:
            repository.pushed_at = now()
        for name in changed:
            old, new = before.get(name, git.NONE), after.get(name, git.NONE)
            if name.startswith("refs/heads/"):
                repository.activities.insert(0, Activity(name, old, new, pusher))
            self._update_pulls(repository, name, new)
            self.emit("push", self._push(repository, name, old, new, pusher, before), repository, pusher)

    def _push(
        self, repository: Repository, name: str, old: str, new: str, pusher: Person, before: Refs
    ) -> dict[str, Any]:
        folder, shapes = repository.folder, self.shapes
        is_new, is_gone = old == git.NONE, new == git.NONE
        commit = None if is_gone else git.commit_of(folder, new)
        known = [f"^{sha}" for sha in before.values() if git.commit_of(folder, sha)]
        entries = git.log(folder, commit, *known, limit=MAX_COMMITS) if commit else []
        head = git.log(folder, commit, limit=1)[0] if commit else None
        return {
            "ref": name,
            "before": old,
            "after": new,
            "created": is_new,
            "deleted": is_gone,
            "forced": not is_new and not is_gone and not git.is_ancestor(folder, old, new),
            "base_ref": None,
            "compare": f"{self.url}/{repository.full_name}/compare/{old[:12]}...{new[:12]}",
            "commits": [shapes.pushed_commit(repository, entry) for entry in entries],
            "head_commit": shapes.pushed_commit(repository, head) if head else None,
            "pusher": {"name": pusher.login, "email": pusher.email},
        }

    def _update_pulls(self, repository: Repository, name: str, sha: str) -> None:
        branch = name.removeprefix("refs/heads/")
        for target in self.repositories.values():
            for pull in target.pulls:
                same = pull.head_repository is repository and pull.head == branch
                if same and pull.state == "open" and sha != git.NONE:
                    pull.head_sha = sha
                    payload = {"action": "synchronize", "number": pull.number}
                    payload["pull_request"] = self.shapes.pull(target, pull)
                    self.emit("pull_request", payload, target, repository.owner)

    # --- Apps ---

    def create_app(
        self,
        name: str = "Portal",
        owner: str = "school",
        *,
        hook_url: str = "",
        secret: str = "",
        events: tuple[str, ...] = (),
        permissions: Mapping[str, str] | None = None,
        callback_urls: tuple[str, ...] = (),
        setup_url: str = "",
    ) -> App:
        """Create a GitHub App with a private key that no other App of this stand-in has."""
        slug = "-".join(name.lower().split())
        key, public = self.folder / f"{slug}.pem", self.folder / f"{slug}.public.pem"
        for file, pem in zip((key, public), _key_pair(len(self.apps)), strict=True):
            file.write_bytes(pem)
        granted = {"metadata": "read", **(permissions or {"contents": "read"})}
        hook = Hook(hook_url, secret, list(events))
        made = App(
            name,
            self.person(owner),
            slug,
            key.read_text(),
            public,
            hook,
            granted,
            list(callback_urls),
            setup_url,
        )
        hook.app = made
        self.apps.append(made)
        return made

    def install(self, app: App, account: str, *repositories: Repository) -> Installation:
        """Install an App at an account, for these repositories, or for all if none is given."""
        installation = Installation(app, self.person(account), list(repositories) or None)
        self.installations[installation.id] = installation
        self._announce_installation(installation, "created")
        return installation

    def uninstall(self, installation: Installation) -> None:
        del self.installations[installation.id]
        self._announce_installation(installation, "deleted")

    def suspend(self, installation: Installation, is_suspended: bool = True) -> None:
        installation.is_suspended = is_suspended
        self._announce_installation(installation, "suspend" if is_suspended else "unsuspend")

    def change_repositories(
        self,
        installation: Installation,
        add: tuple[Repository, ...] = (),
        remove: tuple[Repository, ...] = (),
    ) -> None:
        kept = [repository for repository in installation.repositories or [] if repository not in remove]
        installation.repositories = [*kept, *add]
        for action, changed in (("added", add), ("removed", remove)):
            if changed:
                short = [self.shapes.short_repository(repository) for repository in changed]
                payload = {
                    "repository_selection": "selected",
                    "repositories_added": short if action == "added" else [],
                    "repositories_removed": short if action == "removed" else [],
                    "requester": None,
                }
                self._tell_app(installation, "installation_repositories", action, payload)

    def _announce_installation(self, installation: Installation, action: str) -> None:
        covered = [repository for repository in self.repositories.values() if installation.covers(repository)]
        payload = {"repositories": [self.shapes.short_repository(repository) for repository in covered]}
        self._tell_app(installation, "installation", action, {**payload, "requester": None})

    def _tell_app(self, installation: Installation, event: str, action: str, payload: dict[str, Any]) -> None:
        hook = installation.app.hook
        if hook.wants(event):
            shape = self.shapes.installation(installation)
            sender = {"sender": self.shapes.person(installation.account)}
            self._send(hook, event, {"action": action, "installation": shape, **payload, **sender}, None)

    def grant(
        self,
        person: Person | None = None,
        installation: Installation | None = None,
        scope: str = "",
        app: App | None = None,
    ) -> str:
        """Issue a token: of a person by OAuth, or of an installation for an hour."""
        if installation:
            token = f"ghs_{installation.app.id}_{new_token('eyJ')}.{new_token('x')}-{new_token('y')}"
            self.grants[token] = Grant(installation=installation, expires=time.time() + 3600)
        else:
            token = new_token("gho")
            self.grants[token] = Grant(person, scope=scope, app=app)
        return token
