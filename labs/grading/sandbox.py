"""The sandbox of this installation, and what its health page says of it."""

import logging
from functools import cache
from pathlib import Path

from django.conf import settings

from labs.grader.sandbox import Sandbox
from labs.grader.sandbox.environments import Environments
from labs.grader.sandbox.opening import opened

logger = logging.getLogger(__name__)

OK = "ok"


@cache
def sandbox() -> Sandbox:
    return opened(settings.SANDBOX, settings.ENVIRONMENTS_ROOT, settings.ENVIRONMENTS_MAX_BYTES)


def test_and_tell() -> None:
    """Have the sandbox test itself, as each worker does when it starts, and leave the result for the web server.

    A runner is asked by the web server itself.
    """
    why = sandbox().unavailable()
    if why:
        logger.warning("code cannot be confined: %s", why)
    if not settings.SANDBOX:
        _told().write_text(_sentence(why, sandbox().packages_unavailable()), encoding="utf-8")


def sweep() -> None:
    """Remove what builders of environments left that were killed."""
    Environments(settings.ENVIRONMENTS_ROOT, settings.ENVIRONMENTS_MAX_BYTES).sweep()


def state() -> str:
    """ "ok", or a sentence. A runner is asked itself; what a worker can do only the worker knows."""
    if settings.SANDBOX:
        return _sentence(sandbox().unavailable())
    try:
        return _told().read_text(encoding="utf-8")
    except FileNotFoundError:
        return "No worker has tested its sandbox yet."


def _sentence(why: str, packages: str = "") -> str:
    if why:
        return f"Code cannot be confined: {why}."
    return f"Labs that ask for Python packages are not run: {packages}." if packages else OK


def _told() -> Path:
    return Path(settings.VAR) / "sandbox.txt"
