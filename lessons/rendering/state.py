"""What the rules of the parser share while one text is rendered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markdown_it.token import Token

Link = Callable[[str, str, str], str | None]
Problem = tuple[int, str]


@dataclass
class Page:
    """Filled by the rules in one pass. `whole` is False for a fragment: no heading ids, no checklist."""

    link: Link
    whole: bool = True
    contents: list[tuple[int, str, str]] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    tables: int = 0
    coloured: int = 0


def plain(children: Iterable[Token] | None) -> str:
    """The words of inline tokens, images by their text alternative, line breaks as blanks."""
    return "".join(_word(child) for child in children or ())


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return plain(token.children) if token.type == "image" else token.content
