"""Scenarios that prove an imported lab: an unsolved state, and the teacher's solution or a stand-in for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from labs.classroom.checks import Check
from labs.classroom.model import Assignment, ClassroomTest

MAX_SOLUTION_FILES = 60
MAX_SOLUTION_BYTES = 100_000
NOT_SOLVED, SOLVED = "not solved yet", "solved"
_STAND_IN = """\
import sys

answers = {answers}
sys.stdout.write(answers.get(sys.stdin.read(), "") + "\\n")
"""
Scenario = dict[str, Any]  # Any: values of YAML


class SolutionError(Exception):
    """The folder with the solution cannot be a scenario; the message says why."""


def make_scenarios(assignment: Assignment, checks: Sequence[tuple[ClassroomTest, Check]]) -> list[Scenario]:
    """Return the scenarios; the second one only if something is known to solve the lab. Raises SolutionError."""
    scenarios = [_scenario(assignment, NOT_SOLVED, {"NOTES.md": "# Notes\n"}, {"others": "needs work"})]
    if assignment.solution:
        solved = _solution(assignment)
        return [*scenarios, _scenario(assignment, SOLVED, solved, {"others": "passed"})]
    files, ids = _stand_ins(checks)
    if files:
        expect = dict.fromkeys(ids, "passed") if len(ids) < len(checks) else {}
        others = {"others": "needs work" if expect else "passed"}
        scenarios.append(_scenario(assignment, SOLVED, files, {**expect, **others}))
    return scenarios


def is_proved_by(scenarios: Sequence[Scenario], checks: Sequence[tuple[ClassroomTest, Check]]) -> bool:
    """Return True if a scenario expects every check to pass."""
    return any(each["expect"].get("others") == "passed" for each in scenarios) and bool(checks)


def _scenario(
    assignment: Assignment, name: str, files: Mapping[str, str], expect: Mapping[str, str]
) -> Scenario:
    message = "Solve it" if name == SOLVED else "Begin"
    made: Scenario = {"name": name}
    if assignment.files:
        made["after"] = "starter"
    return {**made, "steps": [{"commit": message, "files": dict(files)}], "expect": dict(expect)}


def _solution(assignment: Assignment) -> dict[str, str]:
    changed = {path: data for path, data in assignment.solution.items() if assignment.files.get(path) != data}
    if not changed:
        raise SolutionError("It is the same as the starter code")
    if len(changed) > MAX_SOLUTION_FILES or sum(map(len, changed.values())) > MAX_SOLUTION_BYTES:
        raise SolutionError(
            f"It changes more than {MAX_SOLUTION_FILES} files or {MAX_SOLUTION_BYTES:,} bytes"
        )
    try:
        return {path: data.decode("utf-8") for path, data in sorted(changed.items())}
    except UnicodeDecodeError as error:
        raise SolutionError("One of its files is not UTF-8 text") from error


def _stand_ins(checks: Sequence[tuple[ClassroomTest, Check]]) -> tuple[dict[str, str], list[str]]:
    # A program that prints what a test expects shows that the check passes, and that nothing else in it fails.
    answers: dict[str, dict[str, str]] = {}
    ids = []
    for test, check in checks:
        command = check.get("run", {}).get("command", [])
        is_script = len(command) == 2 and command[0] in ("python", "python3") and command[1].endswith(".py")
        if test.expected is None or test.comparison == "regex" or not is_script or not test.expected.strip():
            continue
        own, expected = answers.setdefault(command[1], {}), test.expected.replace("\r\n", "\n").strip()
        before = own.get(test.stdin)
        if before is not None and test.comparison == "exact" and before != expected:
            continue
        own[test.stdin] = expected if before in (None, expected) else f"{before}\n{expected}"
        ids.append(check["id"])
    return {path: _STAND_IN.format(answers=repr(own)) for path, own in answers.items()}, ids
