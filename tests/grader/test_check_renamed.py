import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK
TEXT = "".join(f"This is line {i} of the guide.\n" for i in range(10))


@pytest.fixture
def guide(repo):
    repo.commit("Start", guide=TEXT)
    return repo


def ask(repo, more=""):
    return repo.ask(f"renamed: {{path: docs/guide.txt, from: guide.txt{more}}}")


def move(repo):
    (repo.path / "docs").mkdir()
    repo.git("mv", "guide.txt", "docs/guide.txt")


def test_a_rename_passes_with_its_commit(guide):
    move(guide)
    commit = guide.commit("Move the guide")
    guide.commit("Later", docs__guide="all new\n")
    result = ask(guide)
    assert (
        result.why == f"{commit[:7]} `Move the guide` renamed `guide.txt` to `docs/guide.txt` (100% similar)."
    )


@pytest.mark.parametrize(("kept", "outcome"), [(8, PASSED), (3, NEEDS_WORK)])
def test_lines_may_change_in_the_same_commit_but_not_most_of_them(guide, kept, outcome):
    move(guide)
    lines = TEXT.splitlines(keepends=True)
    guide.commit("Move and change", docs__guide="".join(lines[:kept]) + "new\n" * 2)
    assert ask(guide).outcome is outcome
    similar = guide.git("diff-tree", "-r", "-M50%", "--name-status", "HEAD").splitlines()[-1]
    assert similar.startswith("R") == (outcome is PASSED)


def test_the_similarity_can_be_set(guide):
    move(guide)
    guide.commit("Move and change", docs__guide=TEXT + "one more line of the guide\n")
    assert ask(guide, ", similar_at_least: 100").outcome is NEEDS_WORK


def test_a_file_that_did_not_move_is_moved(guide):
    result = ask(guide)
    assert (result.outcome, result.found) == (NEEDS_WORK, "`guide.txt`")
    assert "git mv guide.txt docs/guide.txt" in result.fix


def test_a_copy_leaves_the_old_file(guide):
    guide.commit("Copy", docs__guide=TEXT)
    result = ask(guide)
    assert result.found == "`guide.txt` and `docs/guide.txt`"
    assert "git rm -q --cached guide.txt" in result.fix


def test_delete_and_add_in_two_commits_lose_the_history(guide):
    guide.commit("Add it there", docs__guide=TEXT)
    guide.git("rm", "-q", "guide.txt")
    guide.commit("Delete it here")
    result = ask(guide)
    assert result.outcome is NEEDS_WORK
    assert (
        result.why
        == "`guide.txt` was not renamed to `docs/guide.txt` in a single commit, so Git sees a new file."
    )
    assert [item.commit for item in result.evidence] == [guide.head(), guide.head("main~1")]
    assert f"git reset --soft {guide.head('main~2')}" in result.fix
