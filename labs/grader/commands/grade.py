"""Grade a repository on this machine, as the portal would.

Exit status: 0 all checks passed, 1 something needs work or was not run, 2 could not grade.
"""

import argparse
import json
import os
from pathlib import Path

from ..checks import Learner
from ..engine import grade
from ..formats.yaml_values import Value
from ..git.complaints import cannot_read
from ..git.repository import Repository, RepositoryDamagedError, RepositoryError, UnreadableError
from ..parameters import MismatchError, RefName, convert
from ..report import Outcome, Report
from ..report_text import report_lines, verdict_line
from ..spec import LabSpec
from ..words import quoted
from .common import COULD_NOT, GOOD, NEEDS_WORK, complain, load, own_sandbox
from .github import annotation_lines, summary


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lab", metavar="LAB.yaml", type=Path)
    parser.add_argument("repository", metavar="REPO", type=Path, help="a working tree or a bare repository")
    parser.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="the output format (default: text)",
    )
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="short for --format json"
    )
    parser.add_argument("--hints", action="store_true", help="also print hints")
    parser.add_argument(
        "--remote", type=_remote, metavar="NAME", help="grade the remote-tracking branches of this remote"
    )
    parser.add_argument(
        "--name", action="append", default=[], help="the learner's name in commits; can be repeated"
    )
    parser.add_argument(
        "--email", action="append", default=[], help="the learner's email in commits; can be repeated"
    )


def run(options: argparse.Namespace) -> int:
    spec = load(options.lab)
    report = spec and _grade(spec, options)
    if not spec or not report:
        return COULD_NOT
    _show(report, spec, options)
    if report.faulted:
        return COULD_NOT
    return GOOD if all(r.outcome is Outcome.PASSED for r in report.results) else NEEDS_WORK


def _remote(name: str) -> str:
    try:
        return str(convert(RefName, Value(0, name)))
    except MismatchError as error:
        raise argparse.ArgumentTypeError(f"expected the name of a remote, found {quoted(name)}") from error


def _grade(spec: LabSpec, options: argparse.Namespace) -> Report | None:
    is_known = options.name or options.email
    learner = Learner(tuple(options.name), tuple(options.email)) if is_known else None
    try:
        with Repository.open(options.repository, remote=options.remote) as repository:
            return grade(spec, repository, sandbox=own_sandbox(), learner=learner)
    except UnreadableError as error:
        complain(f"Could not read the repository. {error}")
        if options.remote:
            complain(f"To grade a remote, fetch it first: git fetch --tags {options.remote}")
    except RepositoryDamagedError as error:
        complain(f"Could not read the repository. {cannot_read(str(error))}")
    except RepositoryError as error:
        complain(f"Could not read the repository. Git reported: {error}")
    return None


def _show(report: Report, spec: LabSpec, options: argparse.Namespace) -> None:
    if options.format == "json":
        print(json.dumps(report.to_json(), indent=2))
    elif options.format == "github":
        print("\n".join([*annotation_lines(report), verdict_line(report)]))
        if path := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(summary(report))
    else:
        print("\n".join(report_lines(report, hints=options.hints, lesson=spec.lesson_address)))
