"""Nothing that was not read is reported as absent: it was not seen in what was read, or it is unknown.

Each repository contains something that no check reads: files over 1 MB (also those that were not fetched), submodules,
files that Git LFS stores elsewhere, binary files, tags of files, long messages, the history behind a shallow clone.
"""

import re
from collections.abc import Callable

import pytest

from labs.grader.git.repository import WITHOUT_LARGE_FILES
from labs.grader.report import Outcome
from tests.grader import odd
from tests.grader.conftest import Repo
from tests.grader.every_kind import ASKED
from tests.grader.stock import FILES, POINTER, Stock
from tests.grader.test_empty_sets import ask, ask_each

PASSED, NEEDS_WORK, NOT_RUN = Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NOT_RUN
LARGE = "x\n" * (1 << 20)
CONFLICT = "<<<<<<< a\n1\n=======\n2\n>>>>>>> b\n"
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
NOT_FETCHED = "Git LFS"
CUT_OFF = "Not run: this is a shallow clone, so part of the history is missing."
Build = Callable[[Repo], None]


def large_file(repo: Repo) -> None:
    repo.commit("Start", a=LARGE + CONFLICT + TOKEN, b="text\n")


def not_fetched(repo: Repo) -> None:
    """As the portal fetches: the file is absent, and a file beside the objects says that this is intended."""
    large_file(repo)
    blob = repo.git("rev-parse", "HEAD:a.txt")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (repo.path / ".git" / WITHOUT_LARGE_FILES).touch()


def large_file_that_moves(repo: Repo) -> None:
    repo.commit("Start", a=LARGE)
    repo.git("mv", "a.txt", "b.txt")
    repo.commit("Rename", b=LARGE + "more\n")


def large_file_on_a_branch(repo: Repo) -> None:
    """`side` and main change the same large file, each in its own way: nobody can say if it is the same change."""
    repo.commit("Start", a=LARGE)
    repo.branch("side")
    repo.commit("Change it", a=LARGE + "more\n")
    repo.switch("main")
    repo.commit("Before", a="first\n" + LARGE)
    repo.git("tag", "before")
    repo.commit("Change it", a="first\n" + LARGE + "more\n")
    repo.commit("Change it back", a="second\n" + LARGE)


def large_text_of_a_project(repo: Repo) -> None:
    repo.put("requirements.txt", "a==1\n" + "# more\n" * 60_000)
    repo.put("Dockerfile", "FROM a:1\nCOPY . .\n")
    repo.put(".dockerignore", ".git\n.env\n" + "# more\n" * 60_000)
    call = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"
    repo.put(".github/workflows/a.yml", call)
    repo.put(".github/workflows/b.yml", "on: workflow_call\n" + "# more\n" * 60_000)
    repo.commit("Start")


def submodule(repo: Repo) -> None:
    text = repo.objects("text", kind="blob")
    tree = repo.objects(f"100644 blob {text}\ta.txt", f"160000 commit {'1' * 40}\tapp")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))


def tests_in_a_submodule(repo: Repo) -> None:
    tree = repo.objects(f"160000 commit {'1' * 40}\ttests")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))


def stored_elsewhere(repo: Repo) -> None:
    repo.put(".gitattributes", "*.csv filter=lfs\n")
    repo.git("add", "--all")
    repo.put("data.csv", POINTER)
    repo.git("-c", "filter.lfs.clean=cat", "add", "--all")
    repo.git("commit", "-q", "-m", "Start")


def binary_file(repo: Repo) -> None:
    repo.commit("Start", a=b"\0" + TOKEN.encode(), b="text\n")


def tag_of_a_file(repo: Repo) -> None:
    repo.commit("Start", a="text\n")
    repo.git("tag", "blob", repo.objects(TOKEN, kind="blob"))


def long_message(repo: Repo) -> None:
    repo.commit("Start\n\n" + "word " * 2000 + "\nWANTED", a="a")


def shallow(repo: Repo) -> None:
    other = Repo(repo.path.parent / f"{repo.path.name}-whole")
    for number in range(3):
        other.commit(f"Commit {number}", a=f"{number}\n")
    repo.git("fetch", "-q", "--depth", "2", f"file://{other.path}", "main:refs/heads/new")
    repo.git("update-ref", "refs/heads/main", "refs/heads/new")


CASES: list[tuple[Build, str, Outcome, str]] = [
    *(
        row
        for build in (large_file, not_fetched)
        for row in (
            (
                build,
                "no_conflict_markers: {}",
                PASSED,
                "No conflict markers in 1 file on `main`. Not read: 1 file over",
            ),
            (build, "no_secrets: {}", PASSED, "1 commit or tag message. Not read: 1 file over 1 MB."),
            (
                build,
                "file: {path: a.txt, lacks: TODO}",
                NOT_RUN,
                "is over 1 MB. Such files are not read.",
            ),
            (build, "file: {path: a.txt, contains: TODO}", NOT_RUN, "is over 1 MB. Such files are not read."),
            (
                build,
                "line_endings: {path: '*', are: crlf}",
                NOT_RUN,
                "is over 1 MB. Such files are not read.",
            ),
            (build, "answer: {path: a.txt, one_of: [a]}", NOT_RUN, "is over 1 MB. Such files are not read."),
            (
                build,
                "csv: {path: a.txt, columns: [a]}",
                NOT_RUN,
                "is over 1 MB. Such files are not read.",
            ),
            (
                build,
                "answer: {path: b.txt, equals: {first_match: {path: a.txt, matches: WANTED}}}",
                NOT_RUN,
                "is over 1 MB in one of the commits. Such files are not read.",
            ),
        )
    ),
    (
        not_fetched,
        "no_large_files: {over: 9 MB}",
        NOT_RUN,
        "Cannot tell whether `a.txt` is over 9 MB",
    ),
    (
        large_file_that_moves,
        "renamed: {path: b.txt, from: a.txt}",
        NOT_RUN,
        "was over 1 MB when it was renamed",
    ),
    (
        large_file_on_a_branch,
        "cherry_picked: {commits: [side]}",
        NOT_RUN,
        "so changes to it were not read",
    ),
    (
        large_file_on_a_branch,
        "reverted: {commits: [main~1]}",
        NOT_RUN,
        "so changes to it were not read",
    ),
    (
        large_file_on_a_branch,
        "merged: {name: side, by: none}",
        NOT_RUN,
        "so changes to it were not read",
    ),
    (
        large_file_on_a_branch,
        "merged: {name: side, by: squash}",
        NOT_RUN,
        "so changes to it were not read",
    ),
    (
        large_file_on_a_branch,
        "rebased: {name: main, onto: before, from: side}",
        NOT_RUN,
        "so changes to it were not read",
    ),
    (large_text_of_a_project, "dockerfile: {dockerignore: true}", NOT_RUN, "`.dockerignore` is over 256 KB"),
    (
        large_text_of_a_project,
        "python_package: {versions_pinned: exact}",
        NOT_RUN,
        "`requirements.txt` is over",
    ),
    (large_text_of_a_project, "workflow: {path: .github/workflows/b.yml}", NOT_RUN, "is over 256 KB"),
    (
        large_text_of_a_project,
        "workflow: {path: .github/workflows/a.yml, reusable: calls}",
        NOT_RUN,
        "`.github/workflows/b.yml` is over 256 KB. Such files are not read.",
    ),
    (
        submodule,
        "no_conflict_markers: {}",
        PASSED,
        "No conflict markers in 1 file on `main`. Not read: 1 submodule.",
    ),
    (
        submodule,
        "file: {path: app/.env, exists: false}",
        NOT_RUN,
        "`app` is a submodule, whose files are not read",
    ),
    (
        submodule,
        "file: {path: app/a/.env, exists: false}",
        NOT_RUN,
        "`app` is a submodule, whose files are not read",
    ),
    (submodule, "file: {path: .env, exists: false}", PASSED, "There is no `.env` on `main`."),
    (
        submodule,
        "purged: {path: app/.env}",
        PASSED,
        "is not in the history (1 commit). Not read: 1 submodule.",
    ),
    (
        submodule,
        "purged: {path: '*.env'}",
        PASSED,
        "is not in the history (1 commit). Not read: 1 submodule.",
    ),
    (submodule, "purged: {path: .env}", PASSED, "`.env` is not in the history (1 commit)."),
    (
        tests_in_a_submodule,
        "python_package: {tests_found: true}",
        NOT_RUN,
        "`tests` is a submodule, whose files are not read",
    ),
    (
        stored_elsewhere,
        "no_secrets: {}",
        PASSED,
        "1 commit or tag message. Not read: 1 file stored by Git LFS.",
    ),
    (
        stored_elsewhere,
        "no_conflict_markers: {}",
        PASSED,
        "1 file on `main`. Not read: 1 file stored by Git LFS.",
    ),
    (stored_elsewhere, "file: {path: data.csv, lacks: TODO}", NEEDS_WORK, NOT_FETCHED),
    (stored_elsewhere, "csv: {path: data.csv, columns: [id]}", NEEDS_WORK, NOT_FETCHED),
    (stored_elsewhere, "line_endings: {path: data.csv, are: lf}", NEEDS_WORK, NOT_FETCHED),
    (binary_file, "no_secrets: {}", PASSED, "1 commit or tag message. Not read: 1 binary file."),
    (
        tag_of_a_file,
        "no_secrets: {}",
        PASSED,
        "1 commit or tag message. Not read: 1 tag that points to a file or folder.",
    ),
    (
        tag_of_a_file,
        "no_large_files: {}",
        PASSED,
        "is over 1 MB. Not read: 1 tag that points to a file or folder.",
    ),
    (
        tag_of_a_file,
        "purged: {path: .env}",
        PASSED,
        "history (1 commit). Not read: 1 tag that points to a file or folder.",
    ),
    (
        long_message,
        "commit: {matches: WANTED}",
        NOT_RUN,
        "has over 4,000 characters, and the rest is not searched",
    ),
    (
        long_message,
        "commit: {at: main, matches: WANTED}",
        NOT_RUN,
        "has over 4,000 characters, and the rest is not searched",
    ),
    (
        long_message,
        "gone: {matches: WANTED}",
        NOT_RUN,
        "has over 4,000 characters, and the rest is not searched",
    ),
    (long_message, "gone: {matches: word}", NEEDS_WORK, "still contains"),
    (long_message, "gone: {subject: WANTED}", PASSED, "does not contain a commit with the subject `WANTED`."),
    *(
        (shallow, check, NOT_RUN, CUT_OFF)
        for check in (
            "commits: {at_least: 9}",
            "commits: {exactly: 2}",
            "each_commit: {forbids: [wip]}",
            "commit: {subject: Commit 0}",
            "merged: {name: new}",
            "purged: {path: .env}",
            "no_secrets: {}",
            "no_large_files: {}",
            "object: {commit: {parents: 0}}",
            "subtree: {path: a}",
            "answer: {path: a.txt, equals: {count_of: main}}",
            "file: {path: a.txt, at: main~2, exists: true}",
        )
    ),
    (shallow, "readable: {}", PASSED, "The repository was read."),
    (shallow, "file: {path: a.txt, exists: true}", PASSED, "`a.txt` exists on `main`."),
    (shallow, "file: {path: gone.txt, exists: true}", NEEDS_WORK, "There is no `gone.txt` in the top folder"),
    (shallow, "no_conflict_markers: {}", PASSED, "No conflict markers in 1 file on `main`."),
    (shallow, "branch: {name: old, exists: false}", PASSED, "There is no branch `old`."),
]


def test_what_was_not_read_is_named_and_never_said_to_be_absent(new_repo):
    results = ask_each(new_repo, [(build, check) for build, check, _, _ in CASES])
    wrong = [
        (build.__name__, check, result.outcome.value, said)
        for (build, check, outcome, words), result in zip(CASES, results, strict=True)
        if result.outcome is not outcome or words not in (said := result.why or result.reason or "")
    ]
    assert not wrong, "\n".join(map(str, wrong))


# --- all kinds, in repositories of which much cannot be read: who may still say that something is absent ----------

ABSENT = re.compile(
    r"^(No|None|There (is|are) no)\b|\b(contains|has|reaches) no\b|: there is no\b|\bno (branch|tag|line|file)\b"
    r"|\b(does not (have|contain|ignore)|is not (on|merged|left|in|based))\b"
)
SAYS_SO = re.compile(
    "^(Not run|Cannot tell)|Not read:|not read|of which .* is not known|is not in this repository"
)
REFS = {"branch": "all names of branches were read", "tag": "all names of tags were read"}
REFS |= {"branches": REFS["branch"], "tags": REFS["tag"]}
PATHS = {
    "file": "all paths of the commit were read",
    "lfs": "all paths of the commit were read",
    "line_endings": "all paths of the commit were read",
    "notebook": "all paths of the commit were read",
    "submodule": "all paths of the commit were read",
    "ignored": "all `.gitignore` files on the way were read",
    "attributes": "all `.gitattributes` files on the way were read",
    "answer": "all paths of the commit were read",
    "ci_run": "all workflows of the commit were read",
    "no_large_files": "asked for one commit, the sizes of all its files were read",
}
COMMITS = dict.fromkeys(
    ("commit", "each_commit", "history", "gone", "amended", "merged", "reverted", "cherry_picked", "rebased"),
    "all commits, their messages and the paths that they change were read",
) | {
    "purged": "all paths of all commits were read",
    "no_large_files": "the sizes of all files were read",
    "object": "the IDs of all objects were read",
    "no_secrets": "all that is in the history was read",
}
TEXTS = {
    "workflow": "the whole file was read, and what it calls",
    "dockerfile": "the whole file was read",
    "python_package": "all paths of the commit and the whole files were read",
}


def pointers_alone(repo: Repo) -> None:
    Stock(files=dict.fromkeys(FILES, POINTER)).build(repo)


MAY_SAY_ABSENT: dict[Build, dict[str, str]] = {
    odd.shallow: REFS | PATHS | TEXTS,
    odd.without_large_files: REFS | PATHS | COMMITS | TEXTS,
    odd.submodules: REFS | PATHS | COMMITS | TEXTS,
    pointers_alone: REFS | PATHS | COMMITS,
}


@pytest.mark.daily(1)
@pytest.mark.parametrize("build", MAY_SAY_ABSENT, ids=lambda build: build.__name__)
def test_only_kinds_that_read_all_of_it_say_that_something_is_absent(repo, build):
    build(repo)
    said = [(result.kind, result.why or result.reason or "") for result in ask(repo, *ASKED)]
    absolute = {(kind, words) for kind, words in said if ABSENT.search(words) and not SAYS_SO.search(words)}
    assert {kind for kind, _ in absolute} <= set(MAY_SAY_ABSENT[build]), absolute
    assert absolute


def test_absolute_sentences_are_recognised_by_their_words():
    absolute = (
        "There is no `a`.",
        "There is no tag `v1`.",
        "`a` is not in the history (3 commits).",
        "`a` on `main` does not contain `b`.",
    )
    others = (
        "Not run: no file could be read.",
        "No conflict markers in 1 file. Not read: 1 submodule.",
        "`a` exists.",
    )
    assert [bool(ABSENT.search(words)) and not SAYS_SO.search(words) for words in absolute + others] == [
        *[True] * len(absolute),
        *[False] * len(others),
    ]
