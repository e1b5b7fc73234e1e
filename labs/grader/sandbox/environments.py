"""Python environments for labs: built once from wheels, stored by digest, mounted read-only in the sandbox.

A wheel is unpacked, never run, so building needs no sandbox. Requirements are pinned, so the digest of their list
names the environment.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from ..fetching.bounded_process import bytes_in
from . import building, command, package_index
from .job import CannotBuildError, SandboxError

SECONDS = 100.0  # while someone waits
MAX_SECONDS = 1800.0  # when nobody waits
IN_USE_SECONDS = 3600.0
_LAYOUT = "2"
_NEW, _OLD, _CACHE = ".new-", ".old-", ".cache"
_OWN_VARIABLES = {"HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}
# uv's messages if no index answers; all others are about the lab's requirements
_UNREACHED = (
    "Failed to fetch", "error sending request", "error trying to connect", "Connection refused", "dns error",
    "timed out", "Network is unreachable", "No space left", "Failed to download", "Permission denied",
)  # fmt: skip


@dataclass(frozen=True)
class Environments:
    """Environments in one folder with a size limit; the least recently used are removed first, `removed_last` last.

    A build, and waiting for someone else's, may take `max_seconds`; `tell` is called with its progress. If
    `may_build` is false, a missing environment is a fault.
    """

    root: Path
    max_bytes: int = 4 << 30
    max_seconds: float = SECONDS
    tell: Callable[[str], None] = lambda text: None
    may_build: bool = True
    removed_last: frozenset[str] = frozenset()

    def has(self, requirements: tuple[str, ...]) -> bool:
        return (self.root / digest_of(requirements)).is_dir()

    def folder(self, digest: str) -> Path:
        # raises SandboxError
        path = self.root / digest
        if not (digest.isalnum() and path.is_dir()):
            raise SandboxError(f"no environment {digest[:64]} exists")
        return path

    def build(self, requirements: tuple[str, ...]) -> str:
        """Return the digest of the environment with these requirements, built if missing.

        Two concurrent calls build once, even from two containers. Raises CannotBuildError, SandboxError.
        """
        digest = digest_of(requirements)
        if not (self.root / digest).is_dir():
            if not self.may_build:
                raise SandboxError("its environment is not built yet")
            with self._locked(digest) as lock:
                if not (self.root / digest).is_dir():
                    self._build(digest, requirements, lock)
        with suppress(OSError):
            os.utime(self.root / digest)
        return digest

    def closed(self) -> str:
        """Return the reason why sandboxes have no environments here, as the end of a sentence, else "".

        If we are root the sandbox runs as a different user, who must be able to reach its environment.
        """
        if not uv():
            return "uv was not found. Install it (pip install uv)"
        above = [folder for folder in (self.root, *self.root.parents) if folder.exists()]
        shut = next((folder for folder in above if not folder.stat().st_mode & 0o001), None)
        if os.geteuid() != 0 or shut is None:
            return ""
        return f"only the owner can enter {shut}: keep environments in a different folder"

    def progress(self, requirements: tuple[str, ...]) -> str:
        # "" if no build is running
        path = self.root / f"{digest_of(requirements)}.progress"
        try:
            return path.read_text(encoding="utf-8")
        except OSError:
            return ""

    def sweep(self) -> None:
        # leftovers of killed builders; whatever is locked is in use and stays
        for path in [*self.root.glob(f"{_NEW}*"), *self.root.glob(f"{_OLD}*")]:
            digest = path.name.removeprefix(_NEW).removeprefix(_OLD)
            with suppress(OSError), (self.root / f"{digest}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
                (self.root / f"{digest}.progress").unlink(missing_ok=True)

    @contextmanager
    def _locked(self, digest: str) -> Iterator[IO[str]]:
        self.root.mkdir(parents=True, exist_ok=True)
        if why := self.closed():
            raise SandboxError(why)
        deadline = time.monotonic() + self.max_seconds
        with (self.root / f"{digest}.lock").open("w") as lock:
            while not _take(lock):
                if time.monotonic() > deadline:
                    raise SandboxError("its environment is still being built")
                time.sleep(0.2)
            yield lock

    def _build(self, digest: str, requirements: tuple[str, ...], lock: IO[str]) -> None:
        self.sweep()
        self._prune()
        place, progress = self.root / f"{_NEW}{digest}", self.root / f"{digest}.progress"

        def tell(text: str) -> None:
            progress.write_text(text, encoding="utf-8")
            self.tell(text)

        try:
            tell("Starting the build")
            _lay_out(place)
            _install(place, requirements, self._watch(place, tell), lock)
            _move_scripts(place)
            place.rename(self.root / digest)
        except OSError as error:
            raise SandboxError(f"could not build the environment: {error.strerror}") from error
        finally:
            shutil.rmtree(place, ignore_errors=True)
            progress.unlink(missing_ok=True)

    def _watch(self, place: Path, tell: Callable[[str], None]) -> building.Watch:
        return building.Watch((place, _cache(place)), self.max_bytes, self.max_seconds, tell)

    def _prune(self) -> None:
        """Make room. Keep environments that were used within an hour or are being built.

        The download cache is removed first; environments built from it stay.
        """
        cache = self.root / _CACHE
        last = self.removed_last
        folders = [(path.stat().st_mtime, path) for path in self.root.iterdir() if path.is_dir()]
        oldest_first = sorted(folders, key=lambda folder: (folder[1].name in last, *folder))
        sizes = {path: bytes_in(path) for _, path in oldest_first}
        total = sum(sizes.values())
        if cache in sizes and (total > self.max_bytes or sizes[cache] > self.max_bytes / 2):
            shutil.rmtree(cache, ignore_errors=True)
            total -= sizes[cache]
        for used, path in oldest_first:
            if total > self.max_bytes and used < time.time() - IN_USE_SECONDS and path != cache:
                _remove(path, used)
                total -= sizes[path]


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _cache(place: Path) -> Path:
    # beside the environments, which share its files; an interrupted build reuses it
    return place.parent / _CACHE


def _remove(path: Path, used: float) -> None:
    # Renamed first: a folder half removed when we are killed must not look complete. One in use by now stays.
    aside = path.with_name(f"{_OLD}{path.name}")
    with suppress(OSError):
        if path.stat().st_mtime == used:
            path.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)


def digest_of(requirements: tuple[str, ...]) -> str:
    said = [_LAYOUT, _version(), *sorted(requirements)]
    return sha256("\n".join(said).encode()).hexdigest()[:32]


@cache
def _version() -> str:
    # such as `/usr/bin/python3 3.11.2`
    python = command.python()
    if python is None:
        raise SandboxError("no Python found in /usr")
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    said = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=20)
    return f"{python} {said.stdout.strip()}"


def _lay_out(place: Path) -> None:
    # as the `venv` module does, which Debian's Python lacks
    python, version = _version().split(" ")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    place.chmod(0o755)
    (place / "bin").mkdir()
    for name in ("python", "python3"):
        (place / "bin" / name).symlink_to(python)
    (place / "lib" / f"python{version.rpartition('.')[0]}" / "site-packages").mkdir(parents=True)
    home = os.path.dirname(python)  # noqa: PTH120 - text for a file
    (place / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
    )


def _install(place: Path, requirements: tuple[str, ...], watch: building.Watch, lock: IO[str]) -> None:
    if not requirements:
        return
    argv = [uv(), "pip", "install", f"--python={place}/bin/python", f"--cache-dir={_cache(place)}"]
    argv += ["--only-binary=:all:", "--link-mode=hardlink", "--no-progress", "--", *requirements]
    code, said = building.run(argv, uv_variables(), watch, lock)
    if code:
        _complain(said)
    _compile(place, watch, lock)


def _compile(place: Path, watch: building.Watch, lock: IO[str]) -> None:
    # The environment is read-only later. `-I -S` runs nothing that was unpacked, not even `.pth` files.
    python = command.python() or ""
    packages = str(place / "lib")
    moved = ["-s", str(place), "-p", command.VENV]
    argv = [python, "-I", "-S", "-m", "compileall", "-q", *moved, packages]
    # a file for a different Python version does not compile
    building.run(argv, {"PATH": command.PATH}, watch, lock)


def _complain(said: str) -> None:
    """Raise CannotBuildError or SandboxError with uv's reason, without its drawings."""
    cause = re.split(r"error: |cause: |Caused by: |╰─▶", said)[-1]
    reason = " ".join(cause.split())[-500:].rstrip(".") or "no output"
    if any(sign in said for sign in _UNREACHED):
        raise SandboxError(f"could not build the environment: {reason}")
    raise CannotBuildError(reason)


@cache
def uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("uv") or ""


def uv_variables() -> dict[str, str]:
    # how to reach an index, and nothing else
    with_pip = sys.executable if find_spec("pip") else command.python()
    known = package_index.uv_environment(with_pip, index_variables())
    return {name: value for name, value in known.items() if not name.startswith("PIP_")}


def index_variables() -> dict[str, str]:
    known = {
        name: value
        for name, value in os.environ.items()
        if name in _OWN_VARIABLES or name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy")
    }
    return {**known, "PATH": command.PATH}


def _move_scripts(place: Path) -> None:
    # scripts name their Python by its path, which is below `/venv` inside the sandbox
    for script in (place / "bin").iterdir():
        if script.is_symlink():
            continue
        content = script.read_bytes().replace(os.fsencode(place), command.VENV.encode())
        mode = script.stat().st_mode
        script.unlink()  # it may be a hard link into the cache
        script.write_bytes(content)
        script.chmod(mode)
