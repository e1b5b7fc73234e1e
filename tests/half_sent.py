"""Requests of each kind that are never completed, for tests and benchmarks."""

import base64
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

from django.conf import settings

PACK = "Content-Type: application/x-git-receive-pack-request"


def heads(session: str, login: str) -> dict[str, bytes]:
    """The beginning of a request of each kind. All but the last have all of their headers."""
    remote = f"POST /git/a/b.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n{PACK}"
    form = (
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {}"
    )
    anybody = form.format("/accounts/login/", "csrftoken=" + "a" * 32)
    learner = form.format("/account/settings/", f"{settings.SESSION_COOKIE_NAME}={session}")
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


def hold_half_sent(
    held: ExitStack, port: int, session: str, address: str, count: int
) -> dict[socket.socket, str]:
    """Open connections with their kinds. `address` is a practice remote with its token, `session` a session key."""
    parts = urlsplit(address)
    login = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    kinds = list(heads(session, login).items())
    opened = {}
    for number in range(count):
        kind, beginning = kinds[number % len(kinds)]
        connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        connection.sendall(beginning)
        opened[connection] = kind
    return opened


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(60)
