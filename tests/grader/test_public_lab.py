"""The lab.yaml that learners get: nothing hidden is in it, and its checks are the same."""

from dataclasses import dataclass

import pytest

from labs.grader.checks import KINDS, Kind
from labs.grader.checks._shared.base import LookedAt, passed
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.parameters import FilePath
from labs.grader.report import Outcome
from labs.grader.schema_1.upgrade import upgrade
from labs.grader.spec import SpecError, load_spec, public_text
from tests.grader.conftest import lab

FULL = """\
# A lab of ours.
schema: 2
title: A lab   # shown
pass_mark: 70
checks:
  - hint: |
      SECRET one

      SECRET two
    # why this check stands here
    id: tagged
    says: There is v1
    points: 1      # one
    tag: {name: v1}

  - id: asks
    says: It answers
    points: 1
    asks:
      path: app.py
      # SECRET comment
      cases:  # SECRET comment
        - SECRET 1
        # SECRET between
        - SECRET 2
        # SECRET after
      note: SECRET   # SECRET behind
    hint: SECRET     # SECRET behind
    # SECRET below

  - {id: flow, says: Flow, points: 1, asks: {cases: [SECRET], path: b.py}, hint: SECRET}
  - {id: first, hint: SECRET, says: First, points: 1, branch: {name: main}}
# All of this proves it.
scenarios:
  # SECRET
  - name: SECRET
    steps: [{commit: SECRET}]
    expect: {others: needs work}   # SECRET
# SECRET end
"""

FLOW = "{schema: 2, title: A, pass_mark: 1, checks: [{id: a, says: b, points: 1, readable: {}}]}\n"


@dataclass(frozen=True)
class Asks(Kind):
    kind = "asks"
    hidden = ("cases", "note")

    path: FilePath
    cases: tuple[str, ...]
    note: str | None = None

    def check(self, run):
        return passed("It answers.", looked_at=LookedAt(1, "answer"))


@pytest.fixture(autouse=True)
def asks(monkeypatch):
    monkeypatch.setitem(KINDS, "asks", Asks)


def test_nothing_hidden_is_left_and_all_else_stays():
    assert (
        public_text(FULL)
        == """\
# A lab of ours.
schema: 2
title: A lab   # shown
pass_mark: 70
checks:
  - id: tagged
    says: There is v1
    points: 1      # one
    tag: {name: v1}

  - id: asks
    says: It answers
    points: 1
    asks:
      path: app.py
      cases: null
      note: null

  - {id: flow, says: Flow, points: 1, asks: {cases: null, path: b.py}}
  - {id: first, says: First, points: 1, branch: {name: main}}
"""
    )


@pytest.mark.parametrize(
    "kind",
    [
        "    tests:  # SECRET\n      # SECRET\n      code: |\n        def test_a(): pass\n",
        "    tests: {code: 'def test_a(): pass'}  # SECRET\n",
        "    tests:  # SECRET\n      seconds: 5  # kept\n      code: 'def test_a(): pass'\n",
    ],
)
def test_comments_beside_hidden_parts_are_removed(kind):
    full = (
        "schema: 2\ntitle: A\npass_mark: 70\nchecks:\n  - id: a  # kept\n    says: x\n    points: 1\n" + kind
    )
    public = public_text(full)
    assert "SECRET" not in public
    assert public.count("# kept") == full.count("# kept")
    assert load_spec(public).checks_digest == load_spec(full).checks_digest


def test_a_line_of_text_that_looks_like_a_comment_stays():
    text = """\
schema: 2
title: T
pass_mark: 70
checks:
  - id: a
    says: A
    points: 1
    branch: {name: main}
    fix: |
      Write this line:

      # A title
    # SECRET
    hint: SECRET
    lesson: git#a
"""
    assert public_text(text) == text.replace("    # SECRET\n    hint: SECRET\n", "")


def test_the_public_text_has_the_same_checks_and_digest():
    full, public = load_spec(FULL), load_spec(public_text(FULL))
    assert [(check.id, check.kind) for check in public.checks] == [
        (check.id, check.kind) for check in full.checks
    ]
    assert public.checks_digest == full.checks_digest
    assert public.digest != full.digest
    assert public_text(public_text(FULL)) == public_text(FULL)


@pytest.mark.parametrize(
    ("old", "new"),
    [("name: v1", "name: v2"), ("points: 1 ", "points: 2 "), ("app.py", "c.py"), ("mark: 70", "mark: 71")],
)
def test_another_check_has_another_digest(old, new):
    assert load_spec(FULL.replace(old, new)).checks_digest != load_spec(FULL).checks_digest


def test_hidden_parts_hints_and_comments_do_not_change_the_digest():
    other = FULL.replace("SECRET", "OTHER").replace("# shown", "# seen")
    assert load_spec(other).checks_digest == load_spec(FULL).checks_digest


def test_a_check_whose_hidden_part_was_removed_is_not_run(repo):
    repo.commit()
    with Repository.open(repo.path) as repository:
        results = grade(load_spec(public_text(FULL)), repository).results
    assert results[1].outcome is Outcome.NOT_RUN
    assert results[1].kind == "asks"
    assert "this check has a hidden part. Push, and the portal runs it" in results[1].reason
    assert repo.grade(FULL).results[1].outcome is Outcome.PASSED


def test_an_author_who_forgets_a_hidden_part_is_told():
    with pytest.raises(SpecError, match=r"asks\.cases: is required"):
        load_spec(FULL.replace("asks: {cases: [SECRET], path: b.py}", "asks: {path: b.py}"))


def test_anything_that_the_parser_accepts_as_yaml_is_cut_and_upgraded():
    """Tabs between tokens and a `:` that ends a word before a brace, which other parsers refuse."""
    tabs = lab("readable: {}").replace("readable: {}", "readable:\t{}")
    flow = "scenarios:\n  - {name: a commit, steps: [commit: Start], expect: {c1: passed}, after:}\n"
    assert public_text(tabs + flow) == tabs
    old = tabs.replace("schema: 2", "schema:\t1") + flow
    assert upgrade(old).text == old.replace("schema:\t1", "schema:\t2")


def test_a_text_that_is_not_a_lab_has_no_public_text():
    with pytest.raises(SpecError):
        public_text("schema: 2\n")


def test_removing_scenarios_in_the_middle_keeps_what_follows():
    before, middle, after = (
        FULL.partition("scenarios:")[0],
        "scenarios:" + FULL.partition("scenarios:")[2],
        "",
    )
    head, _, checks = before.partition("checks:")
    text = head + middle + after + "checks:" + checks
    public = public_text(text)
    assert "SECRET" not in public
    assert public.startswith(head + "checks:")
    assert load_spec(public).checks_digest == load_spec(FULL).checks_digest


@pytest.mark.parametrize("text", [lab("branch: {name: main}"), "# One.\n" + FLOW, "  " + FLOW])
def test_the_portal_puts_the_url_of_its_lessons_in_front(text):
    public = load_spec(public_text(text, "https://portal.example/courses/mlops/"))
    assert public.lesson_address("git#tags") == "https://portal.example/courses/mlops/git/#tags"
    assert public.checks_digest == load_spec(text).checks_digest
    assert load_spec(text).lesson_address("git#tags") == "git#tags"
