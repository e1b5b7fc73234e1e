"""Tests of a classroom as checks of lab.yaml: `run` for commands and for input and output, `tests` for pytest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruamel.yaml.scalarstring import LiteralScalarString

from labs.classroom import commands, patterns, python_tests
from labs.classroom.model import Assignment, ClassroomTest, Reading
from labs.grader.check_specs import MAX_CODE_SECONDS
from labs.grader.checks._shared.code import MARGIN_SECONDS

MAX_SECONDS = 100
MAX_CHECKS = 16  # that run code: more would have less than a second each
MAX_POINTS = Decimal(1000)
MAX_SHOWN = 1_500
Check = dict[str, Any]  # Any: values of YAML


@dataclass
class Made:
    """The checks of a lab, each with its test, and the packages that they need."""

    checks: list[tuple[ClassroomTest, Check]] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)


def make_checks(assignment: Assignment, reading: Reading) -> Made:
    """Return the checks for the tests of an assignment. What differs or is missing becomes a finding."""
    maker = _Maker(assignment, reading)
    for test in assignment.tests:
        maker.add(test)
    maker.settle()
    return maker.made


class _Maker:
    def __init__(self, assignment: Assignment, reading: Reading) -> None:
        self.assignment, self.reading, self.made = assignment, reading, Made()
        self._ids: set[str] = set()
        self._points = _points_of(assignment, reading)

    def add(self, test: ClassroomTest) -> None:
        if len(self.made.checks) >= MAX_CHECKS:
            self._name(
                test,
                "was not imported",
                f"A lab runs code in at most {MAX_CHECKS} checks",
                "Make a second lab",
            )
            return
        setup = commands.read_setup(test.setup, self.assignment.files)
        for what, why in setup.left_out:
            self.reading.add(
                self.assignment.title,
                f"“{what}” in the setup of “{test.name}” was not imported",
                why,
                "If the test needs it, name the package with its version under “python: requirements” in lab.yaml",
            )
        try:
            kind = self._python(test, setup) if test.kind == "python" else self._run(test, setup)
        except patterns.NotCarriedError as error:
            self._name(test, "was not imported", str(error), "Add a check for it by hand")
            return
        self.made.requirements += setup.requirements
        self.made.checks.append((test, self._check(test, kind)))

    def _check(self, test: ClassroomTest, kind: Check) -> Check:
        check: Check = {"id": self._id(test.name), "says": test.name, "points": self._points[id(test)]}
        check |= {"teaches": "skill"}
        if fix := _fix(test):
            check["fix"] = LiteralScalarString(fix) if "\n" in fix else fix
        return check | kind

    def _id(self, name: str) -> str:
        plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-") or "test"
        taken = (f"{plain}-{number}" for number in range(2, 1000))
        found = plain if plain not in self._ids else next(each for each in taken if each not in self._ids)
        self._ids.add(found)
        return found

    def _run(self, test: ClassroomTest, setup: commands.Setup) -> Check:
        command = commands.command_of(test.run, setup.commands)
        made: Check = {"command": list(command)}
        if test.exit:
            made["exit"] = test.exit
        if test.stdin:
            made["stdin"] = _text(test.stdin)
        if test.expected is not None:
            pattern = patterns.pattern_of(test.expected, test.comparison)
            made |= {"matches": pattern} if pattern else {}
            self._name_differences(test)
        self._name_command(test, command, setup)
        return {"run": made}

    def _name_differences(self, test: ClassroomTest) -> None:
        if test.comparison != "included":
            why = "The output of a check is stdout and stderr together, and only stdout was compared before"
            self._name(test, "may see more output", why, "If the program writes to stderr, change the check")
        if not test.checks_exit:
            why = "Classroom 50 ignored the exit status of this test, but a check does not"
            self._name(test, "needs exit status 0 too", why, "Set “exit” if another exit status is right")

    def _name_command(self, test: ClassroomTest, command: tuple[str, ...], setup: commands.Setup) -> None:
        if command[:2] == ("sh", "-c"):
            why = "Its line needs a shell, so the check runs “sh -c”"
            self._name(test, "runs in a shell", why, "Nothing to do, unless it needs the network")
        missing = commands.programs_of("\n".join([*setup.commands, test.run]))
        if missing:
            why = "The sandbox has Python, and the programs that are installed on the server"
            self._name(test, f"needs {', '.join(missing[:5])}", why, "Ask an administrator to install it")
        if "pytest" in test.run and not setup.requirements:
            setup.requirements.append(commands.PYTEST)

    def _python(self, test: ClassroomTest, setup: commands.Setup) -> Check:
        if test.run and commands.argv_of(test.run) is None:
            raise patterns.NotCarriedError("Its command is more than one call of pytest")
        files = python_tests.test_files(self.assignment.files, test.run)
        if sum(map(len, files.values())) > python_tests.MAX_TESTS_BYTES:
            raise patterns.NotCarriedError("Its test files are too large for a check")
        if setup.commands:
            why = "A “tests” check runs pytest only"
            self._name(
                test,
                f"lost the setup “{setup.commands[0][:60]}”",
                why,
                "Add a check of the kind “run” for it",
            )
        if not any(each.startswith("pytest==") for each in setup.requirements):
            setup.requirements.append(commands.PYTEST)
        names = python_tests.names_in(files)[: python_tests.MAX_NAMES]
        self._name_python(test, files, names)
        code = python_tests.hidden_code(
            files, names, python_tests.pytest_command(test.run, files), self._seconds(test)
        )
        return {"tests": {"code": LiteralScalarString(code)}}

    def _name_python(self, test: ClassroomTest, files: dict[str, str], names: list[str]) -> None:
        if not files:
            why = (
                "Its test files are not in a folder with the starter code, so the learner's own files are run"
            )
            self._name(test, "has no tests of yours", why, "Import the folder of the starter repository too")
        if len(names) > 1:
            why = (
                "A check gives all of its points or none. GitHub Classroom gave a part for some of the tests"
            )
            self._name(
                test,
                f"gives points only if all {len(names)} tests pass",
                why,
                "Split it for partial points",
            )

    # --- limits -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Write the time limits, and name those that had to be shorter. Nothing to do without checks."""
        shorter = []
        for test, check in self.made.checks:
            own = next(check[kind] for kind in ("run", "tests") if kind in check)
            own["seconds"] = self._seconds(test)
            if test.kind == "python":
                own["code"] = LiteralScalarString(
                    re.sub(
                        r"^SECONDS = \d+$", f"SECONDS = {own['seconds']}", own["code"], count=1, flags=re.M
                    )
                )
            shorter += (
                [f"“{test.name}” {test.seconds} s → {own['seconds']} s"]
                if own["seconds"] < test.seconds
                else []
            )
        self.made.requirements = list(_one_of_each(self.made.requirements, self.assignment, self.reading))
        if shorter:
            rest = f" and {len(shorter) - 5} more" if len(shorter) > 5 else ""
            self.reading.add(
                self.assignment.title,
                f"time limits are shorter: {', '.join(shorter[:5])}{rest}",
                f"A check has at most {MAX_SECONDS} seconds, and all checks of a lab {MAX_CODE_SECONDS} with "
                f"{MARGIN_SECONDS:.0f} for the start of each",
                "If a test needs more, put it into a lab of its own",
            )

    def _seconds(self, test: ClassroomTest) -> int:
        share = int(MAX_CODE_SECONDS / max(len(self.made.checks), 1) - MARGIN_SECONDS)
        return max(min(test.seconds, MAX_SECONDS, share), 1)

    def _name(self, test: ClassroomTest, what: str, why: str, to_do: str) -> None:
        self.reading.add(self.assignment.title, f"the test “{test.name}” {what}", why, to_do)


def _points_of(assignment: Assignment, reading: Reading) -> dict[int, int | float]:
    tests = assignment.tests
    given = [test.points for test in tests if test.points is not None]
    if tests and not any(given):
        why = "No test had points, and 0 of 0 points would be no pass" if given else "No test had points"
        reading.add(assignment.title, "each check has 1 point", why, "Change the points in lab.yaml")
        return {id(test): 1 for test in tests}
    missing = [test.name for test in tests if test.points is None]
    if missing:
        what = (
            f"{len(missing)} tests without points have 1 point each"
            if missing[1:]
            else f"“{missing[0]}” has 1 point"
        )
        reading.add(assignment.title, what, "Only the other tests had points", "Change them in lab.yaml")
    if any(points > MAX_POINTS for points in given):
        why = f"A check has at most {MAX_POINTS:,} points"
        reading.add(
            assignment.title, "some points are lower", why, "Change the points of all checks in proportion"
        )
    own = {id(test): Decimal(1) if test.points is None else test.points for test in tests}
    return {key: _number(min(points, MAX_POINTS)) for key, points in own.items()}


def _number(points: Decimal) -> int | float:
    return int(points) if points == int(points) else float(points)


def _one_of_each(requirements: list[str], assignment: Assignment, reading: Reading) -> Iterator[str]:
    # two versions of one package cannot be installed together
    kept: dict[str, str] = {}
    for wanted in requirements:
        name = re.split(r"[\[=]", wanted)[0].casefold().replace("_", "-")
        if kept.setdefault(name, wanted) == wanted:
            continue
        why = f"The lab already has {kept[name]}"
        reading.add(
            assignment.title, f"the package {wanted} was not imported", why, "Choose one version in lab.yaml"
        )
    yield from kept.values()


def _fix(test: ClassroomTest) -> str:
    expected = (test.expected or "").strip()
    if test.comparison == "regex" or not expected or len(expected) > MAX_SHOWN:
        return ""
    how = "should be" if test.comparison == "exact" else "should contain"
    typed = (
        f" with the input `{test.stdin.strip()}`"
        if 0 < len(test.stdin.strip()) <= 40 and "\n" not in test.stdin.strip()
        else ""
    )
    lines = "\n".join(f"    {line}" for line in expected.split("\n"))
    return f"The output of `{test.run.strip().splitlines()[0][:80]}`{typed} {how}:\n\n{lines}\n"


def _text(text: str) -> str:
    return LiteralScalarString(text) if "\n" in text.strip("\n") else text
