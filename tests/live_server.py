"""Django's test server, which knows when nobody is connected any more."""

import socket
import threading
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread

from tests.servers import MAX_WAIT_SECONDS


class CountingServer(ThreadedWSGIServer):
    """Keep a list of the open connections, so that a test's tables are emptied only after its last request.

    A request left behind by a closed page still writes: on PostgreSQL, it and the emptying can deadlock.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._open: set[Any] = set()
        self._changed = threading.Condition()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(client_address)
            self._changed.notify_all()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open.discard(client_address)
                self._changed.notify_all()

    def wait_until_left(self) -> bool:
        """Return False if somebody is still connected after `MAX_WAIT_SECONDS`."""
        with self._changed:
            # Connections are accepted in the order in which they came: once ours is, so are all before it.
            with socket.create_connection(self.server_address[:2]) as own:
                address = own.getsockname()
                accepted = self._changed.wait_for(lambda: address in self._open, MAX_WAIT_SECONDS)
            return accepted and self._changed.wait_for(lambda: not self._open, MAX_WAIT_SECONDS)


def count_connections() -> None:
    """Make live servers that start from now on `CountingServer`s."""
    LiveServerThread.server_class = CountingServer
