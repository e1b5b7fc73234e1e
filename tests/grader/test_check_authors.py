import pytest

from labs.grader.checks import Learner
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from labs.grader.spec import load_spec

ME = Learner(names=("Learner", "learner-on-github"), emails=("learner@example.org",))
CLAIM = "A name in a commit does not prove who made it."


@pytest.fixture
def ask(repo, lab):
    def ask(check="authors: {}", learner=ME, starter=None):
        with Repository.open(repo.path) as repository:
            return grade(load_spec(lab(check, starter=starter)), repository, learner=learner).results[0]

    return ask


def sign(repo, name="Other", email="other@example.org", roles=("AUTHOR", "COMMITTER")):
    for role in roles:
        repo.environment |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email}


def test_commits_of_the_learner_pass_and_are_called_a_claim(repo, ask):
    repo.commit("One")
    repo.commit("Two")
    result = ask()
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        f"2 of 2 commits on `main` have your name or email address. {CLAIM}",
    )


@pytest.mark.parametrize("learner", [None, Learner()])
def test_without_knowing_the_learner_it_is_not_run(repo, ask, learner):
    repo.commit()
    result = ask(learner=learner)
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Not run: no learner name or email was given. With labcheck, add `--name` or `--email`.",
    )


def test_commits_of_others_are_shown_newest_three_and_counted(repo, ask):
    repo.commit("Mine")
    sign(repo)
    others = [repo.commit(f"Theirs {i}") for i in range(4)]
    result = ask()
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == (
        "1 of 5 commits on `main` has your name or email address. Usually `user.name` or `user.email` was "
        f"set to a different value, or the commits were copied. {CLAIM}"
    )
    assert result.expected == "every commit with the author `Learner` or `learner@example.org`"
    shown = [f"{commit[:7]} by `Other <other@example.org>`" for commit in reversed(others)]
    assert result.found == f"{shown[0]}, {shown[1]}, {shown[2]} and 1 more"
    assert [item.commit for item in result.evidence] == others[1:]
    assert result.evidence[-1].excerpt == ((1, "Theirs 3"),)


@pytest.mark.parametrize(
    ("name", "email", "outcome"),
    [
        ("LEARNER ", "elsewhere@example.org", "passed"),
        ("Somebody", "Learner@Example.ORG", "passed"),
        ("Somebody", "123+Learner-on-GitHub@users.noreply.github.com", "passed"),
        ("Somebody", "learner-on-github@users.noreply.github.com", "passed"),
        ("Somebody", "123+other@users.noreply.github.com", "needs_work"),
        ("Learner Two", "two@example.org", "needs_work"),
        ("", "learner@example.com", "needs_work"),
    ],
)
def test_one_of_the_names_or_addresses_is_enough(repo, ask, name, email, outcome):
    tree = repo.objects()
    person = f"{name} <{email}> 1764428400 +0530"
    commit = repo.objects(f"tree {tree}", f"author {person}", f"committer {person}", "", "One", kind="commit")
    repo.git("update-ref", "refs/heads/main", commit)
    assert ask().outcome == outcome


def test_the_committer_is_compared_if_required(repo, ask):
    sign(repo, roles=("COMMITTER",))
    repo.commit("Written by the learner, committed by another")
    assert ask("authors: {by: committer}").outcome is Outcome.NEEDS_WORK
    assert ask("authors: {by: author}").outcome is Outcome.PASSED


def test_commits_made_by_the_host_count_as_those_of_their_author(repo, ask):
    sign(repo, "GitHub", "noreply@github.com", roles=("COMMITTER",))
    repo.commit("Edited on the page")
    assert ask("authors: {by: committer}").outcome is Outcome.PASSED


def test_a_merge_made_by_the_host_belongs_to_nobody(repo, ask):
    repo.commit("Start")
    repo.branch("side")
    repo.commit("Side")
    repo.switch("main")
    sign(repo, "GitHub", "noreply@github.com", roles=("COMMITTER",))
    sign(repo, roles=("AUTHOR",))
    repo.merge("--no-ff", "side")
    assert ask().why.startswith("2 of 2 commits on `main` have")


def test_a_number_of_own_commits_allows_commits_of_others(repo, ask):
    repo.commit("Mine")
    sign(repo)
    repo.commit("Theirs")
    assert ask("authors: {at_least: 1}").outcome is Outcome.PASSED
    result = ask("authors: {at_least: 2}")
    assert (result.outcome, result.expected) == (
        Outcome.NEEDS_WORK,
        "2 commits with the author `Learner` or `learner@example.org`",
    )


def test_too_few_commits_without_others_ask_for_more(repo, ask):
    repo.commit("Mine")
    result = ask("authors: {at_least: 2}")
    assert (result.found, result.evidence) == ("1 commit", ())
    assert "git config user.name Learner" in result.fix and "git add -- README.md" in result.fix


def test_commits_of_the_starter_do_not_count(repo, ask):
    sign(repo)
    starter = repo.commit("Start")
    sign(repo, "Learner")
    repo.commit("Mine")
    assert ask(starter=starter).outcome is Outcome.PASSED


def test_a_branch_without_own_commits_needs_work(repo, ask):
    result = ask(starter=repo.commit("Start"))
    assert (result.outcome, result.why) == (
        Outcome.NEEDS_WORK,
        f"0 commits on `main` checked: none has your name or email address. {CLAIM}",
    )


@pytest.mark.parametrize("later", [0, 2])
def test_the_fix_signs_the_commits_again(repo, ask, later):
    repo.git("init", "-q", "--bare", "../origin.git")
    repo.git("remote", "add", "origin", "../origin.git")
    sign(repo)
    repo.commit("Theirs", a="a")
    for i in range(later):
        repo.commit(f"Later {i}")
    repo.git("push", "-q", "-u", "origin", "main")
    for key in [key for key in repo.environment if key.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        del repo.environment[key]
    repo.follow(ask().fix)
    assert ask().outcome is Outcome.PASSED
    assert repo.git("--git-dir=../origin.git", "rev-parse", "main") == repo.git("rev-parse", "HEAD")
