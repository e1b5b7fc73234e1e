"""Staff see a course as a cohort would at any time, on pages that store nothing and lead to no page that does."""

import re
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labs.file_questions.question import FileQuestion
from labs.models import Lab, Submission
from lessons.actions import save_quiz
from lessons.models import Answer, Attempt, Lesson, Meeting, Quiz, Reading, Tick
from lessons.quizzes.kinds.free_text import FreeText
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_cohort, make_course, make_lab, make_lesson, make_quiz
from tests.quiz_pages.examples import quiz_source
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


@pytest.mark.daily(3)
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
    for lesson in ("", "start", "merging", "as-learner/home", "as-learner/progress"):
        page = address(course, ends, lesson=lesson).replace("/home/as-learner", "/home")
        page = page.replace("/progress/as-learner", "/progress")
        response = staff.get(page)
        assert response.status_code == 200
        assert 'method="post"' not in main(response)
        assert "data-place" not in main(response)
        assert "connect-src 'none'" in response.headers["Content-Security-Policy"]
        assert staff.post(page).status_code == 405
    for model in (Reading, Tick, Attempt, Submission):
        assert not model.objects.exists()


def page_at(course, path, when, cohort="autumn") -> str:
    at = when.astimezone(ZoneInfo(course.time_zone)).strftime("%Y-%m-%dT%H:%M")
    return f"{course.get_absolute_url()}{path}?{urlencode({'cohort': cohort, 'at': at})}"


PAGES = ("as-learner/home/", "as-learner/progress/", "quizzes/start/as-learner/", "labs/first/as-learner/")


def test_every_page_has_the_band_and_links_only_inside_the_view(term, staff, ends):
    course = term[0]
    for path in PAGES:
        page = main(staff.get(page_at(course, path, ends)))
        band, rest = page.partition("</section>")[::2]
        assert "You’re viewing this as a learner" in band
        assert "Stop viewing" in band
        inside = [link for link in re.findall(r'href="([^"#]+)', rest) if link.startswith("/courses/")]
        inside = [link for link in inside if not link.endswith(("lab.yaml", "workflow.yml", ".ics"))]
        assert inside or path.startswith("labs")
        assert [link for link in inside if "cohort=autumn" not in link] == []


def test_home_and_progress_are_those_of_a_new_learner(term, staff, ends):
    """The words are the same as on the pages of a learner who has done nothing yet."""
    course, learner, _ = term
    Meeting.objects.update(starts_at=ends)  # the view has whole minutes
    own = Client()
    own.force_login(learner)
    for path, url in (
        ("as-learner/home/", "/"),
        ("as-learner/progress/", f"{course.get_absolute_url()}progress/"),
    ):
        shown = main(staff.get(page_at(course, path, timezone.now()))).partition("</section>")[2]
        theirs = main(own.get(url)).partition('<p class="quiet more">')[0].partition(">")[2]
        theirs = re.sub(r'<p class="small flat">Download .*?</p>', "", theirs)
        # steps that a person takes
        theirs = re.sub(r'<section [^>]*labelledby="set-up-.*?</section>', "", theirs, flags=re.DOTALL)
        assert words(shown) == words(theirs)


def words(html: str) -> list[str]:
    return re.sub("<[^>]*>", " ", html).split()


def test_home_counts_from_the_chosen_time(term, staff, ends):
    course = term[0]
    before = main(staff.get(page_at(course, "as-learner/home/", ends - timedelta(days=3))))
    assert "Starts in 2 days" in before
    assert "How to merge" not in before
    assert "Live now" in main(staff.get(page_at(course, "as-learner/home/", ends - timedelta(minutes=5))))
    after = main(staff.get(page_at(course, "as-learner/home/", ends + timedelta(minutes=1))))
    assert "How to merge" in after


def test_quizzes_and_labs_open_when_they_do_for_the_cohort(term, staff, ends):
    course = term[0]
    for path in ("quizzes/merging/as-learner/", "labs/merge/as-learner/"):
        assert "is not open yet" in main(staff.get(page_at(course, path, ends - timedelta(minutes=1))))
        assert "is not open yet" not in main(staff.get(page_at(course, path, ends + timedelta(minutes=1))))
        assert staff.get(page_at(course, path.replace("merg", "none"), ends)).status_code == 404
    Lab.objects.filter(slug="first").update(status="draft")
    Quiz.objects.filter(slug="start").update(status="draft")
    for path in PAGES[2:]:
        assert staff.get(page_at(course, path, ends)).status_code == 404


def answers_of(response) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="(answers|place)" value="([^"]*)"', main(response))
    return dict(fields)


def test_an_attempt_is_marked_and_reviewed_but_not_stored(term, staff, ends):
    course = term[0]
    quiz = Quiz.objects.get(slug="start")
    quiz.source = quiz_source(release="now")
    save_quiz(quiz=quiz)
    attempt = page_at(course, "quizzes/start/as-learner/attempt/", ends)
    assert staff.get(attempt).url == page_at(course, "quizzes/start/as-learner/", ends)
    page = staff.post(attempt)
    total = int(re.search(r"question 1 of (\d+)", main(page))[1])
    flagged = {"flagged": "on"}
    for place in range(1, total + 1):
        assert f"question {place} of {total}" in main(page)
        assert "quiz.js" not in page.content.decode()
        page = staff.post(
            attempt, {**answers_of(page), **typed_answer(page), **flagged, "go": str(place + 1)}
        )
        flagged = {}
    assert int(re.search(rf"(\d+) of {total} questions answered", main(page))[1]) >= 5
    assert main(page).count("Flagged") == 1
    state = answers_of(page)
    back = staff.post(attempt, {**state, "go": "1"})
    assert " checked" in main(back)
    review = staff.post(attempt, {**state, "go": "submit"})
    assert "The pass mark is" in main(review)
    assert "Correct answer" in main(review)
    assert main(review).count('class="reviewed"') == total
    for model in (Attempt, Answer, Reading):
        assert not model.objects.exists()


def typed_answer(page) -> dict[str, str]:
    # The first option of each field, or a number.
    fields = re.findall(
        r'<input[^>]*type="(radio|checkbox)"[^>]*name="(answer[^"]*)"[^>]*value="([^"]*)"', main(page)
    )
    found = {name: value for _, name, value in reversed(fields)}
    texts = re.findall(
        r'<input[^>]*name="(answer[^"]*)"[^>]*type="text"|<input[^>]*type="text"[^>]*name="(answer[^"]*)"',
        main(page),
    )
    return found | {one or other: "1" for one, other in texts}


def test_an_answer_that_cannot_be_read_is_refused_and_kept_in_its_field(term, staff, ends):
    course = term[0]
    quiz = Quiz.objects.get(slug="start")
    start = "---\ntitle: T\npass_mark: 70\nattempts: 1\nrelease: now\n---\n\n"
    quiz.source = f"{start}## How many? {{#many}}\n= 3\n> Three.\n"
    save_quiz(quiz=quiz)
    attempt = page_at(course, "quizzes/start/as-learner/attempt/", ends)
    page = staff.post(attempt, {**answers_of(staff.post(attempt)), "answer": "two", "go": "summary"})
    assert page.status_code == 422
    assert "Not saved." in main(page)
    assert 'value="two"' in main(page)
    page = staff.post(attempt, {**answers_of(page), "answer": "3", "go": "summary"})
    assert "1 of 1 questions answered" in main(page)
    assert "100%" in main(staff.post(attempt, {**answers_of(page), "go": "submit"}))


def test_answers_that_are_marked_later_wait_in_the_view_as_well(term, staff, ends):
    course = term[0]
    quiz = Quiz.objects.get(slug="start")
    start = "---\ntitle: T\npass_mark: 70\nattempts: 1\nrelease: now\n---\n\n"
    quiz.source = f"{start}{FreeText.example}\n{FileQuestion.example}"
    save_quiz(quiz=quiz)
    attempt = page_at(course, "quizzes/start/as-learner/attempt/", ends)
    page = staff.post(
        attempt, {**answers_of(staff.post(attempt)), "answer": "Conflicts\r\n\r\nhurt", "go": "2"}
    )
    assert "name: Tests</textarea>" in main(page)
    page = staff.post(attempt, {**answers_of(page), "answer": "on: push", "go": "1"})
    assert "\nConflicts\n\nhurt</textarea>" in main(page)
    page = staff.post(attempt, {**answers_of(page), "answer": "Conflicts", "go": "summary"})
    review = main(staff.post(attempt, {**answers_of(page), "go": "submit"}))
    assert "7 points are not known yet" in review
    assert review.count("Waiting for marking, ") == 2


@pytest.mark.parametrize("state", ["x", "e30:1:2", ""])
def test_forged_answers_and_odd_positions_start_again(term, staff, ends, state):
    attempt = page_at(term[0], "quizzes/start/as-learner/attempt/", ends)
    for go in ("0", "99999", "x", "²", "submit"):
        response = staff.post(attempt, {"answers": state, "place": go, "go": go})
        assert response.status_code == (302 if state else 200)


def test_other_people_do_not_open_these_pages(term, staff, ends):
    course, learner, _ = term
    for user, status in ((learner, 403), (make_instructor(make_course()), 404), (None, 302)):
        client = Client()
        if user:
            client.force_login(user)
        for path in (*PAGES, "quizzes/start/as-learner/attempt/"):
            assert client.get(page_at(course, path, ends)).status_code == status
    assert client.post(page_at(course, "quizzes/start/as-learner/attempt/", ends)).status_code == 302


QUERIES = dict(zip(PAGES, (22, 14, 9, 11), strict=True))


@pytest.mark.daily(2)
@pytest.mark.parametrize("path", PAGES)
def test_queries_of_the_pages_do_not_grow(term, staff, ends, path):
    course = term[0]
    for number in (0, 5):
        for more in range(number):
            session = course.sessions.first()
            make_quiz(lesson=make_lesson(session, f"more-{more}", lab_slugs=[f"lab-{more}"]))
            make_lab(course, f"lab-{more}")
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(page_at(course, path, ends + timedelta(days=1))).status_code == 200
        assert len(captured) == QUERIES[path]


@pytest.mark.browser
@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", LOOKS)
def test_the_pages_of_the_view_are_accessible_and_fit(browser, live_server, term, ends, options):
    course, _, instructor = term
    with open_context(browser, live_server, instructor, **options(java_script_enabled=True)) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(page_at(course, path, ends + timedelta(minutes=1)))
            look_at(page, f"view-{path.strip('/').replace('/', '-')}", options)
            assert axe_violations(page) == []
            assert not widens(page)
        page.goto(page_at(course, "quizzes/start/as-learner/", ends))
        page.get_by_role("button", name="Start").click()
        for name in ("question", "summary", "review"):
            page.wait_for_load_state()
            look_at(page, f"view-{name}", options)
            assert axe_violations(page) == []
            assert not widens(page)
            if name == "question":
                while page.get_by_role("button", name="Submit answers").count() == 0:
                    page.locator("#continue").click()
                    page.wait_for_load_state()
            elif name == "summary":
                page.get_by_role("button", name="Submit answers").click()


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
