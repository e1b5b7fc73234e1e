"""The recipes of labs/grader: a new kind, value or step needs a class and a place in the list, and no more."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from labs.authoring.help import lab_help
from labs.grader import reference
from labs.grader.__main__ import main
from labs.grader.checks import KINDS
from labs.grader.checks._shared.answer_matching import IsRight, same_number
from labs.grader.checks._shared.answer_values import VALUES, Asked
from labs.grader.checks._shared.base import Run
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.parameters import Count, RefName
from labs.grader.proof import prove
from labs.grader.redaction import public_text
from labs.grader.report import Outcome, Report
from labs.grader.scenarios.changes import Step
from labs.grader.scenarios.steps import STEPS
from labs.grader.scenarios.world import World
from labs.grader.spec import SpecError, load_spec
from labs.grading import apart
from tests.authoring.conftest import make_instructor
from tests.factories import make_lab, make_report, make_submission
from tests.grader.toy_check import NewestMessageCheck

LAB = """\
schema: 2
title: Sentences
pass_mark: 70
checks:
  - id: sentence
    says: The newest message is a sentence
    newest_message: {ends_with: "!"}
    points: 10
scenarios:
  - name: no sentence
    steps: [commit: Start]
    expect: {sentence: needs work}
  - name: a sentence
    steps: [commit: Start!]
    expect: {sentence: passed}
"""
ANSWER_LAB = """\
schema: 2
title: Branches
pass_mark: 70
checks:
  - id: counted
    says: answers.txt says how many branches there are
    answer: {path: answers.txt, equals: {branch_count: {}}}
    points: 10
scenarios:
  - name: wrong
    steps: [{commit: Count, files: {answers.txt: "2"}}]
    expect: {counted: needs work}
  - name: right
    after: wrong
    steps: [branch: feature]
    expect: {counted: passed}
"""
STEPS_LAB = """\
schema: 2
title: Many commits
pass_mark: 70
checks:
  - id: tagged
    says: v1 marks the third commit
    tag: {name: v1, at: main~2}
    points: 10
scenarios:
  - name: no tag
    steps: [empty_commits: 5]
    expect: {tagged: needs work}
  - name: a tag
    steps: [{empty_commits: 3, tag: v1}, {empty_commits: 2}]
    expect: {tagged: passed}
"""


@dataclass(frozen=True, kw_only=True)
class EmptyCommits(Step):
    """`empty_commits: 3` - so many commits without a change; `tag` marks the last one."""

    empty_commits: Count
    tag: RefName | None = None
    signed: bool = False

    def do(self, world: World) -> None:
        for number in range(self.empty_commits):
            files = world.files(next(iter(world.parents), None))
            person = world.learner.at(world.now())
            people = {"author": person, "committer": person}
            made = world.add_commit(files, world.parents, f"Empty {number}", **people, signed=self.signed)
            world.move_head(made)
        if self.tag:
            world.add_tag(self.tag, world.head.id, None, tagger=world.learner.at(world.now()))


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setitem(KINDS, NewestMessageCheck.kind, NewestMessageCheck)


@pytest.fixture
def step(monkeypatch):
    monkeypatch.setitem(STEPS, EmptyCommits.word(), EmptyCommits)


@pytest.fixture
def proved_here(monkeypatch):
    """Prove labs in this process: the process that the portal starts does not know the kinds defined here."""
    monkeypatch.setattr(apart, "ask", lambda asked, _: {"proof": prove(load_spec(asked["source"])).to_json()})


def explained(capsys, *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def graded(source: str, scenario: int, folder) -> Report:
    """The report of a lab on the repository of one of its own scenarios."""
    spec = load_spec(source)
    spec.scenarios[scenario].build(folder)
    with Repository.open(folder) as repository:
        return grade(spec, repository)


# --- a kind of check ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_kind_of_check_is_edited_proved_graded_and_reported(kind, proved_here, client, tmp_path):
    lab = make_lab()
    client.force_login(make_instructor(lab.course))
    asked = {"course": lab.course_id, "content": LAB}
    assert (
        "The newest message is a sentence"
        in client.post(reverse("admin:labs_lab_preview"), asked).json()["page"]
    )
    fields = {"status": "published", "position": 1, "brief": "", "version": ""}
    client.post(reverse("admin:labs_lab_change", args=[lab.pk]), {**fields, "source": LAB})
    lab.refresh_from_db()
    assert (lab.current.source, lab.current.proved) == (LAB, True)
    submission = make_submission(lab=lab)
    make_report(submission, graded(lab.current.source, 0, tmp_path).to_json())
    client.force_login(submission.enrollment.user)
    page = client.get(submission.get_absolute_url())
    for words in (
        "0 of 1 checks passed",
        "<strong><code>Start</code> ends otherwise.</strong> Change the message.",
        "<dd>a message that ends with <code>!</code></dd>",
        "git commit --amend -m &#x27;Start!&#x27;",
    ):
        assertContains(page, words)
    assertContains(client.get(lab.get_absolute_url()), "The newest message is a sentence")


def test_a_new_kind_of_check_and_a_new_step_are_in_the_help_beside_the_editor(kind, step):
    shown = {entry.name: entry for group in lab_help() for entry in group.entries}
    check, commits = shown["newest_message"], shown["empty_commits"]
    assert check.about == "the message of the newest commit ends as asked."
    assert check.details[0] == ("on", "the name of a branch or tag. Default: main.")
    assert commits.example == "- {empty_commits: 3}\n"
    lab = LAB.partition("checks:\n")[0] + "checks:\n" + check.example
    assert load_spec(lab).checks[0].kind == "newest_message"


def test_hidden_parts_of_a_new_kind_of_check_stay_on_the_portal(kind, tmp_path):
    public = public_text(LAB)
    assert '"!"' not in public
    assert load_spec(public).checks_digest == load_spec(LAB).checks_digest
    load_spec(LAB).scenarios[0].build(tmp_path)
    with Repository.open(tmp_path) as repository:
        [result] = grade(load_spec(public), repository).results
    assert result.outcome is Outcome.NOT_RUN


def test_mistakes_in_a_new_kind_of_check_are_reported_at_their_line(kind):
    with pytest.raises(SpecError) as refused:
        load_spec(LAB.replace("newest_message:", "newest_mesage:"))
    assert "Did you mean `newest_message`?" in str(refused.value)
    with pytest.raises(SpecError) as refused:
        load_spec(LAB.replace("ends_with:", "ends:"))
    [problem] = refused.value.problems
    assert (problem.line, problem.key) == (7, "newest_message.ends")


def test_a_new_kind_of_check_is_explained_and_in_the_docs(kind, capsys, tmp_path):
    line = "`newest_message: {on: main, ends_with: '.'}` - the message of the newest commit ends as asked."
    assert line in explained(capsys).splitlines()
    told = explained(capsys, "newest_message")
    assert told.startswith(f"{line}\n")
    assert "  ends_with: text. Default: `.`. Hidden from learners." in told.splitlines()
    main(["new", str(tmp_path / "lab")])
    assert f"#   {line}" in (tmp_path / "lab" / "lab.yaml").read_text().splitlines()
    page = reference.checks_page()
    assert f"## newest_message\n\n{line}\n" in page
    assert "- `on`: the name of a branch or tag. Default: main." in page
    tables = reference.with_tables("<!-- kinds, made by labs.grader.reference -->\n<!-- end -->\n")
    assert "| messages | `newest_message` |" in tables


def test_each_kind_of_check_has_what_the_recipe_asks_for():
    for name, kind in KINDS.items():
        assert (kind.kind, bool(kind.about)) == (name, True)


# --- a value that a typed answer is held against --------------------------------------------------------------------


@dataclass(frozen=True)
class BranchCount(Asked):
    name, asks, shows = "branch_count", "how many branches there are", "git branch --list"

    def right(self, run: Run) -> IsRight:
        return same_number(Decimal(len(run.repository.branches)))


def test_a_new_value_of_an_answer_is_graded_explained_and_in_the_docs(monkeypatch, capsys):
    monkeypatch.setitem(VALUES, BranchCount.name, BranchCount)
    assert prove(load_spec(ANSWER_LAB)).proved
    assert (
        "  branch_count (no parameters): how many branches there are"
        in explained(capsys, "answer").splitlines()
    )
    assert "| `branch_count` | how many branches there are | none |" in reference.checks_page().splitlines()


# --- a step of scenarios --------------------------------------------------------------------------------------------


def test_a_new_step_builds_repositories_that_prove_a_lab(step, tmp_path):
    """Even if one of its keys is the name of an earlier step."""
    proof = prove(load_spec(STEPS_LAB))
    assert proof.proved, proof
    assert graded(STEPS_LAB, 1, tmp_path).passed


def test_mistakes_in_a_new_step_are_reported_at_their_line(step):
    for wrong, line, message in (
        ("empty_commit: 5", 11, "unknown step. Did you mean `empty_commits`?"),
        ("empty_commits: many", 11, "expected a whole number from 0 to 100,000, found `many`"),
    ):
        with pytest.raises(SpecError) as refused:
            load_spec(STEPS_LAB.replace("empty_commits: 5", wrong))
        assert (refused.value.problems[0].line, refused.value.problems[0].message) == (line, message)


def test_a_new_step_is_explained_and_in_the_docs(step, capsys):
    line = "`empty_commits: 3` - so many commits without a change; `tag` marks the last one."
    own = [
        "  empty_commits: a whole number from 0 to 100,000. Required.",
        "  tag: the name of a branch or tag.",
        "  signed: true or false. Default: false.",
    ]
    told = explained(capsys, "steps").splitlines()
    at = told.index(line)
    assert told[at + 1 : at + 4] == own
    assert (
        f"\n{line}\n- `empty_commits`: a whole number from 0 to 100,000. Required.\n"
        in reference.checks_page()
    )
