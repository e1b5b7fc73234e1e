"""Sending to a real mail server that refuses, vanishes, or takes everything."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from portal.notices import actions, outbox, sending
from portal.notices.messages import one_line
from portal.notices.models import Mail
from tests.factories import make_user
from tests.notices.smtp import mail_server

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SCRIPT = '<script>alert("1")</script> & {{ now }}'


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def server(settings):
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


@pytest.fixture
def reader():
    return make_user("reader@example.org", time_zone="Europe/London")


def send(user, text="Regraded", link="/help/"):
    return actions.notify(user=user, kind="regrade", text=text, link=link)


def part(message, kind: str) -> str:
    return message.get_body((kind,)).get_content()


def test_email_has_text_html_and_the_headers_of_one_click(server, reader, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    send(reader, SCRIPT)
    sending.send_due()
    (message,) = server.received
    row = Mail.objects.get()
    assert (row.state, row.tries) == (Mail.State.SENT, 1)
    assert message["To"] == "reader@example.org"
    assert message["Message-ID"] == f"<{row.message_id}@portal.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip(" <>")
    assert address.startswith("https://portal.example.org/notices/unsubscribe/")
    text, html = part(message, "plain"), part(message, "html")
    assert SCRIPT in text and "<script" not in html and "&lt;script&gt;" in html
    for content in (text, html):
        links = re.findall(r'https?://[^\s"<]+', content)
        assert {"https://portal.example.org/help/", address} <= set(links)
        assert all(link.startswith(settings.PUBLIC_URL) for link in links)
    assert not re.search(r"<img|<link|url\(|@import|\ssrc=", html)
    assert "prefers-color-scheme: dark" in html
    assert [value for value in re.findall(r'href="([^"]*)"', html) if not value.startswith("https://")] == []


@pytest.mark.parametrize(
    "text", ["Moved\r\nBcc: other@example.org", "Moved\x0b\x85\u2028Bcc: a@b", "\u202emoved"]
)
def test_text_of_a_notice_adds_no_header(server, reader, text):
    send(reader, text)
    sending.send_due()
    (message,) = server.received
    assert message["Bcc"] is None and message["Subject"] == f"[Portal] {one_line(text)}"
    assert "\u202e" not in message["Subject"]


def test_calendar_file_is_attached(server, reader):
    ics = "BEGIN:VCALENDAR\r\nPRODID:x\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
    actions.notify_all(texts={reader.pk: "Moved"}, kind="meeting", calendar=ics)
    sending.send_due()
    (attached,) = server.received[0].iter_attachments()
    assert attached.get_content_type() == "text/calendar" and attached.get_filename() == "meeting.ics"
    assert attached.get_param("method") == "PUBLISH"
    assert Calendar.from_ical(attached.get_content())["prodid"] == "x"


def test_email_waits_longer_each_time_while_the_server_is_down(server, reader, clock):
    send(reader)
    server.answer = lambda command: "421 closing" if command.startswith(("EHLO", "HELO")) else ""
    waits = []
    for _ in range(4):
        before = datetime.now(UTC)
        sending.send_due()
        waits.append(Mail.objects.get().not_before - before)
        clock.move_to(Mail.objects.get().not_before)
    assert waits == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    server.answer = lambda command: ""
    sending.send_due()
    assert [message["To"] for message in server.received] == ["reader@example.org"]


def test_other_emails_are_not_tried_while_the_server_is_down(server, reader):
    send(reader), send(make_user("other@example.org"))
    server.answer = lambda command: "421 closing" if command.startswith(("EHLO", "HELO")) else ""
    sending.send_due()
    assert sorted(Mail.objects.values_list("tries", flat=True)) == [0, 1]


@pytest.mark.parametrize(("code", "state"), [("550", Mail.State.FAILED), ("450", Mail.State.WAITING)])
@pytest.mark.parametrize("refused", ["RCPT", "END"])
def test_refused_reader_does_not_hold_up_the_others(server, reader, refused, code, state):
    is_refused = {"next": False}

    def answer(command):
        if command.startswith("RCPT"):
            is_refused["next"] = "READER@" in command
        return f"{code} no such box" if command.startswith(refused) and is_refused["next"] else ""

    server.answer = answer
    send(reader), send(make_user("other@example.org"))
    sending.send_due()
    assert [message["To"] for message in server.received] == ["other@example.org"]
    assert Mail.objects.get(user=reader).state == state


def test_news_is_given_up_after_days(server, reader, clock):
    send(reader)
    server.answer = lambda command: "451 later" if command.startswith("RCPT") else ""
    for _ in range(200):
        waiting = Mail.objects.filter(state=Mail.State.WAITING).first()
        if waiting is None:
            break
        clock.move_to(waiting.not_before)
        sending.send_due()
    assert Mail.objects.get().state == Mail.State.FAILED
    assert timedelta(days=4) < Mail.objects.get().ended_at - NOON < timedelta(days=4, hours=2)


def test_fault_with_one_email_does_not_stop_the_others(server, reader, monkeypatch, caplog):
    def write(mail, notices):
        if mail.user_id == reader.pk:
            raise TypeError("our fault")
        return real(mail, notices)

    real = sending.write_message
    monkeypatch.setattr(sending, "write_message", write)
    send(reader), send(make_user("other@example.org"))
    sending.send_due()
    assert [message["To"] for message in server.received] == ["other@example.org"]
    assert "reader@example.org" not in caplog.text


def test_email_is_claimed_once_and_a_late_worker_cannot_end_it(reader, clock):
    send(reader)
    first = outbox.claim()
    assert outbox.claim() is None
    clock.move_to(NOON + outbox.LEASE + timedelta(seconds=1))
    second = outbox.claim()
    assert not outbox.end(first, Mail.State.FAILED) and not outbox.put_back(first, NOON)
    assert outbox.end(second, Mail.State.SENT)
    assert (Mail.objects.get().state, Mail.objects.get().tries) == (Mail.State.SENT, 2)


def test_lease_from_before_the_clock_was_set_back_is_free(reader, clock):
    send(reader)
    assert outbox.claim()
    clock.move_to(NOON + timedelta(seconds=1))
    Mail.objects.update(leased_until=NOON + timedelta(hours=5))
    assert outbox.claim()


def test_test_email_ignores_quiet_hours_and_has_no_unsubscribe(server, client, reader):
    client.force_login(reader)
    for _ in range(2):
        client.post(reverse("send_test_mail"))
    sending.send_due()
    (message,) = server.received
    assert message["Subject"] == "[Portal] Test of your email" and message["List-Unsubscribe"] is None
