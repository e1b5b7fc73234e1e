"""Opening and reading: bare or not, the refs on disk or a snapshot, in few processes."""

import subprocess

import pytest

from labs.grader.git import processes
from labs.grader.git.repository import Repository, RepositoryDamagedError, RepositoryError, UnreadableError
from labs.grader.report import Outcome

EVERYTHING = (
    "readable: {}",
    "commits: {at_least: 1}",
    "each_commit: {blank_second_line: true}",
    "branch: {name: side}",
    "merged: {name: side}",
    "tag: {name: v1, on: main}",
    "file: {path: a.txt, contains: a}",
    "no_conflict_markers: {}",
)


def build_full(repo):
    repo.commit("Start", a="a")
    repo.branch("side")
    repo.commit("Side", b="b")
    repo.switch("main")
    repo.merge("--no-ff", "side")
    repo.git("tag", "-a", "-m", "Release", "v1")
    repo.git("branch", "other", repo.commit_tree(repo.git("rev-parse", "side^{tree}"), "main"))


@pytest.fixture
def full(copy_of):
    return copy_of(build_full)


def bare(repo):
    path = repo.path.parent / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.path), str(path))
    return path


def test_a_work_tree_and_a_bare_repository_give_the_same_report(full, lab):
    from_work_tree = full.grade(lab(*EVERYTHING))
    full.path = bare(full)
    results = full.grade(lab(*EVERYTHING)).results
    assert [(r.outcome, r.why, r.evidence) for r in results] == [
        (r.outcome, r.why, r.evidence) for r in from_work_tree.results
    ]
    assert {r.outcome for r in results} == {Outcome.PASSED}


def test_a_linked_work_tree_is_read(full):
    full.git("worktree", "add", "-q", "../linked", "side")
    with Repository.open(full.path.parent / "linked") as repository:
        assert list(repository.branches) == ["main", "other", "side"]


def test_packed_refs_and_objects_are_read(full, lab):
    full.git("gc", "-q")
    assert full.grade(lab(*EVERYTHING)).passed_count == len(EVERYTHING)


@pytest.fixture
def started(monkeypatch):
    """A list that gets one item for each git process that is started."""
    named = {"for-each-ref", "rev-parse", "rev-list", "diff-tree", "cat-file", "--objects", "--batch-check"}
    calls = []

    class Counted(subprocess.Popen):
        def __init__(self, argv, **more):
            calls.append(" ".join(part for part in argv if part in named))
            super().__init__(argv, **more)

    monkeypatch.setattr(processes.subprocess, "Popen", Counted)
    return calls


def test_one_walk_and_one_reader_serve_all_checks(full, lab, started):
    assert full.grade(lab(*EVERYTHING * 3)).passed_count == 3 * len(EVERYTHING)
    assert sorted(started) == ["cat-file", "for-each-ref", "rev-list"]


def test_each_further_question_is_one_process_for_all_checks_that_ask_it(repo, lab, started):
    repo.commit("One", a="1\n", b="2\n")
    repo.commit("Two", a="3\n")
    checks = [
        "commits: {at_least: 2}",
        "history: {subjects: [One, Two]}",
        "each_commit: {files_at_most: 2}",
        "gone: {subject: Three}",
        "file: {path: a.txt, contains: '3'}",
        "file: {path: b.txt, at: main~1, contains: '2'}",
        "no_conflict_markers: {}",
        "no_secrets: {}",
        "no_large_files: {}",
        "purged: {path: .env}",
    ]
    started.clear()
    report = repo.grade(lab(*checks, *checks))
    assert [r.why or r.reason for r in report.results if r.outcome is not Outcome.PASSED] == []
    assert sorted(started) == sorted(
        [
            "for-each-ref",
            "rev-list",
            "rev-list --objects",
            "diff-tree",
            "cat-file",
            "cat-file --batch-check",
        ]
    )


def test_no_process_is_left_after_closing(full):
    with Repository.open(full.path) as repository:
        assert repository.content(full.git("rev-parse", "HEAD:a.txt")) == b"a"
        process = repository._objects._process
    assert process.returncode is not None


def test_a_snapshot_is_graded_instead_of_the_refs_on_disk(full):
    refs = {"refs/heads/main": full.head("main~1"), "refs/heads/other": full.head("side")}
    full.commit("Later", c="c")
    result = full.ask("branch: {name: side}", refs=refs)
    assert result.found == "2 branches: `main` and `other`"
    assert full.ask("commits: {exactly: 1}", refs=refs).outcome is Outcome.PASSED


def test_refs_other_than_branches_and_tags_are_left_out(full):
    refs = {"refs/heads/main": full.head("main~1"), "refs/pull/1/head": full.head("side")}
    with Repository.open(full.path, refs) as repository:
        assert (list(repository.branches), list(repository.tags), len(repository.history)) == (
            ["main"],
            [],
            1,
        )


@pytest.mark.parametrize("object_id", ["", "main", "--all", "HEAD", "a" * 39, "A" * 40, f"{'a' * 40}\n--all"])
def test_a_snapshot_contains_object_ids_only(full, object_id):
    with pytest.raises(ValueError, match="is not an object ID"):
        Repository.open(full.path, {"refs/heads/main": object_id})


def test_a_snapshot_with_a_missing_object_gets_no_verdict(full):
    with pytest.raises(RepositoryDamagedError, match="bad object"):
        full.ask("readable: {}", refs={"refs/heads/main": "a" * 40})


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere", "not_found"), ("empty", "no_repository"), ("born", "no_commits")]
)
def test_a_repository_that_cannot_be_graded_is_unreadable_with_a_code(new_repo, tmp_path, name, code):
    (tmp_path / "empty").mkdir()
    new_repo("born")
    with pytest.raises(UnreadableError) as caught:
        Repository.open(tmp_path / name)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_an_empty_snapshot_has_no_commits(full):
    with pytest.raises(UnreadableError) as caught:
        Repository.open(full.path, {})
    assert caught.value.code == "no_commits"


def test_an_unborn_head_beside_a_branch_does_not_matter(full):
    full.git("symbolic-ref", "HEAD", "refs/heads/nothing")
    assert full.ask("branch: {name: main}").outcome is Outcome.PASSED


@pytest.mark.parametrize("branch", ["main", "unborn"])
def test_a_head_that_is_a_symbolic_link_is_a_head(full, branch):
    head = full.path / ".git/HEAD"
    head.unlink()
    head.symlink_to(f"refs/heads/{branch}")
    assert full.ask("branch: {name: main}").outcome is Outcome.PASSED


def test_history_has_people_dates_and_messages(repo):
    repo.environment |= {"GIT_AUTHOR_NAME": "Writer", "GIT_AUTHOR_EMAIL": "writer@example.org"}
    commit_id = repo.commit("Subject\n\nBody\n")
    with Repository.open(repo.path) as repository:
        commit = repository.history[commit_id]
    assert (commit.author.name, commit.author.email) == ("Writer", "writer@example.org")
    assert (commit.committer.name, commit.committer.date) == ("Learner", "2025-11-29T20:30:00+05:30")
    assert (commit.subject, commit.message, commit.parents) == ("Subject", "Subject\n\nBody", ())


def test_a_message_in_another_encoding_is_read(repo):
    repo.git(
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        "-",
        stdin=b"Gr\xfc\xdfe",
    )
    assert repo.ask("each_commit: {matches: '^Grüße$', blank_second_line: true}").outcome is Outcome.PASSED


def damage(repo, object_id, content):
    path = repo.path / ".git/objects" / object_id[:2] / object_id[2:]
    path.chmod(0o600)
    path.unlink() if content is None else path.write_bytes(content)


@pytest.mark.daily(3)
@pytest.mark.parametrize("content", [None, b"no zlib at all"])
@pytest.mark.parametrize(
    ("what", "check"),
    [
        ("HEAD", "commits: {at_least: 9}"),
        ("HEAD~1", "each_commit: {matches: z, blank_second_line: true}"),
        ("HEAD^{tree}", "file: {path: z, exists: true}"),
        ("HEAD:a.txt", "file: {path: a.txt, contains: z}"),
        ("HEAD:a.txt", "no_conflict_markers: {}"),
        ("side^{tree}", "merged: {name: other, by: squash}"),
        ("v1", "tag: {name: v1, matches: z}"),
    ],
)
def test_a_missing_or_broken_object_is_what_git_refuses_and_never_needs_work(full, what, check, content):
    damage(full, full.git("rev-parse", what), content)
    with pytest.raises(RepositoryDamagedError) as caught:
        full.ask(check)
    assert caught.value.check_id == "c1"


def test_a_broken_branch_is_a_fault_and_not_a_missing_branch(full):
    full.put(".git/refs/heads/main", "")
    with pytest.raises(RepositoryError, match="broken ref"):
        Repository.open(full.path)


def test_missing_git_is_a_fault(full, monkeypatch):
    monkeypatch.setattr(processes.shutil, "which", lambda name: "/nonexistent/git")
    with pytest.raises(RepositoryError, match="could not start git"):
        Repository.open(full.path)
