"""Staff see a course as a cohort would at any time, on pages that store nothing and lead to no page that does."""

import re
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from labs.models import Submission
from lessons.models import Attempt, Lesson, Meeting, Reading, Tick
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_cohort, make_course, make_lesson
from tests.release.test_release_in_browser import look_at

pytestmark = pytest.mark.django_db


def address(course, when=None, cohort="autumn", lesson="") -> str:
    base = f"{course.get_absolute_url()}{lesson and lesson + '/'}as-learner/"
    at = when and when.astimezone(ZoneInfo(course.time_zone)).strftime("%Y-%m-%dT%H:%M")
    return f"{base}?{urlencode({'cohort': cohort, 'at': at})}" if at else base


@pytest.fixture
def staff(term):
    client = Client()
    client.force_login(term[2])
    return client


@pytest.fixture
def ends(term):
    return Meeting.objects.get().ends_at


def main(response) -> str:
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_the_outline_and_its_lessons_are_those_of_the_chosen_time(term, staff, ends):
    course = term[0]
    for when, is_open in ((ends - timedelta(minutes=1), False), (ends + timedelta(minutes=1), True)):
        page = main(staff.get(address(course, when)))
        links = re.findall(r'href="([^"]*as-learner[^"]*)"', page)
        assert any("/merging/as-learner/" in link for link in links) is is_open
        assert all("cohort=autumn" in link and "at=" in link for link in links)
        lesson = staff.get(address(course, when, lesson="merging"))
        assert lesson.status_code == 200
        assert ("is not open yet" in main(lesson)) is not is_open
    assert "lesson_read" not in page


def test_the_learner_sees_what_the_view_shows(term, staff, ends):
    """The view at this moment lists the same lines as the learner's own page."""
    course, learner, _ = term
    own = Client()
    own.force_login(learner)

    pages = main(staff.get(address(course))), main(own.get(course.get_absolute_url()))
    rows = [re.findall(r'<li class="row.*?</li>', page, re.DOTALL) for page in pages]
    rows = [[" ".join(re.sub("<[^>]*>", "", row).split()) for row in each] for each in rows]
    assert rows[0] == rows[1] != []


def test_another_cohort_without_dates_waits(term, staff, ends):
    course = term[0]
    make_cohort(course, slug="spring", title="Spring")
    for cohort in ("spring", ""):
        page = main(staff.get(address(course, ends + timedelta(days=9), cohort)))
        assert "which has no date yet" in page
        assert "/merging/as-learner/" not in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("cohort=none&at=2026-11-28T20:30", "This course has no such cohort."),
        ("cohort=autumn&at=Saturday", "Enter a date and a time, such as 2026-11-28T20:30."),
        ("cohort=autumn&at=0001-01-01T00:00", "Enter a date from 2000 to 2199."),
        ("cohort=autumn&at=", "This field is required."),
        ("cohort=a%00b&at=2026-11-28T20:30", "Null characters are not allowed."),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_words(term, staff, query, message):
    response = staff.get(f"{address(term[0])}?{query}")
    assert response.status_code == 422
    assert message in main(response)
    assert staff.get(f"{term[0].get_absolute_url()}start/as-learner/?{query}").status_code == 200


def test_a_draft_is_not_there_and_other_courses_are_closed(term, staff, ends):
    course, learner, _ = term
    draft = make_lesson(course.sessions.first(), "hidden", status=Lesson.Status.DRAFT, title="Hidden draft")
    assert "Hidden draft" not in main(staff.get(address(course, ends)))
    assert staff.get(address(course, ends, lesson=draft.slug)).status_code == 404
    for user, status in ((learner, 403), (make_instructor(make_course()), 404), (None, 302)):
        client = Client()
        if user:
            client.force_login(user)
        assert client.get(address(course, ends)).status_code == status
        assert client.get(address(course, ends, lesson="start")).status_code == status


def test_viewing_stores_nothing_and_posts_nothing(term, staff, ends):
    course = term[0]
    Lesson.objects.update(
        html='<ul class="checklist"><li data-key="git">Git</li></ul>', checklist=[["git", "Git"]]
    )
    for lesson in ("", "start", "merging"):
        response = staff.get(address(course, ends, lesson=lesson))
        assert 'method="post"' not in main(response)
        assert "data-place" not in main(response)
        assert "connect-src 'none'" in response.headers["Content-Security-Policy"]
        assert staff.post(address(course, ends, lesson=lesson)).status_code == 405
    for model in (Reading, Tick, Attempt, Submission):
        assert not model.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", LOOKS)
def test_staff_choose_a_cohort_and_a_time_and_stop_by_one_click(browser, live_server, term, ends, options):
    course, _, instructor = term
    with open_context(browser, live_server, instructor, **options(java_script_enabled=True)) as context:
        page = context.new_page()
        page.goto(course.get_absolute_url())
        page.get_by_role("link", name="View as a learner").click()
        assert page.get_by_role("link", name="How to merge two branches").count() == 0
        look_at(page, "view-outline", options)
        assert axe_violations(page) == []
        assert not widens(page)
        local = (ends + timedelta(hours=1)).astimezone(ZoneInfo(course.time_zone))
        page.get_by_label("Time").fill(local.strftime("%Y-%m-%dT%H:%M"))
        page.get_by_role("button", name="View", exact=True).click()
        page.get_by_role("heading", name="Branches and merges").click()
        page.get_by_role("link", name="How to merge two branches").click()
        page.wait_for_url("**/merging/as-learner/**")
        look_at(page, "view-lesson", options)
        assert axe_violations(page) == []
        assert not widens(page)
        page.get_by_role("link", name="Stop viewing").click()
        page.wait_for_url("**/merging/")
        assert page.get_by_text("You’re viewing this").count() == 0
