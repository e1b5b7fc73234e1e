"""Processes that die in the middle: every push is graded once, and nobody has to do anything."""

import os
import shutil
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone

from labs.models import LabVersion, Receipt, Report, Repository, State, Submission
from labs.repositories import ref_files
from tests.labs.conftest import PASSABLE
from tests.servers import children, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

# The worker finds this `git` first. It waits while `hold` is there, and with `poison` it kills the process that asked.
GIT = """#!/bin/sh
[ -e {folder}/poison ] && kill -9 $PPID
while [ -e {folder}/hold ]; do sleep 0.03; done
exec /usr/bin/git "$@"
"""


@pytest.fixture
def stack(stack):
    git = stack.bin / "git"
    git.write_text(GIT.format(folder=stack.folder))
    git.chmod(0o755)
    yield stack
    for name in ("hold", "poison"):
        (stack.folder / name).unlink(missing_ok=True)


@pytest.fixture
def pushed(clone):
    """Push in another thread, so that the test goes on while git waits for the verdict."""
    clone.commit()
    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(clone.push)


def submission(learner) -> Submission | None:
    return Submission.objects.filter(enrollment=learner).order_by("number").last()


def wait_until(learner, state: State) -> Submission:
    def reached() -> Submission | None:
        found = submission(learner)
        return found if found and found.state == state else None

    return wait_for(reached, what=f"{state}, but it is {submission(learner) and submission(learner).state}")


def assert_graded_once(learner, *, tries: int) -> None:
    graded = wait_until(learner, State.GRADED)
    assert (graded.tries, graded.token, graded.reports.count()) == (tries, tries, 1)
    assert graded.reports.get().points == 40


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


# --- the worker -----------------------------------------------------------------------------------------------------


def test_push_while_no_worker_runs_is_graded_when_one_does(stack, learner, clone):
    stack.kill("worker")
    clone.commit()
    code, said = clone.push()
    address = f"{stack.url}{submission(learner).get_absolute_url()}"
    assert code == 0
    assert f"Still grading. The result will be at\n{address}" in said
    assert submission(learner).state == State.QUEUED
    stack.start("worker")
    assert_graded_once(learner, tries=1)


def test_submission_of_a_worker_killed_while_fetching_is_graded(stack, learner, lab, pushed):
    # a lab.yaml so long that reading it, still in the fetching state, takes a while
    more = (f"  - {{id: c{number}, says: It is read, points: 0, readable: {{}}}}\n" for number in range(2000))
    source = PASSABLE + "".join(more)
    LabVersion.objects.filter(lab=lab).update(source=source)
    pushed()
    wait_until(learner, State.FETCHING)
    kill(stack.worker_children())
    assert_graded_once(learner, tries=2)


def test_submission_of_a_worker_killed_while_checking_is_graded(stack, learner, pushed):
    (stack.folder / "hold").touch()
    pushed()
    wait_until(learner, State.CHECKING)
    stack.kill("worker")
    (stack.folder / "hold").unlink()
    stack.start("worker")
    assert_graded_once(learner, tries=2)


def test_check_that_outlasts_the_lease_keeps_it(stack, learner, pushed):
    (stack.folder / "hold").touch()
    pushed()
    lease = wait_until(learner, State.CHECKING).lease_until
    wait_for(lambda: timezone.now() > lease + timedelta(seconds=0.7), what="the first lease has run out")
    (stack.folder / "hold").unlink()
    assert_graded_once(learner, tries=1)


def test_worker_that_comes_back_too_late_is_refused(stack, learner, pushed):
    (stack.folder / "hold").touch()
    pushed()
    wait_until(learner, State.CHECKING)
    (busy,) = [pid for pid in stack.worker_children() if children(pid)]
    os.kill(busy, signal.SIGSTOP)
    (stack.folder / "hold").unlink()
    assert_graded_once(learner, tries=2)
    os.kill(busy, signal.SIGCONT)
    wait_for(lambda: "a late report was refused" in stack.log("worker"), what="the late report is refused")
    assert_graded_once(learner, tries=2)


def test_submission_that_kills_its_worker_stops_after_three_tries_and_staff_are_told(
    stack, learner, clone, pushed
):
    (stack.folder / "poison").touch()
    pushed()
    fault = wait_until(learner, State.FAULT)
    (stack.folder / "poison").unlink()
    assert (fault.tries, fault.reports.count()) == (3, 0)
    reference = fault.message.removesuffix(".").rpartition(" ")[2]
    wait_for(lambda: f"{reference}: The worker stopped" in stack.log("worker"), what="staff are told")
    clone.commit("Add a second commit")
    assert "Submission 2 received." in clone.push()[1]
    assert wait_until(learner, State.GRADED).number == 2


# --- the broker -----------------------------------------------------------------------------------------------------


def test_push_while_the_broker_is_gone_is_graded_after_the_broker_returns_empty(stack, learner, pushed):
    stack.kill("broker")
    answer: Future = pushed()
    wait_until(learner, State.QUEUED)
    shutil.rmtree(stack.var / "broker")
    (stack.var / "broker").mkdir()
    # A worker that loses its broker sometimes exits (kombu closes a connection twice): then it is restarted.
    wait_for(lambda: stack.revive() or submission(learner).has_ended, what="the submission is graded")
    assert_graded_once(learner, tries=1)
    assert answer.result()[0] == 0


def test_message_that_is_delivered_five_times_gives_one_report(stack, learner, pushed):
    with (
        Celery(broker=stack.broker_url, set_as_current=False) as app,
        app.connection_for_write() as connection,
    ):
        queue = connection.default_channel.client
        (stack.folder / "hold").touch()
        pushed()
        wait_until(learner, State.CHECKING)
        send = partial(app.send_task, "labs.grading.tasks.grade_next", connection=connection, queue="live")
        repeated = [send().id for _ in range(5)]
        (stack.folder / "hold").unlink()
        assert_graded_once(learner, tries=1)

        def are_read() -> bool:
            # others may stay: those of workers that earlier tests killed
            stack.revive()
            waiting = [each for name in queue.keys("live*") for each in queue.lrange(name, 0, -1)]
            held = b"".join([*waiting, *queue.hvals("unacked")])
            return not any(each.encode() in held for each in repeated)

        wait_for(are_read, what="all messages are read")
    assert_graded_once(learner, tries=1)


# --- the web server -------------------------------------------------------------------------------------------------


def test_push_that_dies_before_its_receipt_is_written_is_repaired(stack, learner, lab, clone, pushed):
    clone.push()
    first = wait_until(learner, State.GRADED)
    head = clone.commit("Add a second commit")
    path = Repository.objects.get(enrollment=learner).path
    with transaction.atomic():
        # nobody else can write: the push stops at its receipt
        Repository.objects.select_for_update().get(enrollment=learner)
        pushed()
        wait_for(
            lambda: ref_files.read_refs(path).get("refs/heads/main") == head, what="git has taken the push"
        )
        stack.kill("web")
    wait_for(lambda: submission(learner) != first, what="the receipt is written")
    repaired = wait_until(learner, State.GRADED)
    assert (repaired.head, repaired.receipt.via) == (head, Receipt.Via.REPAIR)
    assert Report.objects.filter(submission__enrollment=learner).count() == 2
