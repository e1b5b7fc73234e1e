"""The commands of each answer, pasted into bash in the learner's folder, lead to a pass at the remote."""

import pytest

from labs.grader.report import Outcome

pytestmark = pytest.mark.heavy  # test_every_fix.py follows a fix of each kind every day


def fix_and_ask_again(learner, check):
    return learner.fix_and_ask_again(check)


@pytest.mark.parametrize(
    "check",
    [
        "branch: {name: feature/x}",
        "tag: {name: v1, annotated: true, on: main}",
        "tag: {name: v1, at: 'main^{root}'}",
        "commits: {since: v1.0, at_least: 0}",
        "file: {path: src/new file.py, exists: true}",
        "file: {path: a file.md, exists: true}",
        "file: {path: docs, exists: true}",
        "file: {path: a.txt, exists: false}",
        "file: {path: docs/a file.md, contains: it's here}",
        'file: {path: a.txt, equals: "it\'s\\n%s\\n"}',
        "file: {path: a.txt, lines: ['1', '4', '5']}",
        "file: {path: a.txt, executable: true}",
        "attributes: {path: docs/a file.md, has: {text: false, eol: lf, diff: null, merge: ours}}",
        "line_endings: {path: '*.txt', are: crlf}",
        "line_endings: {path: windows/**/*.bat, are: lf}",
        "purged: {path: docs/}",
        "purged: {path: '*.txt'}",
        "object: {blob: it's here}",
        "object: {tag: {marks: commit}}",
        "ignored: {path: .env}",
        "ignored: {path: a.txt}",
        "ignored: {path: x.log, ignored: false}",
    ],
)
def test_the_fix_of_one_thing_leads_to_a_pass(learner, check):
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_tracked_file_that_is_ignored_is_untracked(learner):
    learner.put("x.log")
    learner.git("add", "--force", "x.log")
    learner.commit("Add a log")
    assert fix_and_ask_again(learner, "ignored: {path: x.log}") == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert (learner.path / "x.log").exists()


@pytest.mark.parametrize("path", ["docs", "vendor/lib/"])
def test_another_history_is_merged_under_a_folder(learner, path):
    tree = learner.objects(f"100644 blob {learner.objects('x = 1', kind='blob')}\tlib.py")
    learner.git("branch", "lib", learner.commit_tree(tree))
    check = f"subtree: {{path: {path}, from: lib}}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_nested_repository_gets_its_url(learner):
    learner.git("clone", "-q", "../origin.git", "lib")
    learner.commit("Add the library as it is")
    check = "submodule: {path: lib, matches: 'origin.git$'}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_master_becomes_main(learner):
    learner.git("branch", "-m", "master")
    learner.git("push", "-q", "origin", "master", ":main", check=False)
    learner.git("--git-dir=../origin.git", "symbolic-ref", "HEAD", "refs/heads/master")
    learner.git("push", "-q", "origin", ":main")
    assert fix_and_ask_again(learner, "branch: {name: main}") == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_more_commits_are_made_from_the_files_in_the_folder(learner):
    learner.put("new", "x")
    assert fix_and_ask_again(learner, "commits: {at_least: 2}") == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_extra_commits_are_squashed(learner):
    learner.commit("Two")
    learner.commit("Three")
    assert fix_and_ask_again(learner, "commits: {exactly: 2}") == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_the_newest_message_is_amended(learner):
    learner.commit("wip")
    assert fix_and_ask_again(learner, "each_commit: {forbids: [wip], blank_second_line: true}") == (
        Outcome.NEEDS_WORK,
        Outcome.PASSED,
    )


@pytest.mark.parametrize("by", ["any", "merge-commit", "fast-forward", "squash"])
def test_an_unmerged_branch_is_merged_in_the_required_way(learner, by):
    learner.branch("side")
    learner.commit("Side", b="b")
    learner.switch("main")
    learner.commit("Main", c="c")
    check = f"merged: {{name: side, by: {by}}}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


@pytest.mark.parametrize("by", ["fast-forward", "squash"])
def test_a_merge_commit_is_undone_for_another_way(learner, by):
    learner.branch("side")
    learner.commit("Side", b="b")
    learner.switch("main")
    learner.merge("--no-ff", "side")
    check = f"merged: {{name: side, by: {by}}}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_branch_that_was_fast_forwarded_gets_a_merge_commit(learner):
    learner.branch("side")
    learner.commit("Side", b="b")
    learner.switch("main")
    learner.merge("--ff-only", "side")
    check = "merged: {name: side, by: merge-commit}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_lightweight_tag_becomes_annotated(learner):
    learner.git("tag", "v1")
    assert fix_and_ask_again(learner, "tag: {name: v1, annotated: true}") == (
        Outcome.NEEDS_WORK,
        Outcome.PASSED,
    )


def test_a_tag_with_nearly_the_right_name_gets_the_right_one(learner):
    learner.git("tag", "-a", "-m", "Release", "V1")
    assert fix_and_ask_again(learner, "tag: {name: v1}") == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_file_at_a_tag_is_added_and_the_tag_moved_along(learner):
    learner.git("tag", "v1")
    check = "file: {path: new, at: v1, exists: true}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


@pytest.mark.parametrize("at", ["main~1", "v1~1"])
def test_a_file_of_an_earlier_commit_is_fixed_there_and_the_later_commits_stay(learner, at):
    learner.commit("Second", b="b")
    learner.commit("Third", c="c")
    learner.git("tag", "v1")
    check = f"file: {{path: a.txt, at: {at}, contains: '4'}}"
    assert fix_and_ask_again(learner, check) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert learner.git("log", "--format=%s", at[:-2]) == "Third\nSecond\nStart"


TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36))
LARGE, SECRETS = "no_large_files: {over: 1 KB}", "no_secrets: {}"


@pytest.mark.parametrize("path", [".env", "src/a file's.py", "*.[x]"])
@pytest.mark.parametrize("later", [0, 2])
def test_a_large_file_is_removed_from_the_history_and_stays_in_the_folder(learner, path, later):
    learner.put(path, "x" * 2000)
    learner.commit("Add it")
    learner.git("tag", *(["-a", "-m", "Release", "v1"] if later else ["v0", "HEAD~1"]))
    for i in range(later):
        learner.commit(f"Later {i}", a=str(i))
    assert fix_and_ask_again(learner, LARGE) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert (learner.path / path).read_text() == "x" * 2000
    assert (learner.path / "docs/a file.md").exists()
    assert learner.git("status", "--porcelain") == ""  # it is ignored now


def test_a_large_file_that_was_deleted_is_removed_from_other_branches_and_tags_too(learner):
    learner.put("model.bin", "x" * 2000)
    learner.commit("Add the model")
    learner.git("tag", "v1")
    learner.git("branch", "side")
    learner.git("rm", "-q", "model.bin")
    learner.commit("Delete the model")
    assert fix_and_ask_again(learner, LARGE) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_large_files_of_several_branches_and_tags_are_removed_together(learner):
    for name in ("side", "other"):
        learner.branch(name)
        learner.put(f"{name}.bin", name * 2000)
        learner.commit(f"Add the file of {name}")
        learner.switch("main")
    learner.git("tag", "v1", "other")
    learner.git("branch", "-q", "-D", "other")
    assert fix_and_ask_again(learner, LARGE) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_large_file_that_only_a_tag_contains_is_removed_from_the_tag(learner):
    learner.branch("side")
    learner.put("model.bin", "x" * 2000)
    learner.commit("Add the model")
    learner.git("tag", "-a", "-m", "Release", "v1")
    learner.switch("main")
    learner.git("branch", "-q", "-D", "side")
    assert fix_and_ask_again(learner, LARGE) == (Outcome.NEEDS_WORK, Outcome.PASSED)


@pytest.mark.parametrize("later", [0, 2])
def test_code_with_a_secret_is_kept_as_edited_in_the_folder(learner, later):
    learner.put("app.py", f"key = '{TOKEN}'\n")
    learner.commit("Add the app")
    for i in range(later):
        learner.commit(f"Later {i}", a=str(i))
    learner.git("push", "-q", "origin", "main")
    fix = learner.ask(SECRETS).fix
    learner.put("app.py", "import os\n")
    assert ("filter-branch" in fix) == bool(later)
    learner.shell(fix.split("\n\n")[-2])
    learner.path = learner.path.parent / "origin.git"
    assert learner.ask(SECRETS).outcome is Outcome.PASSED
    assert learner.git("show", "main:app.py") == "import os"


@pytest.mark.parametrize("later", [0, 2])
def test_a_key_that_is_still_there_is_not_published_again(learner, later):
    learner.put("src/app.py", f"import os\n\nkey = '{TOKEN}'  # mine\n")
    learner.put("b.py", f"call('{TOKEN}', 2)\n")
    learner.commit("Add the app")
    for i in range(later):
        learner.commit(f"Later {i}", a=str(i))
    learner.git("push", "-q", "origin", "main")
    before = learner.git("ls-remote", "origin"), learner.head(), learner.git("status", "--porcelain")
    fix = learner.ask(SECRETS).fix
    assert TOKEN[4:] not in fix
    first, start, *edits, _, script, _ = fix.split("\n\n")
    assert start.startswith("git stash\n")
    assert first == "Do this first, since anyone with a copy can use it: revoke it with GitHub."
    with pytest.raises(
        AssertionError, match=r"still (has|have) the key\. Nothing was done\. Remove the key first\."
    ):
        learner.shell(script)
    assert before == (
        learner.git("ls-remote", "origin"),
        learner.head(),
        learner.git("status", "--porcelain"),
    )
    told = dict(zip(edits[::2], edits[1::2], strict=True))
    assert told == {
        "Replace line 1 of `b.py` with:": "    call('REVOKED', 2)",
        "Replace line 3 of `src/app.py` with:": "    key = 'REVOKED'  # mine",
    }
    learner.put("b.py", "call('REVOKED', 2)\n")
    with pytest.raises(AssertionError, match="Nothing was done"):
        learner.shell(script)
    learner.put("src/app.py", "import os\n\nkey = 'REVOKED'  # mine\n")
    learner.shell(script)
    learner.path = learner.path.parent / "origin.git"
    assert learner.ask(SECRETS).outcome is Outcome.PASSED
    assert learner.git("show", "main:src/app.py") == "import os\n\nkey = 'REVOKED'  # mine"


def test_a_key_that_is_gone_from_the_newest_commit_needs_no_edit(learner):
    learner.put("app.py", f"key = '{TOKEN}'\n")
    learner.commit("Add the app")
    learner.put("app.py", "import os\n")
    learner.commit("Read it from the environment")
    assert fix_and_ask_again(learner, SECRETS) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert learner.git("show", "origin/main:app.py") == "import os"


def test_a_settings_file_is_removed_from_the_history(learner):
    learner.put(".env", f"TOKEN={TOKEN}\n")
    learner.commit("Add the settings")
    learner.commit("Later", a="later")
    assert fix_and_ask_again(learner, SECRETS) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert TOKEN in (learner.path / ".env").read_text()
