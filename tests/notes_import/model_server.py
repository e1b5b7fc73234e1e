"""A small stand-in for a server with an OpenAI-compatible API, over real HTTP on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ModelServer:
    """`words` is what the model says next. `status`, `headers` and `body` replace that answer, `hold` delays it."""

    url: str = ""
    words: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hold: threading.Event | None = None
    drips: bool = False  # headers come byte by byte, without an end
    ended: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    @property
    def sent(self) -> str:
        return "\n".join(message["content"] for message in self.requests[-1][2]["messages"])


@contextmanager
def run_model_server() -> Iterator[ModelServer]:
    model = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            model.requests.append((self.path, dict(self.headers), json.loads(self.rfile.read(size))))
            if model.hold:
                model.hold.wait(20)
            if model.drips:
                self.drip()
                return
            choices = [{"index": 0, "message": {"role": "assistant", "content": model.words}}]
            body = json.dumps({"object": "chat.completion", "choices": choices}).encode()
            body = body if model.body is None else model.body
            self.send_response(model.status)
            for name, value in model.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # the portal hangs up on a body that is too large
                self.wfile.write(body)

        def drip(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not model.ended.wait(0.05):
                    self.wfile.write(b"x")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.ended.set()
        if model.hold:
            model.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
