"""An administrator creates the portal's App on GitHub, and gets its settings once."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, build_opener

import pytest
from django.contrib.sessions.models import Session
from django.core import checks
from django.urls import reverse
from django.utils import timezone

from portal.checks import TAG
from tests.factories import make_user
from tests.github.stand_in.deliveries import _NoRedirects
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(portal_on_github, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    return client_of(make_user("root@example.org", is_staff=True, is_superuser=True))


def create_on_github(page) -> dict[str, str]:
    """Press the button on the portal's page, then the one on GitHub's; the parameters that GitHub brings back."""
    text = page.content.decode()
    action = html.unescape(re.search(r'<form method="post" action="(http://localhost[^"]+)"', text)[1])
    manifest = html.unescape(re.search(r'name="manifest" value="([^"]+)"', text)[1])
    opener = build_opener(_NoRedirects)
    with opener.open(Request(action, urlencode({"manifest": manifest}).encode())) as answer:
        confirm = answer.read().decode()
    fields = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', confirm)
    }
    at = urlsplit(action)
    create = Request(f"{at.scheme}://{at.netloc}/settings/apps/create", urlencode(fields).encode())
    with pytest.raises(Exception) as redirected:
        opener.open(create)
    target = urlsplit(redirected.value.headers["Location"])
    assert target.path == reverse("github_setup_done")
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def test_the_settings_are_shown_once_and_pass_the_checks(browser, portal_on_github, settings):
    page = browser.get(reverse("github_setup"), {"name": "Our Portal", "organization": "octo-org"})
    assert f"form-action 'self' {settings.GITHUB_WEB_URL}" in page["Content-Security-Policy"]
    brought = create_on_github(page)
    done = browser.get(reverse("github_setup_done"), brought)
    assert "no-store" in done["Cache-Control"]
    (app,) = portal_on_github.apps
    assert (app.slug, app.owner.login) == ("our-portal", "octo-org")
    assert app.hook.url == f"{settings.PUBLIC_URL}{reverse('github_app')}"
    text = html.unescape(done.content.decode())
    shown = dict(re.findall(r"(GITHUB_\w+)='([^']*)'", text))
    for name, value in shown.items():
        setattr(settings, name, value.replace("\\n", "\n"))
    assert len(shown) == 6 and all(shown.values())
    settings.DEBUG = True  # the stand-in has no https
    assert [fault.msg for fault in checks.run_checks(tags=[TAG]) if fault.id == "portal.E012"] == []
    stored = str([row.get_decoded() for row in Session.objects.all()])
    assert app.hook.secret not in stored and app.client_secret not in stored
    assert app.callback_urls == [f"{settings.PUBLIC_URL}{reverse('github_callback')}"]
    assert app.setup_url == f"{settings.PUBLIC_URL}{reverse('github_installed')}"

    again = browser.get(reverse("github_setup_done"), brought)
    assert (again.status_code, app.hook.secret in again.content.decode()) == (400, False)


@pytest.mark.daily(2)
@pytest.mark.parametrize("change", [{"state": "other"}, {"state": ""}, {"code": "../../user"}, {"code": ""}])
def test_a_wrong_state_or_code_creates_nothing(browser, portal_on_github, change):
    page = browser.get(reverse("github_setup"), {"name": "Portal"})
    brought = create_on_github(page)
    asked = len(portal_on_github.exchanges)
    refused = browser.get(reverse("github_setup_done"), {**brought, **change})
    assert refused.status_code == 400
    assert len(portal_on_github.exchanges) == asked


def test_the_state_ends_after_an_hour(browser, portal_on_github, time_machine):
    brought = create_on_github(browser.get(reverse("github_setup"), {"name": "Portal"}))
    time_machine.move_to(timezone.now() + timedelta(seconds=3700))
    assert browser.get(reverse("github_setup_done"), brought).status_code == 400
    assert portal_on_github.conversions


def test_an_impossible_organization_is_refused_in_words(browser):
    page = browser.get(reverse("github_setup"), {"name": "Portal", "organization": "../x"})
    assert "the name in the organization’s URL" in html.unescape(page.content.decode())
    assert 'name="manifest"' not in page.content.decode()
