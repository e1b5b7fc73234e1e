"""Convert a granian RSGI request to a WSGI environ."""

import io
import sys
from functools import lru_cache
from typing import Any
from wsgiref.util import FileWrapper

REFUSAL = "portal.refusal"  # the status with which `portal.outages` answers in place of a view
UNFINISHED = "portal.unfinished"  # set with it if a view has started and its outcome is unknown

Environ = dict[str, Any]

ALWAYS: Environ = {
    "SCRIPT_NAME": "",
    "CONTENT_LENGTH": "0",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.file_wrapper": FileWrapper,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
# The body is passed on complete, so these two request headers are dropped.
NOT_PASSED_ON = {"content-length", "transfer-encoding"}


# Any: granian's scope has no public type
def make_environ(scope: Any) -> Environ:
    host, _, port = scope.server.rpartition(":")
    environ = ALWAYS | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
    }
    for name, value in scope.headers.items():
        key = environ_key(name)
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        elif key:
            environ[key] = value
    if environ["PATH_INFO"] in {"/healthz", "/readyz"}:
        environ.pop("HTTP_COOKIE", None)  # the session would be read from the database
    return environ


@lru_cache(maxsize=1000)
def environ_key(name: str) -> str:
    """Return the WSGI key, "" for a header to drop: underscores could impersonate a header with dashes."""
    if name in NOT_PASSED_ON or "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"
