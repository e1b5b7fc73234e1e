"""The class page: phases, signals, attendance, notes and the recording."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lessons import class_actions
from lessons.file_queries import may_download
from lessons.meeting_queries import get_meeting
from lessons.meetings import save_meeting
from lessons.models import Attendance, Meeting, MeetingSignal
from lessons.pages.meeting import class_page
from lessons.stored_files import _tokens_in_texts
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lesson,
    make_session,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
JOIN = "https://meet.example.org/room"


@pytest.fixture
def meeting():
    course = make_course()
    session = make_session(course, title="Containers")
    make_lesson(session, plan=[["Images", 20], ["Volumes", 30]])
    make_lesson(session, title="A secret draft", status="draft", plan=[["Hidden part", 10]])
    cohort = make_cohort(course)
    return Meeting.objects.create(cohort=cohort, session=session, starts_at=STARTS, join_url=JOIN)


@pytest.fixture
def learner(meeting):
    return make_enrollment(make_user(time_zone="Europe/London", name="Learner A"), meeting.cohort)


@pytest.fixture
def staff(meeting):
    return client_of(make_staff(meeting.course, make_user(is_staff=True)))


@pytest.fixture(autouse=True)
def clock():
    caches["searches"].clear()  # the counts of limits: the same minute and keys in each test
    with time_machine.travel(STARTS + timedelta(minutes=25), tick=False) as traveller:
        yield traveller


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(meeting, name: str = "meeting") -> str:
    return reverse(name, args=[meeting.course.slug, meeting.cohort.slug, meeting.session.slug])


def read(client, meeting, name: str = "meeting") -> str:
    response = client.get(page_of(meeting, name))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("minutes", "has_link", "words"),
    [
        (-16, False, "The link to join opens here at 15:45"),
        (-15, True, "Join the meeting"),
        (179, True, "Live now"),
        (180, False, "This class is over"),
    ],
)
def test_link_to_join_is_open_from_15_minutes_before_until_the_end(
    meeting, learner, clock, minutes, has_link, words
):
    clock.move_to(STARTS + timedelta(minutes=minutes))
    page = read(client_of(learner.user), meeting)
    assert (JOIN in page, words in page) == (has_link, True)


def test_materials_and_plan_leave_out_drafts_and_words_of_staff_for_learners(meeting, learner, staff):
    page = read(client_of(learner.user), meeting)
    assert "A secret draft" not in page and "Hidden part" not in page
    assert "Images" not in page and "Volumes" not in page
    assert 'aria-current="step"' in page and "about 16:00" in page  # the time of London
    page = read(staff, meeting)
    assert page.index('aria-current="step"') < page.index("Volumes") < page.index("Hidden part")


def test_learner_tells_the_instructor_and_withdraws_without_javascript(meeting, learner, staff):
    client = client_of(learner.user)
    address = page_of(meeting, "meeting_signal")
    assert client.post(address, {"kind": "stuck"}).status_code == 302
    assert client.post(address, {"kind": "stuck"}).status_code == 302  # a second time changes nothing
    assert "Sent at 16:25 BST" in read(client, meeting)
    page = read(staff, meeting)
    assert '<b class="num">1</b> I’m stuck' in page and "Learner A" in page
    client.post(address, {"withdraw": "stuck"})
    assert not MeetingSignal.objects.exists()


def test_other_learners_see_neither_the_count_nor_who(meeting, learner):
    client_of(learner.user).post(page_of(meeting, "meeting_signal"), {"kind": "slow"})
    page = read(client_of(make_enrollment(cohort=meeting.cohort).user), meeting)
    assert "Learner A" not in page and "Learners say" not in page and "Sent at" not in page


def test_signal_is_refused_once_the_class_is_over(meeting, learner, clock):
    clock.move_to(STARTS + timedelta(hours=3))
    client = client_of(learner.user)
    response = client.post(page_of(meeting, "meeting_signal"), {"kind": "stuck"}, follow=True)
    assert "Not sent: this class is not live." in response.content.decode()
    assert not MeetingSignal.objects.exists()


def test_signals_are_limited_for_each_person(meeting, learner):
    client = client_of(learner.user)
    address = page_of(meeting, "meeting_signal")
    states = [client.post(address, {"kind": "stuck"}).status_code for _ in range(21)]
    assert states == [302] * 20 + [429]
    other = client_of(make_enrollment(cohort=meeting.cohort).user)
    assert other.post(address, {"kind": "stuck"}).status_code == 302


def test_poll_answers_204_until_something_changes(meeting, learner, staff, clock):
    client, address = client_of(learner.user), page_of(meeting, "meeting_poll")
    cursor = read(client, meeting).partition("poll/?v=")[2].partition('"')[0]
    assert client.get(address, {"v": cursor}).status_code == 204
    staff.post(page_of(meeting, "meeting_run"), {"action": "notes", "notes": "**Volumes** keep files."})
    changed = client.get(address, {"v": cursor}).content.decode()
    assert "<strong>Volumes</strong> keep files." in changed and 'hx-swap-oob="innerHTML"' in changed
    cursor = changed.partition("poll/?v=")[2].partition('"')[0]
    clock.move_to(STARTS + timedelta(hours=3))
    assert "The class has ended." in client.get(address, {"v": cursor}).content.decode()


def test_change_while_a_page_is_drawn_draws_it_again(meeting, learner, clock):
    clock.move_to(STARTS - timedelta(seconds=1))
    found = get_meeting(learner.user, meeting.course.slug, meeting.cohort.slug, meeting.session.slug)
    clock.move_to(STARTS)  # before the cursor is written
    class_actions.save_notes(meeting=meeting, notes="Volumes", since=None)
    drawn = class_page(found, learner.user)
    assert (drawn["phase"], drawn["meeting"].notes) == ("soon", "")
    answer = client_of(learner.user).get(page_of(meeting, "meeting_poll"), {"v": drawn["cursor"]})
    assert (answer.status_code, "The class is live." in answer.content.decode()) == (200, True)


def test_queries_of_a_poll_without_changes(meeting, learner):
    client = client_of(learner.user)
    cursor = read(client, meeting).partition("poll/?v=")[2].partition('"')[0]
    with CaptureQueriesContext(connection) as captured:
        client.get(page_of(meeting, "meeting_poll"), {"v": cursor})
    assert len(captured) == 3  # the session, the user, and the class


def test_notes_of_two_instructors_at_once_are_not_lost(meeting, staff):
    address = page_of(meeting, "meeting_run")
    staff.post(address, {"action": "notes", "notes": "First."})
    response = staff.post(address, {"action": "notes", "notes": "Second.", "since": ""})
    page = response.content.decode()
    meeting.refresh_from_db()
    assert (response.status_code, meeting.notes) == (422, "First.")
    assert "somebody else saved the notes meanwhile" in page and "Second." in page and "First." in page


def test_recording_is_shown_to_learners_after_the_class(meeting, learner, staff, clock):
    address, client = page_of(meeting, "meeting_run"), client_of(learner.user)
    refused = staff.post(address, {"action": "recording", "recording_url": "javascript:alert(1)"})
    assert (refused.status_code, "Enter the address of a page" in refused.content.decode()) == (422, True)
    refused = staff.post(
        address, {"action": "recording", "recording_url": f"https://video.example.org/{'1' * 200}"}
    )
    assert (refused.status_code, "Use a link of at most 200." in refused.content.decode()) == (422, True)
    staff.post(address, {"action": "recording", "recording_url": "video.example.org/1"})
    assert "video.example.org" not in read(client, meeting)
    clock.move_to(STARTS + timedelta(hours=3))
    assert 'href="https://video.example.org/1"' in read(client, meeting)


def test_click_on_the_link_to_join_marks_nobody_present(meeting, learner, staff):
    absent = make_enrollment(cohort=meeting.cohort)
    client = client_of(learner.user)
    assert client.post(page_of(meeting, "meeting_joined")).status_code == 204
    assert Attendance.objects.get().is_present is None
    assert "marked present" not in read(client, meeting)
    page = page_of(meeting, "meeting_attendance")
    assert "checked" not in staff.get(page).content.decode()
    assert staff.get(f"{page}?joined").content.decode().count(" checked") == 1
    staff.post(page, {"learners": f"{learner.pk},{absent.pk}", "present": [learner.pk]})
    assert dict(Attendance.objects.values_list("enrollment", "is_present")) == {
        learner.pk: True,
        absent.pk: False,
    }
    assert "You’re marked present." in read(client, meeting)


def test_attendance_marks_only_learners_of_the_cohort(meeting, learner, staff):
    other = make_enrollment(cohort=make_cohort(meeting.course))
    staff.post(
        page_of(meeting, "meeting_attendance"), {"learners": f"{other.pk},x,{2**70}", "present": [other.pk]}
    )
    assert not Attendance.objects.exists()


def test_attendance_returns_to_its_page_and_counts_only_learners_of_its_list(meeting, learner, staff):
    left = make_enrollment(cohort=meeting.cohort, is_active=False)
    for each in (learner, left):
        Attendance.objects.create(meeting=meeting, enrollment=each, is_present=True)
    assert "1 marked present" in read(staff, meeting)
    address = f"{page_of(meeting, 'meeting_attendance')}?page=abc"
    response = staff.post(address, {"learners": f"{learner.pk}", "present": [learner.pk]}, follow=True)
    assert (response.redirect_chain[0][0], "Attendance saved." in response.content.decode()) == (
        address,
        True,
    )


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_the_attendance_page(meeting, staff, count):
    for _ in range(count):
        make_enrollment(cohort=meeting.cohort)
    with CaptureQueriesContext(connection) as captured:
        read(staff, meeting, "meeting_attendance")
    assert len(captured) == 6


def test_cancelled_and_moved_class_says_why_and_when_it_was(meeting, learner, clock):
    clock.move_to(STARTS - timedelta(days=2))
    client = client_of(learner.user)
    meeting.starts_at += timedelta(hours=1)
    save_meeting(meeting=meeting, reason="A late train")
    moved = read(client, meeting)
    assert '<del><span class="vh">was </span>Saturday 29 August, 16:00' in moved and "A late train" in moved
    save_meeting(meeting=meeting, cancelled=True, reason="Illness")
    page = read(client, meeting)
    assert "This class is cancelled.</b> Reason: Illness" in page and JOIN not in page


def test_image_in_the_notes_is_kept_and_shown_to_the_cohort_only(meeting, learner, staff):
    token = "a" * 32
    notes = f"![A drawing of volumes](/media/images/{token}.png)"
    Meeting.objects.filter(pk=meeting.pk).update(notes=notes)
    other = make_enrollment(cohort=make_cohort(meeting.course)).user
    assert token in set(_tokens_in_texts())
    assert (may_download(learner.user, token), may_download(other, token)) == (True, False)
    assert may_download(AnonymousUser(), token) is False
    assert may_download(make_user(is_staff=True, is_superuser=True), token) is True


def test_page_is_drawn_again_when_a_part_of_the_plan_ends(meeting, staff, clock):
    client, address = staff, page_of(meeting, "meeting_poll")
    cursor = read(client, meeting).partition("poll/?v=")[2].partition('"')[0]
    clock.move_to(STARTS + timedelta(minutes=49))
    assert client.get(address, {"v": cursor}).status_code == 204
    clock.move_to(STARTS + timedelta(minutes=50))
    changed = client.get(address, {"v": cursor}).content.decode()
    assert changed.index("Volumes") < changed.index('aria-current="step"') < changed.index("Hidden part")
    cursor = changed.partition("poll/?v=")[2].partition('"')[0]
    assert client.get(address, {"v": cursor}).status_code == 204


def test_clear_leaves_a_signal_that_came_meanwhile(meeting, learner, staff):
    client_of(learner.user).post(page_of(meeting, "meeting_signal"), {"kind": "stuck"})
    newest = re.search(r'name="newest" value="(\d+)"', read(staff, meeting))[1]
    late = make_enrollment(cohort=meeting.cohort)
    client_of(late.user).post(page_of(meeting, "meeting_signal"), {"kind": "stuck"})
    staff.post(page_of(meeting, "meeting_run"), {"action": "stuck", "newest": newest})
    assert MeetingSignal.objects.get().enrollment == late


def test_staff_see_the_first_twenty_who_are_stuck_and_the_number_of_all(meeting, staff):
    rows = [
        MeetingSignal(meeting=meeting, enrollment=make_enrollment(cohort=meeting.cohort), kind="stuck")
        for _ in range(23)
    ]
    MeetingSignal.objects.bulk_create(rows)
    page = read(staff, meeting)
    assert '<b class="num">23</b> I’m stuck' in page and "and 3 more" in page


def test_notes_are_rendered_before_the_transaction(meeting, staff, monkeypatch):
    depths = []
    monkeypatch.setattr(
        class_actions, "render_fragment", lambda *_, **__: depths.append(len(connection.savepoint_ids)) or ""
    )
    staff.post(page_of(meeting, "meeting_run"), {"action": "notes", "notes": "Volumes"})
    meeting.refresh_from_db()
    assert (depths, meeting.notes) == ([0], "Volumes")
