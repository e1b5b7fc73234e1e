"""Announcements to a cohort: sent once, scheduled, changed, pinned, withdrawn and read."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from lessons import announcements as actions
from lessons.models import Announcement, AnnouncementRead, CourseStaff
from lessons.tasks import send_announcements
from lessons.threads.texts import CannotWriteError
from portal.accounts.models import User
from portal.notices.models import Notice


@pytest.fixture
def announce(cast):
    def make(**fields) -> Announcement:
        fields = {
            "cohort": cast.learner.cohort,
            "by": cast.staff,
            "title": "Class moves",
            "text": "To **9**.",
            **fields,
        }
        return actions.announce(**fields)

    return make


def people() -> list[str]:
    return sorted(Notice.objects.filter(kind="announcement").values_list("user__name", flat=True))


def home(cast, who) -> str:
    return cast.client(who).get("/").content.decode()


def test_announcement_reaches_its_cohort_only(cast, announce):
    made = announce()
    assert (made.sent_at is not None, people()) == (True, ["Learner A", "Learner B"])
    assert "To <strong>9</strong>." in home(cast, cast.learner)
    assert (
        "To <strong>9</strong>."
        in cast.client(cast.peer).get(cast.meeting.get_absolute_url()).content.decode()
    )
    assert "Class moves" not in home(cast, cast.elsewhere)
    assert cast.client(cast.elsewhere).get(made.get_absolute_url()).status_code == 404


def test_scheduled_announcement_is_hidden_until_its_time_and_sent_once(cast, announce):
    made = announce(at=timezone.now() + timedelta(hours=1))
    send_announcements()
    assert (people(), "Class moves" in home(cast, cast.learner)) == ([], False)
    assert cast.client(cast.learner).get(made.get_absolute_url()).status_code == 404
    Announcement.objects.update(publish_at=timezone.now())
    send_announcements()
    send_announcements()
    assert people() == ["Learner A", "Learner B"]
    assert "Class moves" in home(cast, cast.learner)


def test_crash_while_sending_leaves_nothing_half_sent(cast, announce, monkeypatch):
    made = announce(at=timezone.now() + timedelta(hours=1))
    Announcement.objects.update(publish_at=timezone.now())
    notify_all = actions.notify_all

    def crash(**fields) -> None:
        notify_all(**fields)
        raise DatabaseError

    monkeypatch.setattr(actions, "notify_all", crash)
    assert actions.send_due() == 0
    made.refresh_from_db()
    assert (people(), made.sent_at) == ([], None)
    monkeypatch.setattr(actions, "notify_all", notify_all)
    assert (actions.send_due(), actions.send_due(), people()) == (1, 0, ["Learner A", "Learner B"])


def test_withdrawn_announcement_is_not_sent_and_explains_itself(cast, announce):
    waiting = announce(at=timezone.now() + timedelta(hours=1))
    actions.withdraw(announcement=waiting)
    Announcement.objects.update(publish_at=timezone.now())
    assert actions.send_due() == 0
    shown = cast.client(cast.learner).get(waiting.get_absolute_url()).content.decode()
    assert "was withdrawn" in shown
    assert "<strong>9</strong>" not in shown
    assert "Class moves" not in home(cast, cast.learner)


def test_edit_is_marked_and_sends_nothing_again(cast, announce):
    made = announce()
    client, url = cast.client(cast.staff), f"{made.get_absolute_url()}edit/"
    assert client.post(url, {"title": "Class moves", "text": "To 10.", "preview": ""}).status_code == 200
    assert Announcement.objects.get().edited_at is None
    client.post(url, {"title": "Class moves", "text": "To 10.", "at": "2026-12-24T10:00"})
    row = Announcement.objects.get()
    assert (row.html, row.publish_at, len(people())) == ("<p>To 10.</p>", made.publish_at, 2)
    assert ", edited" in home(cast, cast.learner)


def test_read_announcement_leaves_home_unless_it_is_pinned(cast, announce):
    made, pinned = announce(), announce(title="Pinned one", is_pinned=True)
    for each in (made, pinned):
        cast.client(cast.learner).post(each.get_absolute_url(), {"action": "read"})
        cast.client(cast.learner).post(each.get_absolute_url(), {"action": "read"})
    assert AnnouncementRead.objects.count() == 2
    shown = home(cast, cast.learner)
    assert (pinned.get_absolute_url() in shown, f'"{made.get_absolute_url()}"' in shown) == (True, False)
    staff = cast.client(cast.staff).get(made.get_absolute_url()).content.decode()
    assert "1 of 2 marked it as read" in staff


def test_assistant_of_one_cohort_reads_what_is_sent_to_the_cohort_they_learn_in(cast, announce):
    made = announce()
    CourseStaff.objects.create(
        course=cast.course, cohort=cast.elsewhere.cohort, user=cast.learner.user, role="assistant"
    )
    User.objects.filter(pk=cast.learner.user_id).update(is_staff=True)
    own = cast.ask(title="My own question")
    client = cast.client(User.objects.get(pk=cast.learner.user_id))
    page = client.get(made.get_absolute_url()).content.decode()
    assert "Mark as read" in page and "Withdraw" not in page
    assert client.post(made.get_absolute_url(), {"action": "withdraw"}).status_code == 404
    assert client.get(f"{made.get_absolute_url()}edit/").status_code == 404
    assert client.post(made.get_absolute_url(), {"action": "read"}).status_code == 302
    assert made.title in client.get(f"/announcements/{cast.course.slug}/").content.decode()
    questions = client.get(f"/questions/{cast.course.slug}/?show=all").content.decode()
    assert own.title in questions and "No open questions" in questions


@pytest.mark.parametrize("action", ["withdraw", "pin", "unpin"])
def test_learner_changes_no_announcement(cast, announce, action):
    made = announce()
    assert cast.client(cast.learner).post(made.get_absolute_url(), {"action": action}).status_code == 404


def test_form_keeps_what_was_typed_and_says_what_to_do(cast):
    client, url = cast.client(cast.staff), f"/announcements/{cast.course.slug}/new/"
    form = {"cohort": cast.learner.cohort.slug, "title": "Late", "text": "Typed", "at": "2020-01-01T10:00"}
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert "within the next year" in refused.content.decode()
    assert "Typed" in refused.content.decode()
    assert client.post(url, {**form, "at": "tomorrow"}).status_code == 422
    assert client.post(url, {**form, "at": "", "cohort": "other"}).status_code == 422
    at = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, {**form, "at": at}).status_code == 302
    assert Announcement.objects.get().sent_at is None


def test_hourly_limit_is_explained(announce, monkeypatch):
    monkeypatch.setattr(actions, "MAX_AN_HOUR", 1)
    announce()
    with pytest.raises(CannotWriteError, match="within an hour"):
        announce()
