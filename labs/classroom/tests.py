"""Automatic tests: of GitHub Classroom's two formats, of Classroom 50 and of classmoji."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from labs.classroom.documents import MAX_TEXT, Record, line_of, number_of, record, records, text_of
from labs.classroom.model import ClassroomTest, Comparison, Reading
from labs.classroom.tables import read_points

MAX_TESTS = 100
OLD_MINUTES, MINUTES, CLASSROOM50_SECONDS, CLASSMOJI_MINUTES = 1, 10, 10, 10
COMPARISONS: Mapping[str, Comparison] = {
    "included": "included",
    "includes": "included",
    "contains": "included",
    "exact": "exact",
    "regex": "regex",
}
_ACTION = "classroom-resources/autograding-"
Fixture = Callable[[str], bytes | None]


def read_autograding(value: object, where: str, reading: Reading) -> list[ClassroomTest]:
    """Return the tests of an autograding.json. A time limit is in minutes."""
    items = _few(record(value).get("tests"), where, reading)
    return [test for number, item in enumerate(items, 1) if (test := _old_test(item, number, where, reading))]


def _old_test(item: Record, number: int, where: str, reading: Reading) -> ClassroomTest | None:
    name = line_of(item, "name") or f"Test {number}"
    is_io = bool(text_of(item, "input") or text_of(item, "output"))
    return _made(
        name, "io" if is_io else "command", item, where, reading,
        run=text_of(item, "run"), setup=text_of(item, "setup"), stdin=text_of(item, "input"),
        expected=text_of(item, "output"), comparison=line_of(item, "comparison"),
        seconds=_from_minutes(number_of(item, "timeout"), OLD_MINUTES), points=read_points(item.get("points")),
    )  # fmt: skip


def read_workflow(value: object, where: str, reading: Reading) -> list[ClassroomTest]:
    """Return the tests of a classroom.yml: the steps of all jobs that use one of the graders."""
    steps = [
        step
        for job in record(record(value).get("jobs")).values()
        for step in records(record(job).get("steps"))
    ]
    found = []
    for number, step in enumerate(_few(steps, where, reading), 1):
        test = _step_test(step, number, where, reading)
        found += [test] if test else []
    return found


def _step_test(step: Record, number: int, where: str, reading: Reading) -> ClassroomTest | None:
    action = line_of(step, "uses").lower().partition("@")[0]
    given = record(step.get("with"))
    name = line_of(given, "test-name") or line_of(step, "name", "id") or f"Test {number}"
    grader = action.removeprefix(_ACTION) if action.startswith(_ACTION) else ""
    common: dict[str, Any] = {  # Any: fields of ClassroomTest
        "setup": text_of(given, "setup-command"),
        "seconds": _from_minutes(number_of(given, "timeout"), MINUTES),
        "points": read_points(given.get("max-score")),
    }
    if grader == "command-grader":
        return _made(name, "command", given, where, reading, run=text_of(given, "command"), **common)
    if grader == "io-grader":
        own: dict[str, Any] = {
            "stdin": text_of(given, "input"),
            "expected": text_of(given, "expected-output"),
        }
        run, how = text_of(given, "command"), line_of(given, "comparison-method")
        return _made(name, "io", given, where, reading, run=run, comparison=how, **own, **common)
    if grader == "python-grader":
        return _made(name, "python", given, where, reading, run="", **common)
    _name_other_step(step, action, grader, where, reading)
    return None


def _name_other_step(step: Record, action: str, grader: str, where: str, reading: Reading) -> None:
    # The reporter only collects points, and a checkout brings the files, which a check has anyway.
    if grader == "grading-reporter" or action == "actions/checkout":
        return
    name = line_of(step, "name", "id", "uses") or line_of(step, "run")[:80]
    reading.add(
        where,
        f"the step “{name}” was not imported",
        "It is not one of the graders of GitHub Classroom",
        "If it installs something, add it to “python: requirements” of the lab; if it tests something, add a check",
    )


def read_classroom50(value: object, where: str, reading: Reading, fixture: Fixture) -> list[ClassroomTest]:
    """Return the tests of a list of Classroom 50. A time limit is in seconds; `fixture` reads the file of a name."""
    items = _few(value, where, reading)
    return [test for item in items if (test := _classroom50_test(item, where, reading, fixture))]


def _classroom50_test(item: Record, where: str, reading: Reading, fixture: Fixture) -> ClassroomTest | None:
    kinds = {"run": "command", "io": "io", "python": "python"}
    kind, name = kinds.get(line_of(item, "type").lower(), ""), line_of(item, "name") or "Test"
    files: dict[str, str] = {}
    for key, text_key in (("stdin", "input"), ("expected", "expected")):
        text = _text_or_file(item, text_key, fixture)
        if text is None:
            missing = line_of(item, f"{text_key}-file")
            why = f"Its file {missing} is not among the files, or is not text"
            reading.add(
                where, f"the test “{name}” was not imported", why, "Import the folder that has this file"
            )
            return None
        files[key] = text
    return _made(
        name, kind, item, where, reading, run=text_of(item, "run"), setup=text_of(item, "setup"),
        comparison=line_of(item, "comparison"), seconds=int(number_of(item, "timeout") or 0) or CLASSROOM50_SECONDS,
        points=read_points(item.get("points", 0)), exit=min(int(number_of(item, "exit-code") or 0), 255),
        checks_exit=kind != "io", stdin=files["stdin"], expected=files["expected"],
    )  # fmt: skip


def _text_or_file(item: Record, key: str, fixture: Fixture) -> str | None:
    # None if a file is named and cannot be read
    name = line_of(item, f"{key}-file")
    if not name:
        return text_of(item, key)
    data = fixture(name)
    if data is None or len(data) > MAX_TEXT:
        return None
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\0", "")
    except UnicodeDecodeError:
        return None


def read_classmoji(value: object, where: str, reading: Reading) -> list[ClassroomTest]:
    """Return the tests of a list of classmoji, in their order. A time limit is in minutes."""
    items = _few(value, where, reading)
    items.sort(key=lambda item: number_of(item, "position") or 0)
    return [
        test
        for number, item in enumerate(items, 1)
        if (test := _classmoji_test(item, number, where, reading))
    ]


def _classmoji_test(item: Record, number: int, where: str, reading: Reading) -> ClassroomTest | None:
    method = line_of(item, "method").upper()
    kind = {"IO": "io", "PYTHON": "python"}.get(method, "command" if method else "")
    has_expectation = kind == "io" or bool(text_of(item, "expected_output"))
    return _made(
        line_of(item, "name", "title") or f"Test {number}", "io" if has_expectation else kind, item, where, reading,
        run=text_of(item, "run_command"), setup=text_of(item, "setup_command"), stdin=text_of(item, "input"),
        expected=text_of(item, "expected_output"), comparison=line_of(item, "comparison_method"),
        seconds=_from_minutes(number_of(item, "timeout"), CLASSMOJI_MINUTES), points=read_points(item.get("points")),
    )  # fmt: skip


# --- shared ---------------------------------------------------------------------------------------------------------


def _few(value: object, where: str, reading: Reading) -> list[Record]:
    items = records(value)
    if isinstance(value, list) and len(items) < len(value):
        why = "They are not mappings with keys such as name and run"
        reading.add(where, f"{len(value) - len(items):,} tests were not imported", why, "Check this file")
    if len(items) > MAX_TESTS:
        why = f"The importer reads {MAX_TESTS} of one assignment"
        reading.add(where, f"{len(items) - MAX_TESTS:,} tests were not imported", why, "Add them by hand")
    return items[:MAX_TESTS]


def _from_minutes(minutes: float | None, default: int) -> int:
    return max(math.ceil((minutes or default) * 60), 1)


# Any: fields of ClassroomTest
def _made(
    name: str,
    kind: str,
    item: Record,
    where: str,
    reading: Reading,
    *,
    run: str,
    comparison: str = "",
    expected: str | None = None,
    points: Decimal | None = None,
    **others: Any,
) -> ClassroomTest | None:
    fault = _fault(kind, run, comparison)
    if fault:
        reading.add(where, f"the test “{name}” was not imported", fault, "Add a check for it by hand")
        return None
    test = ClassroomTest(name, kind, run, points=points, where=where)  # type: ignore[arg-type]  # a known kind, see `_fault`
    is_compared = kind == "io"
    return replace(
        test,
        expected=(expected or "") if is_compared else None,
        comparison=COMPARISONS[comparison.lower() or "included"],
        **{key: value for key, value in others.items() if key != "stdin" or is_compared},
    )


def _fault(kind: str, run: str, comparison: str) -> str:
    if kind not in ("command", "io", "python"):
        return "Its kind is not known"
    if kind != "python" and not run.strip():
        return "It has no command"
    if comparison.lower() not in (*COMPARISONS, ""):
        return f"Its comparison “{comparison[:40]}” is not known"
    return ""
