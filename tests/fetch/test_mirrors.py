"""Mirrors: locked by one process at a time, bounded in total, and intact however a fetch ends."""

import os
import subprocess
import sys
import threading

import pytest

from labs.grader.fetching.address import Address
from labs.grader.fetching.mirrors import Mirror, hold, mirror_path, prune_mirrors
from labs.grader.fetching.refusals import FetchError

REFS = {"refs/heads/main": "1" * 40}


@pytest.fixture
def kept(tmp_path):
    """Make a complete mirror of this size, last used at this time."""

    def make(name, size=1000, used=0):
        path = tmp_path / "github.com" / f"{name}.git"
        with hold(path) as mirror, mirror.filling(None):
            (mirror.objects / "data").write_bytes(b"x" * size)
            mirror.complete(REFS, "main")
        os.utime(path, (used, used))
        return path

    return make


def test_the_path_of_a_mirror_ignores_case_and_differs_for_each_repository(tmp_path):
    places = [
        mirror_path(tmp_path, Address("github.com", *names))
        for names in (("A", "B"), ("a", "b"), ("a-b", "c"))
    ]
    assert places[0] == places[1] != places[2]
    assert mirror_path(tmp_path, Address("github.com", "a", "b-c")) != places[2]
    assert all(tmp_path in place.parents for place in places)


def test_a_mirror_is_locked_by_one_process_at_a_time(tmp_path):
    with (
        hold(tmp_path / "m.git"),
        pytest.raises(FetchError, match="timed out waiting for the mirror"),
        hold(tmp_path / "m.git", seconds=0.1),
    ):
        pass


def test_mirror_that_its_holder_removes_while_it_is_made_is_made_again(tmp_path, monkeypatch):
    path, make, tries = tmp_path / "m.git", os.mkdir, []

    def mkdir(folder, *arguments):
        tries.append(folder)
        if len(tries) == 1:
            raise FileExistsError  # and gone before anybody looks
        make(folder, *arguments)

    monkeypatch.setattr(os, "mkdir", mkdir)
    with hold(path, seconds=5) as mirror:
        assert mirror.path.is_dir()
    assert len(tries) == 2


def test_a_process_that_waits_for_a_mirror_gets_it_even_if_the_folder_was_removed_meanwhile(tmp_path):
    path, got = tmp_path / "m.git", []

    def wait():
        with hold(path, seconds=5) as mirror:
            got.append(mirror.path.stat().st_ino == path.stat().st_ino)

    with hold(path):
        waiting = threading.Thread(target=wait)
        waiting.start()
    waiting.join(5)
    assert got == [True]


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom labs.grader.fetching.mirrors import hold\n"
        f"with hold(Path({str(tmp_path / 'm.git')!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with hold(tmp_path / "m.git", seconds=0) as mirror:
        assert not mirror.is_complete()


def test_a_mirror_that_stayed_empty_is_removed(tmp_path):
    with hold(tmp_path / "m.git"):
        pass
    assert not (tmp_path / "m.git").exists()


def test_the_least_recently_used_mirrors_are_removed_until_the_rest_fits(kept, tmp_path):
    old, middle, new = (kept(name, size=10_000, used=used) for used, name in enumerate("abc", start=1))
    assert prune_mirrors(tmp_path, 25_000) == 1
    assert [path.exists() for path in (old, middle, new)] == [False, True, True]
    assert prune_mirrors(tmp_path, 25_000) == 0


def test_use_makes_a_mirror_recent(kept, tmp_path):
    first, second = kept("a", 10_000, used=1), kept("b", 10_000, used=2)
    with hold(first) as mirror:
        assert mirror.is_complete()
    prune_mirrors(tmp_path, 15_000)
    assert first.exists() and not second.exists()


def test_a_mirror_in_use_stays(kept, tmp_path):
    old, new = kept("a", 10_000, used=1), kept("b", 10_000, used=2)
    with hold(old):
        assert prune_mirrors(tmp_path, 0) == 1
        assert old.exists() and not new.exists()


def test_leftovers_of_a_killed_fetch_are_not_mistaken_for_a_mirror(kept):
    path = kept("a")
    filling = Mirror(path).filling(None)
    filling.__enter__()  # and never ended
    (path / "objects/tmp_pack").write_bytes(b"half")
    with hold(path) as mirror:
        assert not mirror.is_complete()
        with mirror.filling(None):
            assert [entry.name for entry in mirror.objects.iterdir()] == []
            mirror.complete(REFS, "main")
