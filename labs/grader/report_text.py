"""Format a report as plain text for a terminal; `git push` and `labcheck` print the same."""

import textwrap
from collections.abc import Callable, Iterator

from . import fix_text
from .report import CheckResult, Evidence, Outcome, Report, points_to_show
from .words import shown_points, visible

WIDTH = 72
MARKS = {Outcome.PASSED: "✔", Outcome.NEEDS_WORK: "✘", Outcome.NOT_RUN: "–", Outcome.FAULT: "!"}


def report_lines(report: Report, *, hints: bool = False, lesson: Callable[[str], str] = str) -> list[str]:
    """Return lines of at most 72 characters without colour or control characters; commands and URLs stay whole.

    `lesson` returns the URL of a lesson that a check names, "" if there is none.
    """
    return [visible(line).rstrip() for line in _lines(report, hints, lesson)]


def _lines(report: Report, hints: bool, lesson: Callable[[str], str]) -> Iterator[str]:
    yield from _wrapped(report.title)
    yield ""
    for result in report.results:
        yield from _result(result)
    yield ""
    yield from _wrapped(verdict_line(report))
    for result in report.results:
        if result.outcome is Outcome.FAULT:
            yield from _wrapped(f"{result.says}: {result.reason}")
    if first := report.first_to_fix:
        yield ""
        yield from _first_to_fix(first)
        if address := first.lesson and lesson(first.lesson):
            yield from ("", f"  Lesson: {address}")
        if hints and first.hint:
            yield from ("", "  Hint", *_fix(first.hint))


def verdict_line(report: Report) -> str:
    reached = shown_points(points_to_show(report.points, passed=report.passed))
    return (
        f"{report.passed_count} of {len(report.results)} checks passed. "
        f"{reached} of {shown_points(report.max_points)} points. "
        f"The pass mark is {shown_points(report.points_needed)}.{_rubric(report)}"
    )


def _rubric(report: Report) -> str:
    # points that no check can give
    return (
        f" A person gives {shown_points(report.rubric_points)} of the points." if report.rubric_points else ""
    )


def _result(result: CheckResult) -> Iterator[str]:
    score = {
        Outcome.NOT_RUN: "not run",
        Outcome.FAULT: "fault on our side",
    }.get(result.outcome, _score(result))
    lines = textwrap.wrap(visible(result.says), WIDTH - 4 - len(score)) or [""]
    yield f" {MARKS[result.outcome]} {lines[0]:<{WIDTH - 4 - len(score)}} {score}"
    for line in lines[1:]:
        yield f"   {line}"


def _score(result: CheckResult) -> str:
    # a check worth no points has none to show
    return f"{shown_points(result.earned)} of {shown_points(result.points)}" if result.points else ""


def _first_to_fix(result: CheckResult) -> Iterator[str]:
    yield from _wrapped(f"Fix this first: {result.says}")
    yield ""
    yield from _wrapped(result.why or result.reason or "", indent="  ")
    for item in result.evidence:
        yield from _wrapped(_place(item), indent=" " * 12, first="  Where     ")
        for number, line in item.excerpt:
            yield f"{number:>14} | {line}"[:WIDTH]
    for label, words in (("Expected", result.expected), ("Found", result.found)):
        if words:
            yield from _wrapped(words, indent=" " * 12, first=f"  {label:<10}")
    for drawing in result.drawings:
        if drawing.letters:
            yield ""
            yield from _wrapped(drawing.title, indent="  ")
            yield from (f"    {line}" for line in drawing.letters)
    if result.fix:
        yield ""
        yield "  What to do" if result.teaches == "skill" else "  How to fix"
        yield from _fix(result.fix)


def _fix(text: str) -> Iterator[str]:
    # commands and lines of a file are not wrapped, so that they can be pasted
    for number, piece in enumerate(fix_text.pieces(text)):
        if number:
            yield ""
        is_typed = fix_text.is_indented(piece) or fix_text.is_command(piece)
        for line in piece.splitlines():
            yield from [f"    {line}"] if is_typed else _wrapped(line, indent="    ")


def _place(item: Evidence) -> str:
    # `main, commit 9f3c2e1, README.md, line 3`, as far as known
    name = (item.ref or "").removeprefix("refs/heads/").removeprefix("refs/tags/")
    parts = (
        name,
        item.commit and f"commit {item.commit[:7]}",
        item.path,
        item.line and f"line {item.line}",
    )
    return ", ".join(part for part in parts if part)


def _wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text), WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent
    )
