"""The part of a text that best shows why it was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from lessons.search.words import WORD, Term, fold

WORDS_SHOWN = 30
WORDS_BEFORE = 6
WORDS_OF_A_PHRASE = 5


@dataclass(frozen=True)
class Piece:
    """A run of text that matches the query, or that does not."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Excerpt:
    """`phrase` is some words from one line of the text, from the first match on; "" if one word is all there is.

    `matched` counts the terms that occur in the text.
    """

    pieces: list[Piece]
    phrase: str = ""
    matched: int = 0


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    terms: frozenset[int]


def make_excerpt(text: str, terms: Sequence[Term]) -> Excerpt:
    """Return about WORDS_SHOWN words of the text, around as many different terms as possible."""
    known: dict[str, frozenset[int]] = {}
    words = [
        _Word(found.start(), found.end(), _terms_in(found[0], terms, known)) for found in WORD.finditer(text)
    ]
    hits = [place for place, word in enumerate(words) if word.terms]
    if not hits:
        return Excerpt(_pieces(text, words[:WORDS_SHOWN], is_end=len(words) <= WORDS_SHOWN))
    first = _densest(words, hits)
    start = max(0, first - WORDS_BEFORE)
    shown = words[start : start + WORDS_SHOWN]
    pieces = _pieces(text, shown, is_start=start == 0, is_end=start + WORDS_SHOWN >= len(words))
    matched = len(frozenset[int]().union(*(words[place].terms for place in hits)))
    return Excerpt(pieces, _phrase(text, words, first), matched)


def _terms_in(word: str, terms: Sequence[Term], known: dict[str, frozenset[int]]) -> frozenset[int]:
    if word not in known:
        folded = fold(word)
        known[word] = frozenset(place for place, term in enumerate(terms) if term.matches(folded))
    return known[word]


def _densest(words: Sequence[_Word], hits: Sequence[int]) -> int:
    # The hit that the most different terms follow closely; of equals, the first.
    def terms_after(first: int) -> int:
        near = words[first : first + WORDS_SHOWN - WORDS_BEFORE]
        return len(frozenset[int]().union(*(word.terms for word in near)))

    return max(hits, key=terms_after)


def _pieces(text: str, words: Sequence[_Word], *, is_start: bool = True, is_end: bool = True) -> list[Piece]:
    if not words:
        return []
    found, at = [] if is_start else [Piece("… ")], words[0].start
    for word in words:
        if word.terms:
            found += [Piece(_on_one_line(text[at : word.start])), Piece(text[word.start : word.end], True)]
            at = word.end
    rest = text[at:] if is_end else text[at : words[-1].end] + " …"
    return [piece for piece in [*found, Piece(_on_one_line(rest))] if piece.text]


def _on_one_line(text: str) -> str:
    start, end = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{start}{' '.join(text.split())}{end}" if text.strip() else start


def _phrase(text: str, words: Sequence[_Word], first: int) -> str:
    line_end = text.find("\n", words[first].end)
    end = line_end if line_end >= 0 else len(text)
    line = [word for word in words[first : first + WORDS_OF_A_PHRASE] if word.end <= end]
    return text[line[0].start : line[-1].end] if len(line) > 1 else ""


def text_fragment(phrase: str) -> str:
    """Return the part of a URL that makes browsers scroll to a phrase and mark it, without a script."""
    return f":~:text={quote(phrase, safe='').replace('-', '%2D')}" if phrase else ""


def plain_text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
