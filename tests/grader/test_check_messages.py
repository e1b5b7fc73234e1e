import pytest

from labs.grader.report import Outcome

STYLE = "each_commit: {matches: '^[A-Z]', subject_at_most: 50, forbids: ['wip', 'update.*'], blank_second_line: true}"


def test_messages_as_required_pass(repo):
    repo.commit("Add a parser\n\nIt reads lines.")
    repo.commit("Describe the parser")
    result = repo.ask(STYLE)
    assert result.outcome is Outcome.PASSED
    assert result.why == "2 commits checked, each as required."


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("add a parser", "the subject `add a parser` does not contain the required text."),
        ("WIP", "the subject `WIP` does not describe the change."),
        ("Updated some files", "the subject `Updated some files` does not describe the change."),
        ("A" * 51, f"the subject `{'A' * 51}` has 51 characters."),
        ("Add a parser\nand a test", "the line after the subject `Add a parser` is not blank."),
    ],
)
def test_a_message_that_breaks_one_rule_names_the_cause(repo, message, cause):
    commit = repo.commit(message)
    result = repo.ask(STYLE)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == f"1 of 1 commit message needs work. In commit {commit[:7]} {cause}"


def test_offending_commits_are_evidence_newest_last_and_three_at_most(repo):
    ids = [repo.commit(f"wip {i}") for i in range(5)]
    repo.commit("Add the rest")
    result = repo.ask("each_commit: {forbids: ['wip.*'], blank_second_line: true}")
    assert [item.commit for item in result.evidence] == ids[2:]
    assert result.evidence[0].excerpt == ((1, "wip 2"),)
    assert result.why.startswith("5 of 6 commit messages need work.")
    assert result.found == f"{ids[4][:7]} `wip 4`, {ids[3][:7]} `wip 3`, {ids[2][:7]} `wip 2` and 2 more"


def test_a_forbidden_word_inside_a_subject_is_allowed(repo):
    repo.commit("Remove the wip marker")
    assert repo.ask(STYLE).outcome is Outcome.PASSED


def test_a_blank_second_line_can_be_left_to_the_learner(repo):
    repo.commit("Add a parser\nand a test")
    assert repo.ask("each_commit: {blank_second_line: false, matches: ''}").outcome is Outcome.PASSED


@pytest.mark.parametrize("written", ["Merge branch 'side'", "Merge pull request #3 from learner/side"])
def test_a_merge_that_git_described_is_left_out(repo, written):
    repo.commit("Add a parser")
    repo.branch("side")
    repo.commit("Add a side")
    repo.switch("main")
    repo.merge("--no-ff", "-m", written, "side")
    assert repo.ask("each_commit: {matches: '^Add', blank_second_line: true}").outcome is Outcome.PASSED


def test_a_merge_that_the_learner_described_is_judged(repo):
    repo.commit("Add a parser")
    repo.branch("side")
    repo.commit("Add a side")
    repo.switch("main")
    merge = repo.merge("--no-ff", "-m", "stuff", "side")
    assert [
        item.commit for item in repo.ask("each_commit: {matches: '^Add', blank_second_line: true}").evidence
    ] == [merge]


def test_an_ordinary_commit_cannot_hide_as_a_merge(repo):
    repo.commit("Merge branch 'side'")
    assert repo.ask("each_commit: {matches: '^Add', blank_second_line: true}").outcome is Outcome.NEEDS_WORK


def test_a_branch_without_own_commits_does_not_pass(repo):
    starter = repo.commit("wip")
    result = repo.ask(STYLE, starter=starter)
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, "none")


def test_only_the_newest_message_is_amended(repo):
    repo.commit("Add a parser")
    repo.commit("wip")
    assert "git commit --amend" in repo.ask(STYLE).fix


def test_an_older_message_is_reworded_from_its_parent(repo):
    repo.commit("Add a parser")
    repo.commit("wip")
    repo.commit("Add more")
    assert (
        "--interactive" not in repo.ask(STYLE).fix
        and "git rebase --rebase-merges --onto HEAD " in repo.ask(STYLE).fix
    )


def test_an_empty_message_needs_work(repo):
    repo.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    assert repo.ask("each_commit: {blank_second_line: true}").why.endswith("the message is empty.")


LONG = "Describe how the billing of the supermarket is rounded to whole paise"  # 69 characters
RULES = (
    "each_commit: {matches: '^[A-Z].*[a-z]$', subject_at_most: 72, forbids: [fix], blank_second_line: true}"
)


def test_what_git_and_github_write_is_not_held_against_the_learner(repo):
    """Each message, and the fault that is found: none, or the words of the cause."""
    commit = "a" * 40
    table = {
        f'Revert "{LONG}"\n\nThis reverts commit {commit}.': None,
        f'Revert "{LONG}"\n\nThis reverts commit {commit}, reversing\nchanges made to {commit}.': None,
        f'Reapply "{LONG}"\n\nThis reverts commit {commit}.': None,
        f'Revert "{LONG}" (#13)\n\nReverts learner/shop#12': None,
        f'Revert "Revert "{LONG}""\n\nThis reverts commit {commit}.': None,
        f"Squashed commit of the following:\n\ncommit {commit}\nAuthor: x": None,
        f"{LONG} (#1234)": None,
        f"fixup! {LONG}": None,
        "fixup! fix": "does not describe the change",
        "fix (#12)": "does not describe the change",
        "add a form (#12)": "does not contain the required text",
        f'Revert "{LONG}"': "has 78 characters",
        f"{LONG} of each bill": "has 82 characters",
        "Squashed commit of the following: all": None,
    }
    found = {}
    for message in table:
        repo.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message.encode())
        result = repo.ask(RULES, starter=repo.head("HEAD~1") if found else None)
        nothing_else = result.why.startswith("Nothing to check")
        found[message] = None if nothing_else or result.outcome is Outcome.PASSED else result.why
    wrong = [
        text
        for text, cause in table.items()
        if (cause or "") not in (found[text] or "") or (cause is None) != (found[text] is None)
    ]
    assert not wrong, found[wrong[0]]


def test_a_revert_of_a_commit_that_is_there_needs_no_trailer(repo):
    repo.commit(LONG)
    repo.commit(f'Revert "{LONG}"')
    assert repo.ask(RULES).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "kind", ["commit: {on: main, subject: Add the form}", "history: {subjects: [Start, Add the form]}"]
)
def test_the_number_of_a_pull_request_is_not_part_of_a_subject(repo, kind):
    repo.commit("Start")
    repo.commit("Add the form (#12)")
    assert repo.ask(kind).outcome is Outcome.PASSED
