"""`make screens`: a picture of every screen, light and dark, 320 and 1280 px wide, in var/screens.

A screen is an address that answers a GET with a page. Pages that only a POST leads to are not shown.
"""

import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings as portal_settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from lessons.images import FOLDER
from portal.accounts.models import User
from tests.browsing import open_context
from tests.web.conftest import silence
from tests.web.routes import Route, routes
from tests.web.world import PICTURE, World, make_world

WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")
ROLES = ("anonymous", "learner", "instructor")
STAFF_PAGES = (
    "",
    "<path:object_id>/change/",
    "<path:object_id>/copy/",
    "<path:object_id>/delete/",
    "deleted/",
)
MISSING = Route("not_found", "nowhere/", None)  # the answer to it is a screen as well


class Screen(NamedTuple):
    role: str
    name: str
    address: str

    def file(self, scheme: str, width: int) -> str:
        return f"{self.role}-{re.sub(r'[^a-z0-9_]+', '-', self.name)}-{scheme}-{width}.png"


def find_screens(world: World) -> Iterator[Screen]:
    """Yield the pages that each role gets: the site's for all, the admin's for the instructor."""
    for role in ROLES:
        client = Client()
        if user := world.people[role]:
            client.force_login(user)
            session = client.session
            confirm_password(session, user)
        for route in [*routes(), MISSING]:
            if route.text.startswith("staff/") and (role != "instructor" or route.page not in STAFF_PAGES):
                continue
            address = route.address(world.values(route))
            if is_page(client, address) or route is MISSING:
                yield Screen(role, route.name, address)


def confirm_password(session: Any, user: User) -> None:
    """Make the pages that ask for the password again visible."""
    record_authentication(SimpleNamespace(session=session), user, method="password")
    session.save()


def is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and is_html and b"<html" in answer.getvalue()


def take_pictures(
    browser: Browser, live_server: Any, world: World, screens: list[Screen], folder: Path
) -> None:
    """Write four pictures of each screen and an index page into `folder`, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for role in ROLES:
        theirs = [screen for screen in screens if screen.role == role]
        for scheme in SCHEMES:
            for width in WIDTHS if theirs else ():
                look = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
                context = open_context(browser, live_server, world.people[role], **look)
                _confirm_password_of(context, world.people[role])
                page = context.new_page()
                for screen in theirs:
                    page.goto(screen.address)
                    page.screenshot(path=folder / screen.file(scheme, width), full_page=True)
                context.close()
    (folder / "index.html").write_text(index(screens))


def _confirm_password_of(context: BrowserContext, user: User | None) -> None:
    for cookie in context.cookies():
        if user and cookie["name"] == portal_settings.SESSION_COOKIE_NAME:
            confirm_password(SessionStore(cookie["value"]), user)


def index(screens: list[Screen]) -> str:
    """Return a page with the pictures of each screen side by side."""
    parts = ["<!doctype html><html lang=en><meta charset=utf-8><title>Screens</title><h1>Screens</h1>"]
    for screen in screens:
        parts.append(f"<h2>{escape(screen.role)}: {escape(screen.name)}</h2><p>{escape(screen.address)}</p>")
        for scheme in SCHEMES:
            for width in WIDTHS:
                file, label = screen.file(scheme, width), f"{scheme}, {width} px"
                image = f"<img loading=lazy height=400 src={file} alt='{label}' title='{label}'>"
                parts.append(f"<a href={file}>{image}</a>")
    return "\n".join(parts)


@pytest.fixture
def world(settings: Any, tmp_path: Path, transactional_db: None) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.PRACTICE_ROOT = tmp_path / "practice"
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / PICTURE).write_bytes(b"a picture")
    return make_world()


@pytest.mark.browser
@pytest.mark.timeout(0)
def test_pictures_of_every_screen(browser: Browser, live_server: Any, world: World, capsys: Any) -> None:
    folder = portal_settings.VAR / "screens"
    with silence():
        screens = list(find_screens(world))
    take_pictures(browser, live_server, world, screens, folder)
    with capsys.disabled():
        print(f"{len(screens)} screens: open {folder / 'index.html'}")
