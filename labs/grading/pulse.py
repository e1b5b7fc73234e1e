"""Signs of life for `/readyz`: each worker and the reaper touch their own file, which works on a full disk too."""

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
    """The seconds since the last beat, at most those since this process began: a portal that starts is not late.

    The clock may have been set back since, so a beat in the future is as old as it is far.
    """
    here = time.monotonic() - STARTED
    with suppress(OSError):
        return min(here, abs(time.time() - _path(name).stat().st_mtime))
    return here


def _path(name: str) -> Path:
    return Path(settings.VAR) / "pulse" / name
