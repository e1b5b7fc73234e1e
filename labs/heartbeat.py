"""Whoever holds a row until a moment keeps it by prolonging that moment, from a thread beside the work."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)


@contextmanager
def beating(what: str, prolong: Callable[[], bool], lease_seconds: float) -> Iterator[None]:
    """Call `prolong` three times a lease, with a connection of its own, until it answers that the row is lost."""
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(what, prolong, lease_seconds / 3, stop), daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def _beat(what: str, prolong: Callable[[], bool], pause: float, stop: threading.Event) -> None:
    try:
        while not stop.wait(pause) and _beats(what, prolong):
            pass
    finally:
        connection.close()


def _beats(what: str, prolong: Callable[[], bool]) -> bool:
    try:
        return prolong()
    except DatabaseError as error:  # the next beat comes before the lease ends
        logger.warning("%s: no heartbeat: %s", what, error)
        return True
