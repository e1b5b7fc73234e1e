import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.progress import views
from tests.factories import make_user
from tests.pages.conftest import client_of


@pytest.fixture
def request_of(rf: RequestFactory):
    return rf.get("/")


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("address", ["/nowhere/", "/courses/nowhere/", "/staff/nowhere/"])
def test_404_page_leads_on(admin_client, settings, debug, address):
    settings.DEBUG = debug
    response = admin_client.get(address)
    assert response.status_code == 404
    assert "<h1>Page not found</h1>" in text_of(response)
    assert "breadcrumb" not in text_of(response)


def test_url_without_its_slash_is_still_completed_on_this_machine(client, db, settings):
    settings.DEBUG = True
    assert client.get("/help")["Location"] == "/help/"


def test_404_page_says_who_is_signed_in(db):
    response = client_of(make_user("person@example.org")).get("/nowhere/")
    assert "The page may belong to somebody else. You’re signed in as person@example.org." in text_of(
        response
    )


@pytest.mark.parametrize("address", ["", "staff@example.org"])
def test_help_says_whom_to_ask(client, db, settings, address):
    settings.HELP_EMAIL = address
    text = text_of(client.get("/help/"))
    assert ('Write to <a href="mailto:staff@example.org">staff@example.org</a>.' in text) is bool(address)
    assert ("ask at the next meeting" in text) is (not address)


def test_form_that_has_expired_says_what_to_do(db):
    client = client_of(make_user())
    client.handler.enforce_csrf_checks = True
    response = client.post("/account/settings/")
    assert response.status_code == 403
    assert "<h1>This page has expired</h1>" in text_of(response)


def test_fault_page_needs_neither_database_nor_request(request_of):
    response = views.server_error(request_of)
    assert response.status_code == 500
    assert "<h1>Sorry, there is a problem with the portal</h1>" in text_of(response)
    assert "css/tokens.css" in text_of(response)


def test_fault_in_a_view_shows_no_trace(client, db, monkeypatch):
    """W2."""

    def broken(*args):
        raise RuntimeError("inner secret")

    monkeypatch.setattr("portal.progress.views.public_lessons", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "inner secret" not in text_of(response)
    assert "Sorry" in text_of(response)


def test_sorry_is_said_on_the_fault_page_only():
    names = ["400.html", "403.html", "404.html", "429.html", "help.html"]
    assert [name for name in names if "orry" in get_template(name).template.source] == []


def test_too_many_tries_say_how_long_to_wait(client, db):
    for _ in range(12):
        response = client.post("/accounts/login/", {"login": "person@example.org", "password": "wrong"})
    assert "Too many" in text_of(response)


@pytest.mark.parametrize("address", ["/accounts/login/", "/help/"])
def test_pages_for_visitors_cost_no_query(client, db, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) == 0
