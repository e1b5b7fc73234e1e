"""Messages from GitHub: the few values that the portal uses of each. Everything else in a payload is ignored."""

import json
import re
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import IO, Any

# Events for which a worker asks GitHub, and those that the App's Installation rows follow.
ASKS = {
    *("workflow_run", "check_suite"),
    *("pull_request", "pull_request_review", "pull_request_review_comment"),
}
INSTALLS = {"installation", "installation_repositories"}
MAX_REF = 1_000
MAX_VALUES = 1_000_000  # of JSON: each takes up to thirty times its size once it is parsed
_LARGE_BYTES = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_REF = re.compile(r"refs/(?:heads|tags)/[^\x00-\x20\x7f]+")
_GUID = re.compile(r"[0-9a-fA-F-]{32,36}", re.ASCII)
_EVENT = re.compile(r"[a-z_]{1,40}", re.ASCII)
# A parsed payload takes several times its size: large ones one after the other.
_large = threading.Lock()


class MessageError(Exception):
    """The request is not a message from GitHub; the text says why."""


@dataclass(frozen=True)
class Message:
    """`repository_id` is None if the message is not about a repository. `full_name` is a hint, never an address."""

    event: str
    guid: str
    payload: Mapping[str, Any]  # Any: JSON
    repository_id: int | None
    full_name: str

    @property
    def action(self) -> str:
        return _text(self.payload.get("action"), 40)

    @property
    def ref(self) -> str:
        return _text(self.payload.get("ref"), MAX_REF) if self.event == "push" else ""

    @property
    def commit(self) -> str:
        """The commit that the message names, "" if none."""
        if self.event == "push":
            return _commit(self.payload.get("after"))
        run = mapping(self.payload.get(self.event))
        head = mapping(mapping(self.payload.get("pull_request")).get("head"))
        return _commit(run.get("head_sha") or head.get("sha"))

    @property
    def is_deletion(self) -> bool:
        after = self.payload.get("after")
        return self.payload.get("deleted") is True or (isinstance(after, str) and set(after) == {"0"})

    @property
    def names_a_commit(self) -> bool:
        return bool(_REF.fullmatch(self.ref) and self.commit)


def read_message(body: IO[bytes], *, event: str, guid: str) -> Message:
    """Return the message of a signed body. Raises MessageError."""
    check_headers(event=event, guid=guid)
    size = body.seek(0, 2)
    body.seek(0)
    with _large if size > _LARGE_BYTES else nullcontext():
        payload = _parse(body.read())
    repository = payload.get("repository")
    if repository is not None and not isinstance(repository, dict):
        raise MessageError("repository is not an object.")
    found = mapping(repository).get("id")
    if found is not None and (type(found) is not int or not 0 < found < 1 << 63):  # True is an int
        raise MessageError("repository.id is not a number.")
    return Message(event, guid, payload, found, _text(mapping(repository).get("full_name"), 201))


def check_headers(*, event: str, guid: str) -> None:
    """Raise MessageError if GitHub would not send these headers."""
    if not _GUID.fullmatch(guid):
        raise MessageError("X-GitHub-Delivery is not a delivery ID.")
    if not _EVENT.fullmatch(event):
        raise MessageError("X-GitHub-Event is not the name of an event.")


def _parse(body: bytes) -> dict[str, Any]:
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise MessageError("The message has more values than GitHub sends.")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise MessageError("The body is not a JSON object.")
    return payload


# Any: JSON
def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, limit: int) -> str:
    # JSON may contain what a database cannot store
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _commit(value: object) -> str:
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) and set(value) != {"0"} else ""
