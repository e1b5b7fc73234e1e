"""Real pages in a real browser: signing in by cookie, and axe."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.servers import MAX_WAIT_SECONDS, wait_for

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
# Rules that axe ships turned off.
ALSO = {
    name: {"enabled": True} for name in ("target-size", "td-has-header", "table-fake-caption", "p-as-heading")
}


def open_context(browser: Browser, live_server, user=None, **options: Any) -> BrowserContext:
    """A context signed in as `user`; `options` are Playwright's: viewport, color_scheme, java_script_enabled."""
    context = browser.new_context(base_url=live_server.url, **options)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    if user:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return context


def small_dark(**options: Any) -> dict[str, Any]:
    return {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", **options}


def wide_light(**options: Any) -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", **options}


# The colours of both themes are compared every day by tests/pages/test_contrast.py, without a browser.
LOOKS = [small_dark, pytest.param(wide_light, marks=pytest.mark.heavy)]


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds, one line per node. Skips the test if axe is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make test installs it with npm")
    # a colour that still changes to another theme has the contrast of neither
    changing = "document.getAnimations().some((each) => each instanceof CSSTransition)"
    wait_for(lambda: not page.evaluate(changing), what="the colours are final")
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({rules})", ALSO)
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]


def widens(page: Page) -> bool:
    """Return True if the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
