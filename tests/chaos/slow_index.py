"""A package index with one small package, which takes seconds to download, so that its build can be interrupted."""

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WHEEL = "slowly-1.0-py3-none-any.whl"
PIECES, PAUSE = 30, 0.1


def make_wheel() -> bytes:
    info = "slowly-1.0.dist-info"
    files = {
        "slowly.py": "NAME = 'slowly'\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: slowly\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": f"slowly.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


class Index(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.wheel, self.downloads = make_wheel(), 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"


class Handler(BaseHTTPRequestHandler):
    server: Index

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.endswith(WHEEL):
            self.server.downloads += 1
            with suppress(OSError):  # the build was killed
                self._drip(self.server.wheel)
        elif self.path.rstrip("/").endswith("/slowly"):
            self._begin(200, "text/html", page := f'<a href="/{WHEEL}">{WHEEL}</a>'.encode())
            self.wfile.write(page)
        else:
            self._begin(404, "text/plain", b"")

    def do_HEAD(self) -> None:
        self._begin(200 if self.path.endswith(WHEEL) else 404, "application/octet-stream", self.server.wheel)

    def _begin(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()

    def _drip(self, body: bytes) -> None:
        self._begin(200, "application/octet-stream", body)
        size = len(body) // PIECES + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(PAUSE)


@contextmanager
def slow_index() -> Iterator[Index]:
    index = Index()
    threading.Thread(target=index.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield index
    finally:
        index.shutdown()
        index.server_close()
