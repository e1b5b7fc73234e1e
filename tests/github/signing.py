"""Messages as GitHub signs and sends them."""

import hashlib
import hmac
import json
from itertools import count

from django.test import Client
from django.utils import timezone

from labs.models import Connection, Repository
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner

guids = count(1)
A, B, C = "a" * 40, "b" * 40, "c" * 40


def make_connection(enrollment: Enrollment | None = None, **fields) -> Connection:
    """A connected repository of a learner, which GitHub confirmed: its ID is 42."""
    enrollment = enrollment or make_learner()
    at = {"host": "github.com", "owner": "octo", "name": "work"}
    lab = fields.pop("lab", None) or make_lab(enrollment.course)
    repository = Repository.objects.create(enrollment=enrollment, lab=lab, **at)
    confirmed = {"github_id": 42, "asked_at": timezone.now()}
    values = {"owner_proved_by": Connection.Proof.FILE, **confirmed, **fields}
    return Connection.objects.create(repository=repository, **values)


def push(commit: str = A, ref: str = "refs/heads/main", **fields) -> dict:
    repository = {"id": 42, "full_name": "octo/work"}
    return {"ref": ref, "after": commit, "repository": repository, "deleted": False, **fields}


def sign(body: bytes, secret: str | bytes) -> str:
    key = secret.encode() if isinstance(secret, str) else secret
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def send(
    connection: Connection,
    payload: object = None,
    *,
    event: str = "push",
    guid: str = "",
    body: bytes | None = None,
    secret: str = "",
    address: str = "",
    content_type: str = "application/json",
    **headers: str,
):
    """Send a message to the address of a connection and return the response."""
    body = json.dumps(push() if payload is None else payload).encode() if body is None else body
    signed = {
        "X-Hub-Signature-256": sign(body, secret or connection.secret),
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid or f"00000000-0000-4000-8000-{next(guids):012d}",
        **headers,
    }
    address = address or f"/github/hooks/{connection.key}/"
    return Client().post(address, body, content_type=content_type, headers=signed)
