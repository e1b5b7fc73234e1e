"""The next meeting on the home page: cancelled and moved ones, calendars, and changes of clocks."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from lessons.meetings import save_meeting
from lessons.models import Meeting
from portal.progress.queries import MAX_COMING
from tests.factories import make_cohort, make_course, make_enrollment, make_session, make_user

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 10, 17, 15, 0, tzinfo=UTC)  # the clocks of London go back on 25 October


@pytest.fixture
def meetings():
    cohort = make_cohort(make_course())
    return [
        Meeting.objects.create(
            cohort=cohort,
            session=make_session(cohort.course, title=title),
            starts_at=STARTS + timedelta(weeks=week),
        )
        for week, title in enumerate(("Containers", "Pipelines"))
    ]


@pytest.fixture
def home(client, meetings):
    client.force_login(make_enrollment(make_user(time_zone="Europe/London"), meetings[0].cohort).user)
    with time_machine.travel(STARTS - timedelta(days=2), tick=False):
        yield lambda: client.get("/").content.decode()


def test_cancelled_meeting_is_named_and_the_next_one_shown(home, meetings):
    save_meeting(meeting=meetings[0], cancelled=True, reason="Illness")
    page = home()
    assert '<b>Cancelled: Containers.</b> <del><span class="vh">was </span>Saturday 17 October, 16:00' in page
    assert "Reason: Illness" in page and "Saturday 24 October</h2>" in page


def test_moved_meeting_says_when_it_was_and_why(home, meetings):
    meetings[0].starts_at += timedelta(days=1)
    save_meeting(meeting=meetings[0], reason="A holiday")
    page = home()
    assert 'Moved. <del><span class="vh">was </span>Saturday 17 October, 16:00' in page
    assert "Reason for the last change: A holiday" in page and "Sunday 18 October</h2>" in page


def test_next_meeting_is_found_after_many_that_were_held_in_the_last_weeks(home, meetings):
    course = meetings[0].cohort.course
    Meeting.objects.bulk_create(
        Meeting(
            cohort=meetings[0].cohort,
            course=course,
            session=make_session(course),
            starts_at=STARTS - timedelta(days=3, hours=6 * number),
        )
        for number in range(MAX_COMING + 1)
    )
    assert home().count("Next meeting.") == 1


def test_change_of_clocks_before_a_later_meeting_is_announced(home, meetings):
    assert "Your clocks go back" not in home()  # no class after it
    meetings[1].starts_at += timedelta(weeks=1)
    meetings[1].save()
    words = "Your clocks go back on 25 October. From then, class starts an hour earlier for you."
    assert words in home()


def test_calendars_are_linked(home, meetings):
    page, next_meeting = home(), meetings[0]
    course, cohort = next_meeting.course.slug, next_meeting.cohort.slug
    assert reverse("meeting_ics", args=[course, cohort, next_meeting.session.slug]) in page
    assert reverse("cohort_ics", args=[course, cohort]) in page
    assert reverse("calendar") in page and "dates=20261017T150000Z%2F20261017T180000Z" in page


def test_bars_of_a_meeting_that_crosses_midnight_have_two_parts(home, meetings):
    def bars() -> int:
        return home().partition('class="clocks"')[2].partition("</dl>")[0].count("<rect")

    Meeting.objects.filter(pk=meetings[0].pk).update(starts_at=STARTS + timedelta(hours=4))
    assert bars() == 2  # 20:00 to 23:00 in London, 00:30 to 03:30 in India
    Meeting.objects.filter(pk=meetings[0].pk).update(starts_at=STARTS + timedelta(hours=3))
    assert bars() == 3  # 23:30 to 02:30 in India


def test_visitors_read_when_the_first_meeting_that_takes_place_is(client, meetings):
    with time_machine.travel(STARTS - timedelta(days=2), tick=False):
        assert "The next cohort starts on Saturday 17 October" in client.get("/").content.decode()
        save_meeting(meeting=meetings[0], cancelled=True, reason="Illness")
        assert "The next cohort starts on Saturday 24 October" in client.get("/").content.decode()
        invitation = client.get(reverse("join_with_code", args=[meetings[0].cohort.invite_code]), follow=True)
        assert "Saturday 24 October" in (page := invitation.content.decode()) and "17 October" not in page
