"""Limit how many pushes and how many fetches of one learner run at once in a web process."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from labs.models import Repository

MAX_AT_ONCE = 2  # of each kind: others need the process's threads too

_running: Counter[tuple[str, int]] = Counter()
_counting = threading.Lock()

Kind = Literal["push", "fetch"]


class NoTurnError(Exception):
    """Too many of the learner's requests of this kind are running. The message says what to do."""


def in_progress(kind: Kind) -> str:
    return f"Another {kind} of yours is in progress. Wait until it ends, then {kind} again."


@contextmanager
def hold_turn(repository: Repository, kind: Kind) -> Iterator[None]:
    """Count a request while git works on it. Raises NoTurnError past MAX_AT_ONCE per learner, across all labs."""
    key = (kind, repository.enrollment_id)
    with _counting:
        if _running[key] >= MAX_AT_ONCE:
            raise NoTurnError(in_progress(kind))
        _running[key] += 1
    try:
        yield
    finally:
        with _counting:
            _running[key] -= 1
            if not _running[key]:
                del _running[key]
