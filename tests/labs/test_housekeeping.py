"""Repositories are repacked, nothing that a receipt names is lost, and folders without an owner are removed."""

import os
import shutil
import tempfile
import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.git.objects import ObjectReader, absent
from labs.grading import receipts, tasks, worker
from labs.models import Receipt, Repository, Submission
from labs.repositories import bare, disk, folders, housekeeping, ref_files
from tests.factories import make_lab, make_learner, make_repository
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone

pytestmark = pytest.mark.django_db
LONG_AGO = time.time() - 40 * 24 * 3600


@pytest.fixture(autouse=True)
def practice_root(settings, tmp_path, monkeypatch):
    settings.PRACTICE_ROOT, settings.MIRROR_ROOT = tmp_path / "practice", tmp_path / "mirrors"
    monkeypatch.setattr(tasks, "wake", lambda: None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def repository():
    lab = make_lab(source=PASSABLE)
    made = make_repository(make_learner(lab.course), lab)
    folders.ensure(made)
    return made


@pytest.fixture
def clone(tmp_path, repository):
    clone = Clone(tmp_path / "work", str(repository.path))
    clone.git("config", "receive.unpackLimit", "1")
    return clone


@pytest.fixture
def push(clone, repository):
    """A push as the web server receives it: one pack, one receipt."""
    clone.git(f"--git-dir={repository.path}", "config", "receive.unpackLimit", "1")

    def push(content: bytes = b"x\n", *, force: bool = False, recorded: bool = True) -> str:
        head = clone.commit(f"Commit {os.urandom(4).hex()}", content=content)
        assert clone.push("--force" if force else "--no-force", "HEAD:main")[0] == 0
        if recorded:
            receipts.repair_one(repository)
        return head

    return push


def test_pushes_are_repacked_into_one_pack_and_each_graded_state_stays(repository, clone, push):
    heads = [push(bytes([65 + number])) for number in range(4)]
    clone.git("checkout", "--quiet", "--orphan", "rewritten")
    heads.append(push(b"rewritten", force=True))
    bare.ask_for_repack(repository.path)
    assert len(bare.packs(repository.path)) == 5
    refs = ref_files.read_refs(repository.path)
    reader = ObjectReader(repository.path)  # reads while the packs change under it
    assert reader.read(heads[0], 1000).kind == "commit"
    assert (housekeeping.repack_waiting(), housekeeping.repack_waiting()) == (1, 0)
    assert [reader.read(head, 1000).kind for head in heads] == ["commit"] * 5
    reader.close()
    assert len(bare.packs(repository.path)) == 1
    assert ref_files.read_refs(repository.path) == refs
    assert (repository.path / "packed-refs").is_file()
    clone.git(f"--git-dir={repository.path}", "fsck", "--strict")
    for submission in Submission.objects.all():
        with worker.open_submitted_state(submission) as (opened, _):
            assert submission.head in opened.history.commits
    push(b"afterwards")


def test_objects_that_no_receipt_names_are_removed(repository, push, clone):
    kept = push()
    stray = push(os.urandom(200_000), recorded=False)
    clone.git("reset", "--quiet", "--hard", kept)
    assert clone.push("--force", "HEAD:main")[0] == 0
    assert housekeeping.repack(repository)
    assert absent(repository.path, [kept, stray]) == {stray}
    assert bytes_in(repository.path) < 50_000


def test_repository_with_a_push_in_progress_is_left_alone(repository, push):
    for _ in range(2):
        push()
    bare.ask_for_repack(repository.path)
    with bare.hold_lock(repository.path):
        assert housekeeping.repack_waiting() == 0
    bare.begin_push(repository.path)  # interrupted, its receipt may be missing
    assert housekeeping.repack_waiting() == 0
    receipts.repair()
    assert (len(bare.packs(repository.path)), housekeeping.repack_waiting()) == (2, 1)


def test_repack_that_fails_loses_nothing_and_is_requested_by_the_next_push(
    repository, push, monkeypatch, caplog
):
    head = push()
    push()
    bare.ask_for_repack(repository.path)
    monkeypatch.setattr(bare, "REPACK_SECONDS", 0)
    assert housekeeping.repack_waiting() == 0
    assert bare.folders_to_repack() == []  # whether git packed them before it was ended is up to the machine
    assert absent(repository.path, [head]) == set()
    assert not list(repository.path.glob("objects/pack/tmp_*"))
    assert "could not be repacked" in caplog.text


def test_receipt_of_a_lost_folder_does_not_prevent_repacking(repository, push):
    push()
    Receipt.objects.update(refs={"refs/heads/main": "1" * 40})
    head = push()
    assert housekeeping.repack(repository)
    assert absent(repository.path, [head]) == set()


def test_folders_that_no_row_names_are_removed_after_30_days(repository, push):
    push()
    root = repository.path.parent
    orphan, half_made = root / "orphan.git", root / "half.new"
    for folder in (orphan, half_made):
        folder.mkdir()
    (root / "locks/gone").touch()
    assert housekeeping.sweep_unclaimed() == 0
    assert orphan.is_dir() and half_made.is_dir()
    for path in (orphan / "unclaimed", half_made, root / "locks/gone"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    (repository.path / "unclaimed").touch()  # until a restore named it again
    assert housekeeping.sweep_unclaimed() == 1
    assert not orphan.exists() and not half_made.exists() and not (root / "locks/gone").exists()
    assert not (repository.path / "unclaimed").exists()
    Repository.objects.update(folder=None)
    repository.path.rename(root / f"{repository.pk}.git")
    housekeeping.sweep_unclaimed()
    assert not (root / f"{repository.pk}.git/unclaimed").exists()


def test_temporary_folders_of_dead_processes_are_removed_and_living_ones_keep_theirs(tmp_path):
    old, new, foreign = (tmp_path / name for name in ("labcheck-old", "labcheck-new", "other-old"))
    for folder in (old, new, foreign):
        folder.mkdir()
    for folder in (old, foreign):
        os.utime(folder, (LONG_AGO, LONG_AGO))
    assert housekeeping.sweep_temporary() == 1
    assert (old.exists(), new.exists(), foreign.exists()) == (False, True, True)


def test_sign_ins_that_have_expired_are_removed():
    for age in (-1, 60):
        session = SessionStore()
        session.set_expiry(age)
        session.create()
    housekeeping.clear_sessions()
    assert Session.objects.count() == 1


def test_all_steps_run_and_a_failing_one_stops_no_other(repository, push, monkeypatch, caplog):
    push()
    bare.ask_for_repack(repository.path)
    monkeypatch.setattr(housekeeping, "sweep_temporary", _fails)
    tasks.tidy()
    assert "sweep_temporary failed" in caplog.text
    assert bare.folders_to_repack() == []
    assert 0 < disk.practice_bytes() <= bytes_in(repository.path.parent)


def _fails() -> None:
    raise OSError("no")


_fails.__name__ = "sweep_temporary"


def test_warnings_appear_at_80_percent(repository, settings, monkeypatch):
    usage = shutil._ntuple_diskusage(100 << 30, 79 << 30, 21 << 30)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: usage)
    settings.PRACTICE_ROOT_MAX_BYTES = 10 << 30
    assert disk.warnings() == []
    usage = shutil._ntuple_diskusage(100 << 30, 50 << 30, 15 << 30)  # the rest is reserved
    assert disk.warnings() == []
    disk.keep_practice_bytes(8 << 30)
    usage = shutil._ntuple_diskusage(100 << 30, 80 << 30, 20 << 30)
    *disks, practice = disk.warnings()
    assert disks[0] == (
        "The data disk is 80% full (20.0 GB free). Free up space: pushes are refused when it is full."
    )
    assert practice == (
        "Practice repositories use 8.0 of 10.0 GB (80%). Raise "
        "PRACTICE_ROOT_MAX_BYTES: pushes are refused at the limit."
    )
