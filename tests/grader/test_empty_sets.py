"""No kind passes on an empty set: neither if nothing exists, nor if nothing matches.

Every kind of the registry is tried in repositories that contain nothing, or nearly nothing, that it judges. A kind
that passes there needs a line in `MAY_PASS` that says what it saw.
"""

import pytest

from labs.grader.checks import KINDS, Learner
from labs.grader.engine import grade
from labs.grader.git.repository import Repository, UnreadableError
from labs.grader.report import CheckResult, Outcome
from labs.grader.spec import load_spec
from tests.grader.conftest import Build, Repo, files, lab
from tests.grader.every_kind import ASKED, CHECKS
from tests.grader.stock import FILES, Stock

ME = Learner(("Learner",), ("learner@example.org",))


def commits_without_files(repo: Repo) -> None:
    repo.commit("Start")
    repo.commit("Go on")


def readme_alone(repo: Repo) -> None:
    repo.put("README.md", "# Read me\n")
    repo.commit("Start")


def empty_files(repo: Repo) -> None:
    Stock(files=dict.fromkeys(FILES, b""), refs={b"refs/heads/main": 1}).build(repo)
    repo.git("tag", "-d", "v1")


def tag_of_a_file(repo: Repo) -> None:
    repo.git("tag", "v1", repo.objects("text", kind="blob"))


HISTORY = {
    "readable": "its commits were read",
    "commits": "there are commits",
    "each_commit": "there are messages",
    "authors": "there are authors",
    "branch": "there are branches: one is main, and none has the name that has to be gone",
    "gone": "there are commits, and none is the one that has to be gone",
}
CHANGES = {"commit": "a commit changes a file"}
MAY_PASS: dict[Build, dict[str, str]] = {
    tag_of_a_file: {"tags": "there is a tag, whatever it stands for"},
    commits_without_files: HISTORY,
    readme_alone: HISTORY
    | CHANGES
    | {
        "file": "the README is not the file that has to be absent",
        "purged": "the README is not the file that has to be purged",
        "line_endings": "the README has a line ending",
        "no_conflict_markers": "the README was read",
        "no_large_files": "the README has a size",
        "no_secrets": "the README was read",
    },
    empty_files: HISTORY
    | CHANGES
    | {
        "file": "an empty file is there, has a mode, and is not the one that has to be absent",
        "purged": "the empty files are not the one that has to be purged",
        "no_large_files": "the size of an empty file is known",
        "ignored": "an empty file is tracked, and no line ignores it",
    },
}


def ask(repo: Repo, *checks: str, starter: str | None = None):
    spec = load_spec(lab(*checks, starter=starter))
    with Repository.open(repo.path) as repository:
        return grade(spec, repository, learner=ME).results


def test_every_kind_is_tested_here():
    assert set(CHECKS) == set(KINDS)


@pytest.mark.daily(2)
@pytest.mark.parametrize("build", MAY_PASS, ids=lambda build: build.__name__)
def test_only_kinds_that_saw_something_pass(repo, build):
    build(repo)
    results = ask(repo, *ASKED)
    passing = {(result.kind, result.why) for result in results if result.outcome is Outcome.PASSED}
    assert {kind for kind, _ in passing} <= set(MAY_PASS[build]), passing
    assert not [result for result in results if result.outcome is Outcome.FAULT]


def test_a_repository_without_commits_is_not_graded(repo):
    with pytest.raises(UnreadableError, match="has no commits yet"):
        Repository.open(repo.path)


# --- members of each kind, one by one: what is there, what is asked, what is said -------------------------------


def branch_at_the_first_commit(repo: Repo) -> None:
    readme_alone(repo)
    repo.git("branch", "feature")


def empty_commit_on_main(repo: Repo) -> None:
    readme_alone(repo)
    repo.git("branch", "old")
    repo.commit("Nothing")


def message_alone(repo: Repo) -> None:
    readme_alone(repo)
    tree = repo.git("rev-parse", "HEAD^{tree}")
    repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", tree, stdin=b""))
    repo.git("tag", "light")


def submodule_alone(repo: Repo) -> None:
    tree = repo.objects(f"160000 commit {'1' * 40}\tapp")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))


CI = "on: push\njobs:\n  a:\n    {}\n"
CALLS = CI.format("uses: ./.github/workflows/b.yml")
RUNS = CI.format("runs-on: x\n    steps: [{run: make}]")
WORKFLOW = {"_dot_github__workflows__ci_dot_yml": CALLS, "_dot_github__workflows__b_dot_yml": CALLS}
PROJECT = "[build-system]\nrequires = []\nbuild-backend = 'x'\n[project]\nname = 'shop'\nversion = '1'\n"
NOTEBOOK = '{"cells": [%s], "nbformat": 4}'
NOTHING = "Nothing to check: there is no "
NO_CHANGE = NOTHING + "commit after `{}` on `main` that changes a file."
NO_RULE = "Nothing to check: on `main` there is neither `{}` nor a `{}` that could apply to it."
NOT_IGNORED = NO_RULE.format(".env", ".gitignore")
NO_ATTRIBUTES = NO_RULE.format("a.bin", ".gitattributes")
IN_ANY_REF = " in the history of any branch or tag."

EMPTY: list[tuple[Build, str, str]] = [
    (readme_alone, "commits: {since: main, at_most: 3}", NOTHING + "commit after `main` on `main`."),
    (readme_alone, "each_commit: {since: main, files_at_most: 1}", NO_CHANGE.format("main")),
    (empty_commit_on_main, "each_commit: {since: old, files_at_most: 1}", NO_CHANGE.format("old")),
    (empty_commit_on_main, "each_commit: {since: old, one_of: [[a]]}", NO_CHANGE.format("old")),
    (
        readme_alone,
        "each_commit: {since: main, empty: false}",
        NOTHING + "commit after `main` on `main` that the rules apply to.",
    ),
    (readme_alone, "history: {since: main, linear: true}", NOTHING + "commit after `main` on `main`."),
    (readme_alone, "history: {since: main, subjects: [Start], in_order: true}", ""),
    (message_alone, "commit: {at: main, matches: '.*'}", "does not have the required message"),
    (message_alone, "tag: {name: light, matches: '.*'}", "which has no message"),
    (message_alone, "object: {tag: {matches: '.*'}}", ""),
    (branch_at_the_first_commit, "merged: {name: feature}", "`feature` has no commit of yours to merge."),
    (branch_at_the_first_commit, "merged: {name: feature, by: fast-forward}", "has no commit of yours"),
    (branch_at_the_first_commit, "merged: {name: feature, by: none}", "has no commit of yours"),
    (branch_at_the_first_commit, "rebased: {name: feature}", ""),
    (branch_at_the_first_commit, "cherry_picked: {commits: [feature]}", ""),
    (commits_without_files, "reverted: {commits: [main]}", ""),
    (commits_without_files, "file: {path: a.txt, exists: false}", NOTHING + "file on `main`."),
    (commits_without_files, "purged: {path: a.txt}", NOTHING + "file" + IN_ANY_REF),
    (commits_without_files, "no_conflict_markers: {}", NOTHING + "file with content on `main`."),
    (commits_without_files, "no_large_files: {}", NOTHING + "file" + IN_ANY_REF),
    (commits_without_files, "no_secrets: {}", NOTHING + "file with content" + IN_ANY_REF),
    (readme_alone, "ignored: {path: .env, ignored: false}", NOT_IGNORED),
    (files(_dot_gitignore=""), "ignored: {path: .env, ignored: false}", NOT_IGNORED),
    (readme_alone, "attributes: {path: a.bin, has: {filter: null}}", NO_ATTRIBUTES),
    (files(_dot_gitattributes=""), "attributes: {path: a.bin, has: {text: null}}", NO_ATTRIBUTES),
    (files(a=""), "no_conflict_markers: {}", NOTHING + "file with content on `main`."),
    (files(a=""), "no_secrets: {}", NOTHING + "file with content" + IN_ANY_REF),
    (files(a=""), "file: {path: a, lacks: TODO}", NOTHING + "line in `a` on `main`."),
    (files(a=""), "file: {path: a, matches: '.*'}", NOTHING + "line in `a` on `main`."),
    (files(a=""), "file: {path: a, matches: '^'}", NOTHING + "line in `a` on `main`."),
    (files(a=""), "line_endings: {path: a, are: lf}", NOTHING + "line ending in `a` on `main`."),
    (files(a="text"), "line_endings: {path: '*', are: crlf}", NOTHING + "line ending in `*` on `main`."),
    (files(a=""), "lfs: {path: a}", ""),
    (files(a_dot_yaml="# nothing\n"), "data: {path: a.yaml, value: a, exists: false}", "the file is empty"),
    (files(a_dot_yml=""), "data: {path: a.yml, value: a, exists: false}", "the file is empty"),
    (files(a_dot_json="{}"), "data: {path: a.json, value: a, exists: false}", NOTHING + "value in `a.json`"),
    (files(a_dot_json="[]"), "data: {path: a.json, value: a, exists: false}", NOTHING + "value in `a.json`"),
    (files(a_dot_toml=""), "data: {path: a.toml, value: a, exists: false}", NOTHING + "value in `a.toml`"),
    (files(a_dot_ini=";\n"), "data: {path: a.ini, value: a.b, exists: false}", NOTHING + "value in `a.ini`"),
    (files(a_dot_csv="a,b\n"), "csv: {path: a.csv, rows_at_most: 3}", NOTHING + "row below the header of"),
    (files(a_dot_csv="a\n\n"), "csv: {path: a.csv, columns: [a], rows_at_most: 3}", NOTHING + "row below"),
    (files(a_dot_csv=""), "csv: {path: a.csv, rows_at_most: 3}", ""),
    (files(a_dot_ipynb=NOTEBOOK % ""), "notebook: {path: a.ipynb}", NOTHING + "code cell in `a.ipynb`."),
    (
        files(a_dot_ipynb=NOTEBOOK % '{"cell_type": "markdown"}'),
        "notebook: {path: '*.ipynb', executed: true}",
        NOTHING + "code cell with code in `*.ipynb`.",
    ),
    (
        files(a_dot_ipynb=NOTEBOOK % '{"cell_type": "code", "source": []}'),
        "notebook: {path: a.ipynb, executed: true}",
        NOTHING + "code cell with code in `a.ipynb`.",
    ),
    *(
        (readme_alone, f"{kind}: {{path: '*.none'{more}}}", "matches `*.none`.")
        for kind, more in (("line_endings", ", are: lf"), ("lfs", ""), ("notebook", ""))
    ),
    (submodule_alone, "no_secrets: {}", NOTHING),
    (submodule_alone, "no_large_files: {}", NOTHING),
    (readme_alone, "python_package: {versions_pinned: exact}", ""),
    (readme_alone, "python_package: {versions_pinned: upper}", ""),
    (readme_alone, "python_package: {tests_found: true}", "There are no tests."),
    (files(tests__test_a_dot_py=""), "python_package: {tests_found: true}", ""),
    (files(pyproject_dot_toml=PROJECT), "python_package: {versions_pinned: exact}", ""),
    (
        files(requirements_dot_txt="# none\n"),
        "python_package: {versions_pinned: exact}",
        "No dependency was found",
    ),
    (files(requirements_dot_txt="-r other\n"), "python_package: {versions_pinned: hash}", ""),
    (files(**WORKFLOW), "workflow: {path: .github/workflows/ci.yml, timeout_minutes: 5}", ""),
    (files(a_dot_yml=RUNS), "workflow: {path: a.yml, pinned: tag}", NOTHING + "action used in `a.yml`."),
    (files(a_dot_yml=RUNS), "workflow: {path: a.yml, pinned: sha}", NOTHING + "action used in `a.yml`."),
    (files(a_dot_yml=""), "workflow: {path: a.yml}", ""),
    (files(a_dot_yml="on: push\njobs: {}\n"), "workflow: {path: a.yml, no_injection: true}", ""),
    (files(Dockerfile=""), "dockerfile: {no_secrets: true}", ""),
    (files(Dockerfile="# nothing\n"), "dockerfile: {base_pinned: tag}", ""),
    (files(Dockerfile="FROM a:1\n", _dot_dockerignore=""), "dockerfile: {dockerignore: true}", ""),
]


def test_nothing_passes_if_nothing_matches(new_repo):
    wrong = []
    for (check, why), result in zip(
        [(check, why) for _, check, why in EMPTY],
        ask_each(new_repo, [(build, check) for build, check, _ in EMPTY]),
        strict=True,
    ):
        said = result.why or result.reason or ""
        if result.outcome not in (Outcome.NEEDS_WORK, Outcome.NOT_RUN) or why not in said:
            wrong.append((check, result.outcome, said))
    assert not wrong


def ask_each(new_repo, asked: list[tuple[Build, str]]) -> list[CheckResult]:
    """The results in this order; a repository that several checks share is built once."""
    by_build: dict[Build, list[int]] = {}
    for number, (build, _) in enumerate(asked):
        by_build.setdefault(build, []).append(number)
    results: dict[int, CheckResult] = {}
    for build, numbers in by_build.items():
        repo = new_repo(f"work{numbers[0]}")
        build(repo)
        results |= zip(numbers, ask(repo, *(asked[number][1] for number in numbers)), strict=True)
    return [results[number] for number in range(len(asked))]


YOURS = (
    "commits: {at_least: 1}",
    "commits: {at_most: 3}",
    "commit: {matches: '.*'}",
    "each_commit: {empty: false}",
    "history: {subjects: [Start], in_order: true}",
    "history: {matches: ['.*'], in_order: true}",
    "each_commit: {blank_second_line: true}",
    "each_commit: {subject_at_most: 72, forbids: [wip], blank_second_line: true}",
    "each_commit: {files_at_most: 9}",
    "authors: {}",
    "authors: {at_least: 1}",
    "merged: {name: side, by: none}",
)


def test_an_unchanged_starter_and_a_branch_without_own_commits_pass_no_check_of_commits(repo):
    readme_alone(repo)
    repo.git("branch", "side")
    results = ask(repo, *YOURS, starter=repo.head())
    assert {result.outcome for result in results} == {Outcome.NEEDS_WORK}
    assert all(result.expected and result.found for result in results)
