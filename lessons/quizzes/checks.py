"""Checks that several kinds of questions share."""

from collections.abc import Iterable, Sized

from . import pins
from .blocks import Block
from .lines import SourceLine
from .problems import ReportProblem
from .text import canonical, words_of

MAX_ENTRIES = 50  # a matching shows every choice in every row, so its page grows quadratically


def at_least_two(noun: str, entries: Sized, block: Block, report: ReportProblem) -> None:
    if len(entries) < 2:
        report(block.line, f"This question has fewer than two {noun}.")
    if len(entries) > MAX_ENTRIES:
        report(
            block.line,
            f"This question has {len(entries)} {noun}. The limit is {MAX_ENTRIES}. Split it.",
            only_new=True,
        )


def report_repeats(lines: Iterable[SourceLine], report: ReportProblem) -> None:
    """Report lines that are empty or repeat an earlier one, ignoring spaces outside code."""
    seen: set[str] = set()
    heard: set[str] = set()
    for line in lines:
        # Spaces matter in code.
        text = line.content.strip() if "\n" in line.content else canonical(line.content)
        if not text:
            report(line.number, "This line is empty.")
        elif text in seen:
            report(line.number, f"“{text}” is in this question twice. Change or delete one.")
        elif not (words := text if "\n" in line.content else words_of(text)):
            report(line.number, "This line has no words.", only_new=True)
        elif words in heard:
            same = f"“{text}” differs from another line only in formatting. Change or delete one."
            report(line.number, same, only_new=True)
        else:
            heard.add(words)
        seen.add(text)


def report_pins(lines: Iterable[SourceLine], report: ReportProblem) -> None:
    """Report `{pin}` in kinds of question that cannot pin anything."""
    for line in lines:
        if pins.move_pin_to_end(line.content.rstrip("| ")):
            report(line.number, "Only options can be pinned. Remove {pin}, or put it in code.", only_new=True)
