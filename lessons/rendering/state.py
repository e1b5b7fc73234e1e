"""State that the parser's rules share while a text is rendered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from lessons.texts.problem import Problem

Link = Callable[[str, str, str], str | None]

MAX_OUTPUT = 5_000_000
MAX_GROWTH = 50
# Even a text of a few lines may contain one drawing.
SHORT_OUTPUT = 20_000


class TooComplexError(ValueError):
    """The text is too long or too complex to render. The message says what to do, `line` where."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Budget:
    """Bytes of HTML that the text may still produce, spent before they are built."""

    def __init__(self, source_bytes: int) -> None:
        self.left = min(max(MAX_GROWTH * source_bytes, SHORT_OUTPUT), MAX_OUTPUT)

    def spend(self, html: str, line: int) -> str:
        """Deduct the bytes of `html` and return it. Raises TooComplexError if the budget is exceeded."""
        self.left -= len(html) if html.isascii() else len(html.encode())
        if self.left < 0:
            raise TooComplexError(
                f"From this line on, the page is more than {MAX_GROWTH} times as long as its text, or more than "
                f"{MAX_OUTPUT // 1_000_000} MB. Repeat long addresses, diagrams and empty headings less often.",
                line,
            )
        return html


# What a part of a lesson is called, "" for the heading above, and the minutes planned for it.
Plan = list[tuple[str, int]]


@dataclass(frozen=True)
class Insert:
    html: str
    plan: Plan


@dataclass
class Page:
    """Results of the rules, collected in one pass. `whole` is False for a fragment: no heading ids, no checklist.

    `is_piece` is True for a piece of a lesson on a page for staff, which may have a checklist.
    `inserts` has the HTML of the blocks for staff and the minutes planned in each, None on a page for learners.
    """

    link: Link
    budget: Budget
    whole: bool = True
    is_piece: bool = False
    contents: list[tuple[int, str, str]] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    tables: int = 0
    formulas: int = 0
    coloured: int = 0
    inserts: "list[Insert] | None" = None

    def report(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "", message))


def first_line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def with_lines(inline: Token) -> Iterator[tuple[Token, int]]:
    """Yield the children of a token, each with its line in the source."""
    line = first_line(inline)
    for child in inline.children or ():
        line += child.type in ("softbreak", "hardbreak")
        yield child, line


def plain(children: Iterable[Token] | None) -> str:
    """Return the words of inline tokens: images as their alternative text, line breaks as spaces."""
    return "".join(_word(child) for child in children or ())


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak", "line_break"):
        return " "
    return plain(token.children) if token.type == "image" else token.content
