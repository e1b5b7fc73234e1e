"""The lines of a pushed file with the comments between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labs.feedback_actions import Line
from labs.feedback_queries import Thread, saved_comments, threads_on_file
from labs.grader.git.processes import RepositoryError, TooLargeError
from labs.grader.words import cut
from labs.models import Submission
from labs.pages.marked_lines import Marks, clean_text, split_lines
from labs.repositories import browsing
from labs.repositories.browsing import File
from lessons.pages.context import Context

MAX_LINES = 5_000  # with numbers
MAX_LINKED = 1_000  # with numbers that staff can click
AROUND = 2  # lines of an excerpt above and below
MAX_WIDTH = 200


@dataclass(frozen=True)
class CodeLine:
    number: int
    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Segment:
    """Lines of a file, and the comments below the last of them."""

    lines: list[CodeLine]
    threads: list[Thread] = field(default_factory=list)
    has_form: bool = False

    @property
    def number(self) -> int:
        return self.lines[-1].number


def comments_context(
    submission: Submission, path: str, text: str, marks: Marks, *, is_staff: bool, line: int
) -> Context:
    """Return the segments of a file if there is something to show between its lines, and the older comments."""
    threads = threads_on_file(submission, path, is_staff=is_staff)
    here: dict[int, list[Thread]] = {}
    for thread in threads:
        if thread.comment.commit == submission.head and thread.comment.line:
            here.setdefault(thread.comment.line, []).append(thread)
    lines = split_lines(text)
    is_numbered = bool(lines) and len(lines) <= MAX_LINES and (is_staff or bool(here))
    asked = line if is_staff and 0 < line <= len(lines) else 0
    return {
        "segments": _segments(lines, marks, here, asked) if is_numbered else [],
        "unplaced": [] if is_numbered else [thread for found in here.values() for thread in found],
        "earlier_threads": [thread for thread in threads if thread.comment.commit != submission.head],
        "may_comment": is_staff and bool(lines),
        "has_links": is_staff and len(lines) <= MAX_LINKED,
        "line_count": len(lines),
        "path": path,
        "asked_line": asked,
        "may_mark": is_staff,
        "saved": saved_comments(submission.lab.course) if asked else [],
    }


def _segments(
    lines: Sequence[str], marks: Marks, here: Mapping[int, list[Thread]], asked: int
) -> list[Segment]:
    found, start = [], 0
    ends = sorted({number for number in (*here, asked) if 0 < number <= len(lines)} | {len(lines)})
    for end in ends:
        numbered = [CodeLine(n + 1, lines[n], n + 1 in marks) for n in range(start, end)]
        found.append(Segment(numbered, here.get(end, []), has_form=end == asked))
        start = end
    return found


# --- writing ---------------------------------------------------------------------------------------------------------


def read_line(state: browsing.PushedState, path: str, number: int) -> Line | None:
    """Return a line of a file to comment on, None if it has no such line or is not a text."""
    try:
        file = state.at(path)
    except (TooLargeError, RepositoryError):
        return None
    if not isinstance(file, File) or file.text is None or file.is_link:
        return None
    lines = split_lines(clean_text(file.text))
    if not 0 < number <= len(lines):
        return None
    first, last = max(0, number - 1 - AROUND), min(len(lines), number + AROUND)
    excerpt = [(n + 1, cut(lines[n].rstrip("\n"), MAX_WIDTH)) for n in range(first, last)]
    return Line(path, number, excerpt)
