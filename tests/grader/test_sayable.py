"""Statements about a repository that lab authors could not make before, each proved by scenarios."""

from pathlib import Path

import pytest

from labs.grader.git.repository import Repository
from labs.grader.proof import prove
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec
from tests.grader.conftest import lab

TEXT = Path(__file__).with_name("sayable.yaml").read_text()


def test_each_statement_is_seen_to_pass_and_to_need_work():
    proof = prove(load_spec(TEXT))
    assert proof.proved, proof


def test_what_contradicts_itself_is_refused():
    wrong = [
        "commits: {merges: true, at_most: 0}",
        "history: {linear: true, subjects: [a]}",
        "history: {linear: true, in_order: true}",
        "history: {}",
        "branches: {matches: a}",
        "branches: {exactly: [main], at_least: 1}",
        "branches: {exactly: [main], into: main}",
        "branches: {at_least: 3, at_most: 2}",
        "tags: {}",
        "tags: {at_least: 0}",
        "tags: {matches: '(', at_least: 1}",
        "authors: {people_at_least: 1}",
        "authors: {people_at_least: 2, at_least: 1}",
        "branch: {name: main, default: true, exists: false}",
    ]
    taken = []
    for check in wrong:
        try:
            load_spec(lab(check))
            taken.append(check)
        except SpecError:
            pass
    assert not taken


def test_counts_are_reported_in_whole_sentences(repo):
    repo.commit("Start")
    for name in ("feature/a", "topic"):
        repo.git("branch", name)
    repo.git("tag", "light")
    repo.git("tag", "-a", "-m", "x", "v1.0.0")
    said = {
        "branches: {matches: 'feature/.+', at_least: 1}": "There is 1 branch whose name has the required form: "
        "`feature/a`.",
        "branches: {matches: 'feature/.+', at_least: 2}": "There is 1 branch whose name has the required form.",
        "branches: {at_most: 2}": "There are 3 branches.",
        "branches: {matches: 'fix/.+', at_most: 0}": "There are no branches whose names have the required form.",
        "branches: {into: main, at_least: 1}": "There are no branches not merged into `main`.",
        "tags: {at_least: 2}": "There are 2 tags: `light` and `v1.0.0`.",
        "tags: {matches: light, annotated: true, at_least: 1}": "There are no annotated tags called `light`.",
        "tags: {matches: '^light$', at_least: 2}": "There is 1 tag called `light`.",
        "tags: {matches: '^light|heavy$', at_least: 2}": "There is 1 tag called `light` or `heavy`.",
    }
    assert {check: repo.ask(check).why for check in said} == said


def test_fixes_of_counts_lead_to_a_pass(learner):
    for check in (
        "branches: {matches: 'feature/.+', at_least: 2}",
        "tags: {matches: 'v\\d+\\.\\d+\\.\\d+', annotated: true, on: main, at_least: 2}",
        "tags: {annotated: false, at_least: 1}",
        "no_large_files: {over: 1 KB, at: main}",
        "file: {path: '*.csv', exists: false}",
    ):
        learner.put("big.csv", "x" * 2000)
        learner.git("add", "--all")
        learner.git("commit", "-q", "--allow-empty", "-m", "Begin")
        outcomes = [learner.fix_and_ask_again(check)]
        while outcomes[-1][1] is Outcome.NEEDS_WORK and len(outcomes) < 3:  # one branch or tag at a time
            outcomes.append(learner.fix_and_ask_again(check))
        assert (outcomes[0][0], outcomes[-1][1]) == (Outcome.NEEDS_WORK, Outcome.PASSED), check
        learner.switch("main")


def test_a_linear_history_is_made_by_its_fix(learner):
    base = learner.head()
    learner.branch("side")
    learner.commit("Side", s="1")
    learner.switch("main")
    learner.commit("Main", m="1")
    learner.merge("--no-ff", "--no-edit", "side")
    check = f"history: {{linear: true, since: {base}}}"
    assert learner.fix_and_ask_again(check) == (Outcome.NEEDS_WORK, Outcome.PASSED)


def test_a_merge_commit_is_made_from_an_existing_branch(learner):
    learner.branch("side")
    learner.commit("Side", s="1")
    learner.switch("main")
    check = "commits: {merges: true, at_least: 1}"
    assert learner.fix_and_ask_again(check) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    second = learner.ask("commits: {merges: true, at_least: 2}")
    assert "--allow-empty" not in second.fix and "git switch -c next-step\n" in second.fix


def test_people_are_told_apart_by_name_and_address(repo):
    table = [
        ([("Nia", "a@x.example"), ("Nia", "b@x.example")], 1),
        ([("Nia", "a@x.example"), ("nia n", "A@x.example")], 1),
        ([("Nia", "a@x.example"), ("N", "b@x.example"), ("N", "a@x.example")], 1),
        ([("Nia", "a@x.example"), ("Bo", "b@x.example")], 2),
        ([("Nia", "a@x.example"), ("Nia", "1+nia@users.noreply.github.com"), ("Bo", "")], 2),
    ]
    for people, number in table:
        start = repo.commit("Start")
        for name, email in people:
            repo.environment |= {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
            repo.commit("Add a line")
        result = repo.ask("authors: {people_at_least: 2}", starter=start)
        assert (result.outcome is Outcome.PASSED) == (number > 1), people
    repo.environment |= {"GIT_AUTHOR_NAME": "Nia", "GIT_AUTHOR_EMAIL": "a@x.example"}
    start = repo.commit("Start")
    repo.commit("Add a line\n\nCo-authored-by: Bo <bo@x.example>")
    assert repo.ask("authors: {people_at_least: 2}", starter=start).outcome is Outcome.PASSED


@pytest.mark.parametrize("head", ["refs/heads/main", "refs/heads/dev", "refs/heads/gone"])
def test_the_default_branch_is_the_one_that_head_points_to(repo, head):
    repo.commit("Start", a="1")
    repo.git("branch", "dev")
    repo.branch("work")
    (repo.path / ".git/HEAD").write_text(f"ref: {head}\n")
    with Repository.open(repo.path) as opened:
        assert opened.default_branch == {"refs/heads/dev": "dev"}.get(head, "main")
        assert opened.branch("@default").name == opened.default_branch


def test_the_check_is_not_run_if_no_branch_is_the_default_one(repo):
    repo.commit("Start", a="1")
    for name in ("one", "two"):
        repo.git("branch", name)
    repo.git("switch", "-q", "one")
    repo.git("branch", "-D", "main")
    (repo.path / ".git/HEAD").write_text("ref: refs/heads/gone\n")
    unknown = "Cannot tell which branch is the default branch: HEAD does not point to an existing branch."
    assert repo.ask("file: {path: a.txt, at: '@default', exists: true}").why == unknown
    assert repo.ask("branch: {name: one, default: true}").reason == unknown
    assert repo.ask("branch: {name: one, default: true}").outcome is Outcome.NOT_RUN


def test_a_pattern_of_files_is_met_by_one_or_by_each(repo):
    repo.put("a.py", "x = 1\n")
    repo.put("b.py", "y = 2\n")
    repo.put("run.sh", "#!/bin/sh\n")
    repo.commit("Add files")
    table = {
        "file: {path: '*.py', contains: y =}": "`b.py` on `main` contains `y =`.",
        "file: {path: '*.py', contains: z}": "None of the 2 files that match `*.py` is as required. "
        "`a.py` on `main` does not contain `z`.",
        "file: {path: '*.py', lacks: z}": "Each of the 2 files that match `*.py` is as required.",
        "file: {path: '*.py', lacks: y}": "Line 1 of `b.py` on `main` contains `y`.",
        "file: {path: '*.sh', executable: true}": "`run.sh` on `main` is not executable.",
        "file: {path: '*.csv', exists: false}": "No file on `main` matches `*.csv`.",
        "file: {path: '*.py', exists: false}": "`a.py` exists on `main`.",
        "file: {path: '*.csv', exists: true}": "No file on `main` matches `*.csv`.",
        "workflow: {path: .github/workflows/*}": "No file on `main` matches `.github/workflows/*`.",
    }
    assert {check: repo.ask(check).why for check in table} == table
