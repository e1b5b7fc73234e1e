"""Checks that several kinds of questions share."""

from collections.abc import Iterable, Sized

from . import pins
from .blocks import Block
from .lines import Line
from .problems import Report
from .text import canonical

MAX_ENTRIES = 50  # each of a matching offers each, so that their page grows with the square


def at_least_two(noun: str, entries: Sized, block: Block, report: Report) -> None:
    if len(entries) < 2:
        report(block.line, f"This question has fewer than two {noun}.")
    if len(entries) > MAX_ENTRIES:
        report(
            block.line,
            f"This question has {len(entries)} {noun}. The limit is {MAX_ENTRIES}. Split it.",
            only_new=True,
        )


def report_repeats(lines: Iterable[Line], report: Report) -> None:
    """Each line whose content is empty, or equal to an earlier one's but for blanks."""
    seen: set[str] = set()
    for line in lines:
        # Blanks count in code.
        text = line.content.strip() if "\n" in line.content else canonical(line.content)
        if not text:
            report(line.number, "This line is empty.")
        elif text in seen:
            report(line.number, f"“{text}” stands twice in this question.")
        seen.add(text)


def report_pins(lines: Iterable[Line], report: Report) -> None:
    """Each line that ends in a pin, where nothing can be pinned."""
    for line in lines:
        if pins.misplaced(line.content.rstrip("| ")):
            report(
                line.number, "Only options can be pinned. Take {pin} out, or put it in code.", only_new=True
            )
