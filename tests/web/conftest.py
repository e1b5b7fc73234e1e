"""Every request of the access matrix, sent once; each test checks the responses for one property.

Daily, the first URL of each row of the table is asked: models of one kind share a row. The heavy tests ask all.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client, RequestFactory, override_settings
from django.test.client import ClientHandler

from labs.tokens import new_token
from lessons import attachments
from lessons.images import FOLDER
from tests.web.access_table import one_of_each_row
from tests.web.routes import Route, routes
from tests.web.world import ATTACHED, PICTURE, ROLES, World, authorization, make_world

METHODS = ("GET", "POST")
WRITE = re.compile(r"\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+\"?(\w+)")
QUERIES = {
    "ask": "?place=lesson&slug=basics-here",
    "practice_refs": "?service=git-upload-pack",
    "admin:autocomplete": "?app_label=lessons&model_name=enrollment&field_name=user",
}


@dataclass(frozen=True)
class Answer:
    """The response that one role got; `wrote` names the tables that were changed."""

    route: Route
    method: str
    role: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    wrote: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.route.name} by {self.role}: {self.status}"


class Sender(RequestFactory):
    """Send requests like Django's client, but keep neither the cookies of a response nor its templates."""

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **environ: Any) -> HttpResponseBase:
        return self.handler(self._base_environ(**environ))


@dataclass
class Visitor:
    """One role's browser, and its Git token. It ignores the cookies of a response."""

    cookies: SimpleCookie
    headers: Mapping[str, str]
    sender: Sender = field(default_factory=Sender)

    def __post_init__(self) -> None:
        self.sender.cookies = self.cookies

    def ask(self, method: str, address: str, data: Mapping[str, Any]) -> HttpResponseBase:
        headers = self.headers if takes_a_token(address) else {}
        if data:
            return self.sender.post(address, data)
        return self.sender.generic(method, address, **headers)


def write_export(world: World) -> None:
    folder = settings.EXPORT_ROOT / world.here.learner.user.exports.get().folder
    folder.mkdir()
    (folder / "data-1.zip").write_bytes(b"PK")


def takes_a_token(address: str) -> bool:
    """Return True for addresses that programs use, without a cookie."""
    return address.startswith("/git/") or address.endswith("/reports/")


def visitor(user: Any) -> Visitor:
    client = Client()
    if user is None:
        return Visitor(SimpleCookie(), {})
    client.force_login(user)
    return Visitor(client.cookies, authorization(new_token(user=user)))


@contextmanager
def writes() -> Iterator[set[str]]:
    """Yield a set, filled with the names of the tables that are written to in the block."""
    tables: set[str] = set()

    def note(execute, sql, params, many, context):
        if found := WRITE.match(sql):
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


def answer(who: Visitor, role: str, route: Route, method: str, address: str, data: dict) -> Answer:
    """Send a request, and undo whatever it changed."""
    with transaction.atomic(), writes() as wrote:
        response = who.ask(method, address, data)
        content = b"".join(response)
        transaction.set_rollback(True)
    return Answer(route, method, role, response.status_code, response.headers, content, frozenset(wrote))


def form(world: World) -> dict[str, str]:
    """One form for all URLs: each view uses the fields that it knows, and must ignore the rest."""
    return {
        "post": "yes",  # the admin's "yes, delete it"
        "code": world.here.cohort.invite_code,
        "key": "git",
        "done": "yes",
        "heading": "first-heading",
        "name": "New name",
        "time_zone": "Europe/London",
        "theme": "dark",
        "next": "/help/",
        "course": str(world.here.course.pk),
        "kind": "lesson",
        "content": "## Heading",
    }


@contextmanager
def passing_world(tmp_path_factory, django_db_blocker) -> Iterator[World]:
    """A world that is removed afterwards, with its repositories and its picture."""
    media = tmp_path_factory.mktemp("media")
    (media / FOLDER).mkdir()
    (media / FOLDER / PICTURE).write_bytes(b"a picture")
    attached = media / attachments.FOLDER / ATTACHED[0]
    attached.mkdir(parents=True)
    (attached / ATTACHED[1]).write_bytes(b"1,2")
    own = {
        "MEDIA_ROOT": media,
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "PRACTICE_ROOT": tmp_path_factory.mktemp("practice"),
        "EXPORT_ROOT": tmp_path_factory.mktemp("exports"),
    }
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**own), silence():
        world = make_world()
        write_export(world)
        yield world
        transaction.set_rollback(True)


@contextmanager
def silence() -> Iterator[None]:
    """Log no line for each refusal: there are thousands."""
    loggers = [logging.getLogger(name) for name in ("django.request", "portal.accounts.audit")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@pytest.fixture(
    scope="package",
    params=[
        pytest.param(one_of_each_row, id="one URL of each row"),
        pytest.param(routes, id="all URLs", marks=pytest.mark.heavy),
    ],
)
def answers(request, django_db_setup, django_db_blocker, tmp_path_factory) -> list[Answer]:
    """The response to each method of each of these routes for each role."""
    found = []
    with passing_world(tmp_path_factory, django_db_blocker) as world:
        people = {role: visitor(user) for role, user in world.people.items()}
        for route in request.param():
            address = route.address(world.values(route)) + QUERIES.get(route.name, "")
            # the method is refused before the user is looked up, so one role is enough
            for method, role in (*product(METHODS, ROLES), ("DELETE", "administrator")):
                data = form(world) if method == "POST" and not takes_a_token(address) else {}
                found.append(answer(people[role], role, route, method, address, data))
    return found
