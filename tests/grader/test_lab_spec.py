"""lab.yaml: its meaning, and all problems of a file at once with their lines."""

from decimal import Decimal
from hashlib import sha256

import pytest

from labs.grader.checks import KINDS
from labs.grader.spec import SpecError, load_spec

GOOD = """\
schema: 2
title: A lab
pass_mark: 70
starter: null
checks:
  - id: readable
    says: The repository can be read
    readable:
    points: 0
  - id: three-commits
    says: main holds three commits
    commits: {at_least: 3}
    points: 2.5
    needs: [readable]
    teaches: skill
    fix: |
      git commit
    lesson: git-basics#committing
scenarios:
  - name: one commit only
    steps: [{commit: start}]
    expect: {three-commits: needs work}
"""


def problems(text):
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def check(line, points=1, head="- id: a\n    says: A holds"):
    return f"schema: 2\ntitle: T\npass_mark: 70\nchecks:\n  {head}\n    points: {points}\n    {line}\n"


def test_a_lab_is_read_with_its_defaults():
    spec = load_spec(GOOD)
    assert (spec.schema, spec.title, spec.pass_mark, spec.starters) == (2, "A lab", 70, ())
    first, second = spec.checks
    assert (first.id, first.kind, first.points, first.needs, first.teaches) == (
        "readable",
        "readable",
        0,
        (),
        "plumbing",
    )
    assert (first.fix, first.lesson, first.line) == (None, None, 6)
    assert (second.kind, second.points, second.needs) == ("commits", Decimal("2.5"), ("readable",))
    assert (second.teaches, second.fix, second.lesson) == ("skill", "git commit\n", "git-basics#committing")
    assert (second.parameters.on, second.parameters.at_least, second.parameters.at_most) == (
        "main",
        3,
        None,
    )


def test_scenarios_are_read_with_what_they_expect():
    (scenario,) = load_spec(GOOD).scenarios
    assert (scenario.name, scenario.line, scenario.expect) == (
        "one commit only",
        20,
        {"three-commits": "needs work"},
    )
    assert [(line, step.commit) for line, step in scenario.steps] == [(21, "start")]


def test_the_digest_is_of_the_text_itself():
    assert load_spec(GOOD).digest == sha256(GOOD.encode()).hexdigest()
    assert load_spec(GOOD + "# more\n").digest != load_spec(GOOD).digest


def test_all_problems_come_at_once_in_the_order_of_their_lines():
    text = """\
schema: two
titel: A lab
pass_mark: 170
checks:
  - id: One
    says: A
    points: -1
    comits: {at_least: 3}
  - id: two
    says: B
    points: 1
    commits: {at_leest: 3, on: "-x"}
    needs: [three]
  - id: two
    points: 1.234
    readable: {}
    file: {path: ../x, exists: true}
    points: 5
    lesson: Somewhere else
"""
    assert problems(text) == [
        (1, "schema", "expected 2, or 1 in an older lab.yaml, found `two`"),
        (1, "title", "is required"),
        (2, "titel", "unknown key. Did you mean `title`?"),
        (3, "pass_mark", "expected a whole number from 0 to 100, found `170`"),
        (5, "id", "expected a name of lowercase letters, digits and hyphens, found `One`"),
        (7, "points", "expected a number from 0 to 1,000 with at most two decimals, found `-1`"),
        (8, "comits", "unknown kind of check or key. Did you mean `commits`?"),
        (12, "commits.at_leest", "unknown key. Did you mean `at_least`?"),
        (12, "commits.on", "expected the name of a branch or tag, found `-x`"),
        (13, "needs", "no check has the ID `three`. Use one of: One, two and two."),
        (14, "id", "an earlier check already has the ID `two`"),
        (14, "says", "is required"),
        (17, "file", "a check has exactly one kind, and this one already has readable"),
        (17, "file.path", "expected a path in the repository, such as `src/app.py`, found `../x`"),
        (18, "checks.points", "duplicate key"),
        (19, "lesson", "expected a lesson, such as `git-basics#committing`, found `Somewhere else`"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("- a\n", 1, "expected a mapping with keys such as title and checks"),
        ("schema: 2\ntitle: [x\n", 3, "flow sequence"),
        ("schema: 2\n\ttitle: x\n", 2, "cannot start any token"),
        ("schema: 2\ntitle: \x01\n", 2, "special characters"),
        ("schema: 2\n---\nschema: 1\n", 2, "another document"),
        ("title: !!python/object:os.system x\n", 1, "is not supported"),
        ("[" * 600, 1, "nested too deeply"),
        ("# " + "x" * 256 * 1024, 1, "larger than 256 KB"),
    ],
)
def test_a_text_that_is_not_a_lab_is_refused_with_its_line(text, line, words):
    assert any(found == line and words in message for found, _, message in problems(text))


def test_aliases_are_refused_so_that_few_lines_cannot_expand_to_a_billion():
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    refused = [
        key
        for _, key, message in problems(bomb)
        if message == "anchors and aliases are not supported here: repeat the value"
    ]
    assert set(refused) == {f"a{i}" for i in range(1, 12)}


def test_a_value_that_contains_itself_is_refused():
    assert any("aliases" in message for _, _, message in problems("checks: &a [*a]\n"))


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("commits: {}", "commits", "needs one of `at_least`, `exactly` and `at_most`"),
        (
            "commits: {exactly: 1, at_most: 2}",
            "commits.exactly",
            "cannot be combined with `at_least` or `at_most`",
        ),
        ("commits: {at_least: 3, at_most: 2}", "commits.at_least", "must not be more than `at_most`"),
        ("commits: {at_least: three}", "commits.at_least", "found `three`"),
        ("commits: {at_least: true}", "commits.at_least", "found true"),
        ("commits: 3", "commits", "parameters in braces"),
        (
            "each_commit: {matches: '(', blank_second_line: true}",
            "each_commit.matches",
            "invalid regular expression: missing ), unterminated subpattern",
        ),
        (
            "each_commit: {forbids: wip, blank_second_line: true}",
            "each_commit.forbids",
            "expected a list, found `wip`",
        ),
        (
            "each_commit: {forbids: [ok, '['], blank_second_line: true}",
            "each_commit.forbids",
            "invalid regular expression: ",
        ),
        (
            "each_commit: {blank_second_line: NO, matches: ''}",
            "each_commit.blank_second_line",
            "expected true or false, found `NO`",
        ),
        ("branch: {}", "branch.name", "is required"),
        ("branch: {name: a..b}", "branch.name", "the name of a branch or tag"),
        ("branch: {name: 'a b'}", "branch.name", "the name of a branch or tag"),
        (
            "merged: {name: a, by: hand}",
            "merged.by",
            "expected any, merge-commit, fast-forward, squash, rebase or none",
        ),
        ("merged: {name: main}", "merged.into", "must be a different branch"),
        ("tag: {name: v1, annotated: false, matches: x}", "tag.matches", "has no message"),
        ("file: {path: a}", "file", "one of `exists`, `contains`, `matches`,"),
        ("file: {path: a, exists: true, contains: b}", "file", "one of `exists`, `contains`"),
        ("file: {path: a/, exists: true}", "file.path", "expected a file, found a folder"),
        ("file: {path: .git/config, exists: true}", "file.path", "a path in the repository"),
        ("ignored: {path: /etc}", "ignored.path", "a path in the repository"),
        ("no_conflict_markers: {at: [main]}", "no_conflict_markers.at", "found a list"),
        ("authors: {at_least: 0}", "authors.at_least", "must be at least 1"),
        (
            "no_large_files: {over: 1}",
            "no_large_files.over",
            "expected a size, such as `500 KB` or `1 MB`",
        ),
        ("no_large_files: {over: 1 TB}", "no_large_files.over", "found `1 TB`"),
        (
            "data: {path: a.json, value: a}",
            "data",
            "needs one of `equals`, `at_least` (with `at_most`), `matches` and `exists`",
        ),
        ("data: {path: a.json, value: a, exists: true, equals: 1}", "data", "needs one of `equals`"),
        ("data: {path: a.json, value: 'a..b', exists: true}", "data.value", "found `a..b`"),
        ("data: {path: a.json, value: a, equals: [1]}", "data.equals", "text, a number, true or false"),
        ("data: {path: a.json, value: a, at_least: x}", "data.at_least", "expected a number"),
        (
            "data: {path: a.json, value: a, at_least: 2, at_most: 1}",
            "data.at_least",
            "must not be more than `at_most`",
        ),
        ("data: {path: a.txt, value: a, exists: true}", "data.format", "does not end with .yaml"),
        ("branches: {exactly: []}", "branches.exactly", "expected a list of branches without duplicates"),
        ("branches: {exactly: [a, a]}", "branches.exactly", "expected a list of branches without duplicates"),
        ("branches: {}", "branches", "needs one of `exactly`, `at_least` and `at_most`"),
        (
            "branches: {exactly: [a], at_least: 1}",
            "branches",
            "needs one of `exactly`, `at_least` and `at_most`",
        ),
        ("tags: {}", "tags", "needs `at_least` or `at_most`"),
        ("history: {}", "history", "needs either `subjects` or `matches`"),
        ("history: {subjects: [a], matches: [a]}", "history", "needs either `subjects` or `matches`"),
        ("history: {matches: ['(']}", "history.matches", "invalid regular expression"),
        ("commit: {}", "commit", "needs one of `at`, `subject` and `matches`"),
        ("commit: {at: main, since: main~1}", "commit.at", "cannot be combined with `since`"),
        ("commit: {at: main, touches: [a], empty: true}", "commit.empty", "is not empty"),
        ("each_commit: {on: main}", "each_commit", "needs one of `subject`, `touches`,"),
        ("each_commit: {files_at_most: 0}", "each_commit.files_at_most", "must be at least 1"),
        ("gone: {}", "gone", "needs one of `subject`, `matches` and `at`"),
        ("gone: {at: main, subject: a}", "gone.at", "cannot be combined with `subject` or `matches`"),
        ("start: {name: main, at: main~1}", "start.from", "must be a different branch"),
        ("ahead_behind: {name: a}", "ahead_behind", "needs `ahead` or `behind`"),
        (
            "merged: {name: [a], by: merge-commit, in_order: true}",
            "merged.name",
            "at least two different branches",
        ),
        (
            "merged: {name: [a, main], by: merge-commit, in_order: true}",
            "merged.into",
            "must be a different branch",
        ),
        ("merged: {name: [a, b], in_order: true}", "merged.in_order", "`by: merge-commit`"),
        (
            "branch: {name: a, at: main, exists: false}",
            "branch.exists",
            "`exists: false` can be combined only with `name`",
        ),
        ("rebased: {name: main}", "rebased.onto", "must be a different branch"),
        ("cherry_picked: {commits: []}", "cherry_picked.commits", "needs at least one commit"),
        ("reverted: {commits: []}", "reverted.commits", "needs at least one commit"),
        ("amended: {parent: main~1}", "amended", "needs either `subject` or `at`"),
        ("renamed: {path: a, from: a}", "renamed.from", "must be a different path"),
        (
            "tag: {name: a, exists: false, at: main}",
            "tag.exists",
            "`exists: false` can be combined only with `name`",
        ),
        ("readable: {now: 1}", "readable.now", "unknown key: no keys are allowed here"),
    ],
)
def test_parameters_that_do_not_fit_say_what_is_expected(kind, key, words):
    ((line, found, message),) = problems(check(kind))
    assert (line, found) == (8, key)
    assert words in message


def test_a_check_without_a_kind_lists_the_kinds():
    ((line, _, message),) = problems(check("teaches: plumbing"))
    assert line == 5
    assert message.startswith("the check has no kind. Use one of: readable, ")
    assert all(kind in message for kind in KINDS)


def test_a_need_must_come_earlier_so_that_no_cycle_can_be_written():
    first = check("readable: {}\n    needs: [b, a]")
    second = "  - id: b\n    says: B\n    points: 1\n    readable: {}\n    needs: [a]\n"
    assert problems(first + second) == [
        (9, "needs", "`a` is defined below this check: move it up"),
        (9, "needs", "`b` is defined below this check: move it up"),
    ]


def test_a_lab_in_which_nothing_counts_is_refused():
    assert problems(check("readable: {}", points=0)) == [
        (4, "checks", "no check has points: give at least one check more than 0")
    ]


@pytest.mark.parametrize("value", ["[]", "x", "null"])
def test_checks_must_be_a_list_of_at_least_one(value):
    assert (4, "checks", "expected a list of at least one check") in problems(
        f"schema: 2\ntitle: T\npass_mark: 70\nchecks: {value}\n"
    )


def test_points_keep_their_decimals_exactly():
    assert load_spec(check("readable: {}", points="0.10")).checks[0].points == Decimal("0.10")


@pytest.mark.parametrize("name", ["main", "feature/log-in", "v1.0.0", "ümlaut", "a@b"])
def test_ordinary_branch_names_are_accepted(name):
    assert load_spec(check(f"branch: {{name: {name}}}")).checks[0].parameters.name == name


@pytest.mark.parametrize(
    "name", ["a~1", "a^", "a:b", "HEAD@{1}", "a.lock", "/a", "a/", ".a", "a//b", "a\\\\b", "a*"]
)
def test_names_that_git_would_read_differently_are_refused(name):
    assert problems(check(f'branch: {{name: "{name}"}}'))[0][1] == "branch.name"
