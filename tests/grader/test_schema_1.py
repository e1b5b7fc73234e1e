"""Texts of schema 1 stay readable, grade as they did, and become texts of schema 2 without losing a word."""

import difflib
from dataclasses import replace

import pytest

from labs.grader.__main__ import main
from labs.grader.checks import KINDS, Learner
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.parameters import keys_of
from labs.grader.schema_1.upgrade import upgrade
from labs.grader.schema_1.words import KINDS as OLD_KINDS
from labs.grader.spec import SpecError, load_spec
from tests.grader import schema_1_texts
from tests.grader.odd import ODD

ME = Learner(("Learner",), ("learner@example.org",))
HEAD = "schema: 1\ntitle: A lab\npass_mark: 70\nchecks:\n  - id: a\n    says: A holds\n    points: 1\n    "
FOLDERS = (
    "stock",
    "people-and-messages",
    "octopus-and-criss-cross",
    "tags-of-tags",
    "shallow",
    "orphans",
    "submodules",
    "empty-tree",
)


def test_every_kind_of_schema_1_and_each_of_its_parameters_is_known_in_schema_2():
    assert set(schema_1_texts.CHECKS) == set(OLD_KINDS)
    unknown = [
        f"{old}: {new.kind}.{key}"
        for old, new in OLD_KINDS.items()
        for key in new.keys.values()
        if key not in [*keys_of(KINDS[new.kind]), "each"]
    ]
    assert unknown == []


@pytest.mark.heavy
@pytest.mark.parametrize("name", FOLDERS)
def test_an_old_text_and_its_upgrade_give_the_same_report(repo, name):
    ODD[name](repo)
    new = upgrade(schema_1_texts.LAB)
    assert len(new.guesses) == 1 and "assumed that `absent` is a branch: " in new.guesses[0].message
    reports = []
    for text in (schema_1_texts.LAB, new.text):
        with Repository.open(repo.path) as repository:
            reports.append(grade(load_spec(text), repository, learner=ME))
    old, upgraded = ([replace(result, seconds=0) for result in report.results] for report in reports)
    assert old == upgraded
    assert (reports[0].points, reports[0].head) == (reports[1].points, reports[1].head)


@pytest.mark.heavy
def test_only_renamed_parts_change_and_a_second_upgrade_changes_nothing():
    old, new = schema_1_texts.LAB, upgrade(schema_1_texts.LAB).text
    assert upgrade(new).text == new
    lines = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    assert sum(line.startswith("- ") for line in lines) == sum(line.startswith("+ ") for line in lines)
    assert all("#" not in line for line in lines if line.startswith(("- ", "+ ")))
    assert {check.kind for check in load_spec(new).checks} <= set(KINDS)


UPGRADED = {
    "commits: {branch: main, at_least: 3}  # three": "commits: {on: main, at_least: 3}  # three",
    "points_at: {ref: v1, at: main}": "tag: {name: v1, at: main}",
    "points_at: {'ref': main, at: v1~1}": "branch: {name: main, at: v1~1}",
    "merge_order: {branches: [a, b,],}": "merged: {name: [a, b,], by: merge-commit, in_order: true,}",
    "merge_order:\n      # in turn\n      branches: # two\n        - a\n        - b\n      into: dev  # not main": (
        "merged:\n      # in turn\n      by: merge-commit\n      in_order: true\n"
        "      name: # two\n        - a\n        - b\n      into: dev  # not main"
    ),
    "messages:": "each_commit: {blank_second_line: true}",
    "messages: # all of them": "each_commit: {blank_second_line: true} # all of them",
    "messages: {}": "each_commit: {blank_second_line: true}",
    "messages: null": "each_commit: {blank_second_line: true}",
    "messages: {blank_second_line: false}": "each_commit: {blank_second_line: false, matches: ''}",
    "messages: {forbids: [wip], blank_second_line: false}": "each_commit: {forbids: [wip], blank_second_line: false}",
    "messages:\n      matches: |-\n        ^[A-Z]\n\n      # long\n      subject_at_most: 72": (
        "each_commit:\n      blank_second_line: true\n      matches: |-\n        ^[A-Z]\n\n"
        "      # long\n      subject_at_most: 72"
    ),
    "atomic: {files_at_most: 2}": "each_commit: {files_at_most: 2}",
    "commit: {each: true}": "each_commit: {message_matches: ''}",
    "commit: {each: true, signed: true}": "each_commit: {signed: true}",
    "commit: {matches: x, each: true}": "each_commit: {message_matches: x}",
    "commit:\n      each: true  # any\n      matches: x": "each_commit:\n        # any\n      message_matches: x",
    "commit:\n      matches: x\n      each: true\n      signed: true": (
        "each_commit:\n      message_matches: x\n      signed: true"
    ),
    "commit: {each: false, at: main}": "commit: {at: main}",
    "file: {path: a, absent: true}": "file: {path: a, exists: false}",
    "file:\n      absent: true # gone\n      path: a": "file:\n      exists: false # gone\n      path: a",
    "answer: {path: a, equals: {id_of: {of: 'main~2'}}}": "answer: {path: a, equals: {id_of: 'main~2'}}",
    "answer:\n      path: a\n      equals:\n        id_of:\n          of: main  # newest": (
        "answer:\n      path: a\n      equals:\n        id_of:\n          main  # newest"
    ),
    "answer: {path: a, equals: {sum_in: a.txt}}": "answer: {path: a, equals: {sum_in: {path: a.txt}}}",
    "answer: {path: a, equals: {sum_in: 'a b.txt'}}": "answer: {path: a, equals: {sum_in: {path: 'a b.txt'}}}",
    "answer:\n      path: a\n      equals:\n        sum_in: a, b.txt": (
        'answer:\n      path: a\n      equals:\n        sum_in: {path: "a, b.txt"}'
    ),
    "answer: {path: a, equals: {count_between: {one: a, other: b}}}": (
        "answer: {path: a, equals: {count_between: {from: a, at: b}}}"
    ),
    "run: {command: [a], prints: 'é 🙂'}": "run: {command: [a], matches: 'é 🙂'}",
    "object: {commit: {message: a}}": "object: {commit: {matches: a}}",
    "no_secrets: {}": "no_secrets: {}",
}


def test_each_notation_is_kept():
    wrong = {}
    for old, new in UPGRADED.items():
        for line_end, end in (("\n", "\n"), ("\r\n", "\r\n"), ("\n", "")):
            source = (HEAD + old).replace("\n", line_end) + end
            wanted = (HEAD.replace("schema: 1", "schema: 2") + new).replace("\n", line_end) + end
            found = upgrade(source).text
            if found != wanted or upgrade(found).text != found:
                wrong[old] = found
    assert not wrong, "\n".join(wrong.values())


def test_a_starter_and_the_text_around_the_checks_are_kept(tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    start = "ab" * 20
    head = HEAD.replace("checks:", f"starter: {start}   # theirs\nchecks:")
    text = f"# ours\n{head}readable: {{}}\n# end\n"
    path.write_text(text)
    assert (main(["upgrade", str(path)]), path.read_text()) == (
        0,
        text.replace("schema: 1", "schema: 2").replace(f"starter: {start}", f"starter: {{commit: {start}}}"),
    )
    assert load_spec(text).starters == load_spec(path.read_text()).starters == (start,)
    assert main(["upgrade", str(path)]) == 0
    assert capsys.readouterr().out == f"Upgraded {path} to schema 2.\n{path} already uses schema 2.\n"


def test_a_ref_is_a_branch_or_a_tag_as_the_rest_of_the_lab_says(tmp_path, capsys):
    steps = "scenarios:\n  - name: x\n    steps: [commit: a, tag: stable, {branch: v2}]\n    expect: {a: passed}\n"
    table = {"stable": "tag", "v2": "branch", "v1.0": "tag", "main": "branch", "feature/x": "branch"}
    found = {
        ref: load_spec(upgrade(f"{HEAD}points_at: {{ref: {ref}, at: main~1}}\n{steps}").text) for ref in table
    }
    assert {ref: spec.checks[0].kind for ref, spec in found.items()} == table
    path = tmp_path / "lab.yaml"
    path.write_text(f"{HEAD}points_at: {{ref: stable, at: main}}\n")
    assert main(["upgrade", str(path)]) == 0
    guess = "assumed that `stable` is a branch: change `branch` to `tag` if it is a tag"
    assert capsys.readouterr().out.endswith(f"{path}:8: points_at: {guess}\n")


PROBLEMS = [
    ("commits: {brnch: a, at_least: 1}", "commits.brnch", "Did you mean `branch`?"),
    ("commits: {on: a, at_least: 1}", "commits.on", "unknown key. "),
    ("commits: {branch: '-x', at_least: 1}", "commits.branch", "the name of a branch or tag"),
    ("ahead_behind: {ahead: 1}", "ahead_behind.branch", "is required"),
    ("points_at: {ref: main}", "points_at.at", "is required"),
    ("points_at: {at: main}", "points_at.ref", "is required"),
    ("points_at: {ref: [a], at: main}", "points_at.ref", "found a list"),
    ("points_at: {ref: main, at: '-x'}", "points_at.at", "a commit, such as"),
    ("start: {branch: main, at: main}", "start.of", "must be a different branch"),
    ("merge_order: {branches: [a]}", "merge_order.branches", "at least two different branches"),
    ("merge_order: {branches: a}", "merge_order.branches", "expected a list"),
    ("merge_order: {branches: [a, main]}", "merge_order.into", "must be a different branch"),
    ("merged: {branch: [a, b]}", "merged.branch", "found a list"),
    ("merged: {branch: main}", "merged.into", "must be a different branch"),
    ("rebased: {branch: a, patches: x}", "rebased.patches", "expected a list"),
    ("rebased: {branch: a, patches_of: '-x'}", "rebased.patches_of", "a commit, such as"),
    ("cherry_picked: {commits: [a], onto: '-x'}", "cherry_picked.onto", "the name of a branch"),
    ("history: {match: ['(']}", "history.match", "invalid regular expression: "),
    ("history: {}", "history", "needs either `subjects` or `match`"),
    ("gone: {}", "gone", "needs one of `subject`, `matches` and `commit`"),
    ("gone: {commit: main, subject: x}", "gone.commit", "cannot be combined with `subject` or `matches`"),
    ("amended: {parent: main}", "amended", "needs either `subject` or `commit`"),
    ("atomic: {}", "atomic", "one of files_at_most (at least 1) and one_of is required"),
    ("atomic: {matches: x, files_at_most: 1}", "atomic.matches", "Use one of: on, since, files_at_most and one_of."),
    ("messages: {forbids: ['(']}", "messages.forbids", "invalid regular expression: "),
    ("messages: {files_at_most: 1}", "messages.files_at_most", "unknown key. "),
    ("commit: {at: main, each: true}", "commit.at", "selects one commit, so it cannot be combined with each or since"),
    ("commit: {each: 1}", "commit.each", "expected true or false"),
    ("commit: {each: true, author: 1}", "commit.author", "expected text"),
    ("tag: {name: v1, message: '('}", "tag.message", "invalid regular expression: "),
    ("tag: {name: v1, annotated: false, message: x}", "tag.message", "has no message"),
    ("file: {path: a, absent: false}", "file.absent", "expected true, found false"),
    ("file: {path: a, exists: false}", "file.exists", "expected true, found false"),
    ("file: {path: a, exists: true, absent: true}", "file.absent", "cannot be combined with exists"),
    ("renamed: {path: a, was: a}", "renamed.was", "must be a different path"),
    ("run: {command: [a], prints: '('}", "run.prints", "invalid regular expression: "),
    ("submodule: {path: a, url: '('}", "submodule.url", "invalid regular expression: "),
    ("object: {commit: {message: '('}}", "object.commit.message", "invalid regular expression: "),
    ("object: {commit: {matches: x}}", "object.commit.matches", "Use one of: parents, ancestors, rhombus and message."),
    ("object: {tag: {of: x}}", "object.tag.of", "expected blob, tree or commit"),
    ("object: {commit: {}}", "object.commit", "needs one of `parents`, `ancestors`, `rhombus` and `message`"),
    ("python_package: {import_name: 1}", "python_package.import_name", "expected text"),
    ("answer: {path: a, equals: {count_between: {one: a}}}", "answer.equals.count_between.other", "is required"),
    ("answer: {path: a, equals: {count_between: {one: a, at: b}}}", "answer.equals.count_between.at", "unknown key. "),
    ("answer: {path: a, equals: {id_of: {off: a}}}", "answer.equals.id_of.off", "Did you mean `of`?"),
    ("each_commit: {signed: true}", "each_commit", "this kind needs schema 2"),
    ("atomc: {files_at_most: 1}", "atomc", "Did you mean `atomic`?"),
    ("atomic: {files_at_most: 1}\n    messages: {}", "messages", "this one already has atomic"),
]  # fmt: skip


def test_problems_name_what_the_author_typed_and_stop_the_upgrade(tmp_path, capsys):
    wrong = []
    for kind, key, words in PROBLEMS:
        with pytest.raises(SpecError) as caught:
            upgrade(HEAD + kind)
        ours = [(item.key, item.message) for item in caught.value.problems]
        if not any(found == key and words in message for found, message in ours):
            wrong.append((kind, ours))
    assert wrong == []
    path = tmp_path / "lab.yaml"
    path.write_text(HEAD + "commits: {branch: '-x', at_least: 1}\n")
    before = path.read_text()
    assert (main(["upgrade", str(path)]), path.read_text()) == (2, before)
    assert capsys.readouterr().err.startswith(
        f"{path}:8: commits.branch: expected the name of a branch or tag"
    )


@pytest.mark.parametrize("schema", [3, 12])
def test_a_later_schema_names_the_labcheck_that_reads_it(tmp_path, capsys, schema):
    path = tmp_path / "lab.yaml"
    path.write_text(HEAD.replace("schema: 1", f"schema: {schema}") + "kind_of_the_future: {}\n")
    said = (
        f"{path}:1: schema: this lab needs labcheck {schema + 1} or later: download it from the lab's page\n"
    )
    for command in (["upgrade"], ["test"]):
        assert (main([*command, str(path)]), capsys.readouterr().err) == (2, said)


def test_schema_2_reads_commits_or_a_scenario_as_starter():
    new = HEAD.replace("schema: 1", "schema: 2").replace("checks:", "starter: {}\nchecks:") + "readable: {}\n"
    table = {
        "null": None,
        "{commit: " + "ab" * 20 + "}": None,
        "{commit: [" + "ab" * 20 + "]}": None,
        "{scenario: the start}": "starter.scenario: no scenario has the name `the start`. Add it below `scenarios`.",
        "ab" * 20: "starter: expected a mapping (keys: commit, scenario and folder)",
        "{commit: main}": "starter.commit: expected a full commit ID, found `main`",
        "{}": "starter: expected a commit, a scenario or a folder",
        "{branch: main}": "starter.branch: unknown key. Use one of: commit, scenario and folder.",
    }
    for starter, problem in table.items():
        text = new.replace("starter: {}", f"starter: {starter}")
        try:
            said = load_spec(text) and None
        except SpecError as error:
            said = str(error)
        assert problem in said if problem else said is None, (starter, said)
