"""The part of a text that best shows why it was found."""

from collections.abc import Container, Mapping, Sequence
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


Span = tuple[int, int]
NO_TERMS: frozenset[int] = frozenset()


class _Terms(dict[str, frozenset[int]]):
    """The terms that each word matches; each different word of the texts is looked at once."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms

    def __missing__(self, word: str) -> frozenset[int]:
        folded = fold(word)
        found = frozenset(place for place, term in enumerate(self.terms) if term.matches(folded))
        self[word] = found
        return found


class Excerpts:
    """Makes the excerpts of one query."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = _Terms(terms)

    def count(self, text: str) -> int:
        """Return how many of the terms occur in a text."""
        return len(NO_TERMS.union(*(self._terms[found[0]] for found in WORD.finditer(text))))

    def make(self, text: str) -> Excerpt:
        """Return about WORDS_SHOWN words of the text, around as many different terms as possible."""
        terms = self._terms
        spans = [found.span() for found in WORD.finditer(text)]
        hits = {place: found for place, (start, end) in enumerate(spans) if (found := terms[text[start:end]])}
        if not hits:
            return Excerpt(_pieces(text, spans[:WORDS_SHOWN], set(), is_end=len(spans) <= WORDS_SHOWN))
        first = _densest(hits)
        begin = max(0, first - WORDS_BEFORE)
        shown = spans[begin : begin + WORDS_SHOWN]
        marked = {spans[place] for place in hits}
        is_end = begin + WORDS_SHOWN >= len(spans)
        pieces = _pieces(text, shown, marked, is_start=begin == 0, is_end=is_end)
        return Excerpt(pieces, _phrase(text, spans[first:]), len(NO_TERMS.union(*hits.values())))


def _densest(hits: Mapping[int, frozenset[int]]) -> int:
    # The hit that the most different terms follow closely; of equals, the first.
    def terms_after(first: int) -> int:
        near = range(first, first + WORDS_SHOWN - WORDS_BEFORE)
        return len(NO_TERMS.union(*(hits.get(place, NO_TERMS) for place in near)))

    return max(hits, key=terms_after)


def _pieces(
    text: str, spans: Sequence[Span], marked: Container[Span], *, is_start: bool = True, is_end: bool = True
) -> list[Piece]:
    if not spans:
        return []
    found, at = [] if is_start else [Piece("… ")], spans[0][0]
    for start, end in spans:
        if (start, end) in marked:
            found += [Piece(_on_one_line(text[at:start])), Piece(text[start:end], True)]
            at = end
    rest = text[at:] if is_end else text[at : spans[-1][1]] + " …"
    return [piece for piece in [*found, Piece(_on_one_line(rest))] if piece.text]


def _on_one_line(text: str) -> str:
    start, end = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{start}{' '.join(text.split())}{end}" if text.strip() else start


def _phrase(text: str, spans: Sequence[Span]) -> str:
    line_end = text.find("\n", spans[0][1])
    in_line = [span for span in spans[:WORDS_OF_A_PHRASE] if line_end < 0 or span[1] <= line_end]
    return text[in_line[0][0] : in_line[-1][1]] if len(in_line) > 1 else ""


def text_fragment(phrase: str) -> str:
    """Return the part of a URL that makes browsers scroll to a phrase and mark it, without a script."""
    return f":~:text={quote(phrase, safe='').replace('-', '%2D')}" if phrase else ""
