"""The portal behind nginx, with the configuration that docs/production.md shows."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connections

from labs import tokens
from labs.addresses import practice_address
from labs.models import State, Submission
from tests.factories import make_lab, make_learner
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.labs.test_hung import hung
from tests.plain_git import ENVIRONMENT
from tests.servers import ROOT, Stack, free_port, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

GUARD_SECONDS = 60
MB = 1 << 20
# Around the part in the document: one process, in a separate folder.
WHOLE = """\
daemon off;
master_process off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


class Proxied(NamedTuple):
    stack: Stack
    port: int
    certificate: Path

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.certificate)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=GUARD_SECONDS)
        return context.wrap_socket(plain, server_hostname="localhost")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=GUARD_SECONDS)
        connection.sock = self.connect()
        try:
            connection.putrequest(method, path)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            with suppress(OSError):  # it may stay unread
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def shown(port: int, upstream: str, certificate: Path, key: Path) -> str:
    """The document's server, with its address, its certificate and the portal's address in this test."""
    section = (ROOT / "docs/production.md").read_text().split("\n## Proxy\n")[1].split("\n## ")[0]
    server = re.search(r"^```\n(map .*?)^```$", section, re.DOTALL | re.MULTILINE)[1]
    own = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};",
        "portal.example.org": "localhost",
        "http://127.0.0.1:8000": upstream,
        "/var/log/nginx/access.log": str(certificate.with_name("access.log")),
    }
    for theirs, ours in own.items():
        assert server.count(theirs) == 1, theirs
        server = server.replace(theirs, ours)
    return server


def make_certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*new, *names, *files], check=True, capture_output=True)
    return certificate, key


@contextmanager
def nginx(folder: Path, server: str) -> Iterator[None]:
    user = "" if os.getuid() else "user root;"
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder, user=user, server=server))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    start = ["setpriv", "--pdeathsig", "KILL", "--", program, "-p", str(folder), "-c", "nginx.conf"]
    process = subprocess.Popen(start, stderr=(folder / "stderr").open("wb"))
    try:
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, django_db_blocker) -> Iterator[Proxied]:
    for program in ("nginx", "openssl"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            pytest.skip(f"{program} is missing: apt-get install {program}")
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    waits = {"PRACTICE_WAIT_SECONDS": str(GUARD_SECONDS)}
    public = {"PUBLIC_URL": f"https://localhost:{port}", "TRUSTED_PROXY_COUNT": "1"}
    stack = Stack(folder / "portal", **waits, **public)
    certificate, key = make_certificate(folder)
    with django_db_blocker.unblock():
        stack.migrate()
    try:
        stack.start("broker", "web", "worker", "later-worker", "beat")
        with nginx(folder, shown(port, stack.url, certificate, key)):
            found = Proxied(stack, port, certificate)
            wait_for(lambda: answers(found), what="nginx answers")
            yield found
    finally:
        stack.end()


def answers(proxied: Proxied) -> bool:
    with suppress(OSError):
        return proxied.ask("GET", "/healthz")[0] == 200
    return False


def test_page_is_passed_on(proxied):
    status, page = proxied.ask("GET", "/help/")
    assert (status, "</html>" in page) == (200, True)


def test_address_with_a_token_is_in_no_log_of_the_proxy(proxied):
    assert proxied.ask("GET", "/calendar/made-up.token/")[0] == 404
    assert proxied.ask("GET", "/notices/unsubscribe/made-up.token/")[0] == 404
    assert proxied.ask("GET", "/help/?after")[0] == 200
    log = proxied.certificate.with_name("access.log")
    wait_for(lambda: "/help/?after" in log.read_text(), what="nginx writes its log")
    assert "made-up" not in log.read_text()


def test_push_is_answered_line_by_line(proxied, tmp_path, django_db_blocker):
    """The first line comes before there is a verdict, and a body above nginx's own limit of 1 MB passes."""
    with django_db_blocker.unblock(), proxied.stack.orm():
        lab = make_lab(source=PASSABLE)
        learner = make_learner(lab.course)
        address = practice_address(lab, tokens.new_token(user=learner.user))
        public = proxied.stack.environment["PUBLIC_URL"].removeprefix("https://")
        address = re.sub(r"^\w+://(.*@)[^/]+", rf"https://\g<1>{public}", address)
        clone = Clone(tmp_path / "work", address)
        clone.git("config", "http.sslCAInfo", str(proxied.certificate))
        clone.commit(path="data.bin", content=os.urandom(2 * MB))
        with hung(proxied.stack, "worker"):
            push = subprocess.Popen(
                ["git", "push", "portal", "main"],
                cwd=clone.folder,
                env={**ENVIRONMENT, "HOME": str(tmp_path)},
                stderr=subprocess.PIPE,
                text=True,
            )
            said = next((line for line in push.stderr if "Submission 1 received." in line), "")
            assert said and push.poll() is None
            assert Submission.objects.get(enrollment=learner).state == State.QUEUED
        _, rest = push.communicate(timeout=GUARD_SECONDS)
        assert (push.returncode, "0 of 2 checks passed." in rest) == (0, True), said + rest
        connections["default"].close()


def test_half_sent_and_trickling_bodies_are_cut_off_by_the_portal(proxied):
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000"
    head = f"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n{form}\r\n\r\nlogin=a".encode()
    with proxied.connect() as silent, proxied.connect() as trickling:
        for connection in (silent, trickling):
            connection.sendall(head)
        trickling.settimeout(1)

        def ended() -> bytes:
            with suppress(TimeoutError):
                return trickling.recv(4096)
            trickling.sendall(b"a")
            return b""

        assert wait_for(ended, GUARD_SECONDS, "the trickle is ended").startswith(b"HTTP/1.1 408")
        assert silent.recv(4096)[:12] in {b"", b"HTTP/1.1 408"}


def test_huge_body_is_refused(proxied):
    """By the portal up to the proxy's limit, and by the proxy above it."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    size = 2 * MB
    status, page = proxied.ask("POST", "/accounts/login/", b"x" * size, Content_Length=str(size), **form)
    assert (status, "The request is too large" in page) == (413, True)
    # The portal discards only a part of a longer one. nginx answers 502 if it is still sending then.
    size = 50 * MB
    status, _ = proxied.ask("POST", "/accounts/login/", b"x" * size, Content_Length=str(size), **form)
    assert status in (413, 502)
    status, _ = proxied.ask("POST", "/accounts/login/", b"x" * MB, Content_Length=str(300 * MB), **form)
    assert status == 413
