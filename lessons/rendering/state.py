"""What the rules of the parser share while one text is rendered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markdown_it.token import Token

from lessons.texts.problem import Problem

Link = Callable[[str, str, str], str | None]

MAX_OUTPUT = 5_000_000
MAX_GROWTH = 50
# A text as short as a few lines may hold one drawing.
SHORT_OUTPUT = 20_000


class TooComplexError(ValueError):
    """The text is too long or too intricate to render; the message says what to do, `line` where."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Budget:
    """The bytes of HTML that a text may still become. Spent before they are built."""

    def __init__(self, source_bytes: int) -> None:
        self.left = min(max(MAX_GROWTH * source_bytes, SHORT_OUTPUT), MAX_OUTPUT)

    def spend(self, html: str, line: int) -> str:
        """Take the bytes of `html` away and give it back. Raises TooComplexError where they are more than are left."""
        self.left -= len(html) if html.isascii() else len(html.encode())
        if self.left < 0:
            raise TooComplexError(
                f"At this line the page becomes more than {MAX_GROWTH} times as long as its text, or more than "
                f"{MAX_OUTPUT // 1_000_000} MB. Repeat long addresses, drawings and empty headings less often.",
                line,
            )
        return html


@dataclass
class Page:
    """Filled by the rules in one pass. `whole` is False for a fragment: no heading ids, no checklist."""

    link: Link
    budget: Budget
    whole: bool = True
    contents: list[tuple[int, str, str]] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    tables: int = 0
    coloured: int = 0

    def report(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "", message))


def plain(children: Iterable[Token] | None) -> str:
    """The words of inline tokens, images by their text alternative, line breaks as blanks."""
    return "".join(_word(child) for child in children or ())


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak", "line_break"):
        return " "
    return plain(token.children) if token.type == "image" else token.content
