"""`labcheck grade LAB.yaml REPO [--json]`: the grade that the portal would give, on one's own machine.

Exit status: 0 all checks passed, 1 something needs work or was not run, 2 could not grade.
"""

import argparse
import json
from pathlib import Path

from ..engine import grade
from ..report import Outcome, Report
from ..repository import Repository, RepositoryFault, Unreadable
from ..spec import LabSpec
from ..text import report_lines
from .common import COULD_NOT, GOOD, NEEDS_WORK, complain, load


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lab", metavar="LAB.yaml", type=Path)
    parser.add_argument("repository", metavar="REPO", type=Path, help="a work tree or a bare repository")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")


def run(options: argparse.Namespace) -> int:
    spec = load(options.lab)
    report = spec and _grade(spec, options.repository)
    if not report:
        return COULD_NOT
    print(json.dumps(report.to_json(), indent=2) if options.json else "\n".join(report_lines(report)))
    if report.faulted:
        return COULD_NOT
    return GOOD if all(r.outcome is Outcome.PASSED for r in report.results) else NEEDS_WORK


def _grade(spec: LabSpec, path: Path) -> Report | None:
    try:
        with Repository.open(path) as repository:
            return grade(spec, repository)
    except Unreadable as error:
        complain(f"Could not read the repository. {error}")
    except RepositoryFault as error:
        complain(f"Could not read the repository. Git says: {error}")
    return None
