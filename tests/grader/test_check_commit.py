"""One commit: found by name or by message, and compared with the requirements."""

import pytest

from labs.grader.git.history import StoredCommit
from labs.grader.report import Outcome
from tests.grader.shaping import shape_history

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_line(repo):
    repo.commit("Start", a="a")
    repo.commit("Fix the sum\n\nIt was one too small.", a="b", b="b")
    repo.commit("Trigger")


@pytest.fixture
def line(copy_of):
    """main with `Start` (a.txt), `Fix the sum` (a.txt and b.txt) and an empty commit `Trigger`."""
    return copy_of(build_line)


def ask(repo, parameters, **more):
    return repo.ask(f"commit: {{{parameters}}}", **more)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("subject: Fix the sum", PASSED),
        ("subject: Fix the su", NEEDS_WORK),
        ("matches: 'one too \\w+'", PASSED),
        ("matches: '^It was'", PASSED),
        ("subject: Trigger, matches: 'one too small'", NEEDS_WORK),
        ("at: main~1, subject: Fix the sum", PASSED),
        ("at: main, subject: Fix the sum", NEEDS_WORK),
        ("subject: Fix the sum, touches: [b.txt, a.txt]", PASSED),
        ("subject: Fix the sum, touches: [a.txt]", NEEDS_WORK),
        ("at: 'main^{root}', touches: [a.txt]", PASSED),
        ("at: main, empty: true", PASSED),
        ("at: main~1, empty: true", NEEDS_WORK),
        ("at: main, empty: false", NEEDS_WORK),
        ("at: main~2, parents: 0", PASSED),
        ("at: main, parents: 2", NEEDS_WORK),
        ("at: main, author: Learner <learner@example.org>", PASSED),
        ("at: main, author: <LEARNER@example.org>, committer: Learner", PASSED),
        ("at: main, author: Other <learner@example.org>", NEEDS_WORK),
        ("at: main, committer: <other@example.org>", NEEDS_WORK),
        ("at: main, signed: true", NEEDS_WORK),
    ],
)
def test_a_commit_is_found_and_judged(line, parameters, outcome):
    assert ask(line, parameters).outcome is outcome


@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("author: Learner", PASSED),
        ("since: main~1, empty: true", PASSED),
        ("empty: true", NEEDS_WORK),
        ("since: main~1, touches: [a.txt]", NEEDS_WORK),
        ("message_matches: '[a-z]'", PASSED),
        ("message_matches: '^It was'", NEEDS_WORK),
        ("matches: '^It was', since: main~2", NEEDS_WORK),
    ],
)
def test_each_commit_is_judged(line, parameters, outcome):
    assert line.ask(f"each_commit: {{{parameters}}}").outcome is outcome


def test_a_missing_commit_says_what_was_required(line):
    result = ask(line, "subject: Fix the product")
    assert result.why == "No commit on `main` has the subject `Fix the product`."
    assert "git commit -m 'Fix the product'" in result.fix


def test_a_fault_names_the_commit_and_expected_and_found(line):
    result = ask(line, "subject: Fix the sum, touches: [a.txt]")
    commit = line.head("main~1")
    assert result.why == f"Commit {commit[:7]} `Fix the sum` changes different files."
    assert (result.expected, result.found) == ("changes to `a.txt` only", "changes to `a.txt` and `b.txt`")
    assert [item.commit for item in result.evidence] == [commit]


def test_one_of_several_with_the_same_subject_is_enough(line):
    line.commit("Fix the sum", c="c")
    assert ask(line, "subject: Fix the sum, touches: [a.txt, b.txt]").outcome is PASSED
    assert line.ask("each_commit: {since: main~1, touches: [c.txt]}").outcome is PASSED


def test_a_signature_is_seen_whoever_made_it(line):
    head = line.git("cat-file", "commit", "HEAD").split("\n\n", 1)
    signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----"
    signed = line.objects(*f"{head[0]}\n{signature}\n\n{head[1]}\n".split("\n"), kind="commit")
    line.git("reset", "-q", "--hard", signed)
    assert ask(line, "at: main, signed: true").outcome is PASSED


def test_the_word_gpgsig_in_a_message_is_not_a_signature(line):
    line.commit("Sign\n\ngpgsig -----BEGIN SSH SIGNATURE-----")
    assert ask(line, "at: main, signed: true").outcome is NEEDS_WORK


def test_a_merge_is_compared_with_its_first_parent(line):
    line.git("switch", "-q", "-c", "side", "main~1")
    line.commit("Side", side="x")
    line.switch("main")
    line.merge("--no-ff", "-m", "Merge it", "side")
    assert ask(line, "at: main, parents: 2, touches: [side.txt]").outcome is PASSED


def test_a_long_history_is_read_once(repo, monkeypatch):
    shape_history(
        repo, [(1,), *((number, number - 1) for number in range(2, 2_001))], {"refs/heads/main": 2_000}
    )
    compared = []
    monkeypatch.setattr(StoredCommit, "__eq__", lambda one, other: compared.append(one) or one is other)
    result = ask(repo, "matches: '^Commit', author: Somebody")
    assert result.outcome is NEEDS_WORK
    assert ask(repo, "matches: '^Commit 1', author: Learner").outcome is PASSED
    assert len(compared) < 2_000
