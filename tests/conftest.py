"""Fixtures that all tests share."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_django
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as of_hypothesis
from playwright.sync_api import Browser, expect, sync_playwright

from tests.folders import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 - hooks
from tests.live_server import count_connections
from tests.servers import MAX_WAIT_SECONDS, migrate_once
from tests.variants import pytest_itemcollected  # noqa: F401 - a hook

# Thousands of collected tests are searched for garbage again and again: a tenth of the time of the tests.
gc.set_threshold(200_000, 50, 50)

# Playwright's synchronous API keeps an event loop in the thread in which tests use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# A submission that met a fault is tried again at once.
settings.GRADING_RETRY_SECONDS = 0

# The same examples each time, and no limit of time: neither chance nor a busy machine fails a test.
# `make test-all` asks for more of them.
of_hypothesis.register_profile(
    "project",
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
of_hypothesis.load_profile("project")

# On a busy machine, five seconds may be too few for a page to reach its final state.
expect.set_options(timeout=MAX_WAIT_SECONDS * 1000)

# Debian's headless Chromium: the same engine in a third of the time.
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
# sandboxing needs rights that a container lacks; the rest keeps Chromium from talking to anybody by itself
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.fixture(scope="session")
def migrated_sqlite(pytestconfig: pytest.Config, django_db_blocker: pytest_django.DjangoDbBlocker) -> Path:
    """An empty database with all migrations, which take seconds: copy it. `pytest --cache-clear` removes it."""
    with django_db_blocker.unblock():
        return migrate_once(pytestconfig.cache.mkdir("migrated"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Use a copy of `migrated_sqlite`, which needs no migration."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One database for each process of the tests.

    With SQLite a file, as in real life: in memory it locks whole tables between the threads of a live server.
    """
    if connection.vendor == "postgresql":
        name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    else:
        own = tmp_path_factory.mktemp("database") / "test.sqlite3"
        name = str(shutil.copy(request.getfixturevalue("migrated_sqlite"), own))
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def append_only_tables_can_be_emptied() -> None:
    """Between two tests that commit, SQLite deletes all rows, which the triggers of some tables refuse."""
    operations = type(connection.ops)
    if connection.vendor != "sqlite":
        return  # PostgreSQL truncates
    empty = operations.sql_flush

    def empty_without_triggers(self, style, tables, **options) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
            )
            triggers = cursor.fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _ in triggers]
        return [*drops, *empty(self, style, tables, **options), *(sql for _, sql in triggers)]

    operations.sql_flush = empty_without_triggers


@pytest.fixture(autouse=True)
def no_cached_pages() -> None:
    """Let no test see pages of another, whose rows may have had the same keys."""
    caches["pages"].clear()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Use a fast password hash: a real one takes a fifth of a second, at each sign-in."""
    hashers = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install {CHROMIUM.name}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def one_minute() -> Iterator[None]:
    """Stop the clock, so that limits per minute count all requests of a test together."""
    caches["searches"].clear()
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(scope="session", autouse=True)
def counted_connections() -> None:
    count_connections()


@pytest.fixture(autouse=True)
def last_request_ended(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test left open in the browser, and wait for its requests before the tables are emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # torn down after this
    live_server = request.getfixturevalue("live_server")
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            context.close()
    assert live_server.thread.httpd.wait_until_left(), "a connection to the test server is still open"
