"""The form of a lesson, quiz or lab says who else has it open, and forgets them by itself."""

import re
import threading

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from lessons.models import Lesson, Presence
from lessons.presence import KEPT, LASTS, end_presence, note_presence
from portal.accounts.roles import instructors
from tests.authoring.conftest import lesson_fields
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_course, make_lab, make_lesson, make_quiz, make_session, make_staff, make_user
from tests.release.test_release_in_browser import look_at
from tests.staff.conftest import change_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course(title="MLOps Edu")


def make_author(course, name):
    user = make_staff(course, make_user(is_staff=True, name=name))
    user.groups.add(instructors())
    return user


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def presence_of(item) -> str:
    return reverse(f"admin:{item._meta.label_lower.replace('.', '_')}_presence", args=[item.pk])


def said(response) -> str:
    found = re.search(r"data-presence=\S+( hidden)?>(.*?)</p>", response.content.decode())
    return found[2]


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_both_are_told_of_each_other_with_the_time(course, kind):
    lesson = make_lesson(make_session(course))
    item = (lesson, make_quiz(lesson=lesson), make_lab(course))[kind]
    one, other = (sign_in(make_author(course, name)) for name in ("Author <A>", "Author B"))
    with time_machine.travel("2026-11-28T15:44:00+00:00", tick=False):
        assert said(one.get(change_address(item))) == ""
    with time_machine.travel("2026-11-28T15:44:50+00:00", tick=False):
        assert said(other.get(change_address(item))).startswith(
            "Others have this form open: Author &lt;A&gt;, since 21:14."
        )
        answer = one.post(presence_of(item))
        assert answer.content.decode().startswith("Others have this form open: Author B, since 21:14.")
        assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_form_that_is_no_longer_open_is_forgotten(course):
    lesson = make_lesson(make_session(course))
    one, other = (sign_in(make_author(course, name)) for name in "AB")
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        one.post(presence_of(lesson))
        clock.shift(LASTS)
        assert "A, since" in other.post(presence_of(lesson)).content.decode()
        clock.shift(1)
        assert other.post(presence_of(lesson)).content == b""
        # Back after a pause, A has the form open anew.
        one.post(presence_of(lesson))
        assert Presence.objects.get(user__name="A").since == timezone.now()
        clock.shift(KEPT.total_seconds() + 1)
        other.post(presence_of(lesson))
        assert [each.user.name for each in Presence.objects.all()] == ["B"]


@pytest.mark.django_db(transaction=True)
def test_many_heartbeats_at_once_raise_no_error(course):
    lesson = make_lesson(make_session(course))
    author = make_author(course, "A")
    start, errors = threading.Barrier(4), list[Exception]()

    def beat() -> None:
        try:
            start.wait()
            for _ in range(10):
                note_presence(user=author, row=lesson)
                end_presence(user=author, row=lesson)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_saving_and_leaving_ends_it_and_a_second_save_is_refused_with_both_texts(course):
    lesson = make_lesson(make_session(course), source="Some text.")
    one, other = (sign_in(make_author(course, name)) for name in "AB")
    pages = [client.get(change_address(lesson)).content.decode() for client in (one, other)]
    seen = [re.search(r'name="version" value="(\w+)"', page)[1] for page in pages]
    fields = lesson_fields(lesson, source="Text of A.", version=seen[0])
    assert one.post(change_address(lesson), fields).status_code == 302
    assert other.post(presence_of(lesson)).content == b""
    refused = other.post(change_address(lesson), lesson_fields(lesson, source="Text of B.", version=seen[1]))
    page = refused.content.decode()
    assert "Not saved: someone saved a newer version while you were writing." in page
    assert "Text of A.</del>" in page
    assert "Text of B.</ins>" in page
    assert Lesson.objects.get().source == "Text of A."


def test_presence_is_for_staff_of_the_course(course):
    lesson = make_lesson(make_session(course))
    make_author(course, "A")
    for user, status in (
        (make_author(make_course(), "elsewhere"), 404),
        (make_user(), 302),
        (make_user(is_staff=True), 404),
    ):
        assert sign_in(user).post(presence_of(lesson)).status_code == status
    assert sign_in(make_author(course, "C")).get(presence_of(lesson)).status_code == 405
    assert not Presence.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", LOOKS)
def test_the_line_appears_and_goes_without_a_reload(browser, live_server, course, options):
    lesson = make_lesson(make_session(course), source="Some text.")
    author, other = make_author(course, "Author A"), make_author(course, "Author B")
    with open_context(browser, live_server, author, **options()) as context:
        page = context.new_page()
        page.clock.install()
        page.goto(change_address(lesson))
        line = page.locator("[data-presence]")
        expect(line).to_be_hidden()
        client = sign_in(other)
        client.get(change_address(lesson))
        page.clock.run_for(16_000)
        expect(line).to_contain_text("Others have this form open: Author B, since")
        look_at(page, "presence", options)
        assert not widens(page)
        assert [each for each in axe_violations(page) if "presence" in each] == []
        Presence.objects.filter(user=other).delete()
        page.clock.run_for(16_000)
        expect(line).to_be_hidden()
