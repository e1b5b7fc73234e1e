"""Empty sets: the checks that may pass on one, and the messages of the others, decided by the base class."""

import pytest

from labs.grader.checks._shared import base
from labs.grader.checks._shared.base import LookedAt, Verdict, passed
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from labs.grader.sandbox import Ran
from labs.grader.spec import SpecError, load_spec
from tests.grader.conftest import Repo, lab
from tests.grader.stock import POINTER
from tests.grader.test_empty_sets import (
    NOTEBOOK,
    Build,
    ask,
    ask_each,
    branch_at_the_first_commit,
    commits_without_files,
    empty_commit_on_main,
    files,
    readme_alone,
)

# --- statements that are about emptiness pass on nothing, and those alone ---------------------------------------

ABOUT_NOTHING: list[tuple[Build, str]] = [
    (readme_alone, "commits: {since: main, exactly: 0}"),
    (readme_alone, "commits: {since: main, at_most: 0}"),
    (readme_alone, "commits: {since: main, at_least: 0, at_most: 3}"),
    (branch_at_the_first_commit, "ahead_behind: {name: feature, behind: 0}"),
    (branch_at_the_first_commit, "ahead_behind: {name: feature, ahead: 0}"),
    (branch_at_the_first_commit, "start: {name: feature, at: main}"),
    (empty_commit_on_main, "commit: {at: main, empty: true}"),
    (commits_without_files, "object: {tree: {}}"),
    (readme_alone, "tag: {name: v1, exists: false}"),
    (files(a_dot_csv="a\n"), "csv: {path: a.csv, rows_at_most: 0}"),
    (files(a_dot_csv="a\n"), "csv: {path: a.csv, rows_at_least: 0, rows_at_most: 3}"),
    (files(a=""), "file: {path: a, exists: true}"),
    (files(a=""), "file: {path: a, executable: false}"),
    (files(a=""), "no_large_files: {}"),
    (files(a="", _dot_gitignore="*.log\n"), "ignored: {path: a, ignored: false}"),
    (files(_dot_gitattributes="*.bin text\n"), "attributes: {path: a.bin, has: {filter: null}}"),
    (
        files(a_dot_bin=POINTER, _dot_gitattributes="*.bin filter=x\n"),
        "attributes: {path: a.bin, has: {text: null}}",
    ),
]


def test_a_statement_about_emptiness_passes_on_nothing(new_repo):
    results = ask_each(new_repo, ABOUT_NOTHING)
    assert [(result.kind, result.why) for result in results if result.outcome is not Outcome.PASSED] == []


def test_a_file_that_was_the_last_one_is_absent_after_it_is_removed(repo):
    readme_alone(repo)
    repo.git("rm", "-q", "README.md")
    repo.commit("Remove it")
    readme, other = ask(repo, "file: {path: README.md, exists: false}", "file: {path: a, exists: false}")
    assert (readme.outcome, other.outcome) == (Outcome.PASSED, Outcome.NEEDS_WORK)


ASKS_FOR_NOTHING = {
    "file: {path: a, lines: []}": "needs at least one line",
    "csv: {path: a, columns: []}": "needs at least one column",
    "subtree: {path: a, at_least: 0}": "must be at least 1",
    "authors: {at_least: 0}": "must be at least 1",
    "workflow: {path: a.yml, starts_on: []}": "needs at least one event",
    "workflow: {path: a.yml, not_on: []}": "needs at least one event",
    "workflow: {path: a.yml, order: []}": "needs at least one stage",
    "commits: {}": "needs one of `at_least`, `exactly` and `at_most`",
    "branches: {exactly: []}": "expected a list of branches without duplicates",
    "history: {subjects: []}": "needs either `subjects` or `matches`",
    "cherry_picked: {commits: []}": "needs at least one commit",
    "reverted: {commits: []}": "needs at least one commit",
}


def test_a_check_that_requires_nothing_is_refused():
    said = {}
    for check in ASKS_FOR_NOTHING:
        with pytest.raises(SpecError) as caught:
            load_spec(lab(check))
        said[check] = " ".join(problem.message for problem in caught.value.problems)
    assert {check: words in said[check] for check, words in ASKS_FOR_NOTHING.items()} == dict.fromkeys(
        said, True
    )


# --- the mechanism ----------------------------------------------------------------------------------------------


def test_a_kind_cannot_pass_without_saying_what_it_looked_at():
    for looked_at in (None, LookedAt(0, "file"), LookedAt(0, "file", unread=("1 link",), may_be_empty=True)):
        with pytest.raises(ValueError, match="passed without looking at anything"):
            Verdict(Outcome.PASSED, "It holds.", looked_at=looked_at)
    with pytest.raises(TypeError):
        passed("It holds.")


def test_the_base_decides_what_an_empty_set_means():
    some, none = LookedAt(2, "file", "on `main`"), LookedAt(0, "file", "on `main`")
    unread = LookedAt(0, "file", "on `main`", unread=("2 files over 1 MB",))
    few = LookedAt(1, "file", "on `main`", unread=("2 files over 1 MB", "1 submodule"))
    about_none = LookedAt(0, "file", may_be_empty=True)
    assert [
        (verdict.outcome.value, verdict.why)
        for verdict in (passed("Good.", looked_at=each) for each in (some, none, unread, few, about_none))
    ] == [
        ("passed", "Good."),
        ("needs_work", "Nothing to check: there is no file on `main`."),
        ("not_run", "Not run: no file on `main` could be read (2 files over 1 MB)."),
        ("passed", "Good. Not read: 2 files over 1 MB and 1 submodule."),
        ("passed", "Good."),
    ]
    assert str(some) == "2 files on `main`"


def test_the_rule_is_documented_where_authors_of_kinds_read_it():
    assert "never passes on\nnothing" in (base.__doc__ or "")


# --- what to do where nothing was there -------------------------------------------------------------------------

MENDED: list[tuple[Build, str]] = [
    (commits_without_files, "no_conflict_markers: {}"),
    (commits_without_files, "no_secrets: {}"),
    (commits_without_files, "no_large_files: {}"),
    (commits_without_files, "purged: {path: a.txt}"),
    (readme_alone, "commits: {since: main~0, at_most: 3}"),
    (readme_alone, "ignored: {path: data/keep.csv, ignored: false}"),
    (files(a=""), "line_endings: {path: a, are: lf}"),
    (files(a="text"), "line_endings: {path: a, are: crlf}"),
    (files(a_dot_ipynb=NOTEBOOK % ""), "notebook: {path: a.ipynb}"),
    (files(a_dot_ipynb=NOTEBOOK % ""), "notebook: {path: '*.ipynb', executed: true}"),
]


def test_the_advice_for_an_empty_set_leads_to_a_verdict_on_something(new_repo):
    for number, (build, check) in enumerate(MENDED):
        repo = new_repo(f"clone{number}")
        build(repo)
        check = check.replace("main~0", repo.head())
        repo.git("clone", "-q", "--bare", str(repo.path), f"../origin{number}.git")
        repo.git("remote", "add", "origin", f"../origin{number}.git")
        origin = Repo(repo.path.parent / f"origin{number}.git")
        (before,) = ask(origin, check)
        repo.follow(before.fix)
        (after,) = ask(origin, check)
        assert (before.found_nothing, after.outcome) == (True, Outcome.PASSED), (check, before.fix, after.why)


class Running:
    """A fake sandbox in which every command succeeds."""

    def unavailable(self):
        return ""

    def run(self, job):
        return Ran(0, "exit", b"", 0.1)


def test_missing_code_does_not_pass_because_a_command_does(repo):
    spec = load_spec(lab("run: {command: ['true']}"))
    said = []
    for build in (commits_without_files, readme_alone):
        build(repo)
        with Repository.open(repo.path) as repository:
            (result,) = grade(spec, repository, sandbox=Running()).results
        said.append((result.outcome, result.why))
    assert said == [
        (Outcome.NEEDS_WORK, "Nothing to check: there is no file on `main`."),
        (Outcome.PASSED, "`true` works on `main`."),
    ]
