import pytest

from labs.grader.report import Outcome


def test_an_annotated_tag_on_main_passes_with_its_message(repo):
    commit = repo.commit()
    repo.git("tag", "-a", "-m", "First release", "v1.0")
    result = repo.ask("tag: {name: v1.0, annotated: true, on: main, matches: '^First'}")
    assert result.outcome is Outcome.PASSED
    (evidence,) = result.evidence
    assert (evidence.ref, evidence.commit) == ("refs/tags/v1.0", commit)
    assert evidence.excerpt == ((1, "First release"),)


@pytest.mark.parametrize("name", ["V1.0", "1.0", "v1-0"])
def test_a_tag_with_nearly_the_name_is_found(repo, name):
    commit = repo.commit()
    repo.git("tag", name)
    result = repo.ask("tag: {name: v1.0}")
    assert result.why == f"There is no tag `v1.0`. Found `{name}` instead."
    assert result.evidence[0].commit == commit


def test_a_missing_tag_says_how_to_make_and_push_it(repo):
    repo.commit()
    result = repo.ask("tag: {name: v1.0, on: main}")
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, "no tag")
    assert (
        "git tag -a -m 'Release v1.0' v1.0 " in result.fix and "git push origin refs/tags/v1.0" in result.fix
    )


def test_a_lightweight_tag_is_not_annotated(repo):
    commit = repo.commit()
    repo.git("tag", "v1.0")
    result = repo.ask("tag: {name: v1.0, annotated: true}")
    assert (result.why, result.found) == ("`v1.0` is a lightweight tag.", "a lightweight tag")
    assert f"git tag -f -a -m 'Release v1.0' v1.0 {commit}" in result.fix


def test_an_annotated_tag_is_not_lightweight(repo):
    repo.commit()
    repo.git("tag", "-a", "-m", "Release", "v1.0")
    result = repo.ask("tag: {name: v1.0, annotated: false}")
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, "an annotated tag")


def test_either_type_passes_if_none_is_required(repo):
    repo.commit()
    repo.git("tag", "light")
    repo.git("tag", "-a", "-m", "Release", "noted")
    assert [repo.ask(f"tag: {{name: {name}}}").outcome for name in ("light", "noted")] == [Outcome.PASSED] * 2


def test_a_tag_of_a_commit_outside_main_is_not_on_it(repo):
    repo.commit()
    repo.branch("side")
    side = repo.commit("Side")
    repo.git("tag", "v1.0")
    result = repo.ask("tag: {name: v1.0, on: main}")
    assert result.why == "`v1.0` does not point to a commit on `main`."
    assert result.found == f"commit {side[:7]}"


def test_a_tag_of_a_file_is_not_on_main(repo):
    repo.commit(a="a")
    blob = repo.git("rev-parse", "HEAD:a.txt")
    repo.git("tag", "v1.0", blob)
    result = repo.ask("tag: {name: v1.0, on: main}")
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, f"blob {blob[:7]}")


def test_a_tag_of_a_tag_is_peeled_to_its_commit(repo):
    commit = repo.commit()
    repo.git("tag", "-a", "-m", "Inner", "inner")
    repo.git("tag", "-a", "-m", "Outer", "v1.0", "inner")
    result = repo.ask("tag: {name: v1.0, on: main, matches: Outer}")
    assert (result.outcome, result.evidence[0].commit) == (Outcome.PASSED, commit)


def test_a_message_that_does_not_match_is_shown(repo):
    repo.commit()
    repo.git("tag", "-a", "-m", "tmp", "v1.0")
    result = repo.ask("tag: {name: v1.0, matches: '^Release'}")
    assert (result.expected, result.found) == ("a message that contains `Release` at the start", "`tmp`")


def test_a_lightweight_tag_has_no_message_to_match(repo):
    repo.commit()
    repo.git("tag", "v1.0")
    result = repo.ask("tag: {name: v1.0, matches: '^Release'}")
    assert result.why == "`v1.0` is a lightweight tag, which has no message."


@pytest.mark.parametrize(("at", "outcome"), [("main~1", Outcome.PASSED), ("main", Outcome.NEEDS_WORK)])
@pytest.mark.parametrize("sort", [[], ["-a", "-m", "Release"]])
def test_a_tag_points_to_exactly_one_commit(repo, sort, at, outcome):
    repo.commit("One")
    repo.git("tag", *sort, "v1.0")
    repo.commit("Two")
    result = repo.ask(f"tag: {{name: v1.0, at: {at}}}")
    assert result.outcome is outcome
    if outcome is Outcome.NEEDS_WORK:
        assert result.expected == f"{repo.head()[:7]} `Two`"


def test_a_tag_of_a_file_points_to_no_commit(repo):
    repo.commit(a="a")
    repo.git("tag", "v1.0", repo.git("rev-parse", "HEAD:a.txt"))
    assert repo.ask("tag: {name: v1.0, at: main}").outcome is Outcome.NEEDS_WORK


def test_a_tag_that_must_not_exist_is_named_while_it_exists(repo):
    repo.commit()
    repo.git("tag", "old")
    before = repo.ask("tag: {name: old, exists: false}")
    repo.git("tag", "-d", "old")
    after = repo.ask("tag: {name: old, exists: false}")
    assert (before.why, after.why) == ("The tag `old` still exists.", "There is no tag `old`.")
    assert "git tag -d old\ngit push origin --delete refs/tags/old" in before.fix


@pytest.mark.parametrize("says", ["First release", "First release of two"])
def test_anchors_require_the_whole_message(repo, says):
    repo.commit()
    repo.git("tag", "-a", "-m", says, "v1.0")
    passes = repo.ask(r"tag: {name: v1.0, matches: '\AFirst release\Z'}").outcome is Outcome.PASSED
    assert passes == (says == "First release")
