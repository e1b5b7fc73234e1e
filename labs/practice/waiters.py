"""Terminals that wait for a verdict in this process, with one query for all of them.

Waiting threads sleep; one of them polls the database for all, so hundreds can wait on few connections.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from labs.models import ENDED, Submission

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.15


class WaitingPlace:
    """One terminal's wait for the submission `pk`."""

    def __init__(self, waiters: "Waiters", pk: int) -> None:
        self.pk = pk
        self.ended = threading.Event()
        self._waiters = waiters

    def wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.ended.is_set() and (left := deadline - time.monotonic()) > 0:
            with self._waiters.turn_to_look() as is_mine:
                if is_mine:
                    self._waiters.look()
                self.ended.wait(min(left, POLL_SECONDS))
        return self.ended.is_set()


class Waiters:
    def __init__(self, limit: int) -> None:
        self.reading = threading.Lock()  # read verdicts one at a time, to use few database connections
        self._limit = limit
        self._places: set[WaitingPlace] = set()
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    @contextmanager
    def place(self, pk: int) -> Iterator[WaitingPlace | None]:
        """Yield a place to wait in, None if all are taken."""
        place = WaitingPlace(self, pk)
        with self._guard:
            is_free = len(self._places) < self._limit
            if is_free:
                self._places.add(place)
        try:
            yield place if is_free else None
        finally:
            with self._guard:
                self._places.discard(place)

    @contextmanager
    def turn_to_look(self) -> Iterator[bool]:
        """Yield True if nobody else polls. Hold it while sleeping, so that only one thread needs the database."""
        is_mine = self._turn.acquire(blocking=False)
        try:
            yield is_mine
        finally:
            if is_mine:
                self._turn.release()

    def look(self) -> None:
        with self._guard:
            places = set(self._places)
        rows = Submission.objects.filter(pk__in={place.pk for place in places}, state__in=ENDED)
        try:
            ended = set(rows.values_list("pk", flat=True))
        except DatabaseError as error:
            logger.warning("%s terminals wait, but the database cannot be queried: %s", len(places), error)
            return
        for place in places:
            if place.pk in ended:
                place.ended.set()
