"""A public lesson is kept whole for those without a log-in, and for nobody else."""

import time

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.test import Client

from lessons.models import Lesson
from tests.factories import make_learner, make_lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    return make_lesson(public=True, html="<p>First words.</p>")


@pytest.fixture
def kept(lesson, client) -> str:
    """The address of a lesson that somebody has just read, and whose text is another since."""
    client.get(lesson.get_absolute_url())
    Lesson.objects.update(html="<p>Other words.</p>")
    return lesson.get_absolute_url()


def test_a_kept_page_asks_the_database_nothing(kept, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get(kept)
    assert b"First words." in response.content
    assert response["Vary"] == "Cookie"
    assert response["Content-Security-Policy"]


def test_a_kept_page_is_rendered_anew_after_a_while(kept, client):
    later = time.time() + settings.CACHES["pages"]["TIMEOUT"] + 1
    with time_machine.travel(later):
        assert b"Other words." in client.get(kept).content


def test_each_theme_is_kept_by_itself(kept):
    client = Client()
    client.cookies["theme"] = "dark"
    page = client.get(kept).content
    assert b'data-theme="dark"' in page
    assert b"Other words." in page


def test_a_page_with_a_query_is_not_kept(kept, client):
    assert b"Other words." in client.get(f"{kept}?from=mail").content


def test_whoever_is_signed_in_reads_what_stands_now(kept, lesson, client):
    client.force_login(make_learner(lesson.course).user)
    assert b"Other words." in client.get(kept).content


def test_a_page_that_is_not_there_is_not_kept(client):
    address = "/courses/none/none/"
    assert client.get(address).status_code == 302
    assert caches["pages"].get(f":{address}") is None
