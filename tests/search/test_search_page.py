"""The search page and its states, without JavaScript."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_course, make_learner, make_session, make_staff, make_user
from tests.search.conftest import write_lab, write_lesson, write_quiz
from tests.search.test_finding import GIT, HOSTILE, KUBERNETES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_searches_yet():
    caches["searches"].clear()


@pytest.fixture
def course():
    course = make_course("mlops", title="MLOps")
    session = make_session(course, title="First evening", slug="first")
    write_quiz(write_lesson(GIT, session=session, slug="git", title="Git basics"), "Git quiz")
    write_lesson(KUBERNETES, session=session, slug="kubernetes", public=True)
    write_lab(course, "conflict", "## Steps\n\nMerge, then resolve.", title="Resolve a conflict")
    return course


@pytest.fixture
def learner(course, client):
    client.force_login(make_learner(course).user)
    return client


def search(client, typed, status=200):
    # Browsers send no half of a surrogate pair, but others can.
    response = client.get(f"/search?q={quote(typed.encode('utf-8', 'surrogatepass'))}")
    assert response.status_code == status
    return response.content.decode()


def heading(page):
    return unescape(re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1].strip())


def links(page):
    main = page.partition("<main")[2].partition("</main>")[0]
    return dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', main))


def field(page):
    return unescape(re.search(r'id="page--search" value="([^"]*)"', page)[1])


def test_results_are_grouped_and_link_to_the_heading_and_the_words(learner):
    page = search(learner, "merge conflict")
    assert heading(page) == "2 results for ‘merge conflict’"
    assert f"<title>{'2 results for ‘merge conflict’'}" in page
    assert re.findall(r'<h2 id="page--found-(\w+)">(\w+)</h2>', page) == [
        ("lesson", "Lessons"),
        ("lab", "Labs"),
    ]
    assert links(page)["/courses/mlops/git/#resolving-a-conflict:~:text=merge%20conflict"] == "Git basics"
    assert "<small>First evening / Resolving a conflict</small>" in page
    assert "a <mark>merge</mark> <mark>conflict</mark>." in page
    assert field(page) == "merge conflict"


def test_term_is_shown_with_its_meaning_and_where_it_is_defined(learner):
    page = search(learner, "pod")
    assert "<small>First evening / Kubernetes</small>" in page
    assert "The smallest unit that is scheduled." in page
    assert links(page)["/courses/mlops/kubernetes/#first-steps"] == "Pod"


def test_mistyped_word_is_asked_about_and_sessions_are_offered(learner):
    page = search(learner, "kubctl")
    assert heading(page) == "Nothing matches ‘kubctl’"
    assert 'Did you mean <a href="?q=kubectl">kubectl</a>?' in page
    assert "/courses/mlops/kubernetes/#first-steps:~:text=kubectl%20get%20pods.%20Each%20pod" in links(page)
    assert links(page)["/courses/mlops/#session-first"] == "First evening"


def test_nothing_found_offers_the_sessions(learner):
    page = search(learner, "xyzzy")
    assert heading(page) == "Nothing matches ‘xyzzy’"
    assert links(page) == {"/courses/mlops/#session-first": "First evening"}


def test_some_of_the_words(learner):
    page = search(learner, "branch kubectl")
    assert heading(page) == "No page has all the words of ‘branch kubectl’. 2 have some"


@pytest.mark.parametrize("typed", ["", "a", "*", "  "])
def test_fewer_than_two_letters_search_nothing(learner, typed, django_assert_max_num_queries):
    page = search(learner, typed)
    assert heading(page) == "Search"
    assert ("Type at least two letters" in page) == bool(typed.strip())
    assert links(page) == {}


def test_visitor_finds_public_lessons_and_the_sessions_of_their_courses(client, course):
    page = search(client, "kubectl")
    assert list(links(page).values()) == ["Kubernetes"]
    assert links(search(client, "conflict")) == {"/courses/mlops/#session-first": "First evening"}


def test_draft_is_marked_for_staff(client, course):
    write_lesson("Kubectl.", session=course.sessions.get(), slug="plan", status="draft")
    client.force_login(make_staff(course))
    assert search(client, "kubectl").count('<span class="chip warn">Draft</span>') == 1


def test_lesson_that_opens_later_has_a_title_and_no_link(learner, course):
    fields = {"status": "scheduled", "publish_at": timezone.now() + timedelta(days=1), "title": "Haystack"}
    write_lesson("Straw.", session=course.sessions.get(), slug="later", **fields)
    page = search(learner, "haystack")
    assert "<b>Haystack</b>" in page and "Not open yet" in page and "Straw" not in page
    assert links(page) == {}
    staff = Client()
    staff.force_login(make_staff(course))
    page = search(staff, "haystack")
    assert '<span class="chip warn">Scheduled</span>' in page
    assert links(page) == {"/courses/mlops/later/": "Haystack"}


def test_course_is_named_if_the_results_are_of_several(client, course):
    write_lesson(
        "Kubectl.", session=make_session(make_course(title="Other course")), slug="more", public=True
    )
    page = search(client, "kubectl")
    assert "<small>MLOps / First evening / First steps</small>" in page
    assert "<small>Other course / " in page


def test_hostile_query_is_shown_as_text_and_found_or_not(learner, settings):
    settings.SEARCHES_PER_MINUTE = 1000
    for typed in [*HOSTILE, "<script>alert(1)</script>", '" onfocus="alert(1)']:
        page = search(learner, typed)
        assert "<script>alert" not in page and 'onfocus="' not in page
    assert field(search(learner, "git\x00 <b>")) == "git  <b>"
    assert "Only the first 12 different words count." in search(learner, " ".join(f"w{n}" for n in range(20)))


def test_text_of_a_lesson_is_shown_as_text(client):
    write_lesson("Say `<script>alert(1)</script>` to kubectl.", public=True)
    page = search(client, "kubectl")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_sixty_searches_a_minute_and_the_words_stay(learner, settings, course, one_minute):
    settings.SEARCHES_PER_MINUTE = 3
    for _ in range(3):
        search(learner, "git")
    page = search(learner, "merge conflict", status=429)
    assert (heading(page), field(page)) == ("Too many searches", "merge conflict")
    assert search(learner, "")  # the empty page is none
    assert search(Client(REMOTE_ADDR="10.0.0.1"), "git")
    other = Client()
    other.force_login(make_learner(course).user)
    assert search(other, "git")


def test_visitors_are_counted_by_address(client, settings, one_minute):
    settings.SEARCHES_PER_MINUTE = 1
    assert search(Client(REMOTE_ADDR="10.0.0.1"), "git")
    search(Client(REMOTE_ADDR="10.0.0.1"), "git", status=429)
    assert search(Client(REMOTE_ADDR="10.0.0.2"), "git")


QUERIES = {"git": 12, "kubctl": 20, "xyzzy": 11, "": 3}


@pytest.mark.parametrize("count", [1, 15])
def test_queries_do_not_grow_with_results_and_write_nothing(client, course, count):
    session = course.sessions.get()
    for number in range(count):
        slug = f"more-{number}"
        write_quiz(write_lesson(f"{GIT}\n\nKubectl.\n", session=session, slug=slug), "Git quiz")
        write_lab(course, slug, "Git, kubectl.", title="Git lab")
    client.force_login(make_learner(course).user)
    asked = {}
    for typed in QUERIES:
        with CaptureQueriesContext(connection) as captured:
            search(client, typed)
        asked[typed] = len(captured)
        assert not [query["sql"] for query in captured if not query["sql"].strip().startswith("SELECT")]
    assert asked == QUERIES


def test_missing_page_has_the_search_field(client):
    page = client.get("/nowhere/").content.decode()
    assert field(page) == ""


def test_address_with_a_slash_leads_to_the_page(client):
    response = client.get("/search/?q=git")
    assert (response.status_code, response.url) == (302, "/search?q=git")


def test_user_without_a_course_is_answered(client):
    client.force_login(make_user())
    assert heading(search(client, "git")) == "Nothing matches ‘git’"
