"""Judge the text of one file: by checks that read it, and in the sandbox by checks that run it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from .check_specs import CheckSpec, read_checks
from .engine import BROKEN_TESTS, TIMED_OUT, grade
from .formats.yaml_values import read_yaml
from .git.typed import TypedFile
from .parameters import MAIN_COMMIT
from .problem import Problem
from .report import CheckResult, Outcome, Report
from .sandbox import Sandbox
from .spec import LabSpec, SpecError
from .words import listed, quoted

# the kinds whose verdict needs nothing but the text of the file
FILE_KINDS = (
    "file",
    "data",
    "csv",
    "notebook",
    "workflow",
    "dockerfile",
    "python_package",
    "no_conflict_markers",
    "answer",
    "tests",
    "run",
    "own_tests",
)
ELSEWHERE = "needs a repository. For the text of a file, use {}."
# for a text, whatever the number of checks: a usual one takes milliseconds, a catastrophic pattern forever
READING_SECONDS = 8.0
MAX_CODE_SECONDS = 90.0
# paths and texts
Given = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Judged:
    """The report on a text. With a `fault`, it is no verdict on the text; `is_of_author` if the checks are broken."""

    report: Report
    fault: str = ""
    timed_out: bool = False
    is_of_author: bool = False


@dataclass(frozen=True)
class FileChecks:
    """The checks of a question whose answer is a file. Lines of `checks` count from the first line of their text.

    `source` is their YAML. `given` are more files, with their texts.
    """

    path: str
    checks: tuple[CheckSpec, ...]
    source: str
    given: Given = ()

    @property
    def runs_code(self) -> bool:
        return any(check.parameters.confined for check in self.checks)

    @property
    def code_seconds(self) -> float:
        """The most that the checks that run code take on one text."""
        return math.fsum(check.parameters.limit() for check in self.checks if check.parameters.confined)

    def judge(self, text: str, sandbox: Sandbox | None = None) -> Judged:
        """Return the report on a text. In the main thread, checks have time limits."""
        spec = LabSpec(
            schema=2,
            title=self.path,
            pass_mark=100,
            starters=(),
            checks=self.checks,
            scenarios=(),
            digest=sha256(_encoded(text)).hexdigest(),
            checks_digest="",
        )
        given = {path: _encoded(content) for path, content in self.given}
        with TypedFile(self.path, _encoded(text), given) as typed:
            report = grade(spec, typed, sandbox=sandbox, reading_seconds=READING_SECONDS)
        report = replace(report, head="", results=tuple(map(_without_git, report.results)))
        return next(self._faults(report), Judged(report))

    def _faults(self, report: Report) -> Iterator[Judged]:
        passed = {result.id for result in report.results if result.outcome is Outcome.PASSED}
        for check, result in zip(self.checks, report.results, strict=True):
            reason = result.reason or ""
            timed_out, is_broken = reason.startswith(TIMED_OUT), reason.startswith(BROKEN_TESTS)
            # code that was not run says nothing, unless another check was needed first
            not_run = result.outcome is Outcome.NOT_RUN and passed.issuperset(check.needs)
            if timed_out or result.outcome is Outcome.FAULT or (not_run and check.parameters.confined):
                yield Judged(report, f"check {check.id}: {reason}", timed_out, is_broken)


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")


def read_file_checks(path: str, text: str, given: Given = ()) -> FileChecks:
    """Return the checks of a YAML list, as below `checks:` in lab.yaml. Raises SpecError with every problem."""
    root, problems = read_yaml(text)
    if root is None:
        raise SpecError(problems)
    if isinstance(root.data, dict) and list(root.data) == ["checks"]:
        root = root.data["checks"]
    if not root.data:
        raise SpecError([*problems, Problem(root.line, "", "expected a list of at least one check")])
    checks = read_checks(root, None, problems)
    for check in checks:
        if check.kind not in FILE_KINDS:
            message = (
                f"the kind {quoted(check.kind)} {ELSEWHERE.format(listed(FILE_KINDS, limit=len(FILE_KINDS)))}"
            )
            problems.append(Problem(check.line, check.kind, message))
        problems += _path_problems(check, [path, *dict(given)])
        problems += _history_problems(check)
    found = FileChecks(path, tuple(checks), text, given)
    if found.code_seconds > MAX_CODE_SECONDS:
        took = f"the checks that run code may take {found.code_seconds:g} seconds in total"
        problems.append(Problem(root.line, "checks", f"{took}; the limit is {MAX_CODE_SECONDS:g}"))
    if problems:
        raise SpecError(problems)
    return found


def _path_problems(check: CheckSpec, paths: list[str]) -> Iterable[Problem]:
    named = getattr(check.parameters, "path", paths[0])
    if check.kind in ("python_package", "notebook") or named in paths or "*" in named:
        return
    only = (
        f"the only file is {quoted(paths[0])}"
        if len(paths) == 1
        else f"the files are {listed(map(quoted, paths))}"
    )
    yield Problem(check.line, f"{check.kind}.path", f"{only}, so this check cannot read {quoted(named)}")


def _history_problems(check: CheckSpec) -> Iterable[Problem]:
    asked = check.parameters
    keys = [
        *(["at"] if getattr(asked, "at", MAIN_COMMIT) != MAIN_COMMIT else []),
        *(["since"] if getattr(asked, "since", None) else []),
        *(["equals"] if check.kind == "answer" and getattr(asked, "equals", None) else []),
    ]
    for key in keys:
        instead = "list the right answers in `one_of`" if key == "equals" else f"delete `{key}`"
        yield Problem(check.line, f"{check.kind}.{key}", f"a file has no history: {instead}")


def _without_git(result: CheckResult) -> CheckResult:
    places = (replace(item, ref=None, commit=None) for item in result.evidence)
    return replace(result, evidence=tuple(item for item in places if item.path or item.excerpt))
