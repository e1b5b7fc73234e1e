"""Malicious repositories, fetched from a server that plays by the rules, then graded."""

import os
import shutil

import pytest

from labs.grader.engine import grade
from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.fetching.refusals import FetchRefusedError
from labs.grader.git.processes import MissingObjectError, RepositoryError
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from labs.grader.spec import load_spec

from ..grader.conftest import lab
from .server import write_zeros

GIGABYTE = 1 << 30


@pytest.fixture
def ask(learner):
    """One check on what was fetched."""

    def answer(check):
        fetched = learner.fetch()
        with Repository.open(learner.mirror, fetched.refs) as repository:
            return grade(load_spec(lab(check)), repository).results[0]

    return answer


def push_tree(learner, *lines):
    learner.git("update-ref", "refs/heads/main", learner.commit_tree(learner.objects(*lines)))
    learner.push()


def cpu_seconds() -> float:
    """Return the CPU time of this process and its children: on a busy machine, a clock measures the others too."""
    return sum(os.times()[:4])


@pytest.fixture(scope="session")
def gigabyte(tmp_path_factory):
    """A folder of objects with one blob of 1 GB in it, and its id."""
    folder = tmp_path_factory.mktemp("gigabyte")
    return folder, write_zeros(folder, GIGABYTE)


@pytest.fixture
def large(learner, gigabyte):
    """A file of 1 GB beside a small one, written directly on the server: pushing it would take seconds."""
    folder, zeros = gigabyte
    small = learner.objects("small", kind="blob")
    tree = learner.objects(f"100644 blob {small}\tsmall.txt", f"100644 blob {zeros}\tzero.bin")
    commit = learner.commit_tree(tree)
    for objects in (folder, learner.path / ".git/objects"):
        shutil.copytree(objects, learner.bare / "objects", dirs_exist_ok=True)
    learner.git(f"--git-dir={learner.bare}", "update-ref", "refs/heads/main", commit)
    assert learner.git(f"--git-dir={learner.bare}", "cat-file", "-s", zeros) == str(GIGABYTE)
    return zeros


def test_a10_a_file_of_1_gb_is_left_out_and_reported_as_over_1_mb(learner, large, ask):
    before = cpu_seconds()
    result = ask("file: {path: zero.bin, contains: x}")
    assert cpu_seconds() - before < 2
    assert bytes_in(learner.mirror) < 5 << 20
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason == "Not run: `zero.bin` on `main` is over 1 MB. Such files are not read."


def test_a10_the_other_checks_are_graded_and_the_report_can_say_what_was_left_out(learner, large, ask):
    assert ask("file: {path: small.txt, contains: small}").outcome is Outcome.PASSED
    assert (
        ask("no_conflict_markers: {}").why
        == "No conflict markers in 1 file on `main`. Not read: 1 file over 1 MB."
    )
    assert learner.fetch().notes == ["1 file over 1 MB was not read on `main`: `zero.bin`."]


def test_a20_reading_a_file_that_was_left_out_makes_no_request(learner, large, server):
    fetched = learner.fetch()
    server.clear()
    with Repository.open(learner.mirror, fetched.refs) as repository:
        assert repository.content(large) is None
    assert server.requests == []
    assert "remote" not in (learner.mirror / "config").read_text()


def test_a_lost_object_that_is_not_a_file_is_still_a_fault(learner, large):
    fetched = learner.fetch()
    for pack in learner.mirror.glob("objects/pack/*"):
        pack.unlink()
    with Repository.open(learner.mirror, fetched.refs) as repository, pytest.raises(RepositoryError):
        repository.branch("main")


def test_a_lost_file_of_a_repository_that_was_pushed_whole_gives_no_verdict(learner):
    learner.commit(a="a")
    blob = learner.git("rev-parse", "HEAD:a.txt")
    (learner.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(MissingObjectError):
        learner.ask("file: {path: a.txt, contains: a}")


def test_a16_a_tree_of_endless_paths_is_too_many_files(learner):
    blob = learner.objects("x", kind="blob")
    tree = learner.objects(*(f"100644 blob {blob}\tf{i}" for i in range(10)))
    for _ in range(9):
        tree = learner.objects(*(f"040000 tree {tree}\td{i}" for i in range(10)))
    push_tree(learner, f"040000 tree {tree}\td")
    before = cpu_seconds()
    with pytest.raises(FetchRefusedError) as caught:
        learner.fetch()
    assert caught.value.code == "too_many_files" and cpu_seconds() - before < 2
    assert " has more than 5,000 files on `main`. " in caught.value.message
    assert not learner.mirror.exists()


@pytest.mark.parametrize(
    ("name", "word"), [("..", "hasDotdot"), (".git", "hasDotgit"), (".GIT", "hasDotgit")]
)
def test_a17_a_tree_with_a_name_that_leads_out_of_it_is_damaged(learner, name, word):
    blob = bytes.fromhex(learner.objects("x", kind="blob"))
    raw = b"100644 %b\0%b" % (name.encode(), blob)
    tree = learner.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)
    learner.git("update-ref", "refs/heads/main", learner.commit_tree(tree))
    learner.push()
    with pytest.raises(FetchRefusedError) as caught:
        learner.fetch()
    assert caught.value.code == "damaged"
    assert f"Git rejects an object in it (`{word}`)" in caught.value.message


def test_a18_a_submodule_is_not_fetched_and_reported(learner, server):
    modules = f'[submodule "m"]\n path = m\n url = https://{server.host}/good/other.git\n'
    blob = learner.git("hash-object", "-w", "--stdin", stdin=modules.encode())
    push_tree(learner, f"100644 blob {blob}\t.gitmodules", f"160000 commit {'1' * 40}\tm")
    assert learner.fetch().notes == ["1 submodule was not fetched on `main`: `m`."]
    assert all(path.startswith(f"/good/{learner.address.name}.git/") for _, path in server.requests)


def test_a19_a_symbolic_link_is_not_followed_and_reported(learner, ask):
    target = learner.git("hash-object", "-w", "--stdin", stdin=b"/etc/passwd")
    push_tree(learner, f"120000 blob {target}\tlink")
    result = ask("file: {path: link, contains: root}")
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, "a symbolic link")
    assert learner.fetch().notes == ["1 symbolic link was not followed on `main`: `link`."]


def test_a21_nothing_in_a_repository_is_run(learner, ask, tmp_path):
    ran = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch {ran}\n"
    learner.put(".gitattributes", "* filter=evil diff=evil merge=evil text export-subst\n")
    learner.put(".gitconfig", f'[filter "evil"]\n smudge = touch {ran}\n[core]\n fsmonitor = touch {ran}\n')
    learner.put(".lfsconfig", "[lfs]\n url = https://evil.test/\n")
    for name in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        for folder in ("hooks", ".githooks"):
            learner.put(f"{folder}/{name}", script)
            (learner.path / folder / name).chmod(0o755)
    learner.commit(a="a")
    learner.push()
    assert ask("file: {path: a.txt, contains: a}").outcome is Outcome.PASSED
    assert not ran.exists()
    assert sorted(path.name for path in learner.mirror.iterdir()) == [
        "HEAD", "config", "objects", "packed-refs", "refs", "without-files-over-1-MB",
    ]  # fmt: skip
