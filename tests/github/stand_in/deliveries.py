"""Signed webhooks, sent one after the other by a thread: 10 seconds for an answer, and no automatic redelivery."""

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

from .records import Delivery, Hook

SECONDS = 10.0
MAX_BYTES = 25 << 20
MAX_KEPT = 200


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


# no proxy: the portal is on this machine
_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def signature(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def headers_of(hook: Hook, delivery: Delivery, body: bytes, target: tuple[str, int]) -> dict[str, str]:
    kind, number = target
    signed = {}
    if hook.secret:
        signed = {
            "X-Hub-Signature": signature(hook.secret, body, "sha1"),
            "X-Hub-Signature-256": signature(hook.secret, body),
        }
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(str(hook.id).encode()).hexdigest()[:7]}",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(number),
        "X-GitHub-Hook-Installation-Target-Type": kind,
        **signed,
    }


class Deliverer:
    """`drops` is the number of next deliveries to lose, on the way to the portal, without a status code."""

    def __init__(self) -> None:
        self.drops = 0
        self._waiting: queue.Queue[tuple[Hook, Delivery, tuple[str, int]] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def send(self, hook: Hook, event: str, payload: dict[str, Any], target: tuple[str, int]) -> None:
        self._waiting.put((hook, Delivery(event, payload, str(uuid.uuid4())), target))

    def redeliver(self, hook: Hook, old: Delivery, target: tuple[str, int]) -> None:
        self._waiting.put((hook, Delivery(old.event, old.payload, old.guid, is_redelivery=True), target))

    def wait(self, seconds: float) -> None:
        """Return when everything is delivered. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self._waiting.unfinished_tasks:
            if time.monotonic() > deadline:
                raise TimeoutError("some deliveries are still waiting")
            time.sleep(0.01)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(2 * SECONDS)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            try:
                self._deliver(*item)
            finally:
                self._waiting.task_done()

    def _deliver(self, hook: Hook, delivery: Delivery, target: tuple[str, int]) -> None:
        body = json.dumps(delivery.payload).encode()
        if len(body) > MAX_BYTES:  # GitHub does not deliver it, and lists nothing
            return
        delivery.request_headers = headers_of(hook, delivery, body, target)
        started = time.monotonic()
        if self.drops:
            self.drops -= 1
            delivery.status = "timed out"
        else:
            request = urllib.request.Request(hook.url, body, delivery.request_headers, method="POST")
            _attempt(delivery, lambda: _opener.open(request, timeout=SECONDS))
        delivery.seconds = time.monotonic() - started
        hook.deliveries.append(delivery)
        del hook.deliveries[:-MAX_KEPT]


def _attempt(delivery: Delivery, send: Callable[[], Any]) -> None:
    try:
        with send() as response:
            delivery.status_code, delivery.status = response.status, "OK"
            delivery.response = response.read(10_000).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        delivery.status_code, delivery.status = error.code, f"Invalid HTTP Response: {error.code}"
        delivery.response = error.read(10_000).decode("utf-8", "replace")
    except TimeoutError:
        delivery.status = "timed out"
    except (OSError, http.client.HTTPException) as error:
        timed_out = isinstance(getattr(error, "reason", None), TimeoutError)
        delivery.status = "timed out" if timed_out else "failed to connect to host"
