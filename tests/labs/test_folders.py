"""Owners of the folders of the practice remote, even after a restore that reuses a key of the database."""

import importlib
import shutil
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from labs import migrations
from labs.authoring import trying
from labs.grader.git.processes import RepositoryError
from labs.grading import receipts, tasks, worker
from labs.models import Receipt, Repository, State, Submission
from labs.practice import advertising
from labs.repositories import bare, folders, ref_files
from tests.factories import make_lab, make_learner, make_repository
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice_root(settings, tmp_path, monkeypatch):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    monkeypatch.setattr(tasks, "wake", lambda: None)


@pytest.fixture
def lab():
    return make_lab(source=PASSABLE)


@pytest.fixture
def pushed(tmp_path, lab):
    """Make the repository of a new learner with a recorded commit; return the repository and a clone."""

    def push(name: str) -> tuple[Repository, Clone]:
        repository = make_repository(make_learner(lab.course), lab)
        clone = Clone(tmp_path / name, str(folders.ensure(repository)))
        clone.commit(f"By {name}")
        assert clone.push()[0] == 0
        receipts.repair_one(repository)
        return repository, clone

    return push


def test_folder_has_a_random_name_and_records_its_owner(lab):
    repository = make_repository(make_learner(lab.course), lab)
    path = folders.ensure(repository)
    assert (len(path.stem), path.stem) == (16, repository.folder)
    assert (path / "portal-owner").read_text() == (
        f"{repository.folder} enrollment {repository.enrollment_id} lab {lab.pk}\n"
    )
    assert folders.ensure(repository) == path == folders.owned_path(repository)


def test_key_that_a_restore_gives_out_again_opens_nobody_elses_repository(pushed, lab, tmp_path):
    _, clone = pushed("first")
    lost, _ = pushed("lost")
    key, path = lost.pk, lost.path
    Submission.objects.filter(receipt__repository=lost).delete()
    lost.delete()  # yesterday's database knows nothing of it; its folder stays
    again = Repository.objects.create(pk=key, enrollment=make_learner(lab.course), lab=lab)
    mine = folders.ensure(again)
    assert (mine != path, ref_files.read_refs(mine)) == (True, {})
    theirs = Clone(tmp_path / "theirs", str(mine))
    head = theirs.commit("Mine alone")
    assert theirs.push()[0] == 0
    assert ref_files.read_refs(mine) == {"refs/heads/main": head}
    assert "By lost" not in theirs.output("log", "--all", "--format=%s").decode()
    clone.commit("More")
    assert clone.push()[0] == 0


def test_folder_of_another_is_opened_by_nobody_and_the_next_push_gets_a_new_one(pushed, lab, tmp_path):
    other, _ = pushed("other")
    mine, _ = pushed("mine")
    submission = Submission.objects.get(receipt__repository=mine)
    shutil.rmtree(mine.path)
    shutil.copytree(other.path, mine.path)  # as if the database named the wrong folder
    with pytest.raises(folders.NotOwnedError), worker.open_submitted_state(submission):
        pass
    with pytest.raises(trying.CannotTryError):
        trying.try_on(trying.TryChoice("x", "x", mine), PASSABLE)
    bare.begin_push(mine.path)
    assert (receipts.repair(), bare.folders_with_push()) == (0, [mine.folder])
    wrong = mine.folder
    path = folders.ensure(mine)
    assert (Repository.objects.get(pk=mine.pk).folder, ref_files.read_refs(path)) == (path.stem, {})
    assert mine.folder != wrong
    clone = Clone(tmp_path / "again", str(path))
    clone.commit()
    assert clone.push()[0] == 0
    assert receipts.repair_one(mine)


def test_folders_named_by_keys_stay_readable_and_are_marked(pushed, lab):
    repository, _ = pushed("early")
    old = repository.path.with_name(f"{repository.pk}.git")
    repository.path.rename(old)
    (old / "portal-owner").unlink()
    Repository.objects.update(folder=None)
    unmigrated = Repository.objects.get()
    assert folders.owned_path(unmigrated) == old
    (old / "portal-owner").unlink()
    (migration,) = Path(migrations.__file__).parent.glob("*_repository_folder.py")
    importlib.import_module(f"labs.migrations.{migration.stem}").keep_present_folders(apps, None)
    repository.refresh_from_db()
    assert (repository.folder, folders.ensure(repository)) == (str(repository.pk), old)
    assert (old / "portal-owner").read_text().startswith(f"{repository.pk} enrollment ")
    bare.begin_push(old)
    assert list(Repository.objects.in_folders(bare.folders_with_push())) == [repository]
    submission = Submission.objects.get()
    with worker.open_submitted_state(submission) as (opened, _):
        assert len(opened.history.commits) == 1


def test_unmarked_folder_with_a_random_name_belongs_to_nobody(pushed):
    repository, _ = pushed("unmarked")
    (repository.path / "portal-owner").unlink()
    with pytest.raises(folders.NotOwnedError):
        folders.owned_path(repository)


def test_check_after_a_restore_grades_pushes_that_the_database_did_not_know(pushed, lab, capsys):
    newer, clone = pushed("newer")
    head = clone.commit("Pushed after the backup")
    assert clone.push()[0] == 0
    lost, _ = pushed("lost")
    shutil.rmtree(lost.path)
    other, _ = pushed("other")
    (other.path / "portal-owner").write_text("somebody else\n")
    Repository.objects.create(
        enrollment=newer.enrollment, lab=lab, host="github.com", owner="octocat", name="lab"
    )
    call_command("check_practice")
    assert Submission.objects.get(head=head).receipt.via == Receipt.Via.REPAIR
    *lines, last = capsys.readouterr().out.splitlines()
    assert (
        last
        == "Practice repositories: 3. Pushes recorded: 1. Missing folders: 1. Folders of other repositories: 1."
    )
    assert len(lines) == 2
    with pytest.raises(RepositoryError, match="There is no repository"):
        folders.owned_path(lost)
    assert folders.ensure(lost).is_dir()


def test_submission_of_a_folder_that_is_lost_is_our_fault(pushed, settings):
    settings.GRADING_RETRY_SECONDS = 0
    lost, _ = pushed("lost")
    shutil.rmtree(lost.path)
    while worker.grade_next():
        pass
    assert Submission.objects.get().state == State.FAULT


def test_refs_read_from_files_are_those_that_git_lists(pushed, lab):
    """Loose, packed, both, deleted, nested, in other alphabets; the advertisement is git's own but for its version."""
    repository, clone = pushed("refs")
    path = repository.path
    first = clone.commit("One")
    for name in ("feature/a/b", "größe", "x"):
        clone.git("branch", name)
    clone.git("tag", "-a", "v1", "-m", "One")
    clone.push("--all")
    clone.push("--tags")
    clone.git(f"--git-dir={path}", "pack-refs", "--all")
    clone.commit("Two")
    clone.git("branch", "--force", "x")
    clone.push("--all")
    clone.push("--delete", "feature/a/b")
    clone.git(f"--git-dir={path}", "update-ref", "refs/notes/hidden", first)
    (path / "refs/heads/main.lock").touch()
    listing = ("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags")
    listed = clone.output(f"--git-dir={path}", *listing).decode().splitlines()
    assert list(ref_files.read_refs(path).items()) == [tuple(line.split(" ")) for line in listed]
    empty = folders.ensure(make_repository(make_learner(lab.course), lab))
    for each in (path, empty):
        own = bare.advertise(each, "receive-pack", "")
        version = own[own.index(b" agent=") : own.index(b"\n")]
        start = b"%04x" % (int(own[:4], 16) - len(version))
        assert advertising.advertise_for_push(each) == start + own[4:].replace(version, b"", 1)
    (path / "refs/heads/main").write_text("ref: refs/heads/x\n")
    with pytest.raises(RepositoryError):
        ref_files.read_refs(path)
