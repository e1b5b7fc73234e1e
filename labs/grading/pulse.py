"""Heartbeats for `/readyz`: each worker and the reaper touch a file of their own, which works on a full disk too."""

import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

SECONDS = 10
STARTED = time.monotonic()


def beat(name: str) -> None:
    with suppress(OSError):
        path = _path(name)
        path.parent.mkdir(exist_ok=True)
        path.touch()


def seconds_since(name: str) -> float:
    """Return the seconds since the last beat, at most those since this process started: a fresh portal is not late.

    If the clock was set back, a beat in the future counts as that many seconds old.
    """
    here = time.monotonic() - STARTED
    with suppress(OSError):
        return min(here, abs(time.time() - _path(name).stat().st_mtime))
    return here


def _path(name: str) -> Path:
    return Path(settings.VAR) / "pulse" / name
