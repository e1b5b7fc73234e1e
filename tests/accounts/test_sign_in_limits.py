"""W10, G11: time limits of a sign-in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import AuditEntry
from portal.progress.tasks import remove_expired
from tests.factories import make_course, make_staff, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def is_signed_in(client) -> bool:
    return client.get("/account/settings/").status_code == 200


def people():
    """Return one user of each role, with the hours that they may be idle and signed in."""
    return [
        (make_user(), 12, 30 * 24),
        (make_user(is_staff=True), 4, 12),
        (make_user(is_superuser=True), 4, 12),
        (make_staff(make_course()), 4, 12),
    ]


def test_sign_in_ends_after_it_was_idle_or_lasted_for_too_long(time_machine):
    """W10."""
    for user, idle, longest in people():
        client = Client()
        time_machine.move_to("2026-11-28T00:00Z", tick=False)
        client.force_login(user)
        time_machine.shift(idle * HOUR)
        assert is_signed_in(client)
        time_machine.shift(idle * HOUR + timedelta(seconds=1))
        assert not is_signed_in(client)
        assert "Your session ended. Sign in to continue." in client.get("/accounts/login/").content.decode()

        time_machine.move_to("2026-11-28T00:00Z", tick=False)
        client.force_login(user)
        for _ in range(longest // idle):
            time_machine.shift(idle * HOUR)
            assert is_signed_in(client)
        time_machine.shift(timedelta(seconds=1))
        assert not is_signed_in(client)
    assert set(AuditEntry.objects.values_list("event", flat=True)) == {"signed-in", "sign-in-ended"}


def test_clock_that_was_set_back_extends_no_sign_in(client, time_machine):
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    client.force_login(make_user())
    time_machine.move_to("2026-10-28T00:00Z", tick=False)
    assert is_signed_in(client)
    time_machine.shift(12 * HOUR + timedelta(seconds=1))
    assert not is_signed_in(client)


def test_sign_in_from_before_there_were_limits_counts_from_now(client, time_machine):
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    client.force_login(make_user())
    session = client.session
    del session["signed_in_at"], session["seen_at"]
    session.save()
    assert is_signed_in(client)
    time_machine.shift(13 * HOUR)
    assert not is_signed_in(client)


def test_page_writes_the_time_of_a_sign_in_now_and_then(client, time_machine):
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    client.force_login(make_user())
    writes = []
    for seconds in (0, 300, 1, 1):
        time_machine.shift(seconds)
        with CaptureQueriesContext(connection) as asked:
            client.get("/account/settings/")
        writes.append(sum(query["sql"].startswith("UPDATE") for query in asked.captured_queries))
    assert writes == [0, 0, 1, 0]
    assert client.session["seen_at"] == client.session["signed_in_at"] + 301


def test_valid_sign_in_is_kept_and_old_entries_of_the_audit_log_are_not(client, time_machine, settings):
    assert settings.SESSION_COOKIE_AGE == settings.SIGN_IN_MAX_SECONDS
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    for _ in range(2):
        client.force_login(make_user())
        time_machine.shift(31 * DAY)
    remove_expired()
    assert AuditEntry.objects.count() == 2
    settings.AUDIT_DAYS = 40
    remove_expired()
    assert AuditEntry.objects.count() == 1
    settings.AUDIT_MAX_ROWS = 0
    remove_expired()
    assert AuditEntry.objects.count() == 0
    task = settings.CELERY_BEAT_SCHEDULE["remove-expired"]["task"]
    assert task == remove_expired.name
    assert task not in settings.CELERY_TASK_ROUTES  # so it waits in the later queue


def test_form_that_is_sent_after_the_sign_in_ended_is_not_lost(time_machine):
    """A redirect would lose what was typed, so the page explains how to go back and send it again."""
    client = Client()
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    client.force_login(make_user())
    time_machine.shift(13 * HOUR)
    answer = client.post("/account/settings/", {"name": "Typed at length"})
    assert answer.status_code == 403
    assert 'href="/accounts/login/" target="_blank"' in answer.content.decode()
    assert not is_signed_in(client)


def test_script_that_sends_after_the_sign_in_ended_is_answered_as_before(time_machine):
    client = Client()
    time_machine.move_to("2026-11-28T00:00Z", tick=False)
    client.force_login(make_user())
    time_machine.shift(13 * HOUR)
    answer = client.post("/account/settings/", {"name": "First"}, headers={"Sec-Fetch-Mode": "cors"})
    assert answer.url == "/accounts/login/?next=/account/settings/"
