"""Scenarios: the effect of each step on a repository, checked with real git."""

from functools import partial

import pytest

from labs.grader.spec import SpecError, load_spec
from tests.plain_git import git

HEAD = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: main-there, says: There is main, points: 1, branch: {name: main}}
  - {id: tagged, says: There is v1, points: 1, tag: {name: v1}}
scenarios:
"""


def scenario(*steps, name="one", expect="{main-there: passed}", more=""):
    lines = "".join(f"      - {step}\n" for step in steps)
    return f"  - name: {name}\n{more}    expect: {expect}\n    steps:\n{lines}"


def problems(*scenarios):
    with pytest.raises(SpecError) as caught:
        load_spec(HEAD + "".join(scenarios))
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


@pytest.fixture
def built(tmp_path):
    """Build the last scenario of a lab; return a function that runs git in it."""

    def make(*steps, lab=None, folder="repository"):
        spec = load_spec(lab or HEAD + scenario(*steps))
        path = tmp_path / folder
        path.mkdir()
        spec.scenarios[-1].build(path)

        assert git(path, "fsck", "--full", "--strict", "--no-dangling") == ""
        return partial(git, path)

    return make


def subjects(git, *arguments):
    return git("log", "--format=%s", *arguments).splitlines()


def graph(git, name="main"):
    """Subjects of a history with the subjects of their parents, newest first."""
    names = dict(line.split(" ", 1) for line in git("log", "--all", "--format=%H %s").splitlines())
    lines = git("rev-list", "--topo-order", "--parents", name).splitlines()
    return [[names[commit_id] for commit_id in line.split()] for line in lines]


START = "{commit: Start, files: {a.txt: one, b.txt: two}}"


def test_files_of_every_sort(built):
    git = built(
        "commit: Files",
        "{commit: More, files: {run.sh: {text: echo, executable: true}, link: {link_to: run.sh}, "
        "'src/deep/a b.txt': '', big.bin: {size: 20 KB}, "
        "lib: {submodule: abcdef7890123456789012345678901234567890}}}",
    )
    assert [line.split(maxsplit=4) for line in git("ls-tree", "-r", "-l", "main").splitlines()] == [
        ["100644", "blob", git("rev-parse", "main:big.bin"), "20480", "big.bin"],
        ["160000", "commit", "abcdef7890123456789012345678901234567890", "-", "lib"],
        ["120000", "blob", git("rev-parse", "main:link"), "6", "link"],
        ["100755", "blob", git("rev-parse", "main:run.sh"), "4", "run.sh"],
        ["100644", "blob", git("rev-parse", "main:src/deep/a b.txt"), "0", "src/deep/a b.txt"],
    ]
    assert git("cat-file", "blob", "main:link") == "run.sh"


def test_names_that_are_not_utf_8_are_bytes_in_git(built):
    git = built(r'{commit: Odd, files: {"caf\uDCE9": x, "new\nline": y}}')
    assert git("ls-tree", "--name-only", "main").splitlines() == [r'"caf\351"', r'"new\nline"']


def test_files_are_moved_deleted_appended_to_and_written(built):
    git = built(
        "{commit: Start, files: {src/a: '1\n', src/b: '2\n', c: '3\n', d: '4\n'}}".replace(
            "\n", "\\n"
        ).replace("'", '"'),
        r'{commit: Change, move: {src: lib, c: docs/c}, delete: [d], append: {lib/a: "more\n", log: "new\n"}}',
    )
    assert git("ls-tree", "-r", "--name-only", "main").splitlines() == ["docs/c", "lib/a", "lib/b", "log"]
    assert git("cat-file", "blob", "main:lib/a") == "1\nmore"


def test_author_date_and_signature_are_in_the_commit(built):
    git = built(
        "{commit: Mine, author: {name: Ada, email: ada@example.org}, date: 2025-11-29T20:30:00+05:30, signed: true}"
    )
    lines = git("cat-file", "commit", "main").splitlines()
    assert lines[1:3] == [
        "author Ada <ada@example.org> 1764428400 +0530",
        "committer Ada <ada@example.org> 1764428400 +0530",
    ]
    assert lines[3] == "gpgsig -----BEGIN PGP SIGNATURE-----"


def test_the_learner_of_the_scenario_makes_its_commits(built):
    more = "    learner: {name: Ada, email: ada@example.org}\n"
    git = built(lab=HEAD + scenario("commit: One", more=more))
    assert git("log", "--format=%an %ae %cn %ce") == "Ada ada@example.org Ada ada@example.org"
    assert load_spec(HEAD + scenario("commit: One", more=more)).scenarios[0].learner.names == ("Ada",)


def test_the_same_steps_make_the_same_ids(built):
    first, second = built(START, "tag: v1"), built(START, "tag: v1", folder="again")
    assert first("for-each-ref") == second("for-each-ref")


def test_a_merge_commit_keeps_both_sides(built):
    git = built(
        START,
        "branch: feature",
        "{commit: Theirs, files: {a.txt: changed}}",
        "switch: main",
        "{commit: Ours, files: {b.txt: changed}}",
        "merge: feature",
    )
    assert graph(git)[0] == ["Merge branch 'feature'", "Ours", "Theirs"]
    assert git("cat-file", "blob", "main:a.txt") == git("cat-file", "blob", "main:b.txt") == "changed"


def test_a_merge_is_a_merge_commit_even_if_it_could_be_a_fast_forward(built):
    git = built(
        START, "branch: feature", "commit: Theirs", "switch: main", "{merge: feature, message: Bring it in}"
    )
    assert graph(git)[0] == ["Bring it in", "Start", "Theirs"]


def test_a_fast_forward_moves_the_branch(built):
    git = built(
        START, "branch: feature", "commit: Theirs", "switch: main", "{merge: feature, by: fast-forward}"
    )
    assert git("rev-parse", "main") == git("rev-parse", "feature")


def test_a_squash_is_one_commit_with_one_parent(built):
    git = built(
        START,
        "branch: feature",
        "{commit: A, files: {a.txt: x}}",
        "{commit: B, files: {b.txt: y}}",
        "switch: main",
        "{merge: feature, by: squash, message: Add it}",
    )
    assert graph(git) == [["Add it", "Start"], ["Start"]]
    assert git("rev-parse", "main^{tree}") == git("rev-parse", "feature^{tree}")


def test_several_branches_make_an_octopus(built):
    git = built(
        START,
        "{branch: one}",
        "{commit: One, files: {one: x}}",
        "{branch: two, at: main}",
        "{commit: Two, files: {two: x}}",
        "switch: main",
        "merge: [one, two]",
    )
    assert graph(git)[0] == ["Merge branches 'one', 'two'", "Start", "One", "Two"]
    assert git("ls-tree", "--name-only", "main").splitlines() == ["a.txt", "b.txt", "one", "two"]


CONFLICT = (
    START,
    "branch: feature",
    "{commit: Theirs, files: {a.txt: theirs}}",
    "switch: main",
    "{commit: Ours, files: {a.txt: ours}}",
)


def test_a_conflict_that_is_not_resolved_is_a_problem_at_its_line():
    assert problems(scenario(*CONFLICT, "merge: feature")) == [
        (
            16,
            "steps",
            "merge conflict in `a.txt`: give the resolved content in files, or list the path in delete",
        )
    ]


@pytest.mark.parametrize(
    ("resolution", "files"), [("files: {a.txt: both}", "a.txt b.txt"), ("delete: [a.txt]", "b.txt")]
)
def test_a_conflict_is_resolved_in_the_merge(built, resolution, files):
    git = built(*CONFLICT, f"{{merge: feature, {resolution}}}")
    assert graph(git)[0] == ["Merge branch 'feature'", "Ours", "Theirs"]
    assert git("ls-tree", "--name-only", "main").split() == files.split()


@pytest.mark.parametrize(
    ("resolution", "files"), [("files: {a.txt: both}", "a.txt b.txt"), ("delete: [a.txt]", "b.txt")]
)
def test_a_file_that_we_deleted_and_they_changed_is_a_conflict_too(built, resolution, files):
    ours = (*CONFLICT[:-1], "{commit: Ours, delete: [a.txt]}")
    git = built(*ours, f"{{merge: feature, {resolution}}}")
    assert git("ls-tree", "--name-only", "main").split() == files.split()


def test_criss_cross_merges_merge_their_bases_first(built):
    git = built(
        START,
        "{branch: other}",
        "{commit: B, files: {b.txt: b1}}",
        "switch: main",
        "{commit: A, files: {a.txt: a1}}",
        "{branch: copy, switch: false}",
        "merge: other",
        "switch: other",
        "{merge: copy}",
        "{commit: B again, files: {b.txt: b2}}",
        "switch: main",
        "merge: other",
    )
    assert git("cat-file", "blob", "main:b.txt") == "b2"


def test_a_rebase_replays_the_branch_and_keeps_authors(built):
    git = built(
        START,
        "branch: feature",
        "{commit: F1, files: {f: x}, author: {name: Ada, email: a@example.org}}",
        "{commit: F2, files: {f: y}}",
        "{switch: main}",
        "{commit: M, files: {m: x}}",
        "{rebase: feature, onto: main}",
        "commit: After",
    )
    assert graph(git, "feature") == [["After", "F2"], ["F2", "F1"], ["F1", "M"], ["M", "Start"], ["Start"]]
    assert git("log", "-1", "--format=%an %cn", "feature~2") == "Ada Learner"
    assert git("rev-parse", "main") == git("rev-parse", "feature~3")


def test_a_rebase_leaves_out_what_is_there_already_and_keeps_what_is_on_top(built):
    git = built(
        START,
        "branch: feature",
        "{commit: F, files: {f: x}}",
        "switch: main",
        "{commit: M, files: {m: x}}",
        "cherry_pick: feature",
        "{rebase: feature, onto: main}",
    )
    assert git("rev-parse", "main") == git("rev-parse", "feature")


def test_a_rebase_that_meets_a_conflict_says_so():
    assert problems(scenario(*CONFLICT, "{rebase: feature, onto: main}"))[0][2] == (
        "merge conflict in `a.txt` between `Theirs` and `main`"
    )


def test_several_commits_and_a_merge_are_cherry_picked_and_reverted(built):
    git = built(
        START,
        "branch: feature",
        "{commit: F1, files: {f1: x}}",
        "{commit: F2, files: {f2: x}}",
        "switch: main",
        "{cherry_pick: [feature~1, feature]}",
        "{revert: 'main^{/F1}'}",
        "{branch: third, at: main~3}",
        "{commit: T, files: {t: x}}",
        "switch: main",
        "merge: third",
        "{revert: main, mainline: 1}",
    )
    assert subjects(git, "--first-parent") == [
        "Revert \"Merge branch 'third'\"",
        "Merge branch 'third'",
        'Revert "F1"',
        "F2",
        "F1",
        "Start",
    ]
    assert git("ls-tree", "--name-only", "main").splitlines() == ["a.txt", "b.txt", "f2"]
    assert git("log", "-1", "--format=%b", "main~2") == f"This reverts commit {git('rev-parse', 'main~4')}."


def test_amend_replaces_the_latest_commit_and_reset_moves_the_branch_back(built):
    git = built(
        START,
        "{commit: Wrnog, files: {c: x}}",
        "{amend: Right, files: {d: x}}",
        "{amend: null, delete: [c]}",
        "{tag: kept, at: HEAD}",
        "{commit: Too much}",
        "reset: kept",
    )
    assert subjects(git) == ["Right", "Start"]
    assert git("ls-tree", "--name-only", "main").splitlines() == ["a.txt", "b.txt", "d"]


def test_tags_are_lightweight_annotated_moved_and_deleted(built):
    git = built(
        START,
        "{tag: v1, message: First release}",
        "tag: light",
        "tag: gone",
        "delete_tag: gone",
        "commit: More",
        "{tag: light, force: true}",
    )
    assert git("for-each-ref", "--format=%(objecttype) %(refname)", "refs/tags").splitlines() == [
        "commit refs/tags/light",
        "tag refs/tags/v1",
    ]
    assert git("for-each-ref", "--format=%(contents:subject)", "refs/tags/v1") == "First release"
    assert git("rev-parse", "light") == git("rev-parse", "main")


def test_branches_are_renamed_deleted_and_recreated(built):
    git = built(
        START,
        "{rename_branch: main, to: trunk}",
        "{branch: gone}",
        "switch: trunk",
        "delete_branch: gone",
        "orphan: pages",
        "{commit: Pages, files: {index.html: x}}",
    )
    assert git("for-each-ref", "--format=%(refname:short)").splitlines() == ["pages", "trunk"]
    assert graph(git, "pages") == [["Pages"]]
    assert git("symbolic-ref", "HEAD") == "refs/heads/pages"


def test_a_scenario_goes_on_after_an_earlier_one(built):
    text = (
        HEAD
        + scenario(START, "branch: feature")
        + scenario("commit: Next", name="two", more="    after: one\n")
    )
    git = built(lab=text)
    assert subjects(git, "feature") == ["Next", "Start"]


def test_every_mistake_of_the_grammar_has_its_line_and_key():
    text = (
        scenario(
            "{comit: Start}",
            "{commit: A, file: {a: b}}",
            "{commit: B, files: {../a: x, b: {size: 3 TB, colour: red}, c: 1.5}}",
            "{commit: C, author: {name: '<x>'}, date: yesterday}",
            "{merge: a, by: force}",
            "commit",
            expect="{tagd: passed, main-there: failed}",
            more="    afer: x\n",
        )
        + "  - []\n  - name: x\n    steps: []\n    expect: {}\n    after: zero\n"
    )
    assert problems(text) == [
        (9, "afer", "unknown key. Did you mean `after`?"),
        (10, "expect.main-there", "expected passed, needs work or not run, found `failed`"),
        (18, "scenarios", "expected a scenario: a mapping with name, steps and expect"),
        (21, "expect", "expected the outcome of at least one check"),
        (22, "after", "no earlier scenario has the name `zero`: this is the first scenario"),
    ]


def test_every_mistake_of_a_step_has_its_line_and_key():
    assert problems(
        scenario(
            "{comit: Start}",
            "{commit: A, file: {a: b}}",
            "{commit: B, files: {../a: x, b: {size: 3 TB, colour: red}, c: 1.5}}",
            "{commit: C, author: {name: '<x>'}, date: yesterday}",
            "{merge: a, by: force}",
            "commit",
            expect="{tagd: passed}",
        )
    ) == [
        (9, "expect.tagd", "no check has this ID. Did you mean `tagged`?"),
        (11, "comit", "unknown step. Did you mean `commit`?"),
        (12, "file", "unknown key. Did you mean `files`?"),
        (13, "files.../a", "expected a path in the repository, such as `src/app.py`, found `../a`"),
        (13, "files.b.colour", "unknown key. Use one of: text, size, link_to, submodule and executable."),
        (13, "files.b.size", "expected a size, such as `500 KB` or `1 MB`, found `3 TB`"),
        (13, "files.c", "expected text, found `1.5`"),
        (14, "author.email", "is required"),
        (14, "author.name", "expected a name or an email without `<` or `>`, found `<x>`"),
        (14, "date", "expected a date such as `2025-11-29T20:30:00+05:30`, found `yesterday`"),
        (15, "by", "expected merge-commit, fast-forward or squash, found `force`"),
        (16, "steps", "expected a step, such as `commit: Start the project`"),
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("switch: nowhere", "there is no branch `nowhere` with commits"),
        ("branch: main", "a branch `main` already exists"),
        ("branch: main/x", "Git cannot have both a branch `main/x` and a branch `main`"),
        ("merge: main", "`main` is already merged into `main`"),
        ("merge: mian", "There is no branch or tag `mian`. Did you mean `main`?"),
        ("reset: main~7", "does not resolve to a commit"),
        ("{tag: v1, at: main^2}", "does not resolve to a commit"),
        ("delete_branch: main", "is the current branch"),
        ("delete_tag: v1", "the tag `v1` does not exist"),
        ("{commit: X, delete: [c.txt]}", "the file or folder `c.txt` does not exist at this step"),
        ("{commit: X, move: {c: d}}", "the file or folder `c` does not exist at this step"),
        ("{commit: X, files: {a.txt/b: x}}", "`a.txt` cannot be both a file and a folder"),
        ("{commit: X, files: {a/: x}}", "`a/` is a folder: list its files instead"),
        ("{commit: X, files: {a: {}}}", "a file needs exactly one of text, size, link_to and submodule"),
        ("{commit: X, files: {a: {size: 65 MB}}}", "the files of the scenario have more than 64 MB in total"),
        (f"{{commit: X, files: {{{'a/' * 101}b: x}}}}", "more than 100 folders deep"),
        ("{cherry_pick: main}", "`main` changes nothing on `main`"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(step, words):
    ((line, key, message),) = problems(scenario(START, step))
    assert (line, key) == (12, "steps")
    assert words in message


def test_a_scenario_without_commits_is_refused():
    assert problems(scenario("orphan: x"))[0][2] == (
        "the scenario ends without a commit, so there is nothing to grade"
    )


def test_the_starter_moves_along_one_line_only():
    first, beside = "{commit: Given, starter: true}", "{orphan: side}"
    load_spec(HEAD + scenario(first, "commit: Mine", "{commit: Given too, starter: true}"))
    assert problems(scenario(first, beside, "{commit: Other, starter: true}")) == [
        (13, "steps", "the commit `Given` with `starter: true` is not an ancestor of this one")
    ]


def test_two_scenarios_of_one_name_are_refused():
    assert problems(scenario(START), scenario(START)) == [
        (12, "name", "an earlier scenario already has the name `one`")
    ]
