"""Sequences of messages: exact or by patterns, whole or with gaps, along first parents or with merged commits."""

import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_line(repo):
    for subject in ("Start", "Add a", "Add b", "fixup! Add a"):
        repo.commit(subject, **{subject[-1]: subject})


@pytest.fixture
def line(copy_of):
    """main with `Start`, `Add a`, `Add b` and a fixup of `Add a`."""
    return copy_of(build_line)


def ask(repo, parameters, **more):
    return repo.ask(f"history: {{{parameters}}}", **more)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("subjects: [Start, Add a, Add b, fixup! Add a]", PASSED),
        ("since: 'main^{root}', subjects: [Add a, Add b, fixup! Add a]", PASSED),
        ("subjects: [Start, Add b, Add a, fixup! Add a]", NEEDS_WORK),
        ("subjects: [Start, Add a, Add b]", NEEDS_WORK),
        ("subjects: [Start, Add a, Add b, fixup! Add a, More]", NEEDS_WORK),
        ("matches: [Start, '^Add', 'b$', '^(fixup|squash)!']", PASSED),
        ("matches: [Start, '^Add', 'c$', '^(fixup|squash)!']", NEEDS_WORK),
        ("subjects: [Start, Add b], in_order: true", PASSED),
        ("subjects: [Add b, Start], in_order: true", NEEDS_WORK),
        ("subjects: [Add a, Add a], in_order: true", NEEDS_WORK),
        ("matches: [Add, Add, Add], in_order: true", PASSED),
        ("matches: [Add, Add, Add, Add], in_order: true", NEEDS_WORK),
    ],
)
def test_a_sequence_is_whole_or_has_gaps(line, parameters, outcome):
    assert ask(line, parameters).outcome is outcome


def test_the_first_difference_is_named_with_both_sequences(line):
    result = ask(line, "since: main~3, subjects: [Add b, Add a]")
    assert result.why == (
        "The commit messages on `main` are not as required: commit 1 is `Add a`, not `Add b`."
    )
    assert (result.expected, result.found) == ("`Add b` and `Add a`", "`Add a`, `Add b` and `fixup! Add a`")
    assert len(result.evidence) == 3


def test_a_text_at_the_wrong_place_is_not_called_missing(line):
    result = ask(line, "matches: [Start, Add, '^b']")
    assert result.why == (
        "The commit messages on `main` are not as required: "
        "commit 3 has the subject `Add b`, which does not contain `b` at the start."
    )


def test_only_the_commits_that_were_checked_are_called_linear(line):
    assert ask(line, "linear: true, since: main~2").why == (
        "2 commits after `main~2` on `main` checked: none is a merge commit."
    )


def test_commits_of_the_starter_are_not_part_of_it(line):
    assert ask(line, "subjects: [Add b, fixup! Add a]", starter=line.head("main~2")).outcome is PASSED


@pytest.fixture
def merged(line):
    line.branch("side")
    line.commit("Side", side="x")
    line.switch("main")
    line.commit("Main", main="x")
    line.merge("--no-ff", "-m", "Merge side", "side")
    return line


def test_merged_commits_count_only_if_all_commits_are_required(merged):
    since = "since: 'main~2'"
    assert ask(merged, f"{since}, subjects: [Main, Merge side]").outcome is PASSED
    both = [
        ask(merged, f"{since}, line: all, subjects: [{row}, Merge side]")
        for row in ("Main, Side", "Side, Main")
    ]
    assert sorted(result.outcome for result in both) == [NEEDS_WORK, PASSED]


def test_dates_do_not_decide_the_order(repo):
    for year in (2030, 1990, 2010):
        repo.environment["GIT_COMMITTER_DATE"] = f"{year}-01-01T00:00:00+00:00"
        repo.commit(f"In {year}")
    assert ask(repo, "subjects: [In 2030, In 1990, In 2010]").outcome is PASSED
