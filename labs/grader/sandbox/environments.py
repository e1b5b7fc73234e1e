"""Python environments for labs: built once from wheels, kept by digest, mounted for reading in the sandbox.

A wheel is unpacked, never run, so that building needs no sandbox. What a lab asks for is pinned, so the digest of
its list names the environment.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from ..confined import bytes_in
from . import command
from .job import CannotBuild, SandboxFault

SECONDS = 100.0
IN_USE_SECONDS = 3600.0
_LAYOUT = "1"
_OWN_VARIABLES = {"HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}
# what pip says where no index answers; all else that it says is about what the lab asks for
_UNREACHED = ("Retrying (", "connection broken", "Could not fetch URL", "timed out", "No space left")


@dataclass(frozen=True)
class Environments:
    """The folder of them, and the bytes that they may take together; those used longest ago go first."""

    root: Path
    max_bytes: int = 4 << 30

    def folder(self, digest: str) -> Path:
        """The environment of a digest that was built. Raises SandboxFault."""
        path = self.root / digest
        if not (digest.isalnum() and path.is_dir()):
            raise SandboxFault(f"there is no environment {digest[:64]}")
        return path

    def build(self, requirements: tuple[str, ...]) -> str:
        """The digest of the environment with these requirements, built where it is not there yet.

        Two that ask at once build once. Raises CannotBuild, SandboxFault.
        """
        digest = digest_of(requirements)
        if not (self.root / digest).is_dir():
            with self._lock(digest):
                if not (self.root / digest).is_dir():
                    self._build(digest, requirements)
        with suppress(OSError):
            os.utime(self.root / digest)
        return digest

    def closed(self) -> str:
        """Why a sandbox cannot read environments here, as the end of a sentence; empty where it can.

        Where we are root the sandbox is another user, who has to be able to go down to its environment.
        """
        above = [folder for folder in (self.root, *self.root.parents) if folder.exists()]
        shut = next((folder for folder in above if not folder.stat().st_mode & 0o001), None)
        if os.geteuid() != 0 or shut is None:
            return ""
        return f"{shut} can be entered by its owner alone: keep environments in another folder"

    @contextmanager
    def _lock(self, digest: str) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        if why := self.closed():
            raise SandboxFault(why)
        with (self.root / f"{digest}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, digest: str, requirements: tuple[str, ...]) -> None:
        self._prune()
        place = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            place.chmod(0o755)
            _lay_out(place)
            _install(place, requirements)
            _move_scripts(place)
            place.rename(self.root / digest)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _prune(self) -> None:
        """Make room. What was used within an hour stays, and so does what is being built."""
        oldest_first = sorted((path.stat().st_mtime, path) for path in self.root.iterdir() if path.is_dir())
        sizes = {path: bytes_in(path) for _, path in oldest_first}
        total = sum(sizes.values())
        for used, path in oldest_first:
            if total > self.max_bytes and used < time.time() - IN_USE_SECONDS:
                _remove(path, used)
                total -= sizes[path]


def _remove(path: Path, used: float) -> None:
    """Under another name first: one that is half gone, because we were killed, must not be taken for a whole one.

    What somebody has taken since stays.
    """
    aside = path.with_name(f".old-{path.name}")
    with suppress(OSError):
        if path.stat().st_mtime == used:
            path.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)


def digest_of(requirements: tuple[str, ...]) -> str:
    said = [_LAYOUT, _version(), *sorted(requirements)]
    return sha256("\n".join(said).encode()).hexdigest()[:32]


@cache
def _version() -> str:
    """Such as `/usr/bin/python3 3.11.2`: the Python that a sandbox has."""
    python = command.python()
    if python is None:
        raise SandboxFault("there is no Python below /usr")
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    said = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=20)
    return f"{python} {said.stdout.strip()}"


def _lay_out(place: Path) -> None:
    """A virtual environment as `venv` makes it: Debian's Python comes without that module."""
    python, version = _version().split(" ")
    (place / "bin").mkdir()
    for name in ("python", "python3"):
        (place / "bin" / name).symlink_to(python)
    (place / "lib" / f"python{version.rpartition('.')[0]}" / "site-packages").mkdir(parents=True)
    home = os.path.dirname(python)  # noqa: PTH120 - text for a file
    (place / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
    )


def _install(place: Path, requirements: tuple[str, ...]) -> None:
    if not requirements:
        return
    argv = [_python_with_pip(), "-m", "pip", f"--python={place}/bin/python", "install", "--quiet"]
    argv += ["--only-binary=:all:", "--no-input", "--retries=1", "--timeout=10", "--", *requirements]
    try:
        done = subprocess.run(
            argv, cwd=place, env=index_variables(), umask=0o022, timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SandboxFault(f"building an environment took longer than {SECONDS:g} seconds") from error
    if done.returncode:
        _complain(done.stdout.decode("utf-8", "replace"))


def _complain(said: str) -> None:
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    last = (errors or said.strip().splitlines() or ["nothing was said"])[-1]
    if any(sign in said for sign in _UNREACHED):
        raise SandboxFault(f"an environment could not be built: {last}")
    raise CannotBuild(last)


def _python_with_pip() -> str:
    """This Python where it has pip (a checkout), else the system's own (an image)."""
    return sys.executable if find_spec("pip") else command.python() or ""


def index_variables() -> dict[str, str]:
    """What pip may know of this process: how an index is reached, and nothing else."""
    known = {
        name: value
        for name, value in os.environ.items()
        if name in _OWN_VARIABLES or name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    return {
        **known,
        "PATH": command.PATH,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def _move_scripts(place: Path) -> None:
    """Scripts name their Python by its path, and inside that is below `/venv`."""
    for script in (place / "bin").iterdir():
        if script.is_symlink():
            continue
        content = script.read_bytes()
        script.write_bytes(content.replace(os.fsencode(place), command.VENV.encode()))
