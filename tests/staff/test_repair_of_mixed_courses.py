"""Rows of two courses that forms accepted before: the migration repairs them and says so."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor

from tests.servers import sqlite, using


@pytest.mark.heavy
def test_rows_of_two_courses_are_repaired_by_the_migration(tmp_path, django_db_blocker, capsys):
    with django_db_blocker.unblock(), using(sqlite(tmp_path / "db.sqlite3")) as connection:
        executor = MigrationExecutor(connection)
        executor.migrate(
            [("lessons", "0003_checked_lists"), ("labs", "0007_queues"), ("accounts", "0001_initial")]
        )
        old = executor.loader.project_state(
            [("lessons", "0003_checked_lists"), ("accounts", "0001_initial")]
        ).apps
        model = lambda name: old.get_model("lessons", name).objects  # noqa: E731
        here, there = (model("Course").create(slug=slug, title=slug) for slug in ("here", "there"))
        cohorts = [
            model("Cohort").create(course=here, slug=s, title=s, invite_code=s) for s in ("first", "second")
        ]
        away = model("Cohort").create(course=there, slug="away", title="Away", invite_code="away")
        sessions = [model("Session").create(course=course, slug="s", title="S") for course in (here, there)]
        at = datetime(2026, 1, 1, tzinfo=UTC)
        model("Meeting").create(cohort=cohorts[0], session=sessions[0], starts_at=at)
        model("Meeting").create(cohort=cohorts[1], session=sessions[1], starts_at=at)
        user = old.get_model("accounts", "User").objects.create(email="a@example.org")
        mixed = model("Enrollment").create(user=user, course=here, cohort=away)
        call_command("migrate", verbosity=0)

        from lessons.models import Enrollment, Meeting

        assert [meeting.course_id for meeting in Meeting.objects.all()] == [here.pk]
        assert Enrollment.objects.get(pk=mixed.pk).cohort.slug == "first"
        connection.check_constraints()
    printed = capsys.readouterr().out
    assert "Removed a meeting of second on 01 January 2026" in printed
    assert "is now in first" in printed
