"""Staff lists need the same number of queries for any class size, and none reads a whole table of learners' work."""

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.big_class import SIZES, Sizes, analyze, make_class
from labs.authoring.trying import MAX_CHOICES, choices
from labs.models import Lab, Repository, Submission
from lessons.admin.lists import MAX_LISTED, MAX_OFFERED, RecordedAdmin
from lessons.models import Meeting, Reading
from portal.accounts.models import User
from tests.authoring.conftest import make_instructor
from tests.factories import make_cohort, make_course, make_learner, make_lesson, make_session, make_staff
from tests.labs.conftest import (  # noqa: F401 - fixtures
    migrated_postgres,
    postgres_database,
    sqlite_database,
)

BIG = (
    "lessons_reading", "lessons_attempt", "lessons_answer", "labs_submission", "labs_report", "labs_receipt",
    "labs_repository", "labs_failedcheck",
)  # fmt: skip
PAGE = 100
LISTS = [model for model, options in site._registry.items() if isinstance(options, RecordedAdmin)]


def asked(client, model, **parameters) -> list[str]:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, parameters).status_code == 200
    return [query["sql"] for query in queries if query["sql"].startswith("SELECT")]


def plan(sql: str) -> list[str]:
    """SQLite's steps, without those of subqueries for each row."""
    inner, steps = set(), []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        for key, parent, _, step in cursor.fetchall():
            if parent in inner or step.startswith("CORRELATED"):
                inner.add(key)
            else:
                steps.append(step)
    return steps


def scans(sql: str) -> list[str]:
    """The steps that scan or sort a big table, although only a page or a bounded count is needed."""
    return _rows_read(sql) if connection.vendor == "postgresql" else _scans_in_sqlite(sql)


def _rows_read(sql: str) -> list[str]:
    """On PostgreSQL: the tables that are read completely."""
    bound = MAX_LISTED if "COUNT(" in sql else PAGE
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # tables that are small here may be large in production
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.replace('%', '%%')}", ())
        (found,) = cursor.fetchone()
    read: Counter[str] = Counter()
    _add_rows((json.loads(found) if isinstance(found, str) else found)[0]["Plan"], read)
    return [f"{table}: {rows}" for table, rows in read.items() if rows >= _rows_in(table) > bound]


def _add_rows(node: dict[str, Any], read: Counter[str]) -> None:
    if (table := node.get("Relation Name")) in BIG:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        read[table] += (node["Actual Rows"] + removed) * node["Actual Loops"]
    for below in node.get("Plans", ()):
        _add_rows(below, read)


def _rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _scans_in_sqlite(sql: str) -> list[str]:
    steps = plan(sql)
    sorts = any("TEMP B-TREE FOR ORDER BY" in step for step in steps)
    limited = "LIMIT" in sql and not sorts
    names = [f"SCAN {table}" for table in BIG]
    return [step for step in steps if any(step.startswith(name) for name in names) and not limited]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.heavy)])
def own_database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.mark.heavy
@pytest.mark.usefixtures("own_database")
def test_list_reads_no_whole_table_and_no_more_for_more_rows(client):
    # More than one page of everything, and more of the largest tables than a list may count.
    made = make_class(
        replace(
            SIZES.scaled(0.01),
            lessons=20,
            quizzes=20,
            labs=20,
            learners=120,
            attempts=3_000,
            submissions=3_000,
        )
    )
    if connection.vendor == "postgresql":
        analyze()
    searched, lab = made.usual, Submission.objects.filter(enrollment=made.usual).latest("pk").lab
    of_two = make_instructor(made.course)
    make_staff(make_course(), of_two)
    people = (make_instructor(made.course), of_two, User.objects.create_superuser("admin@example.org"))
    wrong, counts = [], {}
    for user in people:
        client.force_login(user)
        for model in LISTS:
            filters = [{}, {"q": searched.user.email}, {"q": "nobody-of-this-name"}]
            if "lab" in site._registry[model].list_filter:
                filters.append({"lab__id__exact": str(lab.pk)})
            for parameters in filters:
                sqls = asked(client, model, **parameters)
                counts[model, user, str(parameters)] = len(sqls)
                told = (user.email, model.__name__, parameters)
                wrong += [(*told, step, sql[:300]) for sql in sqls for step in scans(sql)]
                texts = [
                    sql
                    for sql in sqls
                    if '"html"' in sql or '"lessons_quiz"."source"' in sql or '"layout"' in sql
                ]
                assert texts == []
    assert wrong == [], "\n".join(map(str, wrong))
    assert max(counts.values()) <= 17


@pytest.mark.django_db
def test_list_counts_and_pages_no_further_than_its_bound(client, django_assert_max_num_queries):
    made = make_class(replace(SIZES.scaled(0.003), lessons=30, learners=40, readings=4_000))
    client.force_login(make_instructor(made.course))
    assert Reading.objects.count() > MAX_LISTED
    page = client.get(reverse("admin:lessons_reading_changelist"))
    assert page.context["cl"].result_count == MAX_LISTED
    assert "Only the latest 1,000 are listed" in page.content.decode()
    last = page.context["cl"].paginator.num_pages
    assert client.get(reverse("admin:lessons_reading_changelist"), {"p": last}).status_code == 200
    found = client.get(reverse("admin:lessons_reading_changelist"), {"q": made.busiest.user.email})
    assert found.context["cl"].result_count == min(MAX_LISTED, made.busiest.readings.count())
    assert {row.enrollment_id for row in found.context["cl"].result_list} == {made.busiest.pk}


def few() -> Sizes:
    """A small class; PostgreSQL chooses its plans by the number of rows."""
    return SIZES.scaled(0.02 if connection.vendor == "postgresql" else 0.003)


@pytest.mark.usefixtures("own_database")
def test_lab_in_the_admin_offers_the_latest_of_each_learner_and_reads_no_more(django_assert_max_num_queries):
    made = make_class(few())
    newest = Submission.objects.filter(enrollment=made.busiest).latest("pk")
    lab = Lab.objects.select_related("course").get(pk=newest.lab_id)
    user = made.busiest.user
    user.has_cohort_role = False  # as a signed-in user has it
    with CaptureQueriesContext(connection) as queries:
        found = choices(lab, user)
    rows = Submission.objects.filter(lab=lab).order_by("pk")
    latest = {row.enrollment_id: row.pk for row in rows}
    wanted = [f"submission-{pk}" for pk in sorted(latest.values(), reverse=True)]
    of_user = Repository.objects.filter(enrollment__user=user, host=None)
    own = [f"own-{pk}" for pk in of_user.order_by("pk").values_list("pk", flat=True)]
    assert sorted(own) == sorted(choice.key for choice in found if choice.key.startswith("own"))
    assert [choice.key for choice in found][len(own) :] == wanted[: MAX_CHOICES - len(own)]
    _, *large = [query["sql"] for query in queries]  # the first asks where the user learns
    assert len(large) == 2 and all(f"LIMIT {MAX_CHOICES}" in sql for sql in large)
    assert [step for sql in large for step in scans(sql)] == []
    if connection.vendor == "sqlite":
        assert not [step for step in plan(large[0]) if "repository_address" in step]  # that of everybody


@pytest.mark.usefixtures("own_database")
def test_address_of_a_repository_is_found_by_its_index():
    from labs.repository_queries import also_by_others

    made = make_class(few())
    rows = (
        Repository.objects.filter(course=made.course).annotate(others=also_by_others()).order_by("-pk")[:100]
    )
    with CaptureQueriesContext(connection) as queries:
        found = list(rows)
    assert found and scans(queries[0]["sql"]) == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
            steps = [row[3] for row in cursor.fetchall()]
        assert any("repository_address" in step for step in steps), steps
        assert not any("SCAN" in step for step in steps), steps


@pytest.mark.django_db
def test_menu_of_a_filter_is_bounded_and_the_search_leads_to_the_rest(client):
    course = make_course()
    session, learner = make_session(course), make_learner(course)
    lessons = [make_lesson(session) for _ in range(MAX_OFFERED)]
    for lesson in lessons[:2]:
        Reading.objects.create(enrollment=learner, lesson=lesson)
    client.force_login(make_instructor(course))
    address, wanted = reverse("admin:lessons_reading_changelist"), lessons[1]

    def listed(**parameters) -> tuple[set[str], set[int]]:
        """The rows that the menu of lessons offers, and the lessons of the rows below."""
        changes = client.get(address, parameters).context["cl"]
        menus = [spec for spec in changes.filter_specs if spec.title == "lesson"]
        offered = {choice["display"] for menu in menus for choice in menu.choices(changes)} - {"All"}
        return offered, {row.lesson_id for row in changes.result_list}

    both, chosen = {lesson.pk for lesson in lessons[:2]}, {"lesson__id__exact": wanted.pk}
    assert listed() == ({str(lesson) for lesson in lessons}, both)
    make_lesson(session)
    assert listed() == (set(), both)
    assert listed(**chosen) == ({str(wanted)}, {wanted.pk})
    assert listed(q=wanted.slug)[1] == {wanted.pk}
    assert "a complete lesson slug" in client.get(address).content.decode()


@pytest.mark.django_db
def test_menus_of_a_form_are_rendered_once_and_show_the_choice_of_each_row(client):
    cohort, drawn = make_cohort(), []
    sessions = [make_session(cohort.course, title=f"Day <{number}>", position=number) for number in range(9)]
    for session in sessions:
        Meeting.objects.create(cohort=cohort, session=session, starts_at=timezone.now())
    client.force_login(make_instructor(cohort.course))
    template_rendered.connect(
        lambda template, **_: drawn.append(template.name), weak=False, dispatch_uid=drawn
    )
    try:
        page = client.get(reverse("admin:lessons_cohort_change", args=[cohort.pk])).content.decode()
    finally:
        template_rendered.disconnect(dispatch_uid=drawn)
    chosen = dict(re.findall(r'<option value="(\d+)" selected>([^<]*)', page))
    titles = {str(row.pk): f"{cohort.course}: Day &lt;{row.position}&gt;" for row in sessions}
    assert {key: chosen.get(key) for key in titles} == titles
    # the rows' own menus, apart from those for dates and zones
    assert drawn.count("django/forms/widgets/select.html") < len(sessions)
