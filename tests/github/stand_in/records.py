"""Everything that the stand-in remembers."""

import itertools
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_numbers = itertools.count(1_000_001)


def next_id() -> int:
    return next(_numbers)


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def new_token(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(18)}"


@dataclass(eq=False)
class Person:
    """A user, or an organization (`kind`), with the token for REST and for `git push`."""

    login: str
    kind: str = "User"
    id: int = field(default_factory=next_id)
    token: str = field(default_factory=lambda: new_token("ghp"))
    email: str = ""


@dataclass(eq=False)
class Delivery:
    """One attempt to deliver an event. Redeliveries are further attempts with the same `guid`."""

    event: str
    payload: dict[str, Any]
    guid: str
    is_redelivery: bool = False
    id: int = field(default_factory=next_id)
    at: str = field(default_factory=now)
    seconds: float = 0.0
    status: str = "pending"
    status_code: int = 0
    response: str = ""
    request_headers: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Hook:
    """A webhook of a repository, or of an App if `app` is set."""

    url: str
    secret: str
    events: list[str]
    app: "App | None" = None
    is_active: bool = True
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    deliveries: list[Delivery] = field(default_factory=list)

    def wants(self, event: str) -> bool:
        own = event in ("ping", "installation", "installation_repositories")
        return self.is_active and bool(self.url) and (own or "*" in self.events or event in self.events)


@dataclass(eq=False)
class App:
    name: str
    owner: Person
    slug: str
    private_key: str
    public_key: Path
    hook: Hook
    permissions: dict[str, str]
    callback_urls: list[str]
    setup_url: str = ""
    client_id: str = field(default_factory=lambda: f"Iv23{secrets.token_hex(8)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)


@dataclass(eq=False)
class Installation:
    """An App at an account. `repositories` is None if it may use all of them."""

    app: App
    account: Person
    repositories: "list[Repository] | None" = None
    is_suspended: bool = False
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    writes: list[float] = field(default_factory=list)

    def covers(self, repository: "Repository") -> bool:
        if self.is_suspended or repository.owner is not self.account:
            return False
        return self.repositories is None or repository in self.repositories


@dataclass(eq=False)
class Grant:
    """An issued token: of a person by OAuth, or of an installation until `expires`."""

    person: Person | None = None
    installation: Installation | None = None
    scope: str = ""
    app: App | None = None  # that the person signed in to
    expires: float = 0.0
    repository_ids: list[int] | None = None
    permissions: dict[str, str] | None = None

    @property
    def is_valid(self) -> bool:
        return not self.expires or time.time() < self.expires


@dataclass(eq=False)
class Status:
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: Person
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)


@dataclass(eq=False)
class CheckRun:
    app: App
    sha: str
    name: str
    fields: dict[str, Any]
    annotations: list[dict[str, Any]] = field(default_factory=list)
    id: int = field(default_factory=next_id)
    started_at: str = field(default_factory=now)


@dataclass(eq=False)
class Run:
    """A run of a workflow, in its newest attempt; `attempts` keeps the conclusion of each."""

    path: str
    sha: str
    branch: str
    event: str
    actor: Person
    head_repository: "Repository"
    number: int
    workflow_id: int
    status: str = "queued"
    conclusion: str | None = None
    attempts: list[str | None] = field(default_factory=lambda: [None])
    id: int = field(default_factory=next_id)
    suite_id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)


@dataclass(eq=False)
class Comment:
    person: Person
    body: str
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)


@dataclass(eq=False)
class Review(Comment):
    state: str = "APPROVED"
    sha: str = ""


@dataclass(eq=False)
class Issue:
    number: int
    title: str
    body: str
    person: Person
    state: str = "open"
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    closed_at: str | None = None
    comments: list[Comment] = field(default_factory=list)


@dataclass(eq=False)
class Pull(Issue):
    """`head` is a branch of `head_repository`, `base` one of the repository itself."""

    head: str = ""
    base: str = ""
    head_sha: str = ""
    base_sha: str = ""
    head_repository: "Repository | None" = None
    reviews: list[Review] = field(default_factory=list)
    merged_at: str | None = None
    merged_by: Person | None = None
    merge_sha: str | None = None


@dataclass(eq=False)
class Activity:
    """A push, as GitHub lists it: of a branch, never of a tag."""

    ref: str
    before: str
    after: str
    actor: Person
    id: int = field(default_factory=next_id)
    at: str = field(default_factory=now)


@dataclass(eq=False)
class Repository:
    owner: Person
    name: str
    folder: Path
    is_private: bool = False
    parent: "Repository | None" = None
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    pushed_at: str = field(default_factory=now)
    activities: list[Activity] = field(default_factory=list)
    collaborators: dict[str, str] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    check_runs: list[CheckRun] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    workflow_ids: dict[str, int] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    protected: set[str] = field(default_factory=set)  # branches that change by pull requests only
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def pulls(self) -> list[Pull]:
        return [issue for issue in self.issues if isinstance(issue, Pull)]

    def permission_of(self, person: Person | None) -> str:
        """Return admin, write, read or an empty string."""
        if person is self.owner:
            return "admin"
        own = self.collaborators.get(person.login, "") if person else ""
        return own or ("" if self.is_private else "read")
