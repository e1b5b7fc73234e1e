"""The sandbox of this installation, and its state for the health page."""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from labs.grader.sandbox import Sandbox, SandboxError
from labs.grader.sandbox.environments import Environments, digest_of
from labs.grader.sandbox.opening import sandbox_with
from labs.grader.spec import LabSpec, SpecError
from labs.models import Lab
from labs.specs import parse_spec

logger = logging.getLogger(__name__)

OK = "ok"


@cache
def sandbox() -> Sandbox:
    # builds no environment: a build takes minutes, during which no push would be graded
    return sandbox_with(settings.SANDBOX, environments(may_build=False))


def environments(**options: Any) -> Environments:
    return Environments(settings.ENVIRONMENTS_ROOT, settings.ENVIRONMENTS_MAX_BYTES, **options)


def waits_for_environment(spec: LabSpec) -> bool:
    # its code could run here if the lab's environment were built
    if spec.python is None or not any(check.parameters.confined for check in spec.checks):
        return False
    own = sandbox()
    try:
        missing = not environments().has(spec.python.requirements)
    except SandboxError:  # without a Python: the sandbox says so itself
        return False
    return missing and not own.unavailable() and not own.packages_unavailable()


def readable_spec(source: str) -> LabSpec | None:
    # None for a text that another version of the portal stored and this one cannot read
    try:
        return parse_spec(source)
    except SpecError as error:
        logger.error("cannot read a published lab: %s", error)
        return None


def digests_of_published_labs() -> frozenset[str]:
    published = Lab.objects.released().filter(current__isnull=False)
    specs = list(filter(None, map(readable_spec, published.values_list("current__source", flat=True))))
    try:
        return frozenset(digest_of(spec.python.requirements) for spec in specs if spec.python)
    except SandboxError:  # without a Python there is nothing to build them for
        return frozenset()


def run_self_test_and_publish() -> None:
    """Have the sandbox test itself, as each worker does at start, and leave the result for the web server.

    The web server asks a runner itself.
    """
    why = sandbox().unavailable()
    if why:
        logger.warning("cannot confine code: %s", why)
    if not settings.SANDBOX:
        _state_file().write_text(_sentence(why, sandbox().packages_unavailable()), encoding="utf-8")


def sweep() -> None:
    environments().sweep()


def state() -> str:
    # a runner is asked directly; only a worker knows what it can do itself
    if settings.SANDBOX:
        return _sentence(sandbox().unavailable())
    try:
        return _state_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return "No worker has tested its sandbox yet."


def _sentence(why: str, packages: str = "") -> str:
    if why:
        return f"Code cannot be confined: {why}."
    return f"Labs that need Python packages are not run: {packages}." if packages else OK


def _state_file() -> Path:
    return Path(settings.VAR) / "sandbox.txt"
