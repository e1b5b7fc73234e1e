"""Judge the text of one file by the checks that read files: no repository, no process, no code is run."""

from dataclasses import dataclass, replace
from hashlib import sha256

from .check_specs import CheckSpec, read_checks
from .engine import grade
from .formats.yaml_values import read_yaml
from .git.typed import TypedFile
from .problem import Problem
from .report import CheckResult, Report
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
)
ELSEWHERE = "needs a repository. For the text of a file, use {}."


@dataclass(frozen=True)
class FileChecks:
    """The checks of a question whose answer is a file. Lines of `checks` count from the first line of their text."""

    path: str
    checks: tuple[CheckSpec, ...]

    def judge(self, text: str) -> Report:
        """Return the report on a text. In the main thread, each check has the time limit of its kind."""
        spec = LabSpec(
            schema=2,
            title=self.path,
            pass_mark=100,
            starters=(),
            checks=self.checks,
            scenarios=(),
            digest=sha256(text.encode(errors="replace")).hexdigest(),
            checks_digest="",
        )
        with TypedFile(self.path, text.encode(errors="replace")) as typed:
            report = grade(spec, typed)
        return replace(report, head="", results=tuple(map(_without_git, report.results)))


def read_file_checks(path: str, text: str) -> FileChecks:
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
        problems += _path_problems(check, path)
    if problems:
        raise SpecError(problems)
    return FileChecks(path, tuple(checks))


def _path_problems(check: CheckSpec, path: str) -> list[Problem]:
    named = getattr(check.parameters, "path", path)
    if check.kind in ("python_package", "notebook") or named == path or "*" in named:
        return []
    message = f"the only file is {quoted(path)}, so this check cannot read {quoted(named)}"
    return [Problem(check.line, f"{check.kind}.path", message)]


def _without_git(result: CheckResult) -> CheckResult:
    evidence = tuple(replace(item, ref=None, commit=None) for item in result.evidence)
    return replace(result, evidence=evidence)
