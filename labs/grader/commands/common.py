"""What the commands share: exit statuses, complaints, and a lab.yaml that is read or complained about."""

import sys
from pathlib import Path

from ..spec import LabSpec, SpecError, load_spec
from ..words import visible

GOOD, NEEDS_WORK, COULD_NOT = 0, 1, 2


def complain(line: str) -> None:
    print(visible(line), file=sys.stderr)


def load(path: Path) -> LabSpec | None:
    """The lab of a file; None where each of its problems was printed."""
    try:
        return load_spec(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{path}: {error}")
    except SpecError as error:
        for problem in error.problems:
            complain(f"{path}:{problem}")
    return None
