"""Parse quiz Markdown."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from lessons.texts.front_matter import read_front_matter
from lessons.texts.problem import Problem

from . import kinds
from .blocks import cut
from .drawing import check_pools
from .front_matter import Settings, read_settings
from .lines import SourceLine, Syntax, read_lines
from .problems import CannotJudgeError, QuizSyntaxError, ReportProblem
from .question import AnyQuestion
from .quiz import Quiz
from .text import UNPRINTABLE

MAX_FILE = 256 * 1024
MAX_POINTS = 99_999  # of all questions; the columns of attempts hold no more
Parsed = dict[str, Quiz | QuizSyntaxError]
_kept: ContextVar[Parsed | None] = ContextVar("parsed", default=None)


@contextmanager
def parse_once() -> Iterator[None]:
    """Parse each new source only once inside: to try its questions takes seconds, for which no transaction may wait."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def parse(source: str, *, stored: bool = False) -> Quiz:
    """Return the quiz. Raises QuizSyntaxError with all problems and their lines.

    A `stored` quiz was accepted when it was saved, so limits added later are not applied.
    """
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    kept = None if stored else _kept.get()
    if kept is None:
        return _parse(source, stored)
    if source not in kept:
        try:
            kept[source] = _parse(source, stored)
        except QuizSyntaxError as error:
            kept[source] = error
    found = kept[source]
    if isinstance(found, QuizSyntaxError):
        raise found
    return found


def _parse(source: str, stored: bool) -> Quiz:
    problems = _unreadable(source)
    if problems:
        raise QuizSyntaxError(problems)

    warnings: list[Problem] = []

    def report(line: int, message: str, *, only_new: bool = False, warns: bool = False) -> None:
        if not (only_new and stored):
            (warnings if warns else problems).append(Problem(line, "", message))

    settings, body = _halves(source, problems, report)
    questions = [question for block in cut(body, report) if (question := kinds.read(block, report))]
    _report_repeated_keys(questions, report)
    _report_too_many_points(questions, report)
    check_pools(questions, settings, report)
    if not (problems or stored):
        _prove([question for question in questions if not question.is_proved_by_worker], report)
    if problems or settings is None:
        raise QuizSyntaxError(problems)
    digest = hashlib.sha256(source.encode()).hexdigest()
    rules = settings._asdict()
    return Quiz(**rules, questions=tuple(questions), digest=digest, warnings=tuple(sorted(warnings)))


def _prove(questions: Iterable[AnyQuestion], report: ReportProblem) -> None:
    for question in questions:
        try:
            question.prove(report)
        except CannotJudgeError as error:
            report(question.line, f"The checks could not be tried. {error}")


def prove_in_worker(source: str) -> tuple[list[Problem], list[Problem]]:
    """Try the questions of a stored quiz that `parse` leaves to a worker; return the problems and the warnings.

    Raises CannotJudgeError.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []

    def report(line: int, message: str, *, only_new: bool = False, warns: bool = False) -> None:
        (warnings if warns else problems).append(Problem(line, "", message))

    for question in parse(source, stored=True).questions:
        if question.is_proved_by_worker:
            question.prove(report)
    return sorted(problems), sorted(warnings)


def _unreadable(source: str) -> list[Problem]:
    # Problems that make it pointless or harmful to read on.
    if len(source) > MAX_FILE or len(source.encode(errors="replace")) > MAX_FILE:
        return [Problem(1, "", "The quiz is larger than 256 KB. Shorten it.")]
    lines = enumerate(source.split("\n"), 1)
    return [
        Problem(number, "", f"This line contains the control character U+{ord(found[0]):04X}. Delete it.")
        for number, text in lines
        if (found := UNPRINTABLE.search(text))
    ]


def _halves(
    source: str, problems: list[Problem], report: ReportProblem
) -> tuple[Settings | None, list[SourceLine]]:
    # None in place of the settings if a problem with them was reported.
    texts = source.split("\n")
    found = read_front_matter(source, problems)
    if found is None:
        start = next((number for number, text in enumerate(texts) if text.startswith("## ")), 0)
        return None, _lines(texts, start, report)
    settings = read_settings(found.fields) if found.fields else None
    return settings, _lines(texts, found.offset, report)


def _lines(texts: list[str], start: int, report: ReportProblem) -> list[SourceLine]:
    lines, unclosed, cut_off = read_lines(texts[start:], start + 1)
    for number in cut_off:
        report(
            number,
            "The code block that starts here is not closed in its option. Close it, indented, with the same ```.",
        )
    if unclosed is None:
        return lines
    report(unclosed, "The code block that starts here is not closed. Close it with the same ``` or ~~~.")
    # The question that contains it runs to the end of the file, so further problems would be noise.
    headings = [i for i, line in enumerate(lines) if line.syntax is Syntax.HEADING]
    return lines[: headings[-1]] if headings else []


def _report_repeated_keys(questions: Iterable[AnyQuestion], report: ReportProblem) -> None:
    lines: dict[str, int] = {}
    for question in questions:
        if question.key and lines.setdefault(question.key, question.line) != question.line:
            report(
                question.line,
                f"The key #{question.key} is already used by the question on line {lines[question.key]}.",
            )


def _report_too_many_points(questions: Iterable[AnyQuestion], report: ReportProblem) -> None:
    total = Decimal(0)
    for question in questions:
        total += question.points
        if total > MAX_POINTS:
            message = (
                f"The questions up to here are worth {total.normalize():,f} points. The limit is {MAX_POINTS:,}."
                " Give fewer points, or split the quiz."
            )
            report(question.line, message)
            return
