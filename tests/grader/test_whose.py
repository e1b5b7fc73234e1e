"""If a lab asks for commits by the learner, the author of each commit decides."""

import pytest

from labs.grader.author_notes import author_notes
from labs.grader.checks import Learner
from labs.grader.engine import grade
from labs.grader.git.history import Person
from labs.grader.git.repository import Repository
from labs.grader.git.whose import asks_author
from labs.grader.report import Outcome
from labs.grader.spec import load_spec

ME = Learner(("Nia Newcomer", "nia-n"), ("nia.newcomer@gmail.com", "nia@work.example"))
SAYS = "main has at least three commits of yours"
COMMITS = "commits: {branch: main, at_least: 3}"


def lab(check=COMMITS, says=SAYS):
    head = "schema: 1\ntitle: A lab\npass_mark: 70\nchecks:\n"
    return load_spec(f"{head}  - id: c1\n    says: {says}\n    points: 10\n    {check}\n")


def ask(repo, learner=ME, **more):
    with Repository.open(repo.path) as repository:
        return grade(lab(**more), repository, learner=learner).results[0]


def commit_as(repo, *people, message="Add a line"):
    for name, email in people:
        repo.environment |= {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
        repo.commit(message)


def test_somebody_elses_repository_earns_nothing(repo):
    commit_as(repo, *[("Bo", "bo@example.org")] * 3)
    result = ask(repo)
    assert (result.outcome, result.earned) == (Outcome.NOT_RUN, 0)
    assert result.reason == (
        "Cannot tell whether 3 commits on `main` are yours: the author is `Bo <bo@example.org>` (3 commits), and your "
        "account has `Nia Newcomer` or `nia.newcomer@gmail.com`."
    )
    assert "git config user.email nia.newcomer@gmail.com" in result.fix
    assert result.fix.startswith(
        "If they are yours, change your account to use the name in the commits. Or set Git's user name and email to "
        "those of your account here and reset the author:\n"
    )


def test_its_fix_rewrites_the_author_of_commits_that_are_the_learners_after_all(learner):
    commit_as(learner, *[("laptop", "nia@laptop.local")] * 3)
    result = ask(learner)
    assert result.outcome is Outcome.NOT_RUN
    learner.git("push", "-q", "origin", "main")
    for role in ("AUTHOR", "COMMITTER"):
        for key in ("NAME", "EMAIL"):
            del learner.environment[f"GIT_{role}_{key}"]
    learner.shell(result.fix.split("\n\n")[1])
    assert ask(learner).outcome is Outcome.PASSED


def test_commits_of_others_beside_own_ones_do_not_count(repo):
    commit_as(repo, ("Bo", "bo@example.org"), ("Nia Newcomer", "x@y.example"), ("Bo", "bo@example.org"))
    result = ask(repo)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == ("`main` has 1 commit of yours and 2 by other authors. You need at least 3.")
    commit_as(repo, *[("?", "NIA@work.example")] * 2)
    assert ask(repo).outcome is Outcome.PASSED


def test_other_kinds_ask_as_well(repo):
    commit_as(repo, ("Bo", "bo@example.org"), message="add it")
    for check in (
        "commit: {on: main, subject: add it}",
        "messages: {forbids: [wip]}",
        "history: {subjects: [add it]}",
    ):
        assert ask(repo, check=check, says="There is a commit of yours").outcome is Outcome.NOT_RUN, check
        assert ask(repo, check=check, says="There is a commit").outcome is Outcome.PASSED, check


def test_a_lab_that_does_not_say_yours_ignores_authors(repo):
    commit_as(repo, *[("Bo", "bo@example.org")] * 3)
    assert ask(repo, says="main has at least three commits").outcome is Outcome.PASSED


@pytest.mark.parametrize("learner", [None, Learner()])
def test_an_unknown_learner_is_reported(repo, learner):
    commit_as(repo, *[("Bo", "bo@example.org")] * 3)
    result = ask(repo, learner)
    assert result.outcome is Outcome.PASSED
    assert result.why.endswith("The author was not checked because no learner name or email was given.")


def test_the_learner_is_recognised_by_many_names_and_addresses():
    own = [
        ("Nia Newcomer", ""),
        ("nia  NEWCOMER", "nia@laptop.local"),
        ("Newcomer, Nia", "x@y.example"),
        ("nia-n", "x@y.example"),
        ("x", "12345+nia-n@users.noreply.github.com"),
        ("x", "Nia-N@users.noreply.github.com"),
        ("x", "NIA@WORK.EXAMPLE"),
        ("x", "nia+git@work.example"),
        ("x", "nianewcomer@gmail.com"),
        ("x", "nia.newcomer+labs@gmail.com"),
    ]
    others = [
        ("Nia", "nia@elsewhere.example"),
        ("Bo", "bo@work.example"),
        ("x", "12345+bo@users.noreply.github.com"),
        ("", ""),
        ("?", "n.ia@work.example"),
    ]
    assert [person for person in own if not ME.is_person(Person(*person))] == []
    assert [person for person in others if ME.is_person(Person(*person))] == []
    unnamed = Learner((), ("nia@work.example",))
    assert unnamed.is_person(Person("", "nia@work.example"))
    assert not unnamed.is_person(Person("", ""))


def test_commits_co_authored_by_the_learner_count(repo):
    message = "Add a line\n\nCo-authored-by: Nia Newcomer <nia@laptop.local>"
    commit_as(repo, *[("Bo", "bo@example.org")] * 3, message=message)
    assert ask(repo).outcome is Outcome.PASSED


def test_sentences_that_ask_for_the_author_are_known():
    asking = [
        SAYS,
        "Your commits have messages",
        "Each of your own commits changes one file",
        "At least 3 commits you made",
        "You wrote the latest commit",
        "Three are yours",
    ]
    silent = [
        "main has at least three commits",
        "Your branch is called main",
        "README.md is in your repository",
    ]
    assert [text for text in asking if not asks_author(text)] == []
    assert [text for text in silent if asks_author(text)] == []


def test_authors_of_other_names_are_noted_for_learner_and_staff(repo):
    commit_as(repo, ("Bo", "bo@example.org"), ("Nia Newcomer", "x@y.example"), ("Bo", "bo@example.org"))
    with Repository.open(repo.path) as repository:
        assert author_notes(lab(), repository, ME) == [
            "2 of 3 commits on `main` have an author whose name and email are not on this account: "
            "`Bo <bo@example.org>` (2 commits)."
        ]
        assert author_notes(lab(says="main holds three commits"), repository, ME) == []
        assert author_notes(lab(), repository, Learner()) == []
        assert author_notes(lab(), repository, Learner((), ("x@y.example", "bo@example.org"))) == []
