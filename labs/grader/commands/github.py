"""A report for GitHub Actions: annotations on lines that need work, and a job summary in Markdown.

The runner executes output lines that begin with `::`, so no other text from the repository is printed.
"""

import re
from collections.abc import Iterator

from ..report import CheckResult, Outcome, Report
from ..report_text import MARKS, verdict_line
from ..words import shown_points

_LEVELS = {Outcome.NEEDS_WORK: "error", Outcome.FAULT: "error", Outcome.NOT_RUN: "warning"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&#!])")


def annotation_lines(report: Report) -> list[str]:
    """Return workflow commands: an error per check that needs work or has a fault, a warning per check not run."""
    return [_annotation(result) for result in report.results if result.outcome in _LEVELS]


def summary(report: Report) -> str:
    """Return Markdown. Text from the repository is escaped."""
    return "\n".join(_summary(report)) + "\n"


def _annotation(result: CheckResult) -> str:
    place = next((item for item in result.evidence if item.path), None)
    properties = {
        "file": place and place.path,
        "line": place and place.line and str(place.line),
        "title": result.says,
    }
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{_LEVELS[result.outcome]} {shown}::{_data(_message(result))}"


def _message(result: CheckResult) -> str:
    lines = [result.why or result.reason or ""]
    lines += [f"{label}: {text}" for label, text in _comparison(result)]
    return "\n".join([*lines, *(["How to fix:", result.fix] if result.fix else [])])


def _comparison(result: CheckResult) -> list[tuple[str, str]]:
    pairs = (("Expected", result.expected), ("Found", result.found))
    return [(label, text) for label, text in pairs if text]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(report: Report) -> Iterator[str]:
    yield f"## {_escaped(report.title)}"
    yield ""
    yield _escaped(verdict_line(report))
    yield ""
    yield "| | Check | Points |"
    yield "|---|---|---:|"
    for result in report.results:
        points = f"{shown_points(result.earned)} of {shown_points(result.points)}"
        yield f"| {MARKS[result.outcome]} | {_escaped(result.says)} | {points} |"
    for result in report.results:
        if result.outcome in _LEVELS:
            yield from _section(result)


def _section(result: CheckResult) -> Iterator[str]:
    yield ""
    yield f"### {MARKS[result.outcome]} {_escaped(result.says)}"
    yield ""
    yield _escaped(result.why or result.reason or "")
    for label, text in _comparison(result):
        yield f"- {label}: {_escaped(text)}"
    if result.fix:
        yield from ("", "How to fix:", "", *(f"    {line}" for line in result.fix.splitlines()))


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
