"""The words of a page by heading, and the terms that it defines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from .state import plain


@dataclass(frozen=True)
class Section:
    """The text up to the next heading with an id, one line per block; `id` and `title` are "" before the first."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Definition:
    """A term of a definition list with its meaning; `id` is the id of the heading above, or ""."""

    id: str
    term: str
    meaning: str


def split_sections(tokens: Iterable[Token]) -> list[Section]:
    """Return the sections in order. The first is the text before any heading, even if there is none."""
    found = [("", "", list[str]())]
    heading = None
    for token in tokens:
        if token.type == "heading_open":
            heading = token.meta.get("id")
            continue
        words = words_of(token)
        if heading and token.type == "inline":
            found.append((heading, words, []))
        elif words:
            found[-1][2].append(words)
        heading = None
    return [Section(id_, title, "\n".join(lines)) for id_, title, lines in found]


def find_definitions(tokens: Iterable[Token]) -> list[Definition]:
    """Return each term of the definition lists that has a meaning, in order."""
    return [
        Definition(id_, term, "\n".join(lines)) for id_, term, lines in _defined(tokens) if term and lines
    ]


def _defined(tokens: Iterable[Token]) -> Iterator[tuple[str, str, list[str]]]:
    id_, opening, depth = "", "", 0
    term: tuple[str, str, list[str]] | None = None
    for token in tokens:
        id_ = token.meta.get("id", id_) if token.type == "heading_open" else id_
        depth += token.nesting if token.type in ("dd_open", "dd_close") else 0
        if opening == "dt_open" and token.type == "inline" and not depth:
            if term:
                yield term
            term = (id_, words_of(token), [])
        elif term and depth and (words := words_of(token)):
            term[2].append(words)
        opening = token.type
    if term:
        yield term


def words_of(token: Token) -> str:
    return (plain(token.children) if token.type == "inline" else token.content).strip()
