"""Every address × method × role (W18 to W20), compared with access_table.py. An address without a row fails."""

from collections.abc import Iterable

import pytest
from django.test import override_settings
from django.urls import include, path

from portal import urls
from portal.progress.views import help_page
from tests.web.access_table import ROWS, row_of
from tests.web.conftest import Answer
from tests.web.routes import Route, routes

# The requests are all sent in the set-up of the first test, some minutes on a busy machine.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


def without_a_row(found: Iterable[Route]) -> list[str]:
    return [route.text for route in found if row_of(route) not in ROWS]


def statuses(answers: list[Answer]) -> dict[Route, list[str]]:
    found: dict[Route, list[str]] = {}
    for item in answers:
        if item.method != "DELETE":
            found.setdefault(item.route, []).append(str(item.status))
    return found


def test_every_url_answers_each_role_as_the_table_says(answers):
    """W18, W19, W20."""
    found = statuses(answers)
    wrong = {route.text: got for route, got in found.items() if got != ROWS.get(row_of(route))}
    assert {text: " ".join(got) for text, got in wrong.items()} == {}
    assert {row_of(route) for route in found} == ROWS.keys()


def test_other_methods_are_refused_everywhere(answers):
    others = [answer for answer in answers if answer.method == "DELETE"]
    assert [str(answer) for answer in others if answer.status != 405] == []
    assert {answer.route for answer in others} == {answer.route for answer in answers}


def test_every_url_has_a_row():
    assert without_a_row(routes()) == []


def test_url_without_a_row_is_found():
    class Urls:
        urlpatterns = [
            *urls.urlpatterns,
            path("deep/", include([path("new/<slug:a>/", help_page, name="new")])),
        ]

    with override_settings(ROOT_URLCONF=Urls):
        assert "deep/new/<slug:a>/" in without_a_row(routes())


def test_no_row_is_unused():
    assert ROWS.keys() - {row_of(route) for route in routes()} == set()
