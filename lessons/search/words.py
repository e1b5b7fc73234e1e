"""Words as the index stores them, and a query in these words. The same on every database, so results are too."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock

import snowballstemmer

MAX_WORD = 60
MAX_TYPED = 1_000  # characters of a query
MAX_WORDS = 12  # of a query
MIN_BEGINNING = 3  # letters: shorter words match as a whole only
# Letters and digits, and the marks that some scripts write between them.
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0963\u0966-\u0e4e])*")
_COMMON = (
    "a an and are as at be by can do does for from how i if in into is it its me my of on or our so than that the"
    " their them then there these this to use was we what when where which who why will with you your"
)
COMMON = frozenset(_COMMON.split())

_STEMMER, _LOCK = snowballstemmer.stemmer("english"), Lock()  # a stemmer keeps its state between steps


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return a word without case, accents and other marks, cut to MAX_WORD letters; it may be ""."""
    if word.isascii():
        return word.lower()[:MAX_WORD]
    # Twice, because letters of other forms have no case: 𝕊 is an S before it is an s.
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(letter for letter in letters if letter.isalnum())[:MAX_WORD]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a folded word: `deploy` for `deployment`."""
    if not (word.isascii() and word.isalpha()):
        return word
    with _LOCK:
        return str(_STEMMER.stemWord(word))


def split(text: str) -> Iterator[str]:
    """Yield the folded words of a text."""
    for found in WORD.finditer(text):
        if word := fold(found[0]):
            yield word


@dataclass(frozen=True)
class Term:
    """A word of a query. It matches words with its `stem`, and those whose stem has its `beginning` unless "" ."""

    word: str

    @cached_property
    def stem(self) -> str:
        return stem(self.word)

    @cached_property
    def beginning(self) -> str:
        return self.word if len(self.word) >= MIN_BEGINNING else ""

    def matches(self, word: str) -> bool:
        found = stem(word)
        return found == self.stem or bool(self.beginning and found.startswith(self.beginning))


@dataclass(frozen=True)
class Query:
    """`typed` is for the field; `terms` are distinct, without common words unless there are no others."""

    typed: str
    terms: tuple[Term, ...]
    is_cut: bool = False

    @property
    def is_short(self) -> bool:
        return sum(len(term.word) for term in self.terms) < 2

    def with_words(self, new: dict[str, str]) -> "Query":
        """Return the query with words replaced; the text around them stays."""
        typed = WORD.sub(lambda found: new.get(fold(found[0]), found[0]), self.typed)
        return Query(typed, tuple(Term(new.get(term.word, term.word)) for term in self.terms), self.is_cut)


def read_query(typed: str) -> Query:
    """Return a query of at most MAX_WORDS words from the first MAX_TYPED characters."""
    text = "".join(sign if sign.isprintable() else " " for sign in typed[:MAX_TYPED]).strip()
    words = list(dict.fromkeys(split(text)))
    words = [word for word in words if word not in COMMON] or words
    is_cut = len(typed) > MAX_TYPED or len(words) > MAX_WORDS
    return Query(text, tuple(map(Term, words[:MAX_WORDS])), is_cut)
