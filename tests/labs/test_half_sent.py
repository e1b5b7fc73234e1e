"""F1: requests that are never completed, next to learners who read and push."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client

from portal.transfers import IDLE_SECONDS
from tests.half_sent import hold_half_sent, is_open

pytestmark = pytest.mark.processes

HALVES = 210
GUARD_SECONDS = 30


@pytest.fixture
def halves(stack, learner, address) -> Iterator[dict[socket.socket, str]]:
    """Half-sent requests of each kind, held open."""
    client = Client()
    client.force_login(learner.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with ExitStack() as held:
        yield hold_half_sent(held, stack.port, session, address, HALVES)


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
