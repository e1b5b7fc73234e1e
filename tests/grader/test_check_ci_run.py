"""GitHub's own run: judged by its latest attempt, waited for, or known at once to be impossible."""

from datetime import UTC, datetime

import pytest

from labs.grader.checks import needs_events, wanted_facts
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.github_facts import GitHubFacts, RunsOfCommit, WorkflowRun
from labs.grader.report import Outcome, Report
from labs.grader.spec import load_spec
from tests.grader.conftest import lab

ASKED_AT = datetime(2026, 11, 29, 20, 30, tzinfo=UTC)
CI = ".github/workflows/ci.yml"
TEXT = """name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
"""
PASSED, NEEDS_WORK, NOT_RUN = Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NOT_RUN


@pytest.fixture
def shop(repo):
    repo.put(CI, TEXT)
    repo.put("src/app.py")
    repo.commit("Start")
    return repo


def run(commit: str, **fields: object) -> WorkflowRun:
    given = {"id": 7, "path": CI, "name": "CI", "event": "push", "branch": "main", "attempt": 1}
    return WorkflowRun(
        **{**given, "commit": commit, "status": "completed", "conclusion": "success", **fields}
    )


def ask(repo, *runs: WorkflowRun, check: str = "ci_run: {workflow: ci.yml}", unknown: str = ""):
    known = RunsOfCommit(repo.head(), ASKED_AT, runs, unknown)
    return ask_with(repo, GitHubFacts((known,)), check)


def ask_with(repo, facts: GitHubFacts | None, check: str = "ci_run: {workflow: ci.yml}"):
    with Repository.open(repo.path) as repository:
        (result,) = grade(load_spec(lab(check)), repository, github=facts).results
    return result


def test_a_run_that_succeeded_passes_and_says_when_github_was_asked(shop):
    result = ask(shop, run(shop.head()))
    assert (result.outcome, result.why) == (
        PASSED,
        f"Run 7 of `CI` for commit {shop.head()[:7]} on `main`, started by `push`, succeeded "
        "(asked 29 November 2026, 20:30 UTC).",
    )
    assert ask(shop, run(shop.head()), check="ci_run: {workflow: CI, event: push}").outcome is PASSED


def test_the_latest_attempt_of_the_newest_run_counts_in_any_order(shop):
    failed, repeated = run(shop.head(), conclusion="failure"), run(shop.head(), attempt=2)
    assert ask(shop, repeated, failed).outcome is PASSED
    older = run(shop.head(), id=6, attempt=3, conclusion="failure")
    assert ask(shop, older, repeated).outcome is PASSED
    late = ask(shop, repeated, run(shop.head(), attempt=3, status="in_progress", conclusion=""))
    assert (late.outcome, "attempt 3" in late.reason, "is in progress" in late.reason) == (
        NOT_RUN,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("conclusion", "said"),
    [
        ("failure", "failed"),
        ("cancelled", "was cancelled"),
        ("skipped", "was skipped: no job ran"),
        ("neutral", "neither success nor failure"),
        ("startup_failure", "could not start"),
        ("action_required", "needs approval"),
        ("timed_out", "timed out"),
        ("new\x1b[31m", "ended as `new\\x1b[31m`"),
    ],
)
def test_each_other_conclusion_needs_work_with_its_own_words(shop, conclusion, said):
    result = ask(shop, run(shop.head(), conclusion=conclusion))
    assert (result.outcome, said in result.why, "7" in result.fix) == (NEEDS_WORK, True, True), result.why


def test_runs_of_forks_schedules_other_files_and_other_commits_do_not_count(shop):
    others = (
        run(shop.head(), id=1, is_from_fork=True),
        run(shop.head(), id=2, event="schedule"),
        run(shop.head(), id=3, path=".github/workflows/lint.yml", name="Lint"),
        run("0" * 40, id=4),
    )
    result = ask(shop, *others)
    assert result.outcome is NOT_RUN
    assert "It lists runs of" in result.reason
    assert "1 run of a fork does not count" in result.reason


def test_an_unknown_run_is_waited_for(shop):
    assert "There is no answer from GitHub" in ask_with(shop, GitHubFacts()).reason
    assert "GitHub lists no run of `ci.yml`" in ask(shop).reason
    assert "it is down" in ask(shop, unknown="it is down").reason
    assert {ask_with(shop, GitHubFacts()).outcome, ask(shop).outcome} == {NOT_RUN}


def test_without_anybody_to_ask_the_check_says_how_to_get_a_result(shop):
    alone = ask_with(shop, None)
    assert (alone.outcome, "GitHub was not asked about its run." in alone.reason) == (NOT_RUN, True)
    apart = ask_with(shop, GitHubFacts(obstacle="The repository is not connected. Connect it."))
    assert (apart.outcome, apart.reason) == (NOT_RUN, "Not run: The repository is not connected. Connect it.")


IMPOSSIBLE = {
    "other branch": (
        TEXT.replace("on: push", "on:\n  push:\n    branches: [develop]"),
        "A push to `main` does not",
    ),
    "by hand": (TEXT.replace("on: push", "on: workflow_dispatch"), "A push to `main` does not trigger"),
    "pull request": (TEXT.replace("on: push", "on: pull_request"), "A push to `main` does not trigger"),
    "paths": (TEXT.replace("on: push", "on:\n  push:\n    paths: [docs/**]"), "changes no file that `paths`"),
    "broken": (TEXT.replace("runs-on", "run-on"), "run-on"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_push_that_cannot_start_the_workflow_needs_work_at_once_with_a_fix(shop, name):
    text, said = IMPOSSIBLE[name]
    shop.put(CI, text)
    shop.commit("Edit")
    for facts in (None, GitHubFacts((RunsOfCommit(shop.head(), ASKED_AT),))):
        result = ask_with(shop, facts)
        assert (result.outcome, said in result.why, bool(result.fix)) == (NEEDS_WORK, True, True), result.why
    assert ask(shop, run(shop.head())).outcome is PASSED  # GitHub knows better


def test_a_missing_workflow_needs_work_at_once_by_file_and_by_name(shop):
    by_file = ask(shop, check="ci_run: {workflow: test.yml}")
    by_name = ask(shop, check="ci_run: {workflow: Ci}")
    assert (by_file.outcome, by_name.outcome) == (NEEDS_WORK, NEEDS_WORK)
    assert by_file.why == "There is no `test.yml` in the folder `.github/workflows` on `main`."
    assert "has the name `Ci`. Found `CI` instead." in by_name.why


@pytest.mark.parametrize("message", ["Fix it [skip ci]", "Fix\n\nBody [no ci]", "Fix\n\n\nskip-checks: true"])
def test_a_message_that_skips_workflows_needs_work_at_once(shop, message):
    shop.commit(message)
    result = ask(shop)
    assert (result.outcome, "because its message has" in result.why) == (NEEDS_WORK, True)


def test_a_path_filter_that_an_earlier_commit_meets_is_a_condition(shop):
    shop.put(CI, TEXT.replace("on: push", "on:\n  push:\n    paths: [src/**]"))
    shop.commit("Filter")
    shop.put("README.md")
    shop.commit("Describe")
    result = ask(shop)
    assert (result.outcome, "only if it was pushed together with" in result.reason) == (NOT_RUN, True)


def test_a_path_filter_that_no_commit_meets_names_the_number_of_commits_read(shop, monkeypatch):
    shop.put(CI, IMPOSSIBLE["paths"][0])
    shop.commit("Filter")
    assert "neither does the commit before it." in ask(shop).why
    monkeypatch.setattr("labs.grader.checks._shared.workflow_starts.MAX_COMMITS", 1)
    assert "before it" not in ask(shop).why


def test_a_branch_whose_workflow_starts_by_pull_request_is_waited_for(shop):
    shop.put(CI, TEXT.replace("on: push", "on: pull_request"))
    shop.commit("Filter")
    shop.git("branch", "feature")
    result = ask(shop, check="ci_run: {workflow: ci.yml, at: feature}")
    assert (result.outcome, "A pull request from `feature` starts it" in result.reason) == (NOT_RUN, True)


def test_the_report_says_which_facts_were_used_and_comes_back_from_json(shop):
    known = RunsOfCommit(shop.head(), ASKED_AT, (run(shop.head()),))
    with Repository.open(shop.path) as repository:
        report = grade(load_spec(lab("ci_run: {workflow: ci.yml}")), repository, github=GitHubFacts((known,)))
    data = report.to_json()
    assert data["github"] == [
        {
            "about": f"workflow runs of commit {shop.head()}",
            "asked_at": "2026-11-29T20:30:00+00:00",
            "number": 1,
            "unknown": "",
        }
    ]
    assert Report.from_json(data).github == report.github
    del data["github"]  # as in older reports
    assert Report.from_json(data).github == ()


def test_facts_survive_json_with_hostile_names_bounded_and_escaped(shop):
    hostile = run(shop.head(), name="\x1b[31m\u202e" + "x" * 999, branch="a\nb")
    known = RunsOfCommit.from_json(RunsOfCommit(shop.head(), ASKED_AT, (hostile,)).to_json())
    (found,) = known.runs
    assert known.asked_at == ASKED_AT
    assert (found.branch, len(found.name), found.name[:13]) == ("a\\nb", 255, "\\x1b[31m\\u202e"[:13])


def test_the_lab_names_the_commits_and_events_that_its_checks_need(shop):
    kinds = [
        check.parameters for check in load_spec(lab("ci_run: {workflow: ci.yml}", "readable: {}")).checks
    ]
    assert needs_events(kinds) == ("push", "workflow_run")
    assert needs_events(kinds[1:]) == ("push",)
    with Repository.open(shop.path) as repository:
        assert wanted_facts(kinds, repository).commits == (shop.head(),)
