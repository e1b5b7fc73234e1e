"""Disk usage, for `/readyz` and the staff page."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings

WARNED_AT = 0.8
_GIGABYTE = 1 << 30


def warnings() -> list[str]:
    """Return a sentence for each disk that is 80% full, and for the practice root. No paths are named."""
    found = [sentence for what, folder in _disks().items() if (sentence := _disk_warning(what, folder))]
    used, limit = practice_bytes(), settings.PRACTICE_ROOT_MAX_BYTES
    if used >= WARNED_AT * limit:
        found.append(
            f"Practice repositories use {used / _GIGABYTE:.1f} of {limit / _GIGABYTE:.1f} GB "
            f"({used / limit:.0%}). Raise PRACTICE_ROOT_MAX_BYTES: pushes are refused at the limit."
        )
    kept, most = graded_bytes(), settings.GRADED_MAX_BYTES
    if kept >= WARNED_AT * most:
        found.append(
            f"Graded states of repositories on other hosts use {kept / _GIGABYTE:.1f} of {most / _GIGABYTE:.1f} GB "
            f"({kept / most:.0%}). Raise GRADED_MAX_BYTES: at the limit no new ones are stored, and regrades "
            "need the hosts."
        )
    return found


def _disks() -> dict[str, Path]:
    # one folder per disk
    folders = {
        "The data disk": Path(settings.VAR),
        "The disk with practice repositories": Path(settings.PRACTICE_ROOT),
        "The disk with fetched repositories": Path(settings.MIRROR_ROOT),
        "The disk with graded states": Path(settings.GRADED_ROOT),
        "The disk with Python environments": Path(settings.ENVIRONMENTS_ROOT),
        "The disk with temporary files": Path(tempfile.gettempdir()),
    }
    found: dict[int, tuple[str, Path]] = {}
    for what, folder in folders.items():
        with suppress(OSError):  # not made yet
            found.setdefault(folder.stat().st_dev, (what, folder))
    return dict(found.values())


def _disk_warning(what: str, folder: Path) -> str | None:
    usage = shutil.disk_usage(folder)
    # as df counts: what the file system reserves is neither used nor free
    used = usage.used / max(1, usage.used + usage.free)
    if used < WARNED_AT:
        return None
    free = f"{usage.free / _GIGABYTE:.1f} GB"
    return f"{what} is {used:.0%} full ({free} free). Free up space: pushes are refused when it is full."


# --- the sizes of roots, which are slow to measure -------------------------------------------------------------------


def practice_bytes() -> int:
    """Return the size of all practice repositories as `housekeeping` last measured it; 0 before the first time."""
    return _read_bytes(Path(settings.PRACTICE_ROOT))


def graded_bytes() -> int:
    """Return the size of all graded states, as last measured and with the ones stored since."""
    return _read_bytes(Path(settings.GRADED_ROOT))


def _read_bytes(root: Path) -> int:
    try:
        return int((root / "bytes").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def keep_practice_bytes(size: int) -> None:
    _write_bytes(Path(settings.PRACTICE_ROOT), size)


def keep_graded_bytes(size: int) -> None:
    _write_bytes(Path(settings.GRADED_ROOT), size)


def _write_bytes(root: Path, size: int) -> None:
    new = root / f"bytes.{os.getpid()}.new"
    new.write_text(str(size), encoding="ascii")
    new.replace(root / "bytes")
