"""A push that dies leaves marks on disk, and the repair records it. Real repositories, no processes."""

import base64
import io
import os
import subprocess
import sys
import time

import pytest
from django.db import OperationalError
from django.utils import timezone

from labs import actions, tokens
from labs.grading import receipts, tasks
from labs.models import Receipt, State, Submission
from labs.practice import packets, reply, views
from labs.repositories import bare, folders, ref_files
from tests.factories import make_lab, make_learner, make_repository
from tests.labs.git_client import Clone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice_root(settings, tmp_path, monkeypatch):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    monkeypatch.setattr(tasks, "wake", lambda: None)


@pytest.fixture
def repository():
    lab = make_lab()
    made = make_repository(make_learner(lab.course), lab)
    folders.ensure(made)
    return made


@pytest.fixture
def clone(tmp_path, repository):
    """Push into the folder itself, bypassing the web server, like a push that dies afterwards."""
    clone = Clone(tmp_path / "work", str(repository.path))
    clone.commit()
    return clone


def test_interrupted_push_is_recorded_once(repository, clone):
    bare.begin_push(repository.path)
    hour_ago = time.time() - 3600
    os.utime(repository.path.parent / "pushing" / repository.path.stem, (hour_ago, hour_ago))
    clone.push()
    assert (receipts.repair(), receipts.repair()) == (1, 0)
    submission = Submission.objects.get()
    assert abs(submission.receipt.received_at.timestamp() - hour_ago) < 1  # when the portal had it
    assert (submission.receipt.via, submission.receipt.refs) == (
        Receipt.Via.REPAIR,
        ref_files.read_refs(repository.path),
    )
    assert bare.folders_with_push() == []


def test_push_that_was_recorded_needs_no_repair(repository, clone):
    clone.push()
    actions.receive(repository=repository, refs=ref_files.read_refs(repository.path))
    bare.begin_push(repository.path)
    assert receipts.repair() == 0
    assert (Receipt.objects.count(), bare.folders_with_push()) == (1, [])


def test_push_that_changed_nothing_needs_no_receipt(repository):
    bare.begin_push(repository.path)
    assert (receipts.repair(), Receipt.objects.exists()) == (0, False)


def test_push_that_goes_on_is_left_alone(repository, clone):
    with bare.hold_lock(repository.path):
        bare.begin_push(repository.path)
        clone.push()
        assert (receipts.repair(), Receipt.objects.exists()) == (0, False)
    assert receipts.repair() == 1


def test_push_that_cannot_be_repaired_does_not_block_the_repair_of_others(repository, clone, caplog):
    broken = make_repository(make_learner(repository.lab.course), repository.lab)
    for one in (broken, repository):
        bare.begin_push(one.path)
    clone.push()
    assert receipts.repair() == 1
    assert bare.folders_with_push() == [broken.folder]
    assert f"cannot repair the interrupted push to {broken.path}: " in caplog.text


def test_database_failure_at_the_receipt_is_reported_and_repaired(repository, clone, monkeypatch):
    bare.begin_push(repository.path)
    clone.push()
    with monkeypatch.context() as failing:
        failing.setattr(
            receipts, "record", lambda **_: (_ for _ in ()).throw(OperationalError("database is locked"))
        )
        lines = list(views._record_push(repository, timezone.now(), repository.enrollment.user))
    assert "Push received. Grading starts as soon as possible. You don’t have to do anything." in lines
    assert receipts.repair() == 1


def test_next_push_first_records_the_push_that_the_database_did_not_store(client, repository, clone):
    bare.begin_push(repository.path)
    first = clone.output("rev-parse", "HEAD").decode().strip()
    clone.push()  # accepted by git; its receipt is missing
    second = clone.commit("Describe it better")
    assert push_through(client, repository, clone, first, second).status_code == 200
    assert list(Submission.objects.order_by("number").values_list("head", "state")) == [
        (first, State.SUPERSEDED),
        (second, State.QUEUED),
    ]
    assert bare.folders_with_push() == []


def test_receipt_has_the_time_at_which_the_push_arrived_and_not_when_git_was_done(
    client, repository, clone, monkeypatch
):
    first = clone.output("rev-parse", "HEAD").decode().strip()
    clone.push()
    actions.receive(repository=repository, refs=ref_files.read_refs(repository.path))
    receive_pack, began = bare.receive_pack, []
    monkeypatch.setattr(
        bare, "receive_pack", lambda *given: (began.append(timezone.now()), receive_pack(*given))[1]
    )
    second = clone.commit("Describe it better")
    assert push_through(client, repository, clone, first, second).status_code == 200
    assert Submission.objects.get(head=second).receipt.received_at < began[0]


def test_terminal_waits_for_the_verdict_only_after_it_has_read_the_first_lines(
    client, repository, clone, monkeypatch
):
    waited = []

    def wait(submission):
        waited.append(submission)
        yield from ()

    monkeypatch.setattr(reply, "_verdict_in_time", wait)
    first = clone.output("rev-parse", "HEAD").decode().strip()
    clone.push()
    actions.receive(repository=repository, refs=ref_files.read_refs(repository.path))
    answer = push_through(client, repository, clone, first, clone.commit("Describe it better"))
    chunks = iter(answer.streaming_content)
    assert any(b"Submission 2 received. Grading..." in chunk for chunk in chunks)
    assert waited == []
    assert any(b"Still grading." in chunk for chunk in chunks)
    assert len(waited) == 1


def push_through(client, repository, clone, old, new):
    """Push to the view as git does, which asks for the refs first."""
    place = f"/git/{repository.lab.course.slug}/{repository.lab.slug}.git"
    token = base64.b64encode(f"git:{tokens.new_token(user=repository.enrollment.user)}".encode()).decode()
    as_learner = {"HTTP_AUTHORIZATION": f"Basic {token}"}
    client.get(f"{place}/info/refs?service=git-receive-pack", **as_learner)
    command = (
        packets.packet(f"{old} {new} refs/heads/main\0report-status side-band-64k".encode()) + packets.FLUSH
    )
    pack = clone.output("pack-objects", "--stdout", "--revs", stdin=f"{new}\n^{old}\n".encode())
    kind = "application/x-git-receive-pack-request"
    sent = {"wsgi.input": io.BytesIO(command + pack)}  # the test client's own body cannot be read to its end
    return client.post(f"{place}/git-receive-pack", command + pack, content_type=kind, **as_learner, **sent)


def test_leftovers_of_a_killed_git_are_removed_before_the_next_push(repository, clone):
    bare.begin_push(repository.path)
    left = [repository.path / "refs/heads/main.lock", repository.path / "packed-refs.lock"]
    for lock in left:
        lock.touch()
    quarantine = repository.path / "objects/tmp_objdir-incoming-x"
    quarantine.mkdir()
    assert clone.push()[0] == 1
    receipts.record_interrupted(repository, repository.path)
    assert clone.push()[0] == 0
    assert not quarantine.exists()


def test_repair_removes_leftovers_too(repository, clone):
    bare.begin_push(repository.path)
    (repository.path / "refs/heads/main.lock").touch()
    receipts.repair()
    assert clone.push()[0] == 0


# --- the lock -------------------------------------------------------------------------------------------------------


def test_second_push_waits_and_then_gives_up(repository):
    with (
        bare.hold_lock(repository.path),
        pytest.raises(bare.BusyError),
        bare.hold_lock(repository.path, seconds=0.1),
    ):
        pass
    with bare.hold_lock(repository.path, seconds=0):
        pass


def test_git_that_outlives_the_web_server_keeps_the_lock(repository):
    with bare.hold_lock(repository.path) as lock:
        program = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        git = subprocess.Popen(program, stdin=subprocess.PIPE, pass_fds=[lock.fileno()])
    with pytest.raises(bare.BusyError), bare.hold_lock(repository.path, seconds=0):
        pass
    git.communicate()
    with bare.hold_lock(repository.path, seconds=0):
        pass


def test_git_that_takes_too_long_is_ended(repository, monkeypatch, tmp_path):
    monkeypatch.setattr(bare, "GIT_SECONDS", 0.2)
    monkeypatch.setattr(bare, "_argv", lambda *arguments: ["sleep", "60"])
    with (tmp_path / "body").open("w+b") as body, pytest.raises(bare.TookTooLongError):
        bare.receive_pack(repository.path, body)
