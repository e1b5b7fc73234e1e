"""W6, W8: responses that none of our views sends. All others are in test_every_answer."""

import pytest
from django.test import Client

from tests.factories import make_user
from tests.web.headers import lacking

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("/static/css/base.css", "testserver", 200),
        ("/nowhere/", "testserver", 404),
        ("/static/nowhere.css", "testserver", 404),
        ("/", "evil.example", 400),
        ("/help", "testserver", 301),
    ],
)
def test_response_of_the_framework_has_the_headers(client, address, host, status):
    response = client.get(address, headers={"Host": host})
    assert (response.status_code, lacking(response.headers)) == (status, [])


def test_fault_page_has_the_headers(client, monkeypatch):
    monkeypatch.setattr("portal.progress.views.public_lessons", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/")
    assert (response.status_code, lacking(response.headers)) == (500, [])


def test_expired_form_has_the_headers():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post("/account/settings/")
    assert (response.status_code, lacking(response.headers)) == (403, [])


def test_response_without_headers_would_be_found():
    assert lacking({"X-Content-Type-Options": "nosniff"}) == [
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Content-Security-Policy",
    ]


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/accounts/login/"])
def test_policy_is_the_one_that_the_library_writes(client, settings, address):
    ours = client.get(address).headers["Content-Security-Policy"]
    own = "portal.content_policy.ContentPolicyMiddleware"
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware" if name == own else name for name in settings.MIDDLEWARE
    ]
    assert ours == Client().get(address).headers["Content-Security-Policy"]
