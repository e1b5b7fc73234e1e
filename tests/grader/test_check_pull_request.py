"""A pull request is judged by what GitHub reports, its merge by the graded history."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labs.grader.checks import Learner
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.github_facts import GitHubFacts, PullRequest, PullRequests, Review
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec
from tests.grader.conftest import Repo, lab

ASKED_AT = datetime(2026, 11, 29, 20, 30, tzinfo=UTC)
PASSED, NEEDS_WORK, NOT_RUN = Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NOT_RUN
OPEN = PullRequest(3, base="main", head="feature", author="nia", state="open", head_commit="f" * 40)


@pytest.fixture
def shop(repo):
    """A branch of two commits, not merged yet."""
    repo.commit("Start", a="1\n")
    repo.branch("feature")
    repo.commit("Add the login", b="1\n")
    repo.commit("Test the login", c="1\n")
    repo.switch("main")
    return repo


def merged(repo, **fields: object) -> PullRequest:
    given = {"merge_commit": repo.head("main"), "head_commit": repo.head("feature"), "merged_by": "bob"}
    merge = {"state": "closed", "is_merged": True, "merged_at": "2026-11-29T19:00:00Z", "commits": 2}
    return replace(OPEN, **{**given, **merge, **fields})


def ask(
    repo, *pulls: PullRequest, check: str = "", unknown: str = "", learner: Learner | None = None, says=""
):
    facts = GitHubFacts(pull_requests=PullRequests(ASKED_AT, pulls, unknown))
    text = lab(f"pull_request: {{name: feature{check and ', '}{check}}}")
    spec = load_spec(text.replace("Check 1 holds", says or "Check 1 holds"))
    with Repository.open(repo.path) as repository:
        (result,) = grade(spec, repository, github=facts, learner=learner).results
    return result


def test_an_open_pull_request_passes_with_its_facts_first(shop):
    result = ask(shop, OPEN)
    assert (result.outcome, result.why) == (
        PASSED,
        "Pull request #3 from `feature` into `main` by `nia`, no review that counts, open "
        "(asked 29 November 2026, 20:30 UTC).",
    )


def test_a_missing_pull_request_needs_work_and_lists_the_others(shop):
    others = (
        replace(OPEN, number=1, head="other"),
        replace(OPEN, number=2, base="develop"),
        replace(OPEN, is_from_fork=True),
    )
    result = ask(shop, *others)
    assert result.outcome is NEEDS_WORK
    assert "GitHub lists 3 pull requests of this repository" in result.why
    assert "One from a fork does not count." in result.why
    assert "gh pr create --head feature --base main" in result.fix
    assert ask(shop, *others, unknown="only 100 were read").outcome is NOT_RUN


LACKS = [
    ("", {"is_draft": True}, {}, "It is a draft."),
    ("", {"state": "closed"}, {}, "It was closed without a merge."),
    ("described: true", {}, {"body": "Adds it"}, "It has no description."),
    ("linked: true", {}, {"linked": (4,)}, "Its description closes no issue"),
    (
        "reviewed: true",
        {},
        {"reviews": (Review("bob", "commented"),)},
        "No review counts: it needs one",
    ),
    ("answered: true", {"comments": 2, "answered": 1}, {"answered": 2}, "1 thread of review comments had no"),
    ("answered: true", {}, {"comments": 1, "answered": 1}, "Nothing to check: there is no thread of review"),
]


@pytest.mark.daily(3)
@pytest.mark.parametrize(("check", "missing", "made", "said"), LACKS)
def test_a_missing_fact_is_named_and_the_check_passes_once_it_is_there(shop, check, missing, made, said):
    before = ask(shop, replace(OPEN, **missing), check=check)
    assert (before.outcome, said in before.why, bool(before.fix)) == (NEEDS_WORK, True, True), before.why
    done = replace(OPEN, **{**missing, "is_draft": False, "state": "open", **made})
    assert ask(shop, done, check=check).outcome is PASSED


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "review",
    [
        Review("Nia", "approved"),
        Review("copilot", "approved", is_by_bot=True),
        Review("bob", "dismissed"),
        Review("bob", "pending"),
        Review("", "approved"),
        Review("bob", "approved", at="2026-11-29T21:00:00Z"),
    ],
)
def test_a_review_by_the_author_a_bot_nobody_or_after_the_merge_does_not_count(shop, review):
    shop.merge("--no-ff", "feature")
    result = ask(shop, merged(shop, reviews=(review,)), check="reviewed: true")
    assert (result.outcome, "No review counts" in result.why) == (NEEDS_WORK, True)


def by_rebase(repo) -> None:
    repo.git("cherry-pick", "--allow-empty", "main..feature")


def by_squash(repo) -> None:
    repo.git("merge", "-q", "--squash", "feature")
    repo.commit("Add the login (#3)")


METHODS = {
    "merge-commit": lambda repo: repo.merge("--no-ff", "feature"),
    "squash": by_squash,
    "rebase": by_rebase,
}


@pytest.mark.daily(3)
@pytest.mark.parametrize("is_deleted", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_the_method_is_read_from_the_history_also_after_the_branch_is_deleted(shop, method, is_deleted):
    shop.commit("Meanwhile", d="1\n")
    METHODS[method](shop)
    pull = merged(shop)
    if is_deleted:
        shop.git("branch", "-D", "feature")
    outcomes = {other: ask(shop, pull, check=f"by: {other}").outcome for other in (*METHODS, "any")}
    assert outcomes == {other: PASSED if other in (method, "any") else NEEDS_WORK for other in outcomes}


def test_a_single_commit_may_be_a_squash_or_a_rebase(shop):
    shop.git("reset", "-q", "--hard", "feature~1")
    pull = merged(shop, commits=1)
    assert {ask(shop, pull, check=f"by: {way}").outcome for way in ("squash", "rebase")} == {PASSED}


def test_a_merge_that_the_graded_state_does_not_contain_is_not_confirmed(shop):
    result = ask(shop, merged(shop, merge_commit="e" * 40), check="by: any")
    assert (result.outcome, "Cannot confirm the merge" in result.reason) == (NOT_RUN, True)
    alone = ask(shop, OPEN, check="by: squash")
    assert (alone.outcome, "It is not merged yet." in alone.why) == (NEEDS_WORK, True)
    assert alone.fix == "gh pr merge 3 --squash"


def test_the_author_may_be_forbidden_to_merge(shop):
    shop.merge("--no-ff", "feature")
    check = "by: any, merged_by_other: true"
    own = ask(shop, merged(shop, merged_by="NIA"), check=check)
    assert (own.outcome, "Its author merged it." in own.why) == (NEEDS_WORK, True)
    assert ask(shop, merged(shop), check=check).outcome is PASSED
    unread = ask(shop, merged(shop, merged_by=""), check=check)
    assert (unread.outcome, "does not say who merged it" in unread.why) == (NEEDS_WORK, True)
    assert "merged by" not in unread.why
    closed = ask(shop, replace(OPEN, state="closed"), check=check)
    assert closed.fix == "gh pr reopen 3\n\nAsk somebody else to merge it."


def test_a_description_is_kept_by_the_fix_that_links_an_issue(shop):
    fix = ask(shop, replace(OPEN, body="Adds the login"), check="described: true, linked: true").fix
    assert "Add `Closes #1`" in fix
    assert "--body" not in fix


@pytest.mark.parametrize("is_pushed", [False, True])
def test_the_fix_of_a_missing_pull_request_pushes_its_branch_first(shop, tmp_path, is_pushed):
    *push, create = ask(shop).fix.splitlines()
    assert create == "gh pr create --head feature --base main"
    if not is_pushed:
        shop.git("branch", "-D", "feature")
    remote = str(tmp_path / "remote.git")
    shop.git("clone", "-q", "--bare", ".", remote)
    clone = Repo(tmp_path / "clone")
    clone.git("remote", "add", "origin", remote)
    clone.git("pull", "-q", "origin", "main")
    clone.git("fetch", "-q", "origin")
    clone.shell("\n".join(push))
    assert "refs/heads/feature" in clone.git("ls-remote", "origin")


def test_a_pull_request_by_somebody_else_does_not_count_as_yours(shop):
    says = "A pull request of yours was opened"
    nia, bob = Learner(("Nia Newcomer", "nia")), Learner(("Bob", "bob"))
    assert ask(shop, OPEN, learner=nia, says=says).outcome is PASSED
    result = ask(shop, OPEN, learner=bob, says=says)
    assert (result.outcome, "`nia` opened it" in result.reason) == (NOT_RUN, True)
    assert ask(shop, OPEN, learner=bob).outcome is PASSED


def test_nothing_is_known_before_github_was_asked(shop):
    spec = load_spec(lab("pull_request: {name: feature}"))
    said = []
    for facts in (None, GitHubFacts(), GitHubFacts(obstacle="Connect it.")):
        with Repository.open(shop.path) as repository:
            (result,) = grade(spec, repository, github=facts).results
        said.append((result.outcome, result.reason.split(".")[0]))
    assert said == [
        (
            NOT_RUN,
            "Not run: GitHub was not asked about its pull requests",
        ),
        (NOT_RUN, "Waiting for GitHub’s answer"),
        (NOT_RUN, "Not run: Connect it"),
    ]


def test_names_from_github_are_escaped(shop):
    hostile = replace(OPEN, author="`x`\x1b[2J\u202e", reviews=(Review("a\nb", "approved"),))
    facts = PullRequests.from_json(PullRequests(ASKED_AT, (hostile,)).to_json())
    result = ask(shop, *facts.items)
    assert result.outcome is PASSED
    assert result.why.isprintable()


def test_contradictions_in_the_lab_are_refused():
    for check in ("name: main", "name: a, merged_by_other: true"):
        with pytest.raises(SpecError):
            load_spec(lab(f"pull_request: {{{check}}}"))
