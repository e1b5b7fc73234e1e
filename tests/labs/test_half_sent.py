"""F1: requests that are never sent to their end, beside learners who read and push."""

import base64
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from portal.transfers import IDLE_SECONDS

pytestmark = pytest.mark.processes

HALVES = 210
GUARD_SECONDS = 30
PACK = "Content-Type: application/x-git-receive-pack-request"


def heads(session: str, login: str) -> dict[str, bytes]:
    """The beginning of a request of each kind. All but the last have all of their headers."""
    remote = f"POST /git/a/b.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n{PACK}"
    form = (
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {}"
    )
    anybody = form.format("/accounts/login/", "csrftoken=" + "a" * 32)
    learner = form.format("/account/", f"{settings.SESSION_COOKIE_NAME}={session}")
    texts = {
        "anonymous": (f"{anybody}\r\nContent-Length: 5000", b"login=a"),
        "anonymous 200 KB": (f"{anybody}\r\nContent-Length: 200000", b"login=" + b"a" * 100_000),
        "signed in": (f"{learner}\r\nContent-Length: 5000", b"name=a"),
        "token": (f"{remote}\r\nContent-Length: 100000", b"x" * 5000),
        "chunked": (f"{remote}\r\nTransfer-Encoding: chunked", b"1388\r\n" + b"x" * 5000 + b"\r\n"),
        "gzip": (
            f"{remote}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked",
            b"3\r\n\x1f\x8b\x08\r\n",
        ),
    }
    whole = {kind: f"{head}\r\n\r\n".encode() + body for kind, (head, body) in texts.items()}
    return whole | {"headers": b"POST /accounts/login/ HTTP/1.1\r\nHost: local"}


@pytest.fixture
def halves(stack, learner, address) -> Iterator[dict[socket.socket, str]]:
    """Half-sent requests of each kind, held open."""
    client = Client()
    client.force_login(learner.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    parts = urlsplit(address)
    login = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    kinds = list(heads(session, login).items())
    with ExitStack() as held:
        opened = {}
        for number in range(HALVES):
            kind, beginning = kinds[number % len(kinds)]
            connection = held.enter_context(socket.create_connection(("127.0.0.1", stack.port), timeout=60))
            connection.sendall(beginning)
            opened[connection] = kind
        yield opened


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(60)


def get(stack, path: str) -> int:
    with urllib.request.urlopen(stack.url + path, timeout=GUARD_SECONDS) as answer:
        answer.read()
        return answer.status


def test_half_sent_requests_keep_nobody_waiting(stack, halves, clone):
    started = time.monotonic()
    assert [get(stack, path) for path in ("/healthz", "/accounts/login/", "/help/", "/readyz")] == [200] * 4
    clone.commit()
    code, said = clone.push()
    assert (code, "Fix this first" in said) == (0, True), said
    closed = [kind for connection, kind in halves.items() if not is_open(connection)]
    assert closed == [] or time.monotonic() - started > IDLE_SECONDS, closed


@pytest.mark.heavy
def test_half_sent_requests_are_ended_by_the_server(stack, halves):
    answers: dict[str, set[bytes]] = {}
    for connection, kind in halves.items():
        answers.setdefault(kind, set()).add(b"".join(iter(lambda c=connection: c.recv(4096), b""))[:12])
    assert answers.pop("headers") == {b""}
    assert set(map(frozenset, answers.values())) == {frozenset([b"HTTP/1.1 408"])}
