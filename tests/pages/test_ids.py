"""Heading ids of authors never clash with ids of the page."""

import re

import pytest
from django.test import Client

from lessons.actions import render_markdown, save_lesson
from lessons.links import links_within
from tests.factories import make_learner, make_lesson
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db
CHECKLIST = "::: checklist\n- [ ] Install Git {#git}\n:::\n"


def ids(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]*)"', page)


def headings(names: list[str]) -> str:
    """Return a heading for each id: the id itself, and the words that an author would write for it."""
    titles = [title for name in names for title in (name, name.replace("--", " ").replace("-", " ").title())]
    return "".join(f"## {title}\n\nText.\n\n" for title in dict.fromkeys(titles))


def test_headings_of_a_brief_use_no_id_of_the_lab_page(learner_client, cast):
    lab, address = cast.lab, cast.lab.get_absolute_url()
    cast.grade()
    refused = learner_client.post(f"{address}repository/", {"address": "x"}).content.decode()
    own = sorted({*ids(learner_client.get(address).content.decode()), *ids(refused), "submit", "push"})
    lab.brief_html = render_markdown(headings(own), links_within(lab.course)).html
    lab.save()
    for page in (
        learner_client.get(address).content.decode(),
        learner_client.post(f"{address}repository/", {"address": "x"}).content.decode(),
    ):
        found = ids(page)
        assert len(found) == len(set(found)) > 2 * len(own) - 20
        target = re.search(r'hx-target="#([^"]+)" hx-select="#([^"]+)"', page)
        form = page.index(f'<section id="{target[1]}"')
        assert target[1] == target[2]
        assert form < page.index('class="anchor"')


def test_headings_of_a_lesson_use_no_id_of_its_page_and_keep_their_own():
    lesson = make_lesson(slug="ids", source=CHECKLIST)
    client: Client = client_of(make_learner(lesson.course).user)
    save_lesson(lesson=lesson)
    own = sorted(set(ids(client.get(lesson.get_absolute_url()).content.decode())))
    assert "tick--git" in own
    lesson.source = CHECKLIST + headings([*own, "submit", "tick-git"])
    save_lesson(lesson=lesson)
    found = ids(client.get(lesson.get_absolute_url()).content.decode())
    assert len(found) == len(set(found))
    # where a link or a bookmark led before, it still does
    assert {"submit", "tick-git"} <= set(found)
