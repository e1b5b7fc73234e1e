"""A public lesson is cached whole for visitors who are not signed in, and for nobody else."""

import re
import time

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.middleware.csrf import _does_token_match
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.models import Enrollment, Lesson
from tests.factories import make_learner, make_lesson, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    return make_lesson(public=True, html="<p>First words.</p>")


@pytest.fixture
def kept(lesson, client) -> str:
    """Return the URL of a lesson that was just read and then changed."""
    client.get(lesson.get_absolute_url())
    Lesson.objects.update(html="<p>Other words.</p>")
    return lesson.get_absolute_url()


def test_a_cached_page_needs_no_query(kept, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get(kept)
    assert b"First words." in response.content
    assert response["Vary"] == "Cookie"
    assert response["Content-Security-Policy"]


def test_a_cached_page_expires(kept, client):
    later = time.time() + settings.CACHES["pages"]["TIMEOUT"] + 1
    with time_machine.travel(later):
        assert b"Other words." in client.get(kept).content


def test_each_theme_is_cached_separately(kept):
    client = Client()
    client.cookies["theme"] = "dark"
    page = client.get(kept).content
    assert b'data-theme="dark"' in page
    assert b"Other words." in page


def test_a_page_with_a_query_string_is_not_cached(kept, client):
    assert b"Other words." in client.get(f"{kept}?from=mail").content


def test_a_signed_in_user_sees_the_current_text(kept, lesson, client):
    client.force_login(make_learner(lesson.course).user)
    assert b"Other words." in client.get(kept).content


def test_a_missing_page_is_not_cached(client):
    address = "/courses/none/none/"
    assert client.get(address).status_code == 302
    assert caches["pages"].get(f":{address}") is None


@pytest.fixture
def learner_of():
    def signed_in(lesson, **fields) -> Client:
        client = Client()
        client.force_login(make_learner(lesson.course, **fields).user)
        return client

    return signed_in


def token_in(response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]


def own_parts(response) -> dict[str, str]:
    """Return the parts that differ on a shared page: the token and the person in the account menu."""
    page = response.content.decode()
    initial, name = (re.search(part, page)[1] for part in ('class="face"[^>]*>(.*?)<', "<p><b>(.*?)</b></p>"))
    return {"TOKEN": token_in(response), "NAME": f"<b>{name}</b>", "INITIAL": f">{initial}<"}


def without_own(response) -> str:
    page = response.content.decode()
    for placeholder, value in own_parts(response).items():
        assert value in page
        page = page.replace(value, placeholder)
    return page


def test_learners_in_the_same_state_share_a_page_but_not_a_token_or_a_name(
    lesson, learner_of, django_assert_num_queries
):
    one, other = learner_of(lesson, name="Learner <A>"), learner_of(lesson, name="Écolier")
    first = one.get(lesson.get_absolute_url())
    with django_assert_num_queries(3):
        second = other.get(lesson.get_absolute_url())
    (_, *one_person), (token, *other_person) = own_parts(first).values(), own_parts(second).values()
    assert one_person == ["<b>Learner &lt;A&gt;</b>", ">L<"]
    assert other_person == ["<b>Écolier</b>", ">É<"]
    assert without_own(first) == without_own(second)
    assert _does_token_match(token, other.cookies["csrftoken"].value)


def test_activity_of_a_learner_and_changes_by_an_author_show_at_once(lesson, learner_of):
    client = learner_of(lesson)
    assert b"Read</span>" not in client.get(lesson.get_absolute_url()).content
    client.post(reverse("lesson_read", args=[lesson.course.slug, lesson.slug]))
    assert b"Read</span>" in client.get(lesson.get_absolute_url()).content
    assert b"Read</span>" not in learner_of(lesson).get(lesson.get_absolute_url()).content
    Lesson.objects.update(html="<p>Other words.</p>", updated_at=timezone.now())
    assert b"Other words." in client.get(lesson.get_absolute_url()).content
    Lesson.objects.update(status=Lesson.Status.DRAFT)
    assert client.get(lesson.get_absolute_url()).status_code == 404


def test_instructors_and_former_learners_get_no_cached_page_of_a_learner(lesson, learner_of):
    Lesson.objects.update(public=False)
    client = learner_of(lesson)
    assert client.get(lesson.get_absolute_url()).status_code == 200
    Enrollment.objects.update(is_active=False)
    assert client.get(lesson.get_absolute_url()).status_code == 404
    client.force_login(make_staff(lesson.course))
    Lesson.objects.update(html="<p>Other words.</p>")
    assert b"Other words." in client.get(lesson.get_absolute_url()).content
