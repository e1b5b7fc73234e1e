"""Blocks for staff are in no page for learners, and in no column that such a page is made from."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.authoring.saving import save_lab
from lessons import actions, lesson_queries
from lessons.models import SearchEntry, SearchWord
from portal.accounts.roles import instructors
from tests.web.routes import routes
from tests.web.world import make_place, make_world

pytestmark = pytest.mark.django_db

MARK = "quokkamark"
ATTACHMENT = f"/media/files/{'5' * 32}/{MARK}.csv"
SOURCE = f"""\
Public words.

## Public heading

::: minutes
20 {MARK}
:::

::: staff {MARK}
## {MARK} {{#{MARK}}}

[The file of {MARK}]({ATTACHMENT}), ![{MARK}](https://example.org/{MARK}.png), `{MARK}`[^1]

::: checklist
- [ ] {MARK} {{#{MARK}}}
:::

{MARK}
: {MARK}

::: flow
title: {MARK}
{MARK} -> more
:::

[^1]: {MARK}
:::

Public end.

> [!STAFF]
> {MARK}

{MARK}
"""
# Where it may be: the source with its history, and what the course's staff see.
STAFFS = {
    "lesson": {"source", "staff_html", "plan"},
    "historicallesson": {"source"},
    "quiz": {"source"},
    "lab": {"brief"},
}
STAFFS |= {"historicalquiz": {"source"}, "historicallab": {"brief"}}


def mark(place) -> None:
    # Not through the gate, so that the brief has a block for staff too.
    place.lesson.source, place.lesson.public = SOURCE, True
    actions.save_lesson(lesson=place.lesson)
    place.lab.brief = SOURCE
    save_lab(lab=place.lab)


@pytest.fixture
def place():
    """A course whose lesson and brief have blocks for staff, one of them not as it should be written."""
    instructors()
    place = make_place("here")
    mark(place)
    return place


def client_of(person) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


@pytest.mark.heavy
def test_no_page_of_a_learner_has_it():
    world = make_world()
    mark(world.here)
    for role in ("anonymous", "learner", "peer", "outsider", "visiting"):
        client = client_of(world.people[role])
        for _ in range(2):  # the second time from the cache of pages
            for route in routes():
                answer = client.get(route.address(world.values(route)))
                assert MARK.encode() not in answer.getvalue(), (role, route.text)
                assert MARK not in str(answer.headers), (role, route.text)


@pytest.mark.parametrize("is_learner", [True, False])
def test_no_page_on_which_a_lesson_leaves_traces_has_it(place, is_learner):
    client = client_of(place.learner.user if is_learner else None)
    lesson, course = place.lesson.get_absolute_url(), place.course.get_absolute_url()
    for address in (lesson, lesson, course, "/", f"{course}progress/", place.lab.get_absolute_url()):
        page = client.get(address, follow=True).content.decode()
        assert ("Public words." in page) or address != lesson
        assert MARK not in page
    found = client.get(reverse("search"), {"q": MARK}).content.decode()
    assert lesson not in found
    assert lesson in client.get(reverse("search"), {"q": "Public words"}).content.decode()
    assert client.get(ATTACHMENT).status_code == 404


def test_staff_see_it_but_not_as_a_learner(place):
    client = client_of(place.instructor)
    page = client.get(place.lesson.get_absolute_url()).content.decode()
    assert page.count("Staff only") == 2
    assert MARK in page
    as_learner = f"{place.lesson.get_absolute_url()}as-learner/"
    for query in ("", f"?cohort={place.cohort.slug}&at=2031-01-01T10:00"):
        shown = client.get(as_learner + query).content.decode()
        assert "Public words." in shown
        assert "You’re viewing this as a" in shown
        assert "Stop viewing" in shown
        assert MARK not in shown


def test_no_column_for_learners_has_it(place):
    found = {}
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._default_manager.values(*names):
            for name, value in row.items():
                if MARK in str(value):
                    found.setdefault(model._meta.model_name, set()).add(name)
    assert found == {name: fields for name, fields in STAFFS.items() if name in found}
    assert found["lesson"] == STAFFS["lesson"]
    assert not SearchEntry.objects.filter(text__contains=MARK).exists()
    assert not SearchWord.objects.filter(word=MARK).exists()


def test_the_query_of_a_learner_does_not_fetch_it(place):
    for person, is_fetched in ((place.learner.user, False), (place.instructor, True)):
        with CaptureQueriesContext(connection) as captured:
            lesson_queries.get_lesson(person, place.course.slug, place.lesson.slug)
        assert any("page.staff_html" in query["sql"] for query in captured) is is_fetched


def test_an_edit_replaces_what_staff_see(place):
    lesson = place.lesson
    lesson.source = "Public words.\n"
    actions.save_lesson(lesson=lesson)
    assert (lesson.staff_html, lesson.plan) == ("", [])
    page = client_of(place.instructor).get(lesson.get_absolute_url()).content.decode()
    assert "Public words." in page
    assert MARK not in page
