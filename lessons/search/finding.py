"""Find pages. Every result is one that the given user may open, and nothing else is revealed, not by a hint either."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from lessons.models import SearchWord
from lessons.queries import Visitor
from lessons.search.databases import Access, Match, access_to, database
from lessons.search.excerpts import Excerpt, Excerpts
from lessons.search.kinds import KINDS, Described, Kind
from lessons.search.words import Query, Term

MAX_ENTRIES = 60  # of a kind that are looked at, best first
MAX_RESULTS = 20  # of a kind
MAX_HEADINGS = 3  # of one page
MAX_WORDS_ANY = 6  # of which a page need only have one
# Limits of the search for mistyped words: words of a query, of these mistyped ones, candidates for one.
MAX_CHECKED, MAX_MISTYPED, MAX_CANDIDATES = 6, 2, 4
MIN_TYPED = 3


@dataclass(frozen=True)
class Place:
    """A part of a page that matches. `anchor` is "" for its start."""

    anchor: str
    heading: str
    excerpt: Excerpt


@dataclass(frozen=True)
class Result:
    """A page, with its best places first."""

    page: Described
    places: list[Place]


@dataclass(frozen=True)
class Group:
    """The results of one kind, best first. `has_more` is True if there may be others."""

    kind: Kind
    results: list[Result]
    has_more: bool


@dataclass(frozen=True)
class Found:
    """The answer to a query. If a word was mistyped, `corrected` is the query that the groups answer.

    `is_partial` is True if no page has all the words; then those with some are returned.
    """

    groups: list[Group] = field(default_factory=list)
    corrected: Query | None = None
    is_partial: bool = False

    @property
    def count(self) -> int:
        return sum(len(group.results) for group in self.groups)

    @property
    def has_more(self) -> bool:
        return any(group.has_more for group in self.groups)


def search(user: Visitor, query: Query) -> Found:
    """Return the pages that `user` may open and that have all words of the query, or else some of them."""
    if query.is_short:
        return Found()
    return _Search(user).answer(query)


class _Search:
    """One search by one visitor."""

    def __init__(self, user: Visitor) -> None:
        self.database = database()
        found = [(kind, access_to(kind.name, kind.may_see(user))) for kind in KINDS.values()]
        self.access = [(kind, access) for kind, access in found if access]
        waits = [(kind.name, access_to(kind.name, kind.waits(user))) for kind in KINDS.values() if kind.waits]
        self.waiting = {name: access for name, access in waits if access}

    def answer(self, query: Query) -> Found:
        if groups := self._groups(query.terms):
            return Found(groups)
        corrected = self._correct(query)
        terms = corrected.terms if corrected else query.terms
        groups = self._groups(terms) if corrected else []
        if groups or len(terms) == 1:
            return Found(groups, corrected)
        groups = self._groups(terms[:MAX_WORDS_ANY], any_of=True)
        return Found(groups, corrected, is_partial=bool(groups))

    # --- results -----------------------------------------------------------------------------------------------------

    def _groups(self, terms: Sequence[Term], *, any_of: bool = False) -> list[Group]:
        excerpts = Excerpts(terms)
        found = (self._group(kind, access, terms, any_of, excerpts) for kind, access in self.access)
        return [group for group in found if group.results]

    def _group(
        self, kind: Kind, access: Access, terms: Sequence[Term], any_of: bool, excerpts: Excerpts
    ) -> Group:
        rows = self.database.find(access, terms, limit=MAX_ENTRIES, any_of=any_of)
        pages: dict[tuple[int, str], list[Match]] = {}
        for row in rows:
            # Each term of the glossary is a result of its own.
            pages.setdefault((row.key, row.heading if kind.index is None else ""), []).append(row)
        shown = dict(islice(pages.items(), MAX_RESULTS))
        described = kind.describe({key for key, _ in shown}) if shown else {}
        results = [
            Result(described[key], _places(matches, excerpts))
            for (key, _), matches in shown.items()
            if key in described  # it may be gone meanwhile
        ]
        results += self._waiting(kind, terms, any_of)
        return Group(kind, results, has_more=len(rows) == MAX_ENTRIES or len(pages) > MAX_RESULTS)

    def _waiting(self, kind: Kind, terms: Sequence[Term], any_of: bool) -> list[Result]:
        # Pages that open later: their titles are known, their texts are not.
        if kind.name not in self.waiting:
            return []
        access = self.waiting[kind.name]
        rows = self.database.find(access, terms, limit=MAX_ENTRIES, any_of=any_of, in_titles=True)
        described = kind.describe({row.key for row in rows}) if rows else {}
        pages = [replace(page, url="", summary="") for page in described.values()]
        return [Result(page, [Place("", "", Excerpt([]))]) for page in pages[:MAX_RESULTS]]

    # --- mistyped words ----------------------------------------------------------------------------------------------

    def _correct(self, query: Query) -> Query | None:
        """Return the query with similar words for those that no page has, None if there are none."""
        unknown = [term for term in query.terms[:MAX_CHECKED] if not self._has(term)]
        new = {}
        for term in unknown[:MAX_MISTYPED]:
            # Only a word that the user may read is suggested.
            meant = next((word for word in _similar(term.word) if self._has(Term(word))), None)
            if meant:
                new[term.word] = meant
        return query.with_words(new) if new else None

    def _has(self, term: Term) -> bool:
        return self.database.has([access for _, access in self.access], term)


def _places(matches: Sequence[Match], excerpts: Excerpts) -> list[Place]:
    # The parts with the most words; a page whose title alone matches has one place, its start.
    scored = []
    for match in matches[:MAX_HEADINGS]:
        excerpt = excerpts.make(match.text)
        matched = excerpt.matched + excerpts.count(match.heading)
        scored.append((matched, Place(match.anchor, match.heading, excerpt)))
    best: dict[str, Place] = {}
    for matched, place in sorted(scored, key=lambda pair: -pair[0]):
        if matched:
            best.setdefault(place.anchor, place)
    return list(best.values()) or [Place("", "", Excerpt([]))]


def _similar(word: str) -> list[str]:
    """Return the words of the index that differ by the fewest letters: one in a short word, two in a longer one."""
    if len(word) < MIN_TYPED:
        return []
    limit = 1 if len(word) < 6 else 2
    lengths = (len(word) - limit, len(word) + limit)
    words = list(SearchWord.objects.filter(length__range=lengths).values_list("word", flat=True))
    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=limit, limit=None)
    found.sort(key=lambda match: (match[1], -JaroWinkler.similarity(word, match[0]), match[0]))
    return [match for match, *_ in found[:MAX_CANDIDATES]]
