"""The sandbox of an installation: its users, the worker's self-test, and the health page."""

import pytest

from labs.grader.check_specs import MAX_CODE_SECONDS
from labs.grader.sandbox.local import LocalSandbox
from labs.grader.sandbox.remote import RemoteSandbox
from labs.grading import sandbox, worker
from labs.models import Report
from labs.repositories import folders, ref_files
from portal import celery
from portal.checks import sandbox_has_an_address
from tests.factories import make_lab, make_learner, make_repository, make_submission
from tests.labs.git_client import Clone

RUNS = """\
schema: 2
title: A program that greets
pass_mark: 70
checks:
  - id: greets
    says: hello.py greets
    run: {command: [python, hello.py], matches: ^hello$}
    points: 60
"""


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.VAR = tmp_path
    settings.ENVIRONMENTS_ROOT = tmp_path / "environments"
    sandbox.sandbox.cache_clear()
    yield
    sandbox.sandbox.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox")
def test_worker_runs_the_code_that_was_pushed(settings, tmp_path):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    lab = make_lab(source=RUNS)
    repository = make_repository(make_learner(lab.course), lab)
    folders.ensure(repository)
    clone = Clone(tmp_path / "work", str(repository.path))
    clone.commit("Greet", "hello.py", b"print('hello')\n")
    clone.push()
    make_submission(repository.enrollment, lab, refs=ref_files.read_refs(repository.path))
    assert worker.grade_next()
    report = Report.objects.get()
    assert (report.points, report.data["results"][0]["why"]) == (
        60,
        "`python hello.py` works on `main`.",
    )


class Worker:
    def __init__(self, hostname: str) -> None:
        self.hostname = hostname


LIVE = Worker("live@here")


def test_nothing_is_known_before_a_worker_has_started():
    assert sandbox.state() == "No worker has tested its sandbox yet."


@pytest.mark.parametrize(
    ("why", "state"), [("", "ok"), ("bwrap not found", "Code cannot be confined: bwrap not found.")]
)
def test_worker_publishes_the_result_of_its_self_test_when_it_starts(monkeypatch, why, state):
    monkeypatch.setattr(LocalSandbox, "unavailable", lambda self: why)
    monkeypatch.setattr(LocalSandbox, "packages_unavailable", lambda self: "")
    celery.test_sandbox(LIVE)
    assert sandbox.state() == state


def test_later_worker_leaves_the_self_test_to_the_live_worker():
    celery.test_sandbox(Worker("later@here"))
    assert sandbox.state() == "No worker has tested its sandbox yet."


def test_worker_reports_that_packages_cannot_be_read(monkeypatch):
    monkeypatch.setattr(LocalSandbox, "unavailable", lambda self: "")
    monkeypatch.setattr(LocalSandbox, "packages_unavailable", lambda self: "/var is shut")
    celery.test_sandbox(LIVE)
    assert sandbox.state() == "Labs that need Python packages are not run: /var is shut."


def test_runner_is_queried_directly(settings, monkeypatch):
    settings.SANDBOX = "unix:///srv/runner/runner.sock"
    monkeypatch.setattr(RemoteSandbox, "unavailable", lambda self: "the runner sleeps")
    assert sandbox.state() == "Code cannot be confined: the runner sleeps."


@pytest.mark.parametrize(
    ("address", "found"), [("", 0), ("unix:///run/runner.sock", 0), ("http://runner", 1)]
)
def test_address_of_a_runner_is_checked(settings, address, found):
    settings.SANDBOX = address
    assert len(sandbox_has_an_address()) == found


def test_worker_has_the_time_that_checks_may_take():
    assert celery.app.conf.task_soft_time_limit >= 60 + MAX_CODE_SECONDS
    assert celery.app.conf.task_time_limit > celery.app.conf.task_soft_time_limit
    assert celery.app.conf.broker_transport_options["visibility_timeout"] > celery.app.conf.task_time_limit


def test_state_of_a_runner_at_the_start_is_not_stored(settings, tmp_path, monkeypatch):
    settings.SANDBOX = "unix:///srv/runner/runner.sock"
    monkeypatch.setattr(RemoteSandbox, "unavailable", lambda self: "the runner sleeps")
    celery.test_sandbox(LIVE)
    assert list(tmp_path.iterdir()) == []
