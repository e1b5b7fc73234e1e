"""Shared by the commands: exit statuses, error messages, the sandbox, and reading lab.yaml."""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..problem import Problem
from ..sandbox import Sandbox
from ..spec import LabSpec, SpecError, load_spec
from ..words import visible

GOOD, NEEDS_WORK, COULD_NOT = 0, 1, 2
MAX_ENVIRONMENT_BYTES = 4 << 30


def complain(line: str) -> None:
    print(visible(line), file=sys.stderr)


def complain_of(problems: Iterable[Problem], path: Path) -> None:
    for problem in problems:
        complain(str(replace(problem, path=str(path))))


def load(path: Path) -> LabSpec | None:
    """Return the lab of a file; None after printing each of its problems."""
    try:
        return load_spec(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{path}: {error}")
    except SpecError as error:
        complain_of(error.problems, path)
    return None


def own_sandbox() -> Sandbox | None:
    """Return the sandbox of this machine, which may be unavailable; None if the system supports none."""
    if not sys.platform.startswith("linux"):
        return None
    from ..sandbox.opening import opened  # Linux only

    # the user of root's sandbox cannot read root's home
    home = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return opened("", home / "labcheck" / "environments", MAX_ENVIRONMENT_BYTES)
