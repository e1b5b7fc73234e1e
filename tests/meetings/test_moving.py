"""Moving and cancelling a meeting: the stored change, the notices, and the reason that staff must give."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from lessons.class_actions import save_notes
from lessons.meetings import save_meeting
from lessons.models import Meeting
from portal.notices.models import Notice
from tests.factories import make_cohort, make_course, make_enrollment, make_session, make_user

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
BEFORE = STARTS - timedelta(days=3)


@pytest.fixture
def meeting():
    course = make_course()
    session = make_session(course, title="Containers")
    return Meeting.objects.create(cohort=make_cohort(course), session=session, starts_at=STARTS)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(BEFORE, tick=False) as traveller:
        yield traveller


def test_moved_meeting_notifies_each_learner_of_the_cohort_in_their_own_zone(meeting):
    learner = make_enrollment(make_user(time_zone="Europe/London"), meeting.cohort)
    left = make_enrollment(cohort=meeting.cohort, is_active=False)
    elsewhere = make_enrollment(cohort=make_cohort(meeting.cohort.course))
    meeting.starts_at += timedelta(days=2)
    save_meeting(meeting=meeting, reason="The instructor is ill.")
    assert (meeting.moved_from, meeting.sequence, meeting.change_reason) == (
        STARTS,
        1,
        "The instructor is ill.",
    )
    assert not Notice.objects.filter(user__in=[left.user, elsewhere.user]).exists()
    assert learner.user.notices.get().text == (
        "Containers moved to Monday 31 August, 16:00 your time (London). That is 20:30 IST. "
        "It was planned for Saturday 29 August, 16:00 your time (London). That is 20:30 IST. "
        "Reason: The instructor is ill."
    )


def test_cancelled_meeting_that_is_on_again_raises_the_sequence_twice(meeting):
    learner = make_enrollment(cohort=meeting.cohort)
    save_meeting(meeting=meeting, cancelled=True, reason="A holiday.")
    assert meeting.is_cancelled
    save_meeting(meeting=meeting, reason="No holiday after all.")
    assert (meeting.is_cancelled, meeting.sequence) == (False, 2)
    first_sentences = [notice.text.partition(".")[0] for notice in learner.user.notices.order_by("pk")]
    assert first_sentences == [
        "Containers is cancelled",
        "Containers takes place after all: Saturday 29 August, 20:30 IST",
    ]


def test_meeting_that_gets_a_different_session_names_both(meeting):
    learner = make_enrollment(cohort=meeting.cohort)
    meeting.session = make_session(meeting.cohort.course, title="Volumes")
    save_meeting(meeting=meeting)
    assert learner.user.notices.get().text == (
        "Volumes takes the place of Containers: Saturday 29 August, 20:30 IST."
    )


def test_changed_link_keeps_the_sequence_and_sends_no_notice(meeting):
    learner = make_enrollment(cohort=meeting.cohort)
    meeting.join_url = "https://meet.example.org/1"
    save_meeting(meeting=meeting)
    assert (meeting.sequence, learner.user.notices.count()) == (0, 0)


def test_new_date_of_a_meeting_that_is_over_sends_no_notice(meeting, clock):
    learner = make_enrollment(cohort=meeting.cohort)
    clock.move_to(STARTS + timedelta(days=1))
    meeting.starts_at = STARTS + timedelta(days=90)
    save_meeting(meeting=meeting)
    assert (meeting.moved_from, meeting.sequence, learner.user.notices.count()) == (None, 1, 0)


def form_of(meeting: Meeting, **changes: str) -> dict[str, str]:
    data = {"cohort": meeting.cohort_id, "session": meeting.session_id, "minutes": 180}
    data |= {"starts_at_0": "2026-08-29", "starts_at_1": "20:30", "join_url": "", "recording_url": ""}
    return {**data, **changes}


def test_staff_who_move_a_meeting_are_asked_for_the_reason(admin_client, meeting):
    address = reverse("admin:lessons_meeting_change", args=[meeting.pk])
    refused = admin_client.post(address, form_of(meeting, starts_at_1="19:30"))
    assert "Say why in a few words. Learners see it." in refused.content.decode()
    assert admin_client.post(address, form_of(meeting)).status_code == 302  # nothing moved
    moved = admin_client.post(address, form_of(meeting, starts_at_1="19:30", reason="A shorter day."))
    meeting.refresh_from_db()
    assert (moved.status_code, meeting.starts_at, meeting.sequence) == (302, STARTS - timedelta(hours=1), 1)


def test_staff_who_change_the_session_of_a_meeting_are_asked_for_the_reason(admin_client, meeting):
    address = reverse("admin:lessons_meeting_change", args=[meeting.pk])
    values = form_of(meeting, session=make_session(meeting.course).pk)
    assert "Say why in a few words." in admin_client.post(address, values).content.decode()
    assert admin_client.post(address, values | {"reason": "The guest is ill."}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.session_id, meeting.sequence) == (values["session"], 1)


def form_of_cohort(client, meeting: Meeting, **changes: str) -> tuple[str, dict[str, str]]:
    """Return the address of the form of the cohort, and its values; the changes are those of the meeting."""
    address = reverse("admin:lessons_cohort_change", args=[meeting.cohort_id])
    page = client.get(address).content.decode()
    data = dict(re.findall(r'<input type="(?:hidden|text)" name="([^"]+)" value="([^"]*)"', page))
    data |= {
        "title": "Autumn",
        "time_zone": "Asia/Kolkata",
        "open": "on",
        "invite_code": meeting.cohort.invite_code,
    }
    data |= {f"meetings-0-{name}": str(value) for name, value in form_of(meeting, **changes).items()}
    data |= {"meetings-TOTAL_FORMS": "1", "meetings-INITIAL_FORMS": "1", "meetings-0-id": str(meeting.pk)}
    return address, data


def test_staff_cancel_a_meeting_in_the_form_of_its_cohort(admin_client, meeting):
    address, data = form_of_cohort(admin_client, meeting, is_cancelled="on", reason="Illness")
    assert admin_client.post(address, data).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.is_cancelled, meeting.change_reason) == (True, "Illness")


def test_new_zone_of_a_cohort_is_a_reason_to_move_but_none_to_cancel(admin_client, meeting):
    learner = make_enrollment(cohort=meeting.cohort)
    address, data = form_of_cohort(admin_client, meeting)
    data["time_zone"] = "Europe/London"
    refused = admin_client.post(address, data | {"meetings-0-is_cancelled": "on"})
    assert "Say why in a few words." in refused.content.decode()
    assert admin_client.post(address, data).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.change_reason, meeting.is_cancelled) == ("The time zone of the cohort changed.", False)
    assert meeting.starts_at == datetime(2026, 8, 29, 19, 30, tzinfo=UTC)  # 20:30 in London
    assert learner.user.notices.get().text.endswith(
        "Autumn has another time zone, so its meetings moved. The next one is Containers: "
        "Sunday 30 August, 01:00 your time (Kolkata). That is Saturday 29 August, 20:30 BST."
    )


@pytest.mark.parametrize("count", [1, 30])
def test_move_takes_the_same_queries_for_a_big_class(meeting, django_assert_num_queries, count):
    for _ in range(count):
        make_enrollment(cohort=meeting.cohort)
    meeting.starts_at += timedelta(days=2)
    with django_assert_num_queries(11):
        save_meeting(meeting=meeting, reason="Illness")
    assert Notice.objects.count() == count


def test_cancelled_meeting_with_a_new_date_is_no_news_and_keeps_its_reason(meeting):
    learner = make_enrollment(cohort=meeting.cohort)
    save_meeting(meeting=meeting, cancelled=True, reason="Illness")
    meeting.starts_at += timedelta(days=7)
    save_meeting(meeting=meeting, cancelled=True)
    assert (meeting.change_reason, meeting.sequence, learner.user.notices.count()) == ("Illness", 2, 1)


def test_move_keeps_notes_that_were_saved_meanwhile(meeting):
    stale = Meeting.objects.get()
    save_notes(meeting=meeting, notes="Volumes", since=None)
    stale.starts_at += timedelta(days=1)
    save_meeting(meeting=stale, reason="Illness")
    meeting.refresh_from_db()
    assert (meeting.notes, meeting.notes_at is None) == ("Volumes", False)
    assert meeting.starts_at == STARTS + timedelta(days=1)
