"""The method of a merge is determined from the graph or the content, or reported as unknown."""

import pytest

from labs.grader.report import Outcome

MERGE, FORWARD, SQUASH = ("merge-commit", "fast-forward", "squash")


def build_forked(repo):
    repo.commit("Start", base="1\n2\n3\n4\n5\n6\n7\n8\n")
    repo.branch("side")
    repo.commit("Side one", side="one\n")
    repo.commit("Side two", side="one\ntwo\n")
    repo.switch("main")
    repo.commit("Main", main="main\n")


@pytest.fixture
def forked(copy_of):
    """main has one and side two commits of its own, in different files."""
    return copy_of(build_forked)


def ask(repo, by="any", branch="side", **more):
    return repo.ask(f"merged: {{name: {branch}, by: {by}}}", **more)


def squash(repo, message="All of side"):
    repo.git("merge", "-q", "--squash", "side")
    repo.git("commit", "-q", "-m", message)
    return repo.head()


@pytest.mark.parametrize("by", ["any", MERGE])
def test_a_merge_commit_passes_and_is_the_evidence(forked, by):
    merge = forked.merge("--no-ff", "side")
    result = ask(forked, by)
    assert result.outcome is Outcome.PASSED
    assert result.why == f"`side` was merged with a merge commit into `main`: {merge[:7]}."
    assert [item.commit for item in result.evidence] == [merge]


def test_later_commits_on_both_sides_change_nothing_about_the_merge(forked):
    merge = forked.merge("--no-ff", "side")
    forked.commit("Later", later="x")
    assert ask(forked, MERGE).evidence[0].commit == merge


def test_an_unmerged_branch_needs_work_with_the_number_of_its_commits(forked):
    result = ask(forked, MERGE)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == "`side` is not merged into `main`."
    assert result.found == "2 commits on `side` but not on `main`"
    assert [item.ref for item in result.evidence] == ["refs/heads/side", "refs/heads/main"]
    assert "git merge --no-ff --no-edit side" in result.fix


@pytest.mark.parametrize("by", ["any", FORWARD])
def test_a_fast_forward_passes_without_claiming_more_than_the_graph_shows(repo, by):
    repo.commit("Start")
    repo.branch("side")
    repo.commit("Side")
    repo.switch("main")
    repo.merge("--ff-only", "side")
    result = ask(repo, by)
    assert result.outcome is Outcome.PASSED
    assert result.why == "`side` was fast-forwarded into `main`."


def test_a_fast_forward_is_not_a_merge_commit(repo):
    repo.commit("Start")
    repo.branch("side")
    side = repo.commit("Side")
    repo.switch("main")
    repo.merge("--ff-only", "side")
    result = ask(repo, MERGE)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.expected == "`side` merged with a merge commit into `main`"
    assert result.found == f"{side[:7]} `Side`"


def test_a_merge_made_on_the_branch_itself_reaches_main_by_fast_forward(forked):
    forked.switch("side")
    forked.merge("--no-ff", "main")
    forked.switch("main")
    forked.merge("--ff-only", "side")
    assert [ask(forked, by).outcome for by in (FORWARD, MERGE)] == [Outcome.PASSED, Outcome.NEEDS_WORK]


def test_a_branch_that_contains_only_the_starter_has_nothing_to_merge(repo):
    starter = repo.commit("Start")
    repo.git("branch", "side")
    repo.commit("Main")
    result = ask(repo, starter=starter)
    assert result.why == "`side` has no commit of yours to merge."


@pytest.mark.parametrize("by", ["any", SQUASH])
def test_a_squash_is_recognised_by_its_content(forked, by):
    commit = squash(forked)
    result = ask(forked, by)
    assert result.outcome is Outcome.PASSED
    assert result.why == f"`side` was squashed into one commit on `main`: {commit[:7]}."


def test_a_squash_is_recognised_when_main_changed_another_part_of_the_same_file(repo):
    lines = "".join(f"{i}\n" for i in range(20))
    repo.commit("Start", base=lines)
    repo.branch("side")
    repo.commit("Side", base=lines + "end\n")
    repo.switch("main")
    repo.commit("Main", base="begin\n" + lines)
    squash(repo)
    assert ask(repo, SQUASH).outcome is Outcome.PASSED


def test_a_squash_that_leaves_a_file_out_is_not_the_branch(forked):
    forked.switch("side")
    forked.commit("Side three", third="x")
    forked.switch("main")
    forked.git("merge", "-q", "--squash", "side")
    forked.git("rm", "-q", "--cached", "third.txt")
    forked.git("commit", "-q", "-m", "Part of side")
    assert ask(forked).outcome is Outcome.NEEDS_WORK


def test_a_squash_is_not_a_merge_commit(forked):
    commit = squash(forked)
    result = ask(forked, MERGE)
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, f"{commit[:7]} `All of side`")


@pytest.mark.parametrize("by", ["any", "rebase"])
def test_rebase_and_merge_is_recognised_by_its_patches(forked, by):
    forked.git("cherry-pick", "side~1", "side")
    copied = forked.head()
    forked.commit("Side three", side="one\ntwo\nthree\n")
    result = ask(forked, by)
    assert result.outcome is Outcome.PASSED
    came = f"`side` was rebased and merged into `main`: {copied[:7]}."
    assert result.why == came


def test_rebase_and_merge_is_neither_a_squash_nor_a_merge_commit(forked):
    forked.git("cherry-pick", "side~1", "side")
    for by in (SQUASH, MERGE, "none"):
        assert ask(forked, by).outcome is Outcome.NEEDS_WORK, by


def test_a_squash_of_one_commit_is_also_a_rebase(repo):
    repo.commit("Start", base="0\n")
    repo.branch("side")
    repo.commit("Side", side="1\n")
    repo.switch("main")
    repo.commit("Main", main="1\n")
    repo.git("cherry-pick", "side")
    assert [ask(repo, by).outcome for by in ("any", SQUASH, "rebase")] == [Outcome.PASSED] * 3


def test_a_squash_of_several_commits_is_not_a_rebase(forked):
    squash(forked)
    assert ask(forked, "rebase").outcome is Outcome.NEEDS_WORK


def test_the_method_of_changes_that_were_merged_in_parts_is_not_known(forked):
    forked.git("cherry-pick", "--no-commit", "side~1")
    forked.put("more.txt", "more\n")
    forked.commit("Half of it, and more")
    forked.git("cherry-pick", "side")
    carried = forked.head()
    forked.commit("Side three", side="one\ntwo\nthree\n")
    result = ask(forked, SQUASH)
    assert result.outcome is Outcome.NOT_RUN
    assert f": {carried[:7]} has all of its changes" in result.reason


def test_a_branch_whose_base_was_squashed_before_is_not_called_unmerged(forked):
    forked.git("branch", "first", "side~1")
    forked.git("merge", "-q", "--squash", "first")
    forked.commit("First half")
    forked.git("merge", "-q", "--squash", "-s", "recursive", "-X", "theirs", "side")
    forked.commit("Second half")
    assert ask(forked, SQUASH, "first").outcome is Outcome.PASSED
    assert ask(forked, SQUASH).outcome is Outcome.NOT_RUN


def test_files_that_were_never_all_there_at_one_time_are_unmerged(repo):
    repo.commit("Start", a="0\n", b="0\n")
    repo.branch("side")
    repo.commit("Both", a="1\n", b="1\n")
    repo.switch("main")
    repo.commit("One", a="1\n")
    repo.commit("The other instead", a="0\n", b="1\n")
    assert ask(repo).outcome is Outcome.NEEDS_WORK


def test_a_deleted_branch_is_recognised_by_the_merge_commit_that_names_it(forked):
    merge = forked.merge("--no-ff", "side")
    forked.git("branch", "-D", "side")
    result = ask(forked, MERGE)
    assert (result.outcome, result.evidence[0].commit) == (Outcome.PASSED, merge)


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Merge branch 'side' into main", Outcome.PASSED),
        ("Merge branches 'other' and 'side'", Outcome.PASSED),
        ("Merge remote-tracking branch 'origin/side'", Outcome.PASSED),
        ("Merge pull request #7 from learner/side", Outcome.PASSED),
        ("Merge branch 'main' into side", Outcome.NOT_RUN),
        ("Merge branch 'inside'", Outcome.NOT_RUN),
        ("Bring it in", Outcome.NOT_RUN),
    ],
)
def test_only_a_message_that_git_writes_for_this_branch_is_proof(forked, message, outcome):
    forked.merge("--no-ff", "-m", message, "side")
    forked.git("branch", "-D", "side")
    assert ask(forked).outcome is outcome


def test_a_plain_commit_with_the_words_of_a_merge_is_no_proof(forked):
    forked.commit("Merge branch 'side'")
    forked.git("branch", "-D", "side")
    result = ask(forked)
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith("Cannot tell whether `side` was merged into `main`")
    assert result.fix == "git push origin side"


def test_an_octopus_merge_merges_every_branch(repo):
    repo.commit("Start")
    for name in ("a", "b", "c"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(name, **{name: name})
    repo.switch("main")
    repo.commit("Main")
    octopus = repo.merge("a", "b", "c")
    assert [ask(repo, MERGE, name).evidence[0].commit for name in "abc"] == [octopus] * 3


def criss_cross(repo):
    """Each of main and side merged the other's earlier commit: two best common ancestors."""
    one, other = repo.head("main"), repo.head("side")
    repo.switch("main")
    repo.merge("-m", "Cross", other)
    repo.switch("side")
    repo.merge("-m", "Cross back", one)
    repo.commit("More side", more="x")
    repo.switch("main")


def test_after_a_criss_cross_the_branch_is_unmerged_until_it_is_merged(forked):
    criss_cross(forked)
    before = ask(forked, MERGE)
    merge = forked.merge("--no-ff", "side")
    after = ask(forked, MERGE)
    assert (before.outcome, after.outcome) == (Outcome.NEEDS_WORK, Outcome.PASSED)
    assert after.evidence[0].commit == merge


def test_a_squash_after_a_criss_cross_is_still_recognised(forked):
    criss_cross(forked)
    squash(forked)
    assert ask(forked, SQUASH).outcome is Outcome.PASSED


def test_dates_that_run_backwards_change_nothing(forked):
    forked.environment["GIT_COMMITTER_DATE"] = "2001-01-01T00:00:00+00:00"
    merge = forked.merge("--no-ff", "side")
    assert ask(forked, MERGE).evidence[0].commit == merge


def test_unrelated_histories_are_not_merged(repo):
    repo.commit("Start", a="a")
    repo.git("switch", "-q", "--orphan", "side")
    repo.commit("Other root", b="b")
    assert ask(repo).outcome is Outcome.NEEDS_WORK


@pytest.mark.parametrize("way", [None, "merge", "squash"])
def test_a_branch_that_must_not_be_merged_is_recognised_in_each_way(forked, way):
    if way == "merge":
        forked.merge("--no-ff", "side")
    elif way == "squash":
        squash(forked)
    result = ask(forked, "none")
    assert result.outcome is (Outcome.NEEDS_WORK if way else Outcome.PASSED)
    if way:
        back = forked.head("main~1")
        assert f"git reset --keep {back}\ngit push --force-with-lease origin main\n" in result.fix


def test_a_squash_over_a_submodule_that_moved_elsewhere_causes_no_fault(forked):
    for name, target in (("side", "1"), ("main", "2")):
        forked.git("checkout", "-q", "--force", name)
        forked.git("update-index", "--add", "--cacheinfo", f"160000,{target * 40},lib")
        forked.git("commit", "-q", "-m", f"Lib for {name}")
        forked.git("rm", "-q", "--cached", "lib")
    assert ask(forked).outcome is Outcome.NEEDS_WORK
