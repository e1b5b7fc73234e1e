"""Home and lessons read no more rows if the course and its class are large; progress lists every item."""

from dataclasses import replace

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.big_class import Sizes, make_class
from lessons.models import Enrollment

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]

SMALL = Sizes(
    units=4, lessons=12, quizzes=8, labs=2, cohorts=1, learners=4, readings=24, attempts=12, submissions=200,
    tokens=2, log_ins=2,
)  # fmt: skip
BIG = replace(SMALL, lessons=120, quizzes=80, learners=30, readings=600, attempts=400, submissions=1_200)
GROWING = (
    "labs_submission",
    "labs_report",
    "labs_receipt",
    "lessons_attempt",
    "lessons_reading",
    "lessons_tick",
)


def selects(learner: Enrollment, path: str, **data: str) -> list[str]:
    client = Client()
    client.force_login(learner.user)
    caches["pages"].clear()
    address = f"/courses/{learner.course.slug}/{path}" if path != "/" else path
    with CaptureQueriesContext(connection) as captured:
        response = client.post(address, data) if data else client.get(address)
    assert response.status_code < 300
    return [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith("SELECT")]


def rows_of(queries: list[str]) -> list[int]:
    """Return the number of rows that each query yields."""
    counts = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"SELECT COUNT(*) FROM ({query}) counted")
            counts.append(cursor.fetchone()[0])
    return counts


PAGES = [
    ("/", {}, "fresh"),
    ("progress/", {}, "fresh"),
    ("lesson-7/", {}, "fresh"),
    ("lesson-7/place/", {"heading": "part-2"}, "fresh"),
    ("/", {}, "busiest"),
    ("progress/", {}, "busiest"),
]


def test_pages_read_no_more_rows_and_scan_no_table_in_a_large_class():
    small, large = make_class(SMALL, slug="small"), make_class(BIG, slug="large")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    taken = [one.busiest.attempts.values("quiz").distinct().count() for one in (small, large)]
    for path, data, who in PAGES:
        asked = [selects(getattr(one, who), path, **data) for one in (small, large)]
        read = [rows_of(queries) for queries in asked]
        assert len(read[0]) == len(read[1]), path
        if path == "lesson-7/":
            # For the sidebar, the lessons of its session and the other sessions.
            assert [rows.pop() for rows in read] == [SMALL.lessons // 4 + 3, BIG.lessons // 4 + 3]
        if path == "progress/":
            # One row for each lesson and quiz; nothing for the class.
            content = (BIG.lessons - SMALL.lessons) + (BIG.quizzes - SMALL.quizzes)
            own = 0 if who == "fresh" else 3 * (taken[1] - taken[0]) + 50
            assert sum(read[1]) - sum(read[0]) <= content + own, path
        elif who == "fresh":
            assert read[1] == read[0], path
        else:  # up to three rows for each quiz that they took themselves
            assert sum(read[1]) - sum(read[0]) <= 3 * (taken[1] - taken[0]) + 5, path
        if connection.vendor == "sqlite":  # PostgreSQL scans tables as small as these
            assert scans(asked[1]) == [], path


def scans(queries: list[str]) -> list[str]:
    """Return the plan steps that scan all learners' rows."""
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {query}").fetchall() for query in queries]
    steps = [step for plan in plans for *_, step in plan]
    return [step for step in steps if step.startswith("SCAN") and any(table in step for table in GROWING)]
