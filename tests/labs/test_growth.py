"""The cost of the main reads in a class and in one four times as large: rows read, never seconds.

SQLite counts the steps of its virtual machine, PostgreSQL the rows of each scan.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.big_class import SIZES, BigClass, analyze, make_class
from labs import queries, queue_queries, repository_queries
from labs.grading import queues
from labs.models import State, Submission
from lessons.models import Enrollment
from tests.factories import make_submission


@pytest.fixture(autouse=True, params=["sqlite", pytest.param("postgres", marks=pytest.mark.heavy)])
def own_database(request):
    return request.getfixturevalue(f"{request.param}_database")


FEW = replace(SIZES.scaled(0.01), lessons=12, labs=6, units=3, submissions=1_000, cohorts=4)
TIMES = 4
MANY = replace(
    FEW,
    **{
        name: getattr(FEW, name) * TIMES
        for name in ("learners", "cohorts", "submissions", "attempts", "readings")
    },
)
NAMES = ["commits", "merged", "readme"]


def rows_read(call: Callable[[], Any]) -> int:
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with CaptureQueriesContext(connection) as captured:
            call()
        return sum(_rows_scanned(query["sql"]) for query in captured if query["sql"].startswith("SELECT"))
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 1)
    try:
        call()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps


def _rows_scanned(sql: str) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # tables that are small here may be large in production
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.replace('%', '%%')}", ())
        (found,) = cursor.fetchone()
    return _of_node((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def _of_node(plan: dict[str, Any]) -> int:
    removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    own = (plan["Actual Rows"] + removed) * plan["Actual Loops"] if "Scan" in plan["Node Type"] else 0
    return own + sum(map(_of_node, plan.get("Plans", ())))


def settled() -> str:
    """The kind of database, as in production: PostgreSQL counts its rows by itself, SQLite never does."""
    vendor = connections["default"].vendor
    if vendor == "postgresql":
        analyze()
    return vendor


def reads(made: BigClass) -> dict[str, Callable[[], Any]]:
    """The main reads, by name, for the learner with the most submissions and for a typical one."""
    lab = made.labs[0]
    own = Submission.objects.filter(enrollment=made.busiest, lab=lab, state=State.GRADED)
    alike = own.annotate(needed=Count("failed_checks")).filter(needed=len(NAMES))
    newest = alike.select_related("enrollment", "lab").order_by("-number")[0]
    found = {
        "tallies": lambda: queries.tallies(newest, NAMES),
        "met earlier": lambda: queries.met_earlier(newest, "merged"),
        "previous report": lambda: queries.previous_report(newest),
        "history": lambda: queries.history_page(made.busiest, lab),
        "best": lambda: queries.best_submission(made.busiest, lab),
        "last seen": lambda: repository_queries.last_seen_in(newest),
    }
    pages = [lab.get_absolute_url(), made.lessons[-1].get_absolute_url()]
    pages += ["/", f"{made.course.get_absolute_url()}progress/"]
    for enrollment in (made.busiest, made.usual):
        client = Client()
        client.force_login(enrollment.user)
        for page in pages if enrollment == made.busiest else pages[1:]:
            found[f"{page} {enrollment.user}"] = lambda client=client, page=page: _opened(client, page)
    return found


def _opened(client: Client, page: str) -> None:
    cache.clear()
    assert client.get(page).status_code == 200


@pytest.mark.heavy
def test_reads_cost_the_same_in_a_class_four_times_as_large():
    few, many = make_class(FEW, slug="few"), make_class(MANY, slug="many")
    settled()
    costs = [{name: rows_read(read) for name, read in reads(made).items()} for made in (few, many)]
    told = [
        f"{name}: {small} -> {large}"
        for (name, large), small in zip(costs[1].items(), costs[0].values(), strict=True)
    ]
    grown = [
        line
        for line, small, large in zip(told, costs[0].values(), costs[1].values(), strict=True)
        if large > 1.1 * small + 40
    ]
    assert not grown, "\n".join(told)


@pytest.mark.heavy
@pytest.mark.parametrize("verdicts", [0, 1, 3])
def test_a_claim_costs_the_same_however_many_wait(verdicts):
    """Also however many recent verdicts each of them has."""
    made, now = make_class(replace(MANY, submissions=400), slug="rush"), timezone.now()
    learners, rows = Enrollment.objects.filter(course=made.course, submissions__isnull=False).distinct(), []
    for learner in learners:
        for number in range(verdicts):
            judged = {"state": State.GRADED, "queued_at": now, "ended_at": now}
            make_submission(learner, made.labs[0], number=1_001 + number, **judged)
        rows.append(make_submission(learner, made.labs[0], number=1_000, queued_at=timezone.now()))
    assert len(rows) > 40
    settled()
    everyone = rows_read(lambda: queues.in_fair_order(rows[0].queue)[0])
    last = rows_read(lambda: queue_queries.queue_position(rows[-1]))
    Submission.objects.filter(pk__in=[row.pk for row in rows[40:]]).update(state=State.CANCELLED)
    forty = rows_read(lambda: queues.in_fair_order(rows[0].queue)[0])
    Submission.objects.filter(pk__in=[row.pk for row in rows[2:]]).update(state=State.CANCELLED)
    two = rows_read(lambda: queues.in_fair_order(rows[0].queue)[0])
    assert two <= everyone <= 20 * two / 2  # at most the first twenty are considered
    assert everyone <= 1.1 * forty + 40
    assert last < 60 * len(rows)
