"""The planned minutes of a session's lessons become the plan of its evening, for staff only."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons import actions
from lessons.models import CourseStaff, Meeting
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_cohort, make_course, make_enrollment, make_lesson, make_session, make_user
from tests.release.test_release_in_browser import look_at

pytestmark = pytest.mark.django_db

TEXT = """\
## A first commit

::: minutes
100
20 Live: a `first` commit
:::

::: staff
::: minutes
10 Break
:::
:::
"""


@pytest.fixture
def session():
    """Two lessons with 130 and 60 planned minutes, a draft without, and a meeting of three hours at 20:30 IST."""
    course = make_course("mlops", title="MLOps Edu")
    session = make_session(course, slug="git", title="Working with Git")
    for slug, source in (
        ("commits", TEXT),
        ("branches", "::: minutes 60 Two branches\n:::\n"),
        ("later", "Text.\n"),
    ):
        lesson = make_lesson(session, slug, title=slug.title(), source=source)
        actions.save_lesson(lesson=lesson)
    meet(session, "autumn", datetime(2031, 11, 29, 15, tzinfo=UTC), 180)
    return session


def meet(session, cohort, starts_at, minutes, zone="Asia/Kolkata"):
    cohort = make_cohort(session.course, slug=cohort, title=cohort.title(), time_zone=zone)
    return Meeting.objects.create(cohort=cohort, session=session, starts_at=starts_at, minutes=minutes)


def page_of(session, user=None, query="", status=200) -> str:
    client = Client()
    client.force_login(user or make_instructor(session.course))
    response = client.get(address(session) + query)
    assert response.status_code == status
    return response.content.decode()


def address(session) -> str:
    return reverse("evening_plan", args=[session.course.slug, session.slug])


def rows(page: str) -> list[list[str]]:
    found = re.findall(r"<tr>(<td.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in found]
    return [[" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row] for row in cells]


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page.partition("<main")[2]).split())


def test_each_part_has_its_start_and_the_last_ones_run_over(session):
    page = page_of(session)
    assert rows(page) == [
        ["20:30", "A first commit Commits", "100"],
        ["22:10", "Live: a first commit Commits", "20"],
        ["22:30", "Break Commits", "10"],
        ["22:40", "Two branches Branches 10 min over", "60"],
    ]
    assert "20:30 to 23:30 IST" in page
    assert "190 of 180 minutes are planned. The last 10 minutes run over: the plan ends at 23:40." in words(
        page
    )
    assert re.search("Without planned minutes.*Later", words(page))


@pytest.mark.parametrize(
    ("minutes", "summary"),
    [
        (190, "190 of 190 minutes are planned. Start"),
        (191, "1 minute is left"),
        (189, "The last 1 minute runs over"),
    ],
)
def test_the_sum_is_compared_with_the_meeting(session, minutes, summary):
    Meeting.objects.update(minutes=minutes)
    assert summary in words(page_of(session))


def test_a_part_after_the_end_is_over_as_a_whole(session):
    Meeting.objects.update(minutes=110)
    over = [re.findall("[0-9]+ min over", row[1]) for row in rows(page_of(session))]
    assert over == [[], ["10 min over"], ["10 min over"], ["60 min over"]]


def test_a_cohort_is_chosen_and_clocks_may_change_in_the_evening(session):
    # The clocks of Berlin go back at 01:00 UTC.
    meet(session, "berlin", datetime(2031, 10, 25, 23, tzinfo=UTC), 180, "Europe/Berlin")
    page = page_of(session, query="?cohort=berlin")
    assert [row[0] for row in rows(page)] == ["01:00", "02:40", "02:00", "02:10"]
    assert '<a href="?cohort=autumn">' in page
    page_of(session, query="?cohort=none", status=404)


def test_the_next_meeting_comes_first(session):
    past = meet(session, "spring", timezone.now() - timedelta(days=9), 180)
    assert "Autumn, " in words(page_of(session))
    Meeting.objects.exclude(pk=past.pk).delete()
    assert "Spring, " in words(page_of(session))


def test_without_a_meeting_the_times_start_at_zero(session):
    Meeting.objects.all().delete()
    page = page_of(session)
    assert [row[0] for row in rows(page)] == ["0:00", "1:40", "2:00", "2:10"]
    assert "190 minutes are planned." in words(page)
    session.lessons.all().delete()
    assert "This session has no lessons yet." in page_of(session)


def test_the_staff_of_the_course_open_it_and_nobody_else(session):
    course = session.course
    assistant = make_user(is_staff=True)
    CourseStaff.objects.create(course=course, user=assistant, role="assistant")
    learner = make_enrollment(cohort=course.cohorts.get()).user
    page_of(session, assistant)
    page_of(session, learner, status=403)
    page_of(session, make_instructor(make_course()), status=404)
    assert Client().get(address(session)).status_code == 302
    client = Client()
    client.force_login(assistant)
    assert client.post(address(session)).status_code == 405
    assert address(session) in client.get(course.get_absolute_url()).content.decode()
    client.force_login(learner)
    assert address(session) not in client.get(course.get_absolute_url()).content.decode()


def test_queries_of_the_plan_do_not_grow(session):
    counts = []
    for number in range(2):
        client = Client()
        client.force_login(make_instructor(session.course))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(session)).status_code == 200
        counts.append(len(captured))
        for more in range(4):
            lesson = make_lesson(session, f"more-{number}-{more}", source=TEXT)
            actions.save_lesson(lesson=lesson)
            meet(session, f"more-{number}-{more}", timezone.now(), 60)
    assert counts == [6, 6]


@pytest.mark.browser
@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", LOOKS)
def test_plan_and_lesson_for_staff_are_accessible(browser, live_server, session, options):
    meet(session, "spring", timezone.now() + timedelta(days=2), 240)
    lesson = session.lessons.get(slug="commits")
    lesson.source = (
        "::: objectives\n- Record a change\n- Undo it\n:::\n\nText.\n\n" + TEXT + "\n::: staff Before class\n"
        "Open the [terminal](https://example.org).\n\n```bash\ngit status\n```\n:::\n\n"
        "::: key-points\n- A parent.\n:::\n"
    )
    actions.save_lesson(lesson=lesson)
    with open_context(browser, live_server, make_instructor(session.course), **options()) as context:
        page = context.new_page()
        for name, url in (("plan", address(session)), ("lesson", lesson.get_absolute_url())):
            page.goto(url)
            look_at(page, f"evening-{name}", options)
            assert axe_violations(page) == []
            assert not widens(page)
