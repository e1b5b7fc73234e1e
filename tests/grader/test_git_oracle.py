"""Histories, names and trees of any shape, with plain git as the oracle."""

import re
import time
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.git.repository import Repository
from labs.grader.git.revision import Unresolved, resolve
from labs.grader.report import Outcome
from labs.grader.spec import LabSpec, SpecError, load_spec
from tests.grader.conftest import Repo, lab
from tests.grader.every_kind import LAB
from tests.grader.shaping import shape_history
from tests.grader.stock import changed, data

BRANCHES = ("main", "side", "other")
oracle = settings(max_examples=12)


@st.composite
def histories(draw):
    """Commits with up to three parents each, and the commits that three branches and a tag point to."""
    size = draw(st.integers(2, 12))
    parents = [draw(st.lists(st.integers(1, n), max_size=3, unique=True)) for n in range(1, size)]
    commits = [(1,), *((number, *some) for number, some in enumerate(parents, start=2))]
    refs = [f"refs/heads/{name}" for name in BRANCHES] + ["refs/tags/v1"]
    return commits, {ref: draw(st.integers(1, size)) for ref in refs}


@pytest.fixture
def shaped(tmp_path_factory):
    def shape(history):
        repo = Repo(tmp_path_factory.mktemp("shaped") / "work")
        shape_history(repo, *history, subject="Commit {}.")
        return repo

    return shape


@oracle
@given(histories())
def test_reached_commits_lines_and_merge_bases_are_those_of_git(shaped, history):
    repo = shaped(history)
    with Repository.open(repo.path) as repository:
        found, tips = repository.history, repository.branches
        assert set(found.commits) == set(repo.git("rev-list", "--branches", "--tags").split())
        for name, tip in tips.items():
            assert found.ancestors(tip) == set(repo.git("rev-list", name).split())
            assert [*found.first_parents(tip)] == repo.git("rev-list", "--first-parent", name).split()
        for one, other in permutations(BRANCHES, 2):
            bases = repo.git("merge-base", "--all", one, other, check=False).split()
            assert sorted(found.merge_bases(tips[one], tips[other])) == sorted(bases)


STEPS = st.sampled_from(["~", "^", "~0", "^0", "~1", "~2", "~3", "^1", "^2", "^3", "^4"])
NUMBERED = st.integers(1, 13).map(lambda number: f"^{{/Commit {number}\\.}}")
NAMES = st.tuples(st.sampled_from([*BRANCHES, "v1"]), st.lists(STEPS | NUMBERED, max_size=4))


@oracle
@given(histories(), st.lists(NAMES, min_size=5, max_size=8))
def test_a_name_resolves_to_the_commit_that_git_finds(shaped, history, names):
    repo = shaped(history)
    with Repository.open(repo.path) as repository:
        for base, steps in names:
            name = base + "".join(steps)
            found = resolve(repository, name)
            ours = "" if isinstance(found, Unresolved) else found.commit.id
            assert ours == repo.git("rev-parse", "--verify", "--quiet", name, check=False), name


@oracle
@given(histories())
def test_kinds_that_look_at_the_graph_agree_with_git(shaped, history):
    repo = shaped(history)
    line = repo.git("log", "--first-parent", "--reverse", "--format=%s", "main").split("\n")
    new = repo.git("rev-list", "--count", "v1..main")
    commits = {name: repo.git("rev-parse", name) for name in (*BRANCHES, "v1")}
    inside = {
        name: commits[name] in repo.git("rev-list", *way, "main").split()
        for name, way in (("any", []), ("fast-forward", ["--first-parent"]))
        for commits[name] in [commits["side"]]
    }
    if inside["fast-forward"] and not repo.git("log", "-1", "--format=%P", "side"):
        inside = dict.fromkeys(inside, False)  # nothing to merge: the first commit of all
    holds = {
        f"history: {{on: main, subjects: {line}, since: null}}": True,
        f"history: {{on: main, subjects: {line[1:] or ['x']}}}": False,
        f"commits: {{exactly: {repo.git('rev-list', '--count', 'main')}}}": True,
        f"commits: {{since: v1, exactly: {new}}}": True,
        "branch: {name: side, at: other}": commits["side"] == commits["other"],
        "tag: {name: v1, at: main}": commits["v1"] == commits["main"],
        "branches: {exactly: [other, side, main]}": True,
        "branches: {exactly: [main, side]}": False,
        "tag: {name: v1, on: main}": commits["v1"] in repo.git("rev-list", "main").split(),
        "merged: {name: side, by: fast-forward}": inside["fast-forward"],
        "merged: {name: side, by: merge-commit}": inside["any"] and not inside["fast-forward"],
        "merged: {name: side}": inside["any"],
    }
    results = repo.grade(lab(*holds)).results
    passed = {check: result.outcome is Outcome.PASSED for check, result in zip(holds, results, strict=True)}
    assert passed == holds


PARTS = st.sampled_from(
    [b"a", b"b", b"A", b"-x", b"a.b", b"new\nline", b"\xff", b"\xe2\x80\xae", b"a b", b"'\"", b"$x"]
)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map(b"/".join)
FILES = st.dictionaries(PATHS, st.sampled_from([b"", b"1\n", b"2\n"]), max_size=8)


def without_folders_that_are_files(files):
    return {
        path: text
        for path, text in files.items()
        if not any(other.startswith(path + b"/") for other in files)
    }


@oracle
@given(FILES.map(without_folders_that_are_files), FILES.map(without_folders_that_are_files))
def test_files_and_changes_are_those_of_git(tmp_path_factory, before, after):
    repo = Repo(tmp_path_factory.mktemp("trees") / "work")
    lines = []
    for files in (before, after):
        lines += [
            b"commit refs/heads/main",
            b"committer L <l@example.org> 1 +0000",
            *data(b"x"),
            b"deleteall",
        ]
        lines += [*map(changed, files, files.values()), b""]
    repo.git("fast-import", "--quiet", stdin=b"\n".join(lines))
    with Repository.open(repo.path) as repository:
        tip = repository.branch("main")
        found = {path: (b"%06o" % int(e.mode, 8), e.id.encode()) for path, e in repository.files(tip).items()}
        change = repository.change_of(tip.commit)
        by_tree = repository.changes(repository.history[tip.commit.parents[0]], tip.commit)
    listed = raw(repo, "ls-tree", "-r", "-z", "main").split(b"\0")[:-1]
    assert found == {
        path: tuple(head.split()[::2]) for head, _, path in (row.partition(b"\t") for row in listed)
    }
    assert set(change) == set(
        raw(repo, "diff-tree", "-r", "-z", "--name-only", "main~", "main").split(b"\0")[:-1]
    )
    assert change == by_tree


def raw(repo, *arguments):
    return repo.git(*arguments).encode("utf-8", "surrogateescape")


RULES = st.sampled_from(
    [
        "*",
        "!*",
        "*.log",
        "!a.log",
        "/a.log",
        "sub/",
        "sub/*",
        "!sub/a.log",
        "**/a.log",
        "sub/**",
        "#",
        "\\!a",
        "[a-",
        "a ",
        "*/",
    ]
)
IGNORE = st.lists(RULES, max_size=3).map("\n".join)
ASKED = ("a.log", "sub/a.log", "sub/", "sub/deep/a.log", "a")


@oracle
@given(IGNORE, IGNORE)
def test_paths_are_ignored_as_git_ignores_them_in_a_working_tree(tmp_path_factory, top, below):
    repo = Repo(tmp_path_factory.mktemp("ignored") / "work")
    repo.put(".gitignore", f"# rules\n{top}")  # an empty file alone decides nothing
    repo.put("sub/.gitignore", below)
    (repo.path / "sub/deep").mkdir()
    repo.git("add", "-f", ".gitignore", "sub/.gitignore")
    repo.git("commit", "-q", "-m", "Ignore")
    said = repo.git("check-ignore", "--no-index", *ASKED, check=False).split("\n")
    results = repo.grade(lab(*(f"ignored: {{path: {path}, ignored: false}}" for path in ASKED))).results
    found = {path: result.outcome is not Outcome.PASSED for path, result in zip(ASKED, results, strict=True)}
    assert found == {path: path in said for path in ASKED}


def read(text):
    """Return the lab, or None if the text is refused with printable problems; within two seconds of CPU time."""
    before = time.process_time()
    try:
        spec = load_spec(text)
    except SpecError as error:
        assert error.problems and all(problem.line >= 1 for problem in error.problems)
        spec = None
    assert time.process_time() - before < 2
    return spec


PIECES = st.sampled_from(
    [
        *"[]{}:,-?&*!|>'\"%@`#\t\n ~",
        "- ",
        ": ",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "1e999",
        "0x1",
        ".inf",
        "---\n",
        "...\n",
        "\ud800",
        *re.findall(r"\w+: ", LAB)[:60],
    ]
)


@settings(max_examples=30)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_a_lab_or_is_refused(text):
    read(text)


@settings(max_examples=30)
@given(st.data())
def test_a_lab_with_something_else_in_it_is_a_lab_or_is_refused(data):
    text = lab(
        "commits: {at_least: 3}", "file: {path: a, matches: x}", more="scenarios: [{name: a, steps: []}]\n"
    )
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    new = data.draw(st.text(max_size=8) | st.lists(PIECES, max_size=5).map("".join))
    spec = read(text[:start] + new + text[end:])
    assert spec is None or isinstance(spec, LabSpec)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "text",
    [
        "[" * 250_000,
        "{a: " * 60_000,
        "- " * 120_000,
        "? " * 120_000,
        "a: &a [*a]\n",
        "a: &a [x, x]\n" + "".join(f"b{i}: [{', '.join(['*a'] * 50)}]\n" for i in range(100)),
        "title: " + "x" * 250_000,
        'title: "' + "\\x41" * 60_000 + '"',
        "pass_mark: " + "9" * 250_000,
        "pass_mark: 1e" + "9" * 250_000,
        "checks: [{file: {path: a, matches: '" + "(" * 100_000 + "'}}]",
        "checks: [{file: {path: a, matches: '" + "a{99999999}" * 100 + "'}}]",
    ],
    ids=lambda text: text[:12],
)
def test_a_text_made_to_take_long_is_refused_in_time(text):
    assert read(text) is None
