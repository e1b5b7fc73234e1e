import pytest

from labs.grader.report import Outcome

CHECK = "no_conflict_markers: {at: main}"
CONFLICT = "top\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> side\n"


def test_a_conflict_is_shown_at_its_line(repo):
    repo.put("src/app.py", CONFLICT)
    commit = repo.commit()
    result = repo.ask(CHECK)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == "`src/app.py` has conflict markers, starting at line 2."
    (evidence,) = result.evidence
    assert (evidence.commit, evidence.path, evidence.line) == (commit, "src/app.py", 2)
    assert evidence.excerpt == ((1, "top"), (2, "<<<<<<< HEAD"), (3, "ours"), (4, "======="))


def test_an_earlier_commit_can_be_checked(repo):
    repo.commit("Merge", a=CONFLICT)
    repo.commit("Resolve", a="top\nboth\n")
    assert repo.ask(CHECK).outcome is Outcome.PASSED
    assert repo.ask("no_conflict_markers: {at: main~1}").evidence[0].commit == repo.head("main~1")


def test_several_conflicts_are_counted_and_three_are_shown(repo):
    repo.commit(**dict.fromkeys("abcd", CONFLICT))
    result = repo.ask(CHECK)
    assert result.why == "`a.txt` has conflict markers, starting at line 2. So do 3 more files."
    assert len(result.evidence) == 3
    assert result.found == "conflict markers in `a.txt`, `b.txt`, `c.txt` and 1 more"


@pytest.mark.parametrize(
    "text",
    [
        "Title\n=======\n\ntext\n",
        "=======\n",
        "<<<<<<< HEAD\nours\n",
        "<<<<<<< HEAD\nours\n>>>>>>> side\n",
        ">>>>>>> side\n=======\n<<<<<<< HEAD\n",
        "  <<<<<<< HEAD\n  =======\n  >>>>>>> side\n",
        "<<<<<<<< 8\n========\n>>>>>>>> 8\n",
    ],
)
def test_what_only_looks_like_a_conflict_passes(repo, text):
    repo.commit(a=text)
    assert repo.ask(CHECK).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "text",
    [
        CONFLICT.replace("\n", "\r\n"),
        CONFLICT.replace("=======", "||||||| base\nold\n======="),
        "Title\n=======\n" + CONFLICT,
    ],
)
def test_other_forms_of_conflict_are_found(repo, text):
    repo.commit(a=text)
    assert repo.ask(CHECK).outcome is Outcome.NEEDS_WORK


def test_a_conflict_that_was_resolved_later_passes(repo):
    repo.commit(a=CONFLICT)
    repo.commit(a="resolved\n")
    result = repo.ask(CHECK)
    assert (result.outcome, result.why) == (Outcome.PASSED, "No conflict markers in 1 file on `main`.")


def test_files_over_1_mb_are_reported_as_unread(repo):
    repo.commit(a="x" * (1024 * 1024) + CONFLICT, b="fine")
    assert repo.ask(CHECK).why == "No conflict markers in 1 file on `main`. Not read: 1 file over 1 MB."


def test_a_symbolic_link_is_not_followed(repo):
    repo.put("../outside", CONFLICT)
    (repo.path / "link").symlink_to("../outside")
    repo.commit()
    assert repo.ask(CHECK).why == "Nothing to check: there is no file with content on `main`."
