"""Target 15: the search page over 5,000 lessons, on each database, beside one plain query of the same index."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection
from itertools import accumulate
from statistics import quantiles
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.big_class import analyze
from benchmarks.site import Site
from lessons.models import Course, Lesson, Session
from lessons.rendering import Section
from lessons.search import index
from lessons.search.words import stem
from tests.factories import make_course, make_learner, make_session
from tests.servers import Stack, sqlite

LESSONS, SECTIONS, WORDS = 5_000, 5, 140  # words of a section
VOCABULARY = 16_000
A_SESSION = 50
ASKED = 200  # searches of a turn
BATCH = 500
LETTERS = "etaoinshrdlucmfwypvbgkqjxz"
LIMITS = {
    "sqlite": "SELECT rowid FROM lessons_search WHERE lessons_search MATCH %s ORDER BY rank LIMIT 60",
    "postgresql": "SELECT id FROM lessons_searchentry WHERE vector @@ %s::tsquery"
    " ORDER BY ts_rank(vector, %s::tsquery) DESC LIMIT 60",
}


class Search(Benchmark):
    """The 99th percentile of what a learner asks: common, rare, two, mistyped and unknown words, one by one."""

    target, unit = 15, "ms"
    goals = (Goal("product", at_most=50), Goal("ratio", at_most=5), Goal("SQL", at_most=20))

    def __init__(self, site: Site, vendor: str) -> None:
        self.work = f"search page, 5,000 lessons, p99, {vendor}"
        _ = site.portal  # whose static files both show
        folder = site.folder / f"search-{vendor}"
        folder.mkdir()
        database = sqlite(folder / "db.sqlite3") if vendor == "sqlite" else None
        own = {**site.environment, "SEARCHES_PER_MINUTE": "1000000"}
        self.stack = Stack(folder, database=database, **own)
        site.callback(self.stack.end)
        chance = random.Random(15)  # noqa: S311 - the same words each time
        words = make_words(chance)
        self.asked = list(make_queries(chance, words))
        with self.stack.orm():
            call_command("migrate", verbosity=0)
            self.client = site.client_of(make_learner(make_lessons(chance, words)).user)
            analyze()
        self.stack.start("web")
        self.cookie = site.cookie_of(self.client)

    def limit(self) -> float:
        """The same words as plain queries of the index, the best 60 entries each."""
        with self.stack.orm():
            return p99(ask_index, self.asked)

    def product(self) -> float:
        web = HTTPConnection("127.0.0.1", self.stack.port)

        def ask(typed: str) -> None:
            web.request("GET", f"/search?q={quote(typed)}", headers={"Cookie": self.cookie})
            answer = web.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{typed} was answered with {answer.status}")

        with closing(web):
            return p99(ask, self.asked)

    def facts(self) -> dict[str, float]:
        with self.stack.orm(), override_settings(SEARCHES_PER_MINUTE=1_000_000):
            counts = [self._queries(typed) for typed in self.asked[:20]]
        return {"SQL": max(counts)}

    def _queries(self, typed: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.client.get("/search", {"q": typed})
        return len(captured)


def p99(ask: Callable[[str], None], asked: Sequence[str]) -> float:
    times = []
    for typed in asked:
        start = time.perf_counter()
        ask(typed)
        times.append(1000 * (time.perf_counter() - start))
    return quantiles(times, n=100)[-1]


def ask_index(typed: str) -> None:
    stems = [stem(word) for word in typed.split()]
    vendor = connection.vendor
    wanted = " & ".join(f"'{word}'" for word in stems) if vendor == "postgresql" else " ".join(stems)
    sql = LIMITS[vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted] * sql.count("%s"))
        cursor.fetchall()


def make_words(chance: random.Random) -> list[str]:
    """Return words, none of which begins as the unknown ones do."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(LETTERS, range(26, 0, -1), k=chance.randint(3, 11)))] = None
    return list(found)


def make_queries(chance: random.Random, words: list[str]) -> Iterator[str]:
    for number in range(ASKED):
        common, rare = chance.choice(words[:50]), chance.choice(words[1_000:])
        long = chance.choice([word for word in words[1_000:] if len(word) > 7])
        place = chance.randrange(1, len(long) - 1)
        mistyped = long[:place] + long[place + 1 :]
        yield (common, rare, f"{common} {chance.choice(words[:200])}", mistyped, f"zzqx{number}q")[number % 5]


def make_lessons(chance: random.Random, words: list[str]) -> Course:
    """Write lessons and their index, with words as frequent as in a language."""
    weights = list(accumulate(1 / (place + 10) for place in range(len(words))))

    def text(count: int) -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=count))

    course = make_course("search")
    sessions = [make_session(course) for _ in range(LESSONS // A_SESSION)]
    for number in range(0, LESSONS, BATCH):
        rows = [
            make_row(sessions[place // A_SESSION], place, text(4)) for place in range(number, number + BATCH)
        ]
        with transaction.atomic():
            for row in Lesson.objects.bulk_create(rows):
                sections = [Section(f"part-{part}", text(3), text(WORDS)) for part in range(SECTIONS)]
                index.write("lesson", row.pk, row.title, sections)
    return course


def make_row(session: Session, number: int, title: str) -> Lesson:
    return Lesson(
        course=session.course,
        session=session,
        slug=f"lesson-{number}",
        title=title,
        status=Lesson.Status.PUBLISHED,
        position=number,
        source="x" * 5_000,
        html="x" * 20_000,
        updated_at=timezone.now(),
    )
