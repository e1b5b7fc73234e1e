import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


@pytest.fixture
def line(repo):
    """main with `Start`, `Bad`, `Later`; side at `Bad`."""
    repo.commit("Start", a="a")
    repo.commit("Bad\n\nWith a password.", b="b")
    repo.git("branch", "side")
    repo.commit("Later", c="c")
    return repo


def test_a_commit_that_is_still_there_is_named(line):
    result = line.ask("gone: {subject: Bad}")
    bad = line.head("side")
    assert result.why == f"`main` still contains {bad[:7]} `Bad`."
    assert result.expected == "no commit with the subject `Bad` in the history of `main`"
    assert [item.commit for item in result.evidence] == [bad]
    assert f"git rebase --rebase-merges --onto {line.head('main~2')} {bad}" in result.fix


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("subject: Bad", PASSED),
        ("matches: password", PASSED),
        ("subject: Later", NEEDS_WORK),
        ("at: side", PASSED),
        ("at: main", NEEDS_WORK),
        (f"at: {'ab' * 20}", PASSED),
        ("subject: Bad, everywhere: true", NEEDS_WORK),
        ("at: side, everywhere: true", NEEDS_WORK),
        (f"at: {'ab' * 20}, everywhere: true", PASSED),
        ("at: absent~1", NEEDS_WORK),
        ("subject: Bad, on: absent", NEEDS_WORK),
    ],
)
def test_a_dropped_commit_is_gone_from_main_only(line, parameters, outcome):
    line.git("rebase", "-q", "--onto", "main~2", "main~1", "main")
    assert line.ask(f"gone: {{{parameters}}}").outcome is outcome


def test_a_tag_that_still_reaches_it_is_named(line):
    line.git("tag", "backup", "side")
    line.git("branch", "-q", "-D", "side")
    line.git("reset", "-q", "--hard", "main~2")
    result = line.ask("gone: {subject: Bad, everywhere: true}")
    assert "`backup` still contains" in result.why
    assert "git tag -d backup\ngit push origin --delete refs/tags/backup" in result.fix


def test_an_undone_merge_is_gone_with_its_commits(line):
    line.git("switch", "-q", "-c", "topic", "side")
    line.commit("Topic", t="t")
    line.switch("main")
    line.merge("--no-ff", "-m", "Merge topic", "topic")
    before = [line.ask(f"gone: {{subject: {subject}}}") for subject in ("Merge topic", "Topic")]
    back = f"git reset --keep {line.head('main~1')}"
    assert all(f"\n{back}\ngit push --force-with-lease origin main\n" in result.fix for result in before)
    line.shell(back)
    assert line.ask("gone: {subject: Topic}").outcome is PASSED
