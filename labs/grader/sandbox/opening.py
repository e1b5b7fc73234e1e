"""Open the sandbox at an address."""

from collections.abc import Iterable
from pathlib import Path

from .environments import Environments
from .job import Sandbox
from .local import LocalSandbox
from .remote import RemoteSandbox

_UNIX = "unix://"


def is_address(address: str) -> bool:
    """True for "", which is this machine, or a runner's socket such as `unix:///run/runner.sock`."""
    return not address or address.startswith(f"{_UNIX}/")


def open_sandbox(
    address: str, environments: Path, max_bytes: int, removed_last: Iterable[str] = ()
) -> Sandbox:
    """Return the sandbox at an address; `environments` is the folder of Python environments and its size limit."""
    return sandbox_with(address, Environments(environments, max_bytes, removed_last=frozenset(removed_last)))


def sandbox_with(address: str, kept: Environments) -> Sandbox:
    return RemoteSandbox(Path(address.removeprefix(_UNIX)), kept) if address else LocalSandbox(kept)
