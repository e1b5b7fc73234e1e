"""`git http-backend` over HTTP, as a WSGI application: the minimum that any Git host does."""

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator

SETTINGS = {
    "safe.directory": "*",
    "http.receivepack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.autogc": "false",
}
GIVEN = {
    "GIT_PROJECT_ROOT": os.environ.get("GIT_PROJECT_ROOT", ""),
    "PATH": os.environ.get("PATH", ""),
    "GIT_HTTP_EXPORT_ALL": "1",
    "GIT_CONFIG_COUNT": str(len(SETTINGS)),
    **{f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(SETTINGS)},
    **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(SETTINGS.values())},
}
FROM_REQUEST = (
    "PATH_INFO",
    "QUERY_STRING",
    "REQUEST_METHOD",
    "CONTENT_TYPE",
    "HTTP_CONTENT_ENCODING",
)


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    asked = {name: str(environ[name]) for name in FROM_REQUEST if name in environ}
    protocol = environ.get("HTTP_GIT_PROTOCOL", "")
    own = {**GIVEN, **asked, "GIT_PROTOCOL": protocol, "CONTENT_LENGTH": str(len(body))}
    backend = subprocess.Popen(
        ["git", "http-backend"], env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    backend.stdin.write(body)
    backend.stdin.close()
    headers = dict(_header_lines(backend.stdout))
    start_response(headers.pop("Status", "200 OK"), list(headers.items()))
    return _pieces(backend)


def _header_lines(stream) -> Iterator[list[str]]:
    while line := stream.readline().strip():
        yield line.decode("ascii").split(": ", 1)


def _pieces(backend: subprocess.Popen) -> Iterator[bytes]:
    while piece := backend.stdout.read1(1 << 18):
        yield piece
    backend.stdout.close()
    backend.wait()
