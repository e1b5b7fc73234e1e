"""Lines of a pushed state that the checks of its report point at, for the pages of its files and changes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labs.grader.report import Outcome, Report
from labs.grader.words import visible
from labs.models import Submission
from labs.queries import current_report

MAX_MARKS = 50  # of one file
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")

Marks = Mapping[int, Sequence[str]]  # sentences by the number of their line, from 1


@dataclass(frozen=True)
class TextPart:
    """Lines of a file. `line` is the number of a marked line, None for lines between those."""

    text: str
    line: int | None = None


def marks_of(submission: Submission) -> dict[str, dict[int, list[str]]]:
    """Return the sentences of failed checks by path and line, for the graded commit only."""
    stored = current_report(submission)
    found: dict[str, dict[int, list[str]]] = {}
    for result in Report.from_json(stored.data).results if stored else ():
        if result.outcome is not Outcome.NEEDS_WORK:
            continue
        for place in result.evidence:
            if place.path and place.line and place.commit in (None, submission.head):
                lines = found.setdefault(place.path, {})
                if place.line in lines or len(lines) < MAX_MARKS:
                    lines.setdefault(place.line, []).append(result.says)
    return found


def clean_text(text: str) -> str:
    """Return the text of a file as pages show it, with line feeds as line ends."""
    return visible(text.replace("\r\n", "\n"), keep="\n\t")


def split_lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def mark_text(text: str, marks: Marks) -> list[TextPart]:
    """Cut a text into marked lines and the lines between them. Marks past its end are ignored."""
    lines = split_lines(text) if marks else []
    parts, start = [], 0
    for number in sorted(number for number in marks if number <= len(lines)):
        parts += [TextPart("".join(lines[start : number - 1])), TextPart(lines[number - 1], number)]
        start = number
    rest = "".join(lines[start:]) if parts else text
    return [part for part in (*parts, TextPart(rest)) if part.text]


def mark_lines(lines: Iterable[str], marks: Marks) -> Iterator[tuple[str, int | None]]:
    """Yield the lines of a unified diff, each with its number in the new file if it is marked and not deleted."""
    number = 0
    for line in lines:
        hunk = _HUNK.match(line)
        if hunk:
            number = int(hunk[1])
        is_new = not hunk and line[:1] in ("+", " ")
        yield line, number if is_new and number in marks else None
        number += is_new


def list_marks(marks: Marks) -> list[tuple[int, str]]:
    return [(number, "; ".join(dict.fromkeys(marks[number]))) for number in sorted(marks)]
