"""Malicious repositories: none of their programs runs, no limit is exceeded, and no name is executed."""

import re

import pytest

from labs.grader.git import processes, trees
from labs.grader.git import repository as repository_module
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from tests.grader.conftest import lab

ALL = (
    "readable: {}",
    "commits: {at_least: 1}",
    "each_commit: {blank_second_line: true}",
    "merged: {name: side}",
    "tag: {name: v1, on: main}",
    "file: {path: a.txt, contains: a}",
    "ignored: {path: .env, ignored: false}",
    "no_conflict_markers: {}",
    "data: {path: a.txt, format: yaml, value: a, exists: true}",
    "no_large_files: {}",
    "no_secrets: {}",
    "file: {path: a.txt, at: main^1, equals: 'a: 1'}",
    "attributes: {path: a.txt, has: {diff: evil, filter: evil}}",
    "line_endings: {path: '*.txt', are: lf}",
    "purged: {path: '*.env'}",
    "object: {commit: {parents: 2}}",
    "answer: {path: a.txt, key: a, equals: {count_between: {from: side, at: main}}}",
)

PROGRAMS = (
    *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy"),
    *("pager.rev-list", "pager.cat-file", "alias.rev-list", "alias.cat-file", "alias.check-ignore"),
    *("diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "gpg.program"),
    *("filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "credential.helper"),
    *("uploadpack.packObjectsHook", "core.alternateRefsCommand"),
)


@pytest.fixture
def marker(tmp_path):
    """A file that any program of the repository would create, and the script that creates it."""
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\ncat\n")
    script.chmod(0o755)
    return tmp_path / "ran", script


def test_no_program_that_the_repository_names_is_run(repo, lab, marker):
    ran, script = marker
    repo.put(".gitattributes", "* diff=evil filter=evil merge=evil\n")
    repo.put(".gitignore", "*.log\n")
    repo.commit("Start", a="a: 1\n")
    repo.branch("side")
    repo.commit("Side", b="b")
    repo.switch("main")
    repo.merge("--no-ff", "side")
    repo.git("tag", "v1")
    for key in PROGRAMS:
        repo.git("config", key, f"!{script}" if key.startswith("alias") else str(script))
    for key, value in {
        "log.showSignature": "true",
        "core.hooksPath": str(script.parent),
        "core.worktree": "/",
    }.items():
        repo.git("config", key, value)
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"):
        repo.put(f".git/hooks/{hook}", script.read_text())
        (repo.path / ".git/hooks" / hook).chmod(0o755)
    report = repo.grade(lab(*ALL))
    assert [result.outcome for result in report.results] == [Outcome.PASSED] * len(ALL)
    assert not ran.exists()


def test_the_trap_of_the_test_above_does_spring_for_an_ordinary_command(repo, marker):
    ran, script = marker
    repo.commit("Start")
    repo.git("config", "core.fsmonitor", str(script))
    repo.git("status")
    assert ran.exists()


def test_replaced_objects_and_grafts_do_not_change_what_is_graded(repo):
    first, second = repo.commit("First"), repo.commit("Second")
    repo.git("replace", second, repo.commit_tree(repo.git("rev-parse", "HEAD^{tree}"), message="False"))
    repo.put(".git/info/grafts", f"{second}\n")
    result = repo.ask("commits: {exactly: 2}")
    assert [item.commit for item in result.evidence] == [first, second]
    assert result.evidence[1].excerpt == ((1, "Second"),)


@pytest.fixture
def bomb(repo):
    """Ten levels of ten entries that are all the same tree: 10^10 paths in twelve objects."""
    blob = repo.objects("x", kind="blob")
    tree = repo.objects(*(f"100644 blob {blob}\tf{i}" for i in range(10)))
    for _ in range(9):
        tree = repo.objects(*(f"040000 tree {tree}\td{i}" for i in range(10)))
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    return repo


@pytest.mark.parametrize(
    "check", ["file: {path: a, exists: true}", "ignored: {path: a}", "no_conflict_markers: {}"]
)
def test_a_tree_of_endless_paths_is_too_many_files(bomb, check, monkeypatch):
    seen = []
    add = trees.Bound.add
    monkeypatch.setattr(trees.Bound, "add", lambda bound, path: (seen.append(path), add(bound, path)))
    result = bomb.ask(check)
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith("Not run: too many files on `main`")
    assert len(seen) == trees.MAX_ENTRIES + 1


def test_very_long_paths_are_bounded_by_their_bytes(repo):
    tree = repo.objects(f"100644 blob {repo.objects('x', kind='blob')}\tf")
    for _ in range(95):
        tree = repo.objects(f"040000 tree {tree}\t{'d' * 250}")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    assert repo.ask("file: {path: a, exists: true}").outcome is Outcome.NOT_RUN


def test_more_commits_than_the_limit_are_not_read(repo, monkeypatch):
    monkeypatch.setattr(repository_module, "MAX_COMMITS", 3)
    for i in range(4):
        repo.commit(str(i))
    assert (
        repo.ask("commits: {at_least: 1}").reason == "Not run: the repository is over the limit of 3 commits."
    )


def test_a_history_of_too_many_bytes_is_not_read(repo, monkeypatch):
    monkeypatch.setattr(repository_module, "MAX_HISTORY_BYTES", 1 << 20)
    repo.commit("x" * (1 << 20))
    assert repo.ask("readable: {}").reason == ("Not run: the history exceeds the limit of 1 MB.")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("MAX_COMMITS", 3, "Not run: the repository is over the limit of 3 commits."),
        (
            "MAX_HISTORY_BYTES",
            100,
            "Not run: the history exceeds the limit of 0 MB.",
        ),
    ],
)
def test_a_limit_is_met_once_and_remembered(repo, monkeypatch, name, value, reason):
    monkeypatch.setattr(repository_module, name, value)
    for number in range(5):
        repo.commit(f"Commit {number}", LICENSE="MIT\n")
    started = []
    start = processes.start_git
    monkeypatch.setattr(
        processes,
        "start_git",
        lambda path, *words, **more: started.append(words) or start(path, *words, **more),
    )
    asks = [
        "commits: {at_least: 1}",
        "each_commit: {blank_second_line: true}",
        "authors: {}",
        "no_secrets: {}",
        "no_large_files: {}",
        "gone: {subject: x}",
    ]
    report = repo.grade(
        lab(
            *asks,
            *asks,
            "file: {path: LICENSE.txt, exists: true}",
            "branch: {name: main}",
            "data: {path: x.json, value: a, exists: false}",
        )
    )
    assert [result.reason for result in report.results].count(
        reason
    ) == 10  # `authors` is not run, and asks nothing
    assert [result.outcome for result in report.results[-3:]][:2] == [Outcome.PASSED] * 2
    assert sum("--topo-order" in words for words in started) == 1
    assert report.graph is None


def test_in_a_long_history_few_commits_are_compared_and_the_rest_is_mentioned(repo, monkeypatch):
    monkeypatch.setattr(repository_module, "MAX_COMPARED", 5)
    monkeypatch.setattr(repository_module, "MAX_SINGLY_COMPARED", 3)
    for number in range(7):
        repo.commit(f"Commit {number}", a=str(number))
    each, one, messages = repo.grade(
        lab(
            "each_commit: {empty: false}",
            "commit: {at: main, touches: [a.txt]}",
            "each_commit: {blank_second_line: true}",
        )
    ).results
    assert each.reason == (
        "Not run: in a history of over 5 commits, at most 3 can be compared with their parents, and this check "
        "needs more."
    )
    assert (one.outcome, messages.outcome) == (Outcome.PASSED, Outcome.PASSED)


def test_files_that_are_large_together_are_not_all_read(repo, monkeypatch):
    monkeypatch.setattr(repository_module, "MAX_READ_BYTES", 5)
    repo.commit(a="123", b="456")
    assert repo.ask("no_conflict_markers: {}").reason.startswith("Not run: the files exceed the limit of")


def test_a_tree_with_names_of_git_and_of_the_folder_above_is_read_without_them(repo):
    blob = bytes.fromhex(repo.objects("<<<<<<< a\n=======\n>>>>>>> b", kind="blob"))
    names = (b"..", b".GIT", b".git", b"a/b", b"fine")
    raw = b"".join(b"100644 %b\0%b" % (name, blob) for name in sorted(names))
    tree = repo.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    assert repo.ask("no_conflict_markers: {}").found == "conflict markers in `fine`"


CONFLICT = "<<<<<<< a\n=======\n>>>>>>> b\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"new\nline", "new\\nline"),
        (b"esc\x1b[31m", "esc\\x1b[31m"),
        (b"bytes\xff\xfe", "bytes\\xff\\xfe"),
        ("right‮left".encode(), "right\\u202eleft"),
        ("größe ✔".encode(), "größe ✔"),
        (b"-rf", "-rf"),
        (b"tab\tquote\"'", "tab\\tquote\"'"),
    ],
)
def test_strange_file_names_are_shown_and_never_obeyed(repo, name, shown):
    with (repo.path / "x").open("w") as file:
        file.write(CONFLICT)
    (repo.path / "x").rename(repo.path.joinpath(name.decode("utf-8", "surrogateescape")))
    repo.commit()
    result = repo.ask("no_conflict_markers: {}")
    assert result.evidence[0].path == shown
    assert result.why == f"`{shown}` has conflict markers, starting at line 1."


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "name", [b"new\nline.x", b"bytes\xff.x", b"-rf.x", "right\u202eleft.x".encode(), b"deep/\xff/a.x"]
)
@pytest.mark.parametrize(
    "check",
    [
        "line_endings: {path: '*.x', are: crlf}",
        "lfs: {path: '*.x'}",
        "notebook: {path: '*.x'}",
        "purged: {path: '*.x'}",
        "answer: {path: a.txt, equals: {files_of: main}}",
    ],
)
def test_patterns_match_strange_file_names(repo, check, name):
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"a\n").encode()
    index = b"100644 %s\t%s\0" % (blob, name)
    repo.git("update-index", "-z", "--index-info", stdin=index + b"100644 %s\ta.txt\0" % blob)
    repo.git("commit", "-q", "-m", "Add")
    result = repo.ask(check)
    assert result.outcome is Outcome.NEEDS_WORK
    assert all(line.isprintable() for line in [result.why, result.found, *result.fix.split("\n")])


def test_a_tree_of_endless_paths_has_few_objects(bomb):
    assert bomb.ask("object: {tree: {a: file}}").found == "no match in 10 trees"
    assert bomb.ask("purged: {path: a}").outcome is Outcome.NOT_RUN


def test_control_characters_of_messages_and_contents_are_written_out(repo):
    repo.commit("\x1b]0;title\x07 \u202e", a="\x1b[2J\x00needle\n")
    message = repo.ask("each_commit: {matches: '^X', blank_second_line: true}")
    content = repo.ask("file: {path: a.txt, contains: needle}")
    shown = repr((message.why, message.found, message.evidence, content.evidence))
    assert not re.search(
        r"[\x00-\x1f\x7f\u202e]", "".join((message.why, message.found, content.evidence[0].excerpt[0][1]))
    )
    assert "x1b]0;title" in shown and "x1b[2J" in shown


@pytest.mark.parametrize("name", ["$(touch${IFS}ran)", "`touch`", "a;touch", "a'b", "-x"])
def test_a_branch_name_is_quoted_in_commands_and_is_never_an_option(repo, name):
    commit = repo.commit()
    refs = {"refs/heads/main": commit, f"refs/heads/{name}": commit}
    result = repo.ask("branch: {name: wanted}", refs=refs)
    assert name in result.found
    assert repo.ask("branch: {name: main}", refs=refs).outcome is Outcome.PASSED


def test_a_near_miss_with_shell_characters_runs_nothing_when_pasted(repo):
    repo.commit()
    repo.git("branch", "W$(touch$IFS-ran)")
    repo.follow(repo.ask("branch: {name: w-touch-ifs-ran}").fix)
    assert not any("ran" in path.name for path in repo.path.iterdir())
    assert repo.head("w-touch-ifs-ran") == repo.head()


def test_an_object_beyond_the_limit_does_not_put_the_reader_out_of_step(repo):
    repo.commit(a="x" * (1 << 21), b="b")
    with Repository.open(repo.path) as repository:
        large, small = (repo.git("rev-parse", f"HEAD:{name}.txt") for name in "ab")
        assert [repository.content(blob) for blob in (large, small, large, small)] == [None, b"b", None, b"b"]
