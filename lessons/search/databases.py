"""What each database searches: an FTS5 table on SQLite, a column of lexemes on PostgreSQL.

Both get the stems of `lessons.search.words`, so that neither parses a text or a query by rules of its own. Rows are
deleted with their entry, by a trigger on SQLite.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet

from lessons.models import SearchEntry
from lessons.search.words import Term

TABLE = "lessons_search"
MAX_POSITION = 16_383  # of a lexeme, and at most 255 positions each: limits of PostgreSQL
MAX_POSITIONS = 255


@dataclass(frozen=True)
class Indexed:
    """What is searched of an entry: stems separated by spaces."""

    entry: int
    kind: str
    title: str
    heading: str
    text: str


class Database(Protocol):
    """How one database stores entries and finds them."""

    def add(self, rows: Iterable[Indexed]) -> None: ...

    def match(
        self, entries: QuerySet[SearchEntry], terms: Sequence[Term], *, kind: str = "", any_of: bool = False
    ) -> QuerySet[SearchEntry]:
        """Return the entries with all terms, or any of them, in no order. `kind` is that of all `entries`."""

    def rank(self, matches: QuerySet[SearchEntry], terms: Sequence[Term]) -> QuerySet[SearchEntry]:
        """Sort matches, best first."""


class Fts5:
    def add(self, rows: Iterable[Indexed]) -> None:
        values = [(row.entry, row.kind, row.title, row.heading, row.text) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE}(rowid, kind, title, heading, body) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
                values,
            )

    def match(
        self, entries: QuerySet[SearchEntry], terms: Sequence[Term], *, kind: str = "", any_of: bool = False
    ) -> QuerySet[SearchEntry]:
        words = (" OR " if any_of else " AND ").join(map(self._any_form, terms))
        words = f"{{title heading body}} : ({words})"
        # The kind is a word of the index, so that entries of other kinds are not even ranked.
        wanted = f'kind : "{kind}" AND {words}' if kind else words
        where = [f"{TABLE}.rowid = lessons_searchentry.id", f"{TABLE} MATCH %s"]
        return entries.extra(tables=[TABLE], where=where, params=[wanted])  # noqa: S610 - constants

    def rank(self, matches: QuerySet[SearchEntry], terms: Sequence[Term]) -> QuerySet[SearchEntry]:
        return matches.extra(order_by=[f"{TABLE}.rank"])

    @staticmethod
    def _any_form(term: Term) -> str:
        # Letters and digits only, so that nothing in quotes has a meaning.
        return f'("{term.stem}" OR "{term.beginning}" *)' if term.beginning else f'"{term.stem}"'


class Lexemes:
    def add(self, rows: Iterable[Indexed]) -> None:
        values = [(self._vector(row), row.entry) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE lessons_searchentry SET vector = %s::tsvector WHERE id = %s", values)

    def match(
        self, entries: QuerySet[SearchEntry], terms: Sequence[Term], *, kind: str = "", any_of: bool = False
    ) -> QuerySet[SearchEntry]:
        wanted = (" | " if any_of else " & ").join(map(self._any_form, terms))
        return entries.extra(where=["vector @@ %s::tsquery"], params=[wanted])

    def rank(self, matches: QuerySet[SearchEntry], terms: Sequence[Term]) -> QuerySet[SearchEntry]:
        wanted = " | ".join(map(self._any_form, terms))
        rank = {"rank": "ts_rank(vector, %s::tsquery, 1)"}
        return matches.extra(select=rank, select_params=[wanted], order_by=["-rank"])  # noqa: S610 - a constant

    @staticmethod
    def _any_form(term: Term) -> str:
        return f"('{term.stem}' | '{term.beginning}':*)" if term.beginning else f"'{term.stem}'"

    @staticmethod
    def _vector(row: Indexed) -> str:
        places: dict[str, list[str]] = defaultdict(list)
        place = 0
        for weight, stems in (("A", row.title), ("B", row.heading), ("D", row.text)):
            for word in stems.split():
                place = min(place + 1, MAX_POSITION)
                if len(places[word]) < MAX_POSITIONS:
                    places[word].append(f"{place}{weight}")
        return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def database() -> Database:
    return Lexemes() if connection.vendor == "postgresql" else Fts5()
