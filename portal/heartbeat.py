"""Renew the lease of a claimed row from a thread while the work goes on."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)


@contextmanager
def heartbeat_thread(what: str, prolong: Callable[[], bool], lease_seconds: float) -> Iterator[None]:
    """Call `prolong` three times per lease, on its own connection, until it returns False because the lease is lost."""
    stop = threading.Event()
    heart = threading.Thread(
        target=_heartbeat_loop, args=(what, prolong, lease_seconds / 3, stop), daemon=True
    )
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def _heartbeat_loop(what: str, prolong: Callable[[], bool], pause: float, stop: threading.Event) -> None:
    try:
        while not stop.wait(pause) and _renew_lease(what, prolong):
            pass
    finally:
        connection.close()


def _renew_lease(what: str, prolong: Callable[[], bool]) -> bool:
    try:
        return prolong()
    except DatabaseError as error:  # the next heartbeat comes before the lease ends
        logger.warning("%s: no heartbeat: %s", what, error)
        return True
