"""The class page in Chromium: signals, updates without loading again, and axe."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from lessons.class_actions import save_notes
from lessons.models import Attendance, Course, Meeting, MeetingSignal
from portal.progress.calendar.feeds import renew_feed
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, widens
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lesson,
    make_session,
    make_staff,
    make_user,
)
from tests.servers import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]
WAIT = 180_000


@pytest.fixture
def meeting(transactional_db):
    caches["searches"].clear()
    course = make_course()
    session = make_session(course, title="Containers")
    make_lesson(session, plan=[["Images", 20], ["Volumes", 30]])
    found = Meeting.objects.create(
        cohort=make_cohort(course),
        session=session,
        starts_at=timezone.now() - timedelta(minutes=25),
        join_url="https://meet.example.org/room",
    )
    save_notes(
        meeting=found, notes="## Volumes\n\nA volume keeps files.\n\n```sh\ndocker volume ls\n```", since=None
    )
    found.refresh_from_db()
    return found


@pytest.fixture
def learner(meeting):
    return make_enrollment(
        make_user(time_zone="America/Argentina/ComodRivadavia", name="Learner A"), meeting.cohort
    )


@pytest.fixture
def instructor(meeting):
    return make_staff(meeting.course, make_user(is_staff=True))


def attendance_of(meeting) -> str:
    return reverse(
        "meeting_attendance", args=[meeting.course.slug, meeting.cohort.slug, meeting.session.slug]
    )


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_class_pass_axe_at_each_width(browser, live_server, meeting, learner, instructor, look):
    MeetingSignal.objects.create(meeting=meeting, enrollment=learner, kind="stuck")
    renew_feed(user=learner.user)
    for user, addresses in (
        (learner.user, [meeting.get_absolute_url(), "/", reverse("calendar")]),
        (instructor, [meeting.get_absolute_url(), attendance_of(meeting)]),
    ):
        with open_context(browser, live_server, user, **look()) as context:
            page = context.new_page()
            for address in addresses:
                status = page.goto(address).status
                assert (address, status, axe_violations(page), widens(page)) == (address, 200, [], False)


def test_learner_presses_stuck_and_the_instructor_sees_it_without_loading(
    browser, live_server, meeting, learner, instructor
):
    with (
        open_context(browser, live_server, learner.user, **small_dark()) as own,
        open_context(browser, live_server, instructor) as staff,
    ):
        desk = staff.new_page()
        desk.goto(meeting.get_absolute_url())
        desk.fill("#notes", "Half a sentence")
        page = own.new_page()
        page.goto(meeting.get_absolute_url())
        page.click("#signal-stuck")
        page.wait_for_selector("#signal-stuck[aria-pressed=true]", timeout=WAIT)
        assert page.text_content("#live") == "Sent to your instructor."
        desk.wait_for_selector("#clear-stuck", timeout=WAIT)
        assert desk.input_value("#notes") == "Half a sentence"
        desk.click("#clear-stuck")
        page.wait_for_selector("#signal-stuck[aria-pressed=false]", timeout=WAIT)


def test_followed_link_is_noted_for_staff(browser, live_server, meeting, learner):
    with open_context(browser, live_server, learner.user) as context:
        context.route("https://meet.example.org/**", lambda route: route.fulfill(body="the call"))
        page = context.new_page()
        page.goto(meeting.get_absolute_url())
        page.click("#join")
        wait_for(lambda: Attendance.objects.filter(joined_at__isnull=False).exists())


def test_preview_of_the_next_cohort_passes_axe(browser, live_server, meeting, instructor):
    Course.objects.update(title="Containers" * 12)  # a long word
    with open_context(browser, live_server, instructor, **small_dark()) as context:
        page = context.new_page()
        page.goto(reverse("teach_next_cohort", args=[meeting.course.slug]))
        page.fill("#id_title", "Winter")
        page.fill("#id_starts_on", "2027-01-09")
        page.click("text=Show the calendar")
        page.wait_for_selector("text=Create Winter", timeout=WAIT)
        assert (axe_violations(page), widens(page)) == ([], False)
