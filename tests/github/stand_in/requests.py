"""A request to the stand-in, its answer, and the error that ends a request early."""

import base64
import json
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .records import App, Grant, Installation, Person, Repository


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> tuple[str, bytes]:
        """Return the media type and the bytes."""
        if isinstance(self.body, bytes):
            return "text/plain; charset=utf-8", self.body
        if isinstance(self.body, str):
            return "text/html; charset=utf-8", self.body.encode()
        return "application/json; charset=utf-8", b"" if self.body is None else json.dumps(self.body).encode()


class RefusedError(Exception):
    """Ends a request with an answer."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        body = {
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(status),
        }
        self.answer = Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class Viewer:
    """The sender of a request: nobody, a person, an App by its JWT, or an installation by a (narrower) token."""

    person: Person | None = None
    app: App | None = None
    installation: Installation | None = None
    grant: Grant | None = None

    def covers(self, repository: Repository) -> bool:
        """True if it is an installation whose token is good for a repository."""
        ids = self.grant.repository_ids if self.grant else None
        covered = self.installation is not None and self.installation.covers(repository)
        return covered and (ids is None or repository.id in ids)

    def permission(self, name: str) -> str:
        """Return read, write or an empty string: what the token of an installation may do."""
        own = self.grant.permissions if self.grant and self.grant.permissions is not None else None
        if own is None:
            own = self.installation.app.permissions if self.installation else {}
        return own.get(name, "")

    @property
    def name(self) -> str:
        if self.installation:
            return f"installation {self.installation.id}"
        if self.app:
            return f"app {self.app.id}"
        return f"user {self.person.login}" if self.person else "anonymous"


class Request:
    def __init__(self, method: str, target: str, headers: Message, body: bytes) -> None:
        self.method, self.target, self.headers, self.body = method, target, headers, body
        parts = urlsplit(target)
        self.path, self.query = unquote(parts.path), parts.query
        self.parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.viewer = Viewer()

    def token(self) -> str:
        """Return the token of the Authorization header: `Bearer`, `token` or the password of `Basic`."""
        kind, _, value = (self.headers.get("Authorization") or "").partition(" ")
        if kind.lower() != "basic":
            return value.strip()
        try:
            name, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return ""
        return password or name

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RefusedError(400, "Problems parsing JSON")
        return found

    def cookie(self, name: str) -> str:
        morsel = SimpleCookie(self.headers.get("Cookie") or "").get(name)
        return morsel.value if morsel else ""

    def number(self, name: str, default: int, most: int) -> int:
        text = self.parameters.get(name, "")
        return min(int(text), most) if text.isdigit() and int(text) else default
