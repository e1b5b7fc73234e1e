"""`labcheck grade LAB.yaml REPO [--json]`: the grade that the portal would give, on one's own machine."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .engine import grade
from .report import Outcome, Report
from .repository import Repository, RepositoryFault, Unreadable
from .spec import LabSpec, SpecError, load_spec
from .text import report_lines

ALL_PASSED, NEEDS_WORK, NOT_GRADED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 all checks passed, 1 something needs work or was not run, 2 could not grade."""
    options = _parser().parse_args(argv)
    spec = _load(options.lab)
    report = spec and _grade(spec, options.repository)
    if not report:
        return NOT_GRADED
    print(json.dumps(report.to_json(), indent=2) if options.json else "\n".join(report_lines(report)))
    if report.faulted:
        return NOT_GRADED
    return ALL_PASSED if all(r.outcome is Outcome.PASSED for r in report.results) else NEEDS_WORK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labcheck", description="Checks a Git repository against a lab.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "grade", help="run the checks of a lab on a repository", epilog=main.__doc__
    )
    command.add_argument("lab", metavar="LAB.yaml", type=Path)
    command.add_argument("repository", metavar="REPO", type=Path, help="a work tree or a bare repository")
    command.add_argument("--json", action="store_true", help="print the whole report as JSON")
    return parser


def _load(path: Path) -> LabSpec | None:
    try:
        return load_spec(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        _complain(f"{path}: {error}")
    except SpecError as error:
        for problem in error.problems:
            _complain(f"{path}:{problem}")
    return None


def _grade(spec: LabSpec, path: Path) -> Report | None:
    try:
        with Repository.open(path) as repository:
            return grade(spec, repository)
    except Unreadable as error:
        _complain(f"Could not read the repository. {error}")
    except RepositoryFault as error:
        _complain(f"Could not read the repository. Git says: {error}")
    return None


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
