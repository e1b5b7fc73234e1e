"""The notices that become emails, and the time of these emails."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from portal.notices import actions, choices, outbox, sending
from portal.notices.kinds import DAILY, KINDS, NOW, OFF
from portal.notices.models import Mail, MailTimes, Notice
from tests.factories import make_user

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def reader():
    return make_user("reader@example.org", time_zone="Europe/London")


def choose(user, email, *kinds):
    choices.choose(user=user, emails=dict.fromkeys(kinds, email))


def send(user, kind="regrade", text="Regraded", **fields):
    return actions.notify(user=user, kind=kind, text=text, **fields)


def sent_at(clock, at: str) -> list[str]:
    clock.move_to(datetime.fromisoformat(at).replace(tzinfo=UTC))
    before = len(mail.outbox)
    sending.send_due()
    return [each.subject for each in mail.outbox[before:]]


def test_notice_is_sent_now_with_the_digest_or_not_at_all(reader, clock):
    choose(reader, DAILY, "announcement")
    choose(reader, OFF, "meeting")
    send(reader), send(reader, "announcement", "Bring a laptop"), send(reader, "meeting", "Moved")
    assert sent_at(clock, "2026-11-30 12:00") == ["[Portal] Regraded"]
    assert sent_at(clock, "2026-12-01 07:59") == []
    assert sent_at(clock, "2026-12-01 08:00") == ["[Portal] Your day: Bring a laptop"]
    assert Notice.objects.filter(user=reader).count() == 3  # the portal has them all
    assert sent_at(clock, "2026-12-02 08:00") == []


def test_one_daily_email_has_all_that_was_not_read(reader, clock):
    kinds = [kind.id for kind in KINDS.values() if kind.is_optional]
    choose(reader, DAILY, *kinds)
    for kind in kinds:
        send(reader, kind, f"About {kind}")
    actions.mark_read(Notice.objects.get(kind="team"))
    actions.notify_all(texts={reader.pk: "Moved"}, kind="meeting")
    assert sent_at(clock, "2026-12-01 08:00") == [f"[Portal] Your day: {len(kinds)} notices"]
    assert "About team" not in mail.outbox[0].body and "About review" in mail.outbox[0].body


def test_daily_email_of_a_day_is_never_sent_twice(reader, clock):
    choose(reader, DAILY, "meeting")
    clock.move_to(MONDAY.replace(hour=7))
    send(reader, "meeting", "First")
    assert len(sent_at(clock, "2026-11-30 08:00")) == 1
    choices.save_times(MailTimes(user=reader, digest_hour=20))
    send(reader, "meeting", "Second")
    assert sent_at(clock, "2026-11-30 20:00") == []
    assert sent_at(clock, "2026-12-01 20:00") == ["[Portal] Your day: Second"]


def test_email_waits_for_the_end_of_quiet_hours(reader, clock):
    choices.save_times(MailTimes(user=reader, quiet_from=22, quiet_until=7))
    clock.move_to(MONDAY.replace(hour=23))
    send(reader, text="In the night")
    assert sent_at(clock, "2026-11-30 23:00") == []
    assert Mail.objects.get().tries == 0
    assert sent_at(clock, "2026-12-01 06:59") == []
    assert sent_at(clock, "2026-12-01 07:00") == ["[Portal] In the night"]


def test_shorter_quiet_hours_let_waiting_emails_go(reader, clock):
    choices.save_times(MailTimes(user=reader, quiet_from=22, quiet_until=7))
    clock.move_to(MONDAY.replace(hour=23))
    send(reader)
    assert sent_at(clock, "2026-11-30 23:00") == []
    times = choices.times_of(reader)
    times.quiet_from = times.quiet_until = None
    choices.save_times(times)
    assert len(sent_at(clock, "2026-11-30 23:00")) == 1


def test_graded_lab_is_emailed_after_a_minute_unless_its_result_was_seen(reader, clock):
    send(reader, "lab_result", "Lab 1 passed", link="/submissions/1/")
    send(reader, "lab_result", "Lab 2 passed", link="/submissions/2/")
    actions.mark_seen(reader, "/submissions/1/")
    assert sent_at(clock, "2026-11-30 12:00") == []
    assert sent_at(clock, "2026-11-30 12:01") == ["[Portal] Lab 2 passed"]


def test_grades_of_staff_are_emailed_together_after_ten_quiet_minutes(reader, clock):
    send(reader, "grade", "First")
    clock.move_to(MONDAY + timedelta(minutes=9))
    send(reader, "grade", "Second")
    assert sent_at(clock, "2026-11-30 12:18") == []
    assert sent_at(clock, "2026-11-30 12:19") == ["[Portal] First (and 1 more)"]


def test_endless_pause_ends_after_an_hour(reader, clock):
    for minutes in range(0, 66, 6):
        clock.move_to(MONDAY + timedelta(minutes=minutes))
        send(reader, "grade", f"Comment {minutes}")
    assert sent_at(clock, "2026-11-30 13:00") == ["[Portal] Comment 0 (and 9 more)"]


def test_emails_to_one_person_are_bounded(reader, clock, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_A_DAY", 2)
    for number in range(4):
        send(reader, text=f"Notice {number}")
    assert len(sent_at(clock, "2026-11-30 12:00")) == 2
    assert sent_at(clock, "2026-12-01 08:00") == ["[Portal] Your day: 2 notices"]


def test_kind_that_is_turned_off_leaves_waiting_emails(reader, clock):
    choose(reader, DAILY, "meeting", "reply")
    send(reader, "meeting", "Moved"), send(reader, "reply", "Answered")
    choose(reader, OFF, "meeting")
    assert sent_at(clock, "2026-12-01 08:00") == ["[Portal] Your day: Answered"]


def test_closed_account_gets_no_email(reader, clock):
    send(reader)
    reader.is_active = False
    reader.save()
    send(reader)
    assert sent_at(clock, "2026-11-30 12:00") == []
    assert Mail.objects.get().state == Mail.State.DROPPED


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("email", "queries"), [(NOW, 6), (DAILY, 7), (OFF, 5)])
def test_emails_to_many_take_few_queries(django_assert_num_queries, count, email, queries):
    people = [make_user() for _ in range(count)]
    for user in people:
        choose(user, email, "meeting")
    with django_assert_num_queries(queries):
        actions.notify_all(texts={user.pk: "Moved" for user in people}, kind="meeting")


def test_old_emails_expire_and_waiting_ones_stay(reader, settings, clock):
    send(reader), sent_at(clock, "2026-11-30 12:00")
    waits = send(reader).mail
    clock.move_to(MONDAY + timedelta(days=settings.NOTICE_DAYS, minutes=1))
    actions.remove_old(timezone.now() - timedelta(days=settings.NOTICE_DAYS))
    assert list(Mail.objects.all()) == [waits]
