"""Search statements of each database: an FTS5 table on SQLite, a column of lexemes on PostgreSQL.

Both get the stems of `lessons.search.words`, so that neither parses a text or a query by rules of its own. Rows are
deleted with their entry, on SQLite by a trigger. In SQL, because building the queries from models takes longer than
running them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from lessons.models import SearchEntry
from lessons.search.words import Term

MAX_POSITION = 16_383  # of a lexeme, and at most 255 positions of each: limits of PostgreSQL
MAX_POSITIONS = 255
MAX_RANKED = 2_000
ENTRY = SearchEntry._meta.db_table
TEXTS = "{title heading body}"


@dataclass(frozen=True)
class Indexed:
    """The searchable text of an entry: stems separated by spaces."""

    entry: int
    kind: str
    title: str
    heading: str
    text: str


class Match(NamedTuple):
    """An entry that matches; `key` is that of its page."""

    key: int
    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Access:
    """The pages of one kind that a visitor may open, as SQL with its parameters."""

    kind: str
    sql: str
    params: list[Any]  # Any: as Django declares parameters of SQL


# Any: rows of every model
def access_to(kind: str, pages: QuerySet[Any]) -> Access | None:
    """Return the access to these pages, None if there are none. It serves all statements of a search."""
    try:
        wanted, params = pages.values("pk").query.sql_with_params()
    except EmptyResultSet:  # a visitor has none, whatever is in the database
        return None
    # For each entry, because a list of all pages would have to be read for each search.
    sql = f"(entry.kind = %s AND EXISTS (SELECT 1 FROM ({wanted}) page WHERE page.pk = entry.key))"  # noqa: S608
    return Access(kind, sql, [kind, *params])


class Database(Protocol):
    """Store entries in one database, and find those with all terms, or with `any_of` them."""

    def add(self, rows: Iterable[Indexed]) -> None: ...

    def find(
        self, access: Access, terms: Sequence[Term], *, limit: int, any_of: bool, in_titles: bool = False
    ) -> list[Match]:
        """Return entries, best first; with `in_titles`, those of pages whose title matches."""

    def has(self, accesses: Sequence[Access], term: Term) -> bool: ...


class Fts5:
    """The kind is a word of the index, so that entries of other kinds are not even ranked."""

    def add(self, rows: Iterable[Indexed]) -> None:
        values = [(row.entry, row.kind, row.title, row.heading, row.text) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO lessons_search(rowid, kind, title, heading, body) VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    def find(
        self, access: Access, terms: Sequence[Term], *, limit: int, any_of: bool, in_titles: bool = False
    ) -> list[Match]:
        wanted = (" OR " if any_of else " AND ").join(map(self._forms, terms))
        sql = self._select("entry.key, entry.anchor, entry.heading, entry.text", access.sql)
        where = "{title}" if in_titles else TEXTS
        params = [f'kind : "{access.kind}" AND {where} : ({wanted})', *access.params, limit]
        return [Match(*row) for row in _rows(f"{sql} ORDER BY lessons_search.rank LIMIT %s", params)]

    def has(self, accesses: Sequence[Access], term: Term) -> bool:
        sql = self._select("1", " OR ".join(access.sql for access in accesses))
        params = [param for access in accesses for param in access.params]
        return bool(_rows(f"{sql} LIMIT 1", [f"{TEXTS} : {self._forms(term)}", *params]))

    @staticmethod
    def _select(columns: str, allowed: str) -> str:
        return f"""
            SELECT {columns} FROM lessons_search JOIN {ENTRY} entry ON entry.id = lessons_search.rowid
            WHERE lessons_search MATCH %s AND ({allowed})
        """  # noqa: S608 - names of columns, and Django's own SQL

    @staticmethod
    def _forms(term: Term) -> str:
        # Letters and digits only, so that nothing in the quotes has a meaning.
        return f'("{term.stem}" OR "{term.beginning}" *)' if term.beginning else f'"{term.stem}"'


class Lexemes:
    """A tsvector, written as PostgreSQL would print it, and a tsquery of the same stems.

    Ranking reads the whole vector of each match, so of a word that is everywhere only MAX_RANKED matches are ranked,
    and as many of those in titles and headings.
    """

    def add(self, rows: Iterable[Indexed]) -> None:
        values = [(self._vector(row), row.entry) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {ENTRY} SET vector = %s::tsvector WHERE id = %s", values)  # noqa: S608

    def find(
        self, access: Access, terms: Sequence[Term], *, limit: int, any_of: bool, in_titles: bool = False
    ) -> list[Match]:
        weight = "A" if in_titles else ""
        wanted = (" | " if any_of else " & ").join(self._forms(term, weight) for term in terms)
        in_names, in_all = (self._candidates(column, access.sql) for column in ("names", "vector"))
        sql = f"""
            SELECT entry.key, entry.anchor, entry.heading, entry.text
            FROM {ENTRY} entry JOIN (({in_names}) UNION ({in_all})) candidate ON candidate.id = entry.id
            ORDER BY ts_rank(entry.vector, %s::tsquery, 1) DESC, entry.id LIMIT %s
        """  # noqa: S608 - names of columns, and Django's own SQL
        candidates = [wanted, *access.params, MAX_RANKED]
        return [Match(*row) for row in _rows(sql, [*candidates, *candidates, wanted, limit])]

    def has(self, accesses: Sequence[Access], term: Term) -> bool:
        sql = self._candidates("vector", " OR ".join(access.sql for access in accesses))
        params = [param for access in accesses for param in access.params]
        return bool(_rows(sql, [self._forms(term), *params, 1]))

    @staticmethod
    def _candidates(column: str, allowed: str) -> str:
        return f"""
            SELECT entry.id FROM {ENTRY} entry WHERE entry.{column} @@ %s::tsquery AND ({allowed}) LIMIT %s
        """  # noqa: S608 - names of columns, and Django's own SQL

    @staticmethod
    def _forms(term: Term, weight: str = "") -> str:
        whole = f"'{term.stem}':{weight}" if weight else f"'{term.stem}'"
        return f"({whole} | '{term.beginning}':*{weight})" if term.beginning else whole

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


# Any: values of columns
def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def database() -> Database:
    return Lexemes() if connection.vendor == "postgresql" else Fts5()
