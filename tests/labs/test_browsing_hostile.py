"""Nothing in a pushed state or its repository starts a program or exceeds a limit."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labs.grader.git.processes import RepositoryError, TooLargeError
from labs.repositories import browsing, commit_log, differences, practice_git
from labs.repositories.browsing import File, Folder, FolderEntry
from tests.labs.pushed_state import Pushed
from tests.plain_git import ENVIRONMENT

MEGABYTE = 1 << 20
LONG = "The rest of the changes is too long to show."


# --- hostile content ------------------------------------------------------------------------------------------------


def test_names_of_any_bytes_are_data(pushed):
    one = pushed.blob(b"1\n")
    names = (b"--output=ran", b":top", b"a\x1b[31m", b"b\xff", "c\u202e".encode(), b"d\ne", b"x\\y")
    before = pushed.commit_of(pushed.tree(*(("100644", name, one) for name in names)))
    folder = pushed.at(before)
    assert isinstance(folder, Folder)
    assert [os.fsencode(entry.name) for entry in folder.entries] == list(names)
    assert [pushed.at(before, os.fsdecode(name)) for name in names] == [File(2, "1\n")] * len(names)
    after = pushed.commit_of(pushed.tree(*(("100644", name, pushed.blob(b"2\n")) for name in names)))
    files = pushed.compare(after, before).files
    assert [file.path for file in files] == [
        *("--output=ran", ":top", r"a\x1b[31m", r"b\xff", r"c\u202e", r"d\ne", r"x\y"),
    ]
    assert {tuple(file.lines[1:]) for file in files} == {("-1", "+2")}


@pytest.mark.parametrize("name", [b"..", b".git", b"a/b", b""])
def test_folder_with_a_name_that_git_forbids_is_not_read(pushed, name):
    commit = pushed.commit_of(pushed.tree(("100644", name, pushed.blob(b"1\n"))))
    with pytest.raises(RepositoryError):
        pushed.at(commit)


def test_submodule_is_named_and_not_followed(pushed):
    modules = pushed.blob(f'[submodule "m"]\n\tpath = m\n\turl = {pushed.path}\n'.encode())
    commits = [
        pushed.commit_of(pushed.tree(("100644", b".gitmodules", modules), ("160000", b"m", digit * 40)))
        for digit in "12"
    ]
    assert pushed.at(commits[0]) == Folder(
        [FolderEntry(".gitmodules", "file", 34 + len(str(pushed.path))), FolderEntry("m", "submodule")], 2
    )
    assert pushed.at(commits[0], "m") is None
    (file,) = pushed.compare(commits[1], commits[0]).files
    assert file.lines[1:] == [f"-Subproject commit {'1' * 40}", f"+Subproject commit {'2' * 40}"]


def test_large_files_and_links_are_not_read(pushed, monkeypatch):
    largest = pushed.commit({"largest": b"x" * MEGABYTE})
    pushed.clone.git("config", "core.bigFileThreshold", "1g")
    large = pushed.commit({"large": b"y\n" * MEGABYTE, "largest": b"z\n" + b"x" * MEGABYTE})
    link = pushed.commit_of(pushed.tree(("120000", b"link", pushed.blob(b"x" * 5_000))))
    assert pushed.at(largest, "largest") == File(MEGABYTE, "x" * MEGABYTE)
    monkeypatch.setattr(browsing, "read_blob", lambda blob: pytest.fail(f"{blob.path} was read"))
    assert pushed.at(large, "large") == File(2 * MEGABYTE, None)
    assert pushed.at(link, "link") == File(5_000, None, is_link=True)
    files = pushed.compare(large, largest).files
    assert [(file.path, file.lines, file.note) for file in files] == [
        (name, [], "This file is larger than 1 MB, so its lines are not compared.")
        for name in ("large", "largest")
    ]


def test_folders_of_many_entries_are_cut_or_refused(pushed):
    one = pushed.blob(b"1\n")
    many = pushed.tree(*(("100644", b"%05d" % number, one) for number in range(600)))
    too_many = pushed.tree(*(("100644", b"%05d" % number, one) for number in range(9_000)))
    commit = pushed.commit_of(pushed.tree(("40000", b"many", many), ("40000", b"too-many", too_many)))
    folder = pushed.at(commit, "many")
    assert isinstance(folder, Folder)
    assert (len(folder.entries), folder.count) == (browsing.MAX_ENTRIES, 600)
    for path in ("too-many", "too-many/00001", "many/" * 41):
        with pytest.raises(TooLargeError):
            pushed.at(commit, path)


def bomb(pushed: Pushed, content: bytes) -> str:
    """A commit with 10^10 files in a dozen objects."""
    mode, item = "100644", pushed.blob(content)
    for _ in range(10):
        item = pushed.tree(*((mode, b"%d" % number, item) for number in range(10)))
        mode = "40000"
    return pushed.commit_of(item)


@pytest.mark.heavy
def test_git_bomb_is_neither_walked_nor_compared(pushed, monkeypatch):
    one, other = bomb(pushed, b"1\n"), bomb(pushed, b"2\n")
    folder = pushed.at(one)
    assert isinstance(folder, Folder)
    assert folder.count == 10
    assert pushed.at(one, "/".join("0123456789")) == File(2, "1\n")
    monkeypatch.setattr(differences, "_patches", lambda *_: pytest.fail("git would never end"))
    difference = pushed.compare(other, one)
    assert (difference.count, len(difference.files)) == (None, differences.MAX_FILES)


def test_difference_is_cut_by_files_lines_and_bytes(pushed):
    before = pushed.commit({"first": b"1\n"})
    files = {f"f{number:02}": b"line\n" * 400 for number in range(60)}
    wide = {"wide": b"w" * 999_999 + b"\n"}
    difference = pushed.compare(pushed.commit({**files, "first": b"2\n"}), before)
    assert (difference.count, len(difference.files)) == (61, differences.MAX_FILES)
    assert len(difference.files[0].lines) == differences.MAX_LINES
    assert difference.files[0].note == "101 more lines."
    before = pushed.commit({})
    difference = pushed.compare(pushed.commit({**wide, "x": b"1\n"}), before)
    assert [(file.path, file.note) for file in difference.files] == [("wide", LONG), ("x", LONG)]
    assert sum(len(line) for file in difference.files for line in file.lines) <= differences.MAX_PATCH_BYTES


@pytest.mark.heavy
@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit")
def test_difference_that_takes_too_long_is_reported(pushed, monkeypatch):
    """The lines of two files of 1 MB can be chosen so that they take a minute to compare."""
    before = pushed.commit({"a": b"1\n"})
    after = pushed.commit({"a": b"2\n"})
    monkeypatch.setattr(practice_git, "_LIMITS", ("--cpu=1",))
    hardened = practice_git._harden

    def spinning(arguments: list[str]) -> list[str]:
        start = hardened(arguments)
        limits = start[: start.index("env")]
        return [*limits, sys.executable, "-c", "while True: pass"] if "diff-tree" in arguments else start

    monkeypatch.setattr(practice_git, "_harden", spinning)
    (file,) = pushed.compare(after, before).files
    assert (file.lines, file.note) == ([], LONG)


def test_odd_commits_are_listed_as_far_as_they_can_be_read(pushed):
    tree = pushed.tree()
    people = b"author  <> 99999999999999999999 +0000\ncommitter x <x> 1 +0000\n"
    odd = pushed.raw_commit(tree, people + b"encoding punycode\n\n\xff\x1b[31m <b>\n")
    end = pushed.raw_commit(tree, b"parent " + odd.encode() + b"\nauthor broken\n\n" + b"s" * (4 * MEGABYTE))
    (found,) = pushed.log(odd).commits
    assert (found.id, found.author, found.subject) == (odd, "", "\ufffd\x1b[31m <b>")
    assert found.date in (None, datetime.fromtimestamp(0, UTC))
    assert sum(len(found.subject) for found in pushed.log(end).commits) <= commit_log.MAX_LOG_BYTES
    assert pushed.at(end) == Folder([], 0)


# --- hostile repositories -------------------------------------------------------------------------------------------

SETTINGS = """
[core]
    fsmonitor = {ran}
    hooksPath = {hooks}
    pager = {ran}
    sshCommand = {ran}
    attributesFile = {attributes}
    gitProxy = {ran}
[diff]
    external = {ran}
    submodule = diff
[diff "x"]
    command = {ran}
    textconv = {ran}
[filter "x"]
    smudge = {ran}
    clean = {ran}
    process = {ran}
[merge "x"]
    driver = {ran}
[log]
    showSignature = true
[gpg]
    program = {ran}
[pager]
    diff-tree = {ran}
    rev-list = {ran}
    cat-file = {ran}
[alias]
    cat-file = !{ran}
    diff-tree = !{ran}
    rev-list = !{ran}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{ran}
    uploadpack = {ran}
    promisor = true
[uploadpack]
    packObjectsHook = {ran}
[attr]
    tree = HEAD
"""


@pytest.fixture
def hostile(pushed, tmp_path) -> tuple[Pushed, str, str, Path]:
    """A repository whose settings, attributes and hooks all name a program, two commits, and the trace it leaves."""
    trace, program, hooks = tmp_path / "trace", tmp_path / "ran", tmp_path / "hooks"
    program.write_text(f"#!/bin/sh\necho $0 >> {trace}\ncat\n")
    program.chmod(0o755)
    hooks.mkdir()
    attributes = b"* diff=x filter=x merge=x\n"
    before = pushed.commit({"a.txt": b"1\n", ".gitattributes": attributes})
    after = pushed.commit({"a.txt": b"2\n"})
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).symlink_to(program)
        (pushed.path / "hooks").mkdir(exist_ok=True)
        (pushed.path / "hooks" / name).symlink_to(program)
    (tmp_path / "attributes").write_bytes(attributes)
    (pushed.path / "info").mkdir(exist_ok=True)
    (pushed.path / "info/attributes").write_bytes(attributes)
    config = SETTINGS.format(ran=program, hooks=hooks, attributes=tmp_path / "attributes")
    with (pushed.path / "config").open("a") as file:
        file.write(config)
    return pushed, before, after, trace


def test_settings_of_the_repository_start_nothing(hostile):
    pushed, before, after, trace = hostile
    missing = "3" * 40
    assert pushed.at(after, "a.txt") == File(2, "2\n")
    assert [found.id for found in pushed.log(after).commits] == [after, before]
    (file,) = pushed.compare(after, before).files
    assert file.lines == ["@@ -1 +1 @@", "-1", "+2"]
    with pytest.raises(RepositoryError):  # asked for at no remote
        pushed.at(missing)
    assert not trace.exists()
    plain = ["git", f"--git-dir={pushed.path}", "diff", before, after]
    subprocess.run(plain, env=ENVIRONMENT, check=False, capture_output=True, timeout=60)
    assert trace.exists()  # otherwise this test would prove nothing


def test_replaced_and_grafted_commits_are_shown_as_they_were_pushed(pushed):
    before = pushed.commit({"a": b"1\n"})
    after = pushed.commit({"a": b"2\n"})
    pushed.git("replace", after, before)
    (pushed.path / "info").mkdir(exist_ok=True)
    (pushed.path / "info/grafts").write_text(f"{after}\n")
    assert pushed.at(after, "a") == File(2, "2\n")
    assert [found.id for found in pushed.log(after).commits] == [after, before]


def test_missing_or_damaged_objects_are_our_fault(pushed):
    commit = pushed.commit({"a": b"1\n"})
    blob = pushed.blob(b"2\n")
    for wrong in ("1" * 40, blob, ""):
        with pytest.raises(RepositoryError):
            pushed.at(wrong)
    with pytest.raises(RepositoryError):
        pushed.compare(commit, "1" * 40)
    absent = pushed.commit_of(pushed.tree(("100644", b"a", "4" * 40), ("40000", b"b", "4" * 40)))
    for path in ("", "a", "b"):
        with pytest.raises(RepositoryError):
            pushed.at(absent, path)
    (pushed.path / "objects" / blob[:2] / blob[2:]).chmod(0o600)
    (pushed.path / "objects" / blob[:2] / blob[2:]).write_bytes(b"damaged")
    damaged = pushed.commit_of(pushed.tree(("100644", b"a", blob)))
    with pytest.raises(RepositoryError):
        pushed.at(damaged, "a")
