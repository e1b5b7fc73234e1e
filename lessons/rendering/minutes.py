"""The rows of `::: minutes`: planned minutes of teaching, and the part of the lesson that they are for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from .state import Page, Plan, plain

MAX_ROWS = 100  # per block
MAX_MINUTES = 600
UNIT = r"(?:minutes|minute|mins|min|m|’|')?"
ROW = re.compile(rf"(?:[-*+] +)?(?P<minutes>[0-9]{{1,4}})(?: ?{UNIT})?(?P<part>(?:[ :].*)?)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """`text` is inline Markdown for the page: the minutes, and the part if it has a name."""

    line: int
    minutes: int
    text: str


def read_rows(title: str, content: str, first: int, page: Page) -> list[Row]:
    """Read the words after `minutes` and the lines below it. What can't be read is reported and left out."""
    numbered = [(first - 1, title), *enumerate(content.split("\n"), first)]
    written = [(line, text.strip()) for line, text in numbered if text.strip()]
    if not written:
        page.report(first - 1, "This block has no minutes. Write a line such as 20 Live: a first commit")
    if len(written) > MAX_ROWS:
        page.report(
            written[MAX_ROWS][0], f"A block of minutes has at most {MAX_ROWS} lines. Remove the rest."
        )
    return [row for line, text in written[:MAX_ROWS] if (row := _read_row(line, text, page))]


def _read_row(line: int, text: str, page: Page) -> Row | None:
    found = ROW.fullmatch(text)
    if not found:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        page.report(
            line, f"“{shown}” does not start with minutes. Write a line such as 20 Live: a first commit"
        )
        return None
    number = int(found["minutes"])
    if not 0 < number <= MAX_MINUTES:
        page.report(line, f"Write 1 to {MAX_MINUTES} minutes, not {number}.")
        return None
    part = found["part"].strip(" :–—-")
    return Row(line, number, f"{number} min" + (f": {part}" if part else ""))


def plan_of(tokens: Sequence[Token]) -> Plan:
    """Return the parts with planned minutes, in order. A part without a name is called like the heading above it."""
    return list(_planned(tokens))


def _planned(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    heading = ""
    for opening, inside in zip(
        tokens, [*tokens[1:], *tokens[-1:]], strict=True
    ):  # the last one has nothing after it
        if opening.type == "heading_open":
            heading = plain(inside.children).strip()
        elif opening.type == "planned_open":
            _, _, part = plain(inside.children).partition(": ")
            yield part.strip() or heading, opening.meta["minutes"]
        for part, number in opening.meta.get("plan", ()):
            yield part or heading, number
