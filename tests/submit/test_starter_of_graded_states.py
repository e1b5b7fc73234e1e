"""Learners who cloned one starter to another host: its pack is one file on disk, linked into each store."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from labs.models import Repository, snapshot_digest
from labs.repositories import bare, disk, expiry, graded, starters
from tests.factories import make_lab, make_learner
from tests.labs.test_starters import STARTED, save
from tests.plain_git import git

pytestmark = pytest.mark.django_db

LEARNERS = 3
DATA = "".join(f"{hashlib.sha256(bytes([number])).hexdigest()}\\n" for number in range(200))


@pytest.fixture
def stores(settings, tmp_path):
    """The stores of learners who each added a commit to one starter."""
    settings.PRACTICE_ROOT, settings.GRADED_ROOT = tmp_path / "practice", tmp_path / "graded"
    lab = save(make_lab(), STARTED.replace("rice,62\\n", DATA))
    version = lab.current
    mirror = tmp_path / "mirror.git"
    git(tmp_path, "init", "-q", "--bare", mirror)
    starters.link_objects(version, mirror)
    tip = version.starter["refs"][version.starter["head"]]
    return [_store(lab, name, mirror, tip) for name in range(LEARNERS)]


def _store(lab, name: int, mirror: Path, tip: str) -> tuple[Path, str]:
    tree = git(mirror, "rev-parse", f"{tip}^{{tree}}")
    head = git(mirror, "commit-tree", tree, "-p", tip, "-m", f"Work of {name}")
    repository = Repository.objects.create(
        enrollment=make_learner(lab.course), lab=lab, host="git.test", owner=f"o{name}", name="prices"
    )
    refs = {"refs/heads/main": head}
    graded.keep(repository, snapshot_digest(refs), refs, mirror)
    return repository.path, head


def test_starter_is_stored_once_and_survives_a_repack(stores):
    linked = [next((path / "objects/pack").glob("*.keep")).with_suffix(".pack") for path, _ in stores]
    assert len({pack.stat().st_ino for pack in linked}) == 1
    for path, head in stores:
        assert git(path, "rev-list", "--count", "--objects", head)
        assert graded._pack_bytes(path) < 400
        expiry.drop_states(Repository.objects.get(folder=path.stem), [])
        assert git(path, "fsck", "--no-dangling") == ""
        assert len(bare.packs(path)) == 2


def test_starter_that_several_stores_share_counts_once_towards_the_limit(stores, settings):
    pack = next((stores[0][0] / "objects/pack").glob("*.keep")).with_suffix(".pack")
    shared = pack.stat().st_size
    every = sum(file.stat().st_size for file in settings.GRADED_ROOT.rglob("*") if file.is_file())
    expiry.expire_graded()
    assert 0 < disk.graded_bytes() <= every - (LEARNERS - 1) * shared


def test_starter_that_a_full_disk_cut_off_is_copied_again(settings, tmp_path, monkeypatch):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    version = save(make_lab(), STARTED).current
    git(tmp_path, "init", "-q", "--bare", tmp_path / "other.git")
    copy = shutil.copyfile

    def cut_off(source, target):
        if source.suffix != ".pack":
            return copy(source, target)
        Path(target).write_bytes(source.read_bytes()[:40])
        raise OSError(errno.ENOSPC, "No space left on device")

    def refuse(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(shutil, "copyfile", cut_off)
    with pytest.raises(OSError, match="No space"):
        starters.link_objects(version, tmp_path / "other.git")
    monkeypatch.setattr(shutil, "copyfile", copy)
    starters.link_objects(version, tmp_path / "other.git")
    tips = version.starter["refs"].values()
    assert git(tmp_path / "other.git", "rev-list", "--objects", *tips)
