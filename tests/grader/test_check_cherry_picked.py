import pytest

from labs.grader.report import Outcome
from tests.grader.fixing import follow, home

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_forked(repo):
    repo.commit("Start", a="".join(f"{i}\n" for i in range(12)))
    repo.branch("side")
    repo.commit("One", one="1")
    repo.commit("Two", a="".join(f"{i}\n" for i in range(12)) + "end\n")
    repo.commit("Three", three="3")
    repo.switch("main")
    repo.commit("Main", a="begin\n" + "".join(f"{i}\n" for i in range(12)))


@pytest.fixture
def forked(copy_of):
    """side has `One`, `Two` (the end of a.txt) and `Three`; main changed the beginning of a.txt."""
    return copy_of(build_forked)


def ask(repo, commits="[side~1]", more=""):
    return repo.ask(f"cherry_picked: {{commits: {commits}, on: main{more}}}")


def test_a_copy_passes_and_is_the_evidence_whatever_its_message(forked):
    forked.git("cherry-pick", "side~1")
    forked.git("commit", "-q", "--amend", "-m", "Another message")
    result = ask(forked)
    assert result.outcome is PASSED
    assert [item.commit for item in result.evidence] == [forked.head()]


def test_a_commit_that_is_missing_is_cherry_picked(forked):
    forked.git("cherry-pick", "side~1")
    result = ask(forked, "[side~1, side]")
    three = forked.head("side")
    assert result.why == f"No commit on `main` makes the same change as {three[:7]} `Three`."
    assert f"git cherry-pick {three}" in result.fix


def test_the_same_message_with_another_change_is_not_a_copy(forked):
    forked.commit("Two", b="b")
    assert ask(forked).outcome is NEEDS_WORK


@pytest.mark.parametrize("more", ["", ", in_order: true"])
def test_copies_in_another_order_pass_if_order_is_not_required(forked, more):
    forked.git("cherry-pick", "side", "side~1")
    outcome = NEEDS_WORK if more else PASSED
    assert ask(forked, "[side~1, side]", more).outcome is outcome
    assert ask(forked, "[side, side~1]", more).outcome is PASSED


def test_a_merge_brings_the_commit_itself_and_not_a_copy(forked):
    forked.merge("--no-ff", "-m", "Merge", "side")
    result = ask(forked)
    assert result.outcome is NEEDS_WORK
    assert result.why.endswith("itself, not a copy of it.")


def test_a_commit_that_was_made_on_the_branch_is_not_said_to_be_merged(forked):
    result = ask(forked, "[main]")
    assert result.why == f"`main` contains {forked.head()[:7]} `Main` itself, not a copy of it."


def test_a_merge_can_be_cherry_picked_too(forked):
    forked.git("switch", "-q", "-c", "topic", "main~1")
    forked.merge("--no-ff", "-m", "Merge side", "side~2")
    forked.switch("main")
    forked.git("cherry-pick", "-m", "1", "topic")
    assert ask(forked, "[topic]").outcome is PASSED


def test_commits_of_unrelated_histories_can_be_cherry_picked(forked):
    forked.git("switch", "-q", "--orphan", "other")
    forked.commit("Other root", other="x")
    forked.switch("main")
    forked.git("cherry-pick", "other")
    assert ask(forked, "[other]").outcome is PASSED


def test_a_copy_made_in_the_same_second_is_another_commit(learner):
    """The commands are pasted as one block, and Git gives the same commit on the same parent the same id."""
    check = "cherry_picked: {commits: [gone]}"
    environment = home(learner.path.parent / "home")
    when = {f"GIT_{role}_DATE": learner.environment[f"GIT_{role}_DATE"] for role in ("AUTHOR", "COMMITTER")}
    follow(learner.ask(check).fix, learner.path, {**environment, **when})
    assert learner.ask(check).outcome is PASSED
