"""The stand-in as a server: `with start(folder) as github:`. Plain HTTP and TLS on one port of this machine."""

import contextlib
import gzip
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from . import pages, rest, smart_http
from .requests import Answer, RefusedError, Request
from .switches import Switches
from .work import Work

HOST = "localhost"
ADDRESS = "127.0.0.1"
TLS_HANDSHAKE = b"\x16"


@dataclass
class Exchange:
    """A request to the REST API with its answer, for tests that look at them or check them."""

    method: str
    target: str
    request_headers: dict[str, str]
    request_body: bytes
    viewer: str
    status: int
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0].removeprefix(rest.PREFIX)


class GitHub(Work):
    """The running stand-in. `exchanges` are the requests to REST so far, `certificate` is what to trust for TLS."""

    def __init__(self, folder: Path, server: "Server", certificate: Path) -> None:
        super().__init__(folder, f"http://{HOST}:{server.server_port}")
        self.switches = Switches()
        self.exchanges: list[Exchange] = []
        self.certificate, self._server = certificate, server
        server.github = self

    @property
    def host(self) -> str:
        """The host in repository URLs, with its port."""
        return self.url.removeprefix("http://")

    @property
    def api_url(self) -> str:
        return self.shapes.api

    def address(self, repository: Any, token: str = "") -> str:
        """Return the URL for `git clone` and `git push`."""
        return f"http://{f'learner:{token}@' if token else ''}{self.host}/{repository.full_name}.git"

    def drop_deliveries(self, count: int) -> None:
        """Lose the next webhooks on their way."""
        self.deliverer.drops = count

    def wait_for_deliveries(self, seconds: float = 180) -> None:
        self.deliverer.wait(seconds)


@contextlib.contextmanager
def start(folder: Path, port: int = 0) -> Iterator[GitHub]:
    """Run a stand-in whose repositories and keys are in `folder`, which the uid of fetches must be able to read."""
    certificate, key = make_certificate(folder)
    server = Server(port, certificate, key)
    github = GitHub(folder, server, certificate)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        github.deliverer.close()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a self-signed certificate for this machine, and its key, by openssl."""
    certificate, key = folder / "certificate.pem", folder / "certificate.key"
    arguments = [
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "30",
    ]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},IP:{ADDRESS}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *arguments, *names, *files], check=True, capture_output=True)
    certificate.chmod(0o644)
    return certificate, key


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    github: GitHub

    def __init__(self, port: int, certificate: Path, key: Path) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # a fetch of the portal speaks TLS, browsers and learners plain HTTP: the first byte says which
        with contextlib.suppress(OSError):
            request.settimeout(60)
            if request.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
                request = self.tls.wrap_socket(request, server_side=True)
            self.finish_request(request, client_address)
        self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                request.settimeout(1)
                request.unwrap()  # Git treats an end without TLS's closing message as an attack
        super().shutdown_request(request)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *arguments: object) -> None:
        pass

    def _answer(self) -> None:
        github = self.server.github
        request = Request(self.command, self.path, self.headers, self._body())
        time.sleep(github.switches.slow_seconds)
        found = self._found(github, request)
        kind, content = found.content()
        headers = {"Content-Type": kind, **found.headers, "Content-Length": str(len(content))}
        if request.path.startswith(rest.PREFIX):
            own = (request.viewer.name, found.status, headers, content)
            github.exchanges.append(Exchange(self.command, self.path, dict(self.headers), request.body, *own))
        with contextlib.suppress(OSError):
            self._send(found.status, headers, content)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _found(self, github: GitHub, request: Request) -> Answer:
        if github.switches.is_down and request.path not in ("/", "/switches"):
            return Answer(502, b"<title>502</title>")
        try:
            if request.path.startswith(f"{rest.PREFIX}/"):
                return rest.answer(github, github.switches, request)
            if match := smart_http.PATH.fullmatch(request.path):
                return smart_http.answer(github, request, *match.groups())
            return pages.answer(github, request)
        except RefusedError as refusal:
            return refusal.answer
        except Exception:
            traceback.print_exc()
            return Answer(500, b"The stand-in failed.")

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if (self.headers.get("Transfer-Encoding") or "").lower() == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _chunk(self) -> bytes:
        data = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return data


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that the uid of fetches may enter."""
    with tempfile.TemporaryDirectory(prefix="stand-in-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
