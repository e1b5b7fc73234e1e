"""Exit statuses, error messages, the sandbox and the reading of lab.yaml, for all commands."""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..problem import Problem
from ..sandbox import Sandbox
from ..spec import LabSpec, SpecError, load_spec
from ..starters import FOLDER, read_folder
from ..words import visible

GOOD, NEEDS_WORK, COULD_NOT = 0, 1, 2
MAX_ENVIRONMENT_BYTES = 4 << 30


def complain(line: str) -> None:
    print(visible(line), file=sys.stderr)


def complain_of(problems: Iterable[Problem], path: Path) -> None:
    for problem in problems:
        complain(str(replace(problem, path=str(path))))


def load(path: Path) -> LabSpec | None:
    """Return the lab in a file; print its problems and return None if it has any."""
    try:
        text = path.read_text(encoding="utf-8")
        return load_spec(text, read_folder(path.parent / FOLDER) if "folder" in text else None)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        complain(f"{path}: {error}")
    except SpecError as error:
        complain_of(error.problems, path)
    return None


def own_sandbox() -> Sandbox | None:
    # it may be unavailable; None on a system that supports no sandbox
    if not sys.platform.startswith("linux"):
        return None
    from ..sandbox.opening import open_sandbox  # Linux only

    # root's sandbox runs as a different user, who cannot read root's home
    home = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return open_sandbox("", home / "labcheck" / "environments", MAX_ENVIRONMENT_BYTES)
