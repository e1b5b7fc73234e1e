"""Ask the operator's language model, on a server with an OpenAI-compatible API. Only the worker waits for it."""

import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

MAX_BODY = 512 * 1024  # bytes
MAX_ANSWER = 40_000  # characters
MAX_TOKENS = 3_000
STEP_SECONDS = 20  # between two bytes of an answer; a model thinks before the first one
OPERATOR = "Ask whoever runs the portal to check"
SAYS = {
    401: f"The model’s server refused the key. {OPERATOR} NOTES_MODEL_KEY.",
    403: f"The model’s server refused the key. {OPERATOR} NOTES_MODEL_KEY.",
    404: f"The model’s server doesn’t know this address or model. {OPERATOR} NOTES_MODEL_URL and NOTES_MODEL_NAME.",
    413: "The lesson is too long for the model. Split it into two lessons, then try again.",
    429: "The model is getting too many requests. Try again in a minute.",
}


class ModelError(Exception):
    """No usable answer. The message says what to do, and never has the key or the answer in it."""


def is_on() -> bool:
    return bool(settings.NOTES_MODEL_URL and settings.NOTES_MODEL_NAME)


def complete(instructions: str, text: str) -> str:
    """Return the words of the model's answer. Raises ModelError.

    Only the configured address is asked, and redirects are not followed. Time, size and tokens are bounded.
    """
    body = {
        "model": settings.NOTES_MODEL_NAME,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
        "temperature": 0.2,
        "max_tokens": MAX_TOKENS,
        "stream": False,
    }
    try:
        status, data = _post(json.dumps(body).encode())
    except TimeoutError:
        seconds = settings.NOTES_MODEL_SECONDS
        raise ModelError(f"The model did not answer within {seconds} seconds. Try again.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        kind = "secure connection" if isinstance(error, ssl.SSLError) else "connection"
        raise ModelError(
            f"No {kind} to the model’s server. Try again. If it fails again: {OPERATOR.lower()} NOTES_MODEL_URL."
        ) from error
    _check_status(status)
    return _read(data)


def _post(body: bytes) -> tuple[int, bytes]:
    ends = time.monotonic() + settings.NOTES_MODEL_SECONDS
    parts = urlsplit(settings.NOTES_MODEL_URL)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=settings.NOTES_MODEL_SECONDS)
    # The limit of a socket starts again with each byte; headers that drip would take hours.
    watch = threading.Timer(settings.NOTES_MODEL_SECONDS, _hang_up, [connection])
    watch.daemon = True
    watch.start()
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "portal"}
    if settings.NOTES_MODEL_KEY:
        headers["Authorization"] = f"Bearer {settings.NOTES_MODEL_KEY}"
    try:
        connection.request("POST", f"{parts.path.rstrip('/') or '/v1'}/chat/completions", body, headers)
        sock = connection.sock  # the response has it too when the connection is closed
        response = connection.getresponse()
        data = b""
        while len(data) <= MAX_BODY:
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if sock.fileno() >= 0:
                sock.settimeout(min(left, STEP_SECONDS))
            part = response.read1(65_536)
            if not part:
                return response.status, data
            data += part
    except (OSError, http.client.HTTPException):
        if time.monotonic() >= ends:
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        connection.close()
    raise ModelError("The answer of the model’s server is over 512 KB. Try again, or use another model.")


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # closed or never opened
        connection.sock.shutdown(socket.SHUT_RDWR)


def _check_status(status: int) -> None:
    if status == 200:
        return
    if 300 <= status < 400:
        raise ModelError(f"The model’s server redirects to another address. {OPERATOR} NOTES_MODEL_URL.")
    if status >= 500:
        raise ModelError(f"The model’s server had an error (HTTP {status}). Try again in a minute.")
    raise ModelError(
        SAYS.get(status, f"The model’s server refused the request (HTTP {status}). {OPERATOR} its log.")
    )


def _read(data: bytes) -> str:
    try:
        answer = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise ModelError(
            f"The model’s server did not answer with JSON. {OPERATOR} NOTES_MODEL_URL."
        ) from None
    words = _words(answer)
    if not words.strip():
        raise ModelError("The model’s answer was empty. Try again, or use another model.")
    return words[:MAX_ANSWER]


# Any: JSON of a stranger
def _words(answer: Any) -> str:
    choices = answer.get("choices") if isinstance(answer, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""
