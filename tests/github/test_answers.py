"""Results on GitHub: one status and one check run for each graded commit, within GitHub's limits."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.utils import timezone

from labs.actions import submit_address
from labs.github import answer_content, looking, sending, tasks
from labs.github.answers import ask_for_status
from labs.grader.report import CheckResult, Evidence, Outcome, Report
from labs.grading import tasks as grading_tasks
from labs.grading import worker
from labs.models import CommitStatus, Connection, Delivery, Installation, Submission
from labs.queue_queries import status_backlog
from labs.repositories import hosts
from portal.accounts.models import User
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_report,
    make_staff,
    make_submission,
    make_user,
)
from tests.github.signing import make_connection
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db

SOURCE = """\
schema: 2
title: Your first repository
pass_mark: 70
checks:
  - id: readme
    says: README.md exists
    file: {path: README.md, exists: true}
    points: 40
  - id: no-secrets
    says: No file contains a secret
    no_secrets: {}
    points: 60
"""
SECRET = "ghp_" + "aB3dE5gH7jK9" * 3
State = CommitStatus.State


@pytest.fixture
def world(app, portal_on_github, monkeypatch):
    """A learner whose repository on the stand-in is connected by the App."""
    caches["tokens"].clear()
    monkeypatch.setattr(grading_tasks, "wake", lambda: None)
    woken = []
    monkeypatch.setattr("labs.github.answers.wake_sender", lambda: woken.append(1))
    github = portal_on_github
    lab = make_lab(source=SOURCE)
    learner = make_learner(lab.course)
    remote = github.create_repository("learner/billing")
    installed = github.install(app, "learner", remote)
    return SimpleNamespace(
        github=github, lab=lab, learner=learner, remote=remote, installed=installed, woken=woken, app=app
    )


def connect(world) -> Connection:
    repository = Submission.objects.latest("pk").receipt.repository
    installation = Installation.objects.create(
        installation_id=world.installed.id, account="learner", account_id=world.remote.owner.id
    )
    return Connection.objects.create(
        repository=repository,
        github_id=world.remote.id,
        full_name=world.remote.full_name,
        owner_proved_by=Connection.Proof.APP,
        installation=installation,
    )


def push(world, *, connected: bool = True, **files: str) -> str:
    """Commit on GitHub, and submit the state as a learner who pastes the URL; the commit."""
    sha = world.github.commit(world.remote, {name.replace("__", "."): text for name, text in files.items()})
    address = hosts.read(f"https://{world.github.host}/{world.remote.full_name}")
    submit_address(enrollment=world.learner, lab=world.lab, address=address)
    if connected and not Connection.objects.exists():
        connect(world)
    return sha


def grade(capture) -> None:
    with capture(execute=True):
        assert worker.grade_next()


def enqueue(world, count: int) -> list[CommitStatus]:
    """Results of as many commits that wait to be sent, oldest first."""
    connection = Connection.objects.first() or connect_first(world)
    rows = []
    for number in range(count):
        sha = world.github.commit(world.remote, {"README.md": f"{number}\n"})
        submission = make_submission(world.learner, world.lab, {"refs/heads/main": sha})
        report = make_report(submission, report_data())
        rows.append(CommitStatus.objects.create(connection=connection, commit=sha, report=report))
    return rows


def connect_first(world) -> Connection:
    push(world, README__md="Billing\n")
    Submission.objects.all().update(state="cancelled")
    return Connection.objects.get()


def backlog():
    return status_backlog(User(is_superuser=True), timezone.now())


def report_data(outcome: str = "passed") -> dict:
    earned = Decimal(outcome == "passed")
    result = CheckResult("readme", "README.md exists", "file", Decimal(1), earned, Outcome(outcome))
    return Report(1, "test", "d", "Your first repository", 70, (result,)).to_json()


def test_a_graded_commit_gets_one_status_and_a_check_run_on_its_lines(
    world, django_capture_on_commit_callbacks
):
    first = push(world, settings__py=f'# Settings\nTOKEN = "{SECRET}"\n')
    grade(django_capture_on_commit_callbacks)
    assert world.woken == [1]
    tasks.send_statuses()
    (status,) = world.remote.statuses
    page = Submission.objects.get().get_absolute_url()
    assert (status.sha, status.state, status.context) == (first, "failure", f"Portal/{world.lab.slug}")
    assert status.description == "0 of 2 checks passed. First to fix: README.md exists"
    assert status.target_url.endswith(page)
    (run,) = world.remote.check_runs
    assert (run.sha, run.fields["conclusion"]) == (first, "failure")
    (note,) = run.annotations
    assert (note["path"], note["start_line"], note["title"]) == (
        "settings.py",
        2,
        "No file contains a secret",
    )
    assert SECRET not in str(run.fields) + str(run.annotations)

    second = push(world, settings__py="# Settings\n", README__md="Billing\n")
    grade(django_capture_on_commit_callbacks)
    tasks.send_statuses()
    tasks.send_statuses()
    (status,) = world.remote.statuses[1:]
    words = "1 of 2 checks passed. First to fix: No file contains a secret"  # it is in the history
    assert (status.sha, status.description) == (second, words)
    assert len(world.remote.check_runs) == 2
    assert list(CommitStatus.objects.values_list("state", "writes")) == [(State.SENT, 2)] * 2


def test_without_an_app_or_a_connection_nothing_is_queued(
    world, settings, django_capture_on_commit_callbacks
):
    push(world, connected=False, README__md="1\n")
    grade(django_capture_on_commit_callbacks)
    connect(world)
    settings.GITHUB_APP_ID = ""
    push(world, README__md="2\n")
    grade(django_capture_on_commit_callbacks)
    tasks.send_statuses()
    assert not CommitStatus.objects.exists()
    assert world.remote.statuses == []


def test_a_commit_that_was_graded_before_gets_its_status_when_github_announces_it(
    world, django_capture_on_commit_callbacks
):
    sha = push(world, connected=False, README__md="Billing\n")
    grade(django_capture_on_commit_callbacks)
    connection = connect(world)
    connection.asked_at = timezone.now()
    Delivery.objects.create(connection=connection, guid="1", event="push", ref="refs/heads/main", commit=sha)
    looking.look(connection)
    assert Delivery.objects.get().outcome == Delivery.Outcome.KNOWN
    tasks.send_statuses()
    assert [(one.sha, one.state) for one in world.remote.statuses] == [(sha, "success")]
    assert Submission.objects.count() == 1


def test_a_failure_to_queue_the_status_does_not_delay_the_report(
    world, monkeypatch, django_capture_on_commit_callbacks
):
    push(world, README__md="Billing\n")
    monkeypatch.setattr("labs.github.answers.answered_connections", lambda submission: 1 / 0)
    grade(django_capture_on_commit_callbacks)
    assert Submission.objects.get().state == "graded"


def test_the_newest_results_go_first_and_the_limits_of_github_are_kept(world, monkeypatch, time_machine):
    monkeypatch.setattr(sending, "MAX_WRITES_PER_MINUTE", 4)
    monkeypatch.setattr(sending, "MAX_WRITES_PER_HOUR", 7)
    time_machine.move_to(timezone.now(), tick=True)
    rows = enqueue(world, 9)
    sending.send_waiting()
    # a check run for each would not fit into the hour, so only statuses are sent
    assert [one.sha for one in world.remote.statuses] == [row.commit for row in rows[:-5:-1]]
    assert world.remote.check_runs == []
    assert backlog().waiting == 5
    sending.send_waiting()
    assert len(world.remote.statuses) == 4
    time_machine.shift(61)
    sending.send_waiting()
    assert len(world.remote.statuses) == 7
    time_machine.shift(61)
    sending.send_waiting()
    assert len(world.remote.statuses) == 7
    time_machine.shift(3600)
    sending.send_waiting()
    assert [one.sha for one in world.remote.statuses] == [row.commit for row in rows[::-1]]
    assert backlog().waiting == 0


@pytest.mark.daily(1)
@pytest.mark.parametrize("trouble", ["down", "primary", "secondary"])
def test_an_outage_and_a_limit_only_delay_a_result(world, trouble):
    (row,) = enqueue(world, 1)
    if trouble == "down":
        world.github.switches.is_down = True
    else:
        getattr(world.github.switches, f"limit_{trouble}")(120)
    asked = len(world.github.exchanges)
    assert sending.send_waiting() is False
    assert sending.send_waiting() is False
    assert len(world.github.exchanges) == asked + 1  # not asked again before the time has come
    installation = Installation.objects.get()
    wait = installation.limited_until - timezone.now()
    assert timedelta(seconds=20) < wait < timedelta(seconds=125)
    assert installation.sending_until is None
    row.refresh_from_db()
    assert row.state == State.WAITING

    world.github.switches.reset()
    Installation.objects.update(limited_until=timezone.now())
    sending.send_waiting()
    row.refresh_from_db()
    assert (row.state, len(world.remote.statuses)) == (State.SENT, 1)


def test_a_refused_result_is_given_up_after_three_tries_and_does_not_block_others(world):
    good, bad = enqueue(world, 2)
    CommitStatus.objects.filter(pk=bad.pk).update(commit="1" * 40)
    for _ in range(3):
        sending.send_waiting()
        CommitStatus.objects.update(not_before=timezone.now())
    assert [one.sha for one in world.remote.statuses] == [good.commit]
    bad.refresh_from_db()
    assert (bad.state, bad.tries, bad.writes) == (State.REFUSED, 3, 3)
    assert backlog().waiting == 0
    [(state, reason, number)] = backlog().unsent
    assert (state, number) == ("Refused by GitHub", 1)
    page = client_of(make_staff(world.lab.course, make_user(is_staff=True))).get("/queue/").content.decode()
    assert f"<b>Refused by GitHub</b><small>{reason}</small>" in page and "1 result<" in page
    assert status_backlog(make_staff(make_course()), timezone.now()).unsent == ()


def test_fault_of_ours_with_one_result_is_listed_and_does_not_stop_the_others(world, monkeypatch):
    good, bad = enqueue(world, 2)
    content_of = answer_content.status_of

    def fail_for_one(report, *, context, page):
        if page.endswith(bad.report.submission.get_absolute_url()):
            raise KeyError("title")
        return content_of(report, context=context, page=page)

    monkeypatch.setattr(answer_content, "status_of", fail_for_one)
    sending.send_waiting()
    assert [one.sha for one in world.remote.statuses] == [good.commit]
    assert backlog().unsent == (("Not sent", "It could not be sent because of a fault on our side.", 1),)


@pytest.mark.heavy
def test_result_that_waited_three_days_is_dropped_and_listed(world):
    recent, old = enqueue(world, 2)
    for row, days in ((recent, 2.9), (old, 3.1)):
        CommitStatus.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(days=days))
    Installation.objects.update(limited_until=timezone.now() + timedelta(hours=1))
    sending.send_waiting()
    assert (backlog().waiting, backlog().unsent) == (
        1,
        (("Not sent", "GitHub could not be reached for three days.", 1),),
    )


@pytest.mark.heavy
def test_each_installation_has_its_own_limits(world, monkeypatch):
    """The writes of one leave the other its whole minute."""
    monkeypatch.setattr(sending, "MAX_WRITES_PER_MINUTE", 4)
    rows = enqueue(world, 1)
    other = make_connection(
        make_learner(world.lab.course),
        lab=world.lab,
        installation=Installation.objects.create(installation_id=99, account="other"),
    )
    spent = {"state": State.SENT, "writes": 4, "written_at": timezone.now()}
    CommitStatus.objects.create(connection=other, commit="1" * 40, report=rows[0].report, **spent)
    assert [sending.room(each).now for each in Installation.objects.order_by("pk")] == [4, 0]
    sending.send_waiting()
    assert len(world.remote.statuses) == 1


def test_results_for_an_app_that_was_removed_are_dropped(world):
    (row,) = enqueue(world, 1)
    world.github.uninstall(world.installed)
    sending.send_waiting()
    assert Installation.objects.get().deleted_at
    sending.send_waiting()
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.DROPPED, "The repository is no longer connected by the App.")


def test_a_newer_report_replaces_one_that_waits_and_is_sent_again_only_if_it_differs(
    world, django_capture_on_commit_callbacks
):
    (row,) = enqueue(world, 1)
    Connection.objects.get().repository.receipts.update(digest=row.report.submission.digest)
    submission = row.report.submission
    with django_capture_on_commit_callbacks(execute=True):
        newer = make_report(submission, report_data("needs_work"))
        ask_for_status(newer)
    tasks.send_statuses()
    assert [one.state for one in world.remote.statuses] == ["failure"]
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_status(make_report(submission, report_data("needs_work")))
    tasks.send_statuses()
    assert len(world.remote.statuses) == 1
    ask_for_status(make_report(submission, report_data("passed"), passed=True))
    tasks.send_statuses()
    assert [one.state for one in world.remote.statuses] == ["failure", "success"]


@pytest.mark.heavy
def test_a_second_worker_leaves_an_installation_to_the_first(world):
    enqueue(world, 1)
    Installation.objects.update(sending_until=timezone.now() + sending.LEASE)
    sending.send_waiting()
    assert world.remote.statuses == []
    Installation.objects.update(sending_until=timezone.now())
    sending.send_waiting()
    assert len(world.remote.statuses) == 1


@pytest.mark.heavy
def test_many_annotations_are_appended_fifty_at_a_time(world):
    (row,) = enqueue(world, 1)
    evidence = tuple(Evidence(path="app.py", line=line) for line in range(1, 121))
    says = "No *secret* in <b>`app.py`</b> | @everyone"
    result = CheckResult("a", says, "file", Decimal(1), Decimal(0), Outcome.NEEDS_WORK, evidence=evidence)
    row.report.data = Report(1, "test", "d", "Lab", 70, (result,)).to_json()
    row.report.save()
    sending.send_waiting()
    (run,) = world.remote.check_runs
    assert [note["start_line"] for note in run.annotations] == list(range(1, 121))
    assert r"No \*secret\* in \<b\>`app.py`\</b\> \| \@everyone" in run.fields["output"]["summary"]
    row.refresh_from_db()
    assert (row.state, row.writes) == (State.SENT, 4)


def test_two_learners_of_one_repository_keep_a_status_each(world, django_capture_on_commit_callbacks):
    sha = push(world, README__md="# Billing\n")
    grade(django_capture_on_commit_callbacks)
    world.learner = make_learner(world.lab.course)
    address = hosts.read(f"https://{world.github.host}/{world.remote.full_name}")
    submission = submit_address(enrollment=world.learner, lab=world.lab, address=address)
    Connection.objects.create(
        repository=submission.receipt.repository,
        github_id=world.remote.id,
        owner_proved_by=Connection.Proof.APP,
        installation=Installation.objects.get(),
    )
    grade(django_capture_on_commit_callbacks)
    assert not sending.send_waiting()
    pages = {status.context: status.target_url for status in world.remote.statuses if status.sha == sha}
    name = f"Portal/{world.lab.slug}"
    assert pages.keys() == {name, f"{name} (2)"}
    assert pages[f"{name} (2)"].endswith(submission.get_absolute_url())
    assert {run.name for run in world.remote.check_runs} == pages.keys()
