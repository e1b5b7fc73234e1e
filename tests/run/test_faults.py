"""A portal that `make run` started survives kills, full disks and hangs, or the next start repairs it."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from portal_process import Portal, environment

from portal.orphans import MARK
from tests.labs.git_client import Clone
from tests.servers import MAX_WAIT_SECONDS, ROOT, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

FULL = "Cannot write the logs in"


def test_start_after_supervisor_and_watchdog_were_killed_ends_their_leftovers_and_nothing_else(portal):
    portal.wait_until_ready()
    own = environment(portal.var, portal.port)
    sleep = [sys.executable, "-c", "import time; time.sleep(300)", str(portal.broker)]
    bystander = subprocess.Popen(sleep, env={**own, MARK: f"{portal.var}-of-somebody-else", "VAR": "/"})
    (watchdog,) = portal.processes("watchdog.py")
    os.kill(watchdog, signal.SIGSTOP)
    portal.signal(signal.SIGKILL)
    portal.supervisor.wait()
    os.kill(watchdog, signal.SIGKILL)
    left = set(portal.processes()) - {watchdog, bystander.pid}
    assert left and portal.get("/healthz") == 200
    second = Portal(portal.var, portal.port)
    try:
        second.wait_until_ready()
        assert re.search(r"Stopped \d services? left over from an earlier run", second.terminal.read_text())
        assert not left & set(second.processes())
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
        second.remove()


def test_start_while_the_previous_portal_stops_waits_for_it(portal):
    portal.wait_until_ready()
    (beat,) = portal.processes("--quiet beat")
    os.kill(beat, signal.SIGSTOP)  # it needs its whole grace period to stop
    portal.signal(signal.SIGINT)
    wait_for(lambda: (portal.var / "run.lock").read_text() == "")
    first_terminal = portal.terminal.rename(portal.terminal.with_name("first.txt"))
    second = Portal(portal.var, portal.port)
    try:
        second.wait_until_ready()
        assert second.said("The portal in this checkout is still stopping. Waiting until it has stopped.")
        assert portal.supervisor.wait(MAX_WAIT_SECONDS) == 0, first_terminal.read_text()
    finally:
        second.remove()


def test_pages_are_answered_while_the_supervisor_hangs(portal):
    portal.wait_until_ready()
    portal.signal(signal.SIGSTOP)
    (beat,) = portal.processes("--quiet beat")
    os.kill(beat, signal.SIGKILL)
    assert portal.get("/courses/mlops/") == 200
    portal.signal(signal.SIGCONT)
    wait_for(lambda: portal.processes("--quiet beat") not in ([], [beat]))


@contextmanager
def small_disk(folder):
    folder.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", folder]).returncode:
        pytest.skip("no right to mount: the full disk is not tried")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_full_disk_refuses_pushes_and_ends_nothing(prepared_var, tmp_path):
    with small_disk(tmp_path / "var") as var:
        portal = Portal(shutil.copytree(prepared_var, var, dirs_exist_ok=True))
        try:
            portal.wait_until_ready()
            try_full_disk(portal, tmp_path)
        finally:
            portal.remove()


def try_full_disk(portal, folder):
    learner = ["learner@example.org", "first-repository"]
    argv = [sys.executable, "manage.py", "practice_remote", *learner]
    address = subprocess.check_output(argv, cwd=ROOT, env=environment(portal.var, portal.port), text=True)
    clone = Clone(folder / "work", address.strip())
    clone.commit()
    code, said = clone.push()
    assert code == 0, said
    before = portal.processes()
    fill(portal.var / "filling")
    clone.commit("Add what finds no room", content=os.urandom(1 << 20))
    code, said = clone.push()
    assert code != 0 and re.search(r"disk|space|room", said, re.IGNORECASE), said
    for path in ("/", "/courses/mlops/", "/accounts/login/"):
        assert portal.get(path) == 200
    portal.get("/no-such-page")  # which is logged
    wait_for(lambda: portal.said(FULL))
    assert portal.supervisor.poll() is None
    assert next(state for state, _ in submissions(portal)) == "graded"
    (portal.var / "filling").unlink()
    wait_for(lambda: clone.push()[0] == 0)
    head = clone.output("rev-parse", "HEAD").decode().strip()
    wait_for(lambda: ("graded", head) in submissions(portal))  # the broker's disk was full too
    assert portal.terminal.read_text().count(FULL) == 1
    assert set(before) & set(portal.processes())


def submissions(portal) -> list[tuple[str, str]]:
    """State and commit of each, in their order."""
    with closing(sqlite3.connect(f"file:{portal.var / 'db.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute("SELECT state, head FROM labs_submission ORDER BY id").fetchall()


def fill(path):
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * (1 << 16)):
                pass
        except OSError:
            return
