"""Pictures in a report: found beside wanted, the whole graph at the end, and never a fault because of them."""

import json
import time

import pytest

from labs.grader import engine
from labs.grader.checks._shared.base import LookedAt, needs_work, passed
from labs.grader.git.repository import Repository
from labs.grader.graphs.graph import Graph
from labs.grader.graphs.pictures import Pictures
from labs.grader.graphs.shapes import Node, Shape
from labs.grader.report import Evidence, Outcome, Report
from labs.grader.report_text import WIDTH, report_lines
from tests.grader.drawn import read
from tests.grader.shaping import shape_history
from tests.grader.test_graph import all_heads, tangle

WANTED = Shape("side on top of main", (Node("B", ("A",), "side"), Node("A", (), "main")))


@pytest.fixture
def forked(repo):
    """main and side diverge at the first commit; return the IDs of the three commits."""
    start = repo.commit("Start")
    repo.branch("side")
    side = repo.commit("Add a side")
    repo.switch("main")
    return start, side, repo.commit("Go on")


def pictures_of(repo, verdict, *, walked=True):
    with Repository.open(repo.path) as repository:
        if walked:
            assert repository.history
        return Pictures(repository).of(verdict)


def wanting(*evidence: Evidence):
    return needs_work("It is not.", expected="a", found="b", evidence=evidence, wanted=WANTED)


def test_found_comes_first_and_marks_the_evidence(repo, forked):
    _, side, main = forked
    evidence = Evidence(ref="refs/heads/side", commit=side)
    found, wanted = pictures_of(repo, wanting(evidence))
    assert (found.title, wanted.title) == ("Found", "Expected: side on top of main")
    assert read(found).marked == [side[:7]]
    assert {words for _, _, words in read(found).rows} >= {side[:7], main[:7]}


def test_found_leaves_other_branches_out(repo, forked):
    repo.branch("other")
    other = repo.commit("Elsewhere")
    found, _ = pictures_of(repo, wanting(Evidence(ref="refs/heads/side", commit=forked[1])))
    assert other[:7] not in found.svg
    assert found.text[-1] == "Not drawn: 1 commit on 1 branch or tag."


def test_found_shows_the_branches_that_the_wanted_shape_names(repo):
    repo.commit("Start")
    repo.branch("side")
    side = repo.commit("Add a side", a="text")
    repo.switch("main")
    repo.git("merge", "-q", "--squash", "side")
    squash = repo.commit("Take the side over")
    found, wanted = repo.ask("merged: {name: side, by: merge-commit}").drawings
    assert read(found).marked == [squash[:7]]
    assert side[:7] in [words for _, _, words in read(found).rows]
    assert wanted.letters[:2] == ("*   M main", "|\\")
    assert wanted.text[-1] == "A"


def test_found_of_a_long_history_is_short(repo):
    commits = tangle(900, 5)
    ids = shape_history(repo, commits, {**all_heads(commits), "refs/heads/main": 900})
    found, _ = pictures_of(repo, wanting(Evidence(ref="refs/heads/main", commit=ids[450])))
    assert len(read(found).rows) <= 12
    assert read(found).marked == [ids[450][:7]]


def test_passed_check_has_no_wanted_shape(repo, forked):
    assert pictures_of(repo, passed("It is.", looked_at=LookedAt(1, "branch"))) == ()


def test_long_history_that_no_check_asked_for_is_not_walked_to_draw_it(repo, forked, monkeypatch):
    monkeypatch.setattr("labs.grader.git.repository.MAX_SHORT", 2)
    (wanted,) = pictures_of(repo, wanting(), walked=False)
    assert wanted.title.startswith("Expected")
    with Repository.open(repo.path) as repository:
        assert Pictures(repository).whole([]) is None


def test_report_marks_what_needs_work_in_the_whole_graph(repo, lab, forked):
    report = repo.grade(lab("merged: {name: side}", "branch: {name: main}"))
    assert report.results[0].outcome is Outcome.NEEDS_WORK
    assert set(read(report.graph).marked) == {forked[1][:7], forked[2][:7]}
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_history_too_large_is_no_fault_and_not_drawn(repo, lab, forked, monkeypatch):
    monkeypatch.setattr("labs.grader.git.repository.MAX_COMMITS", 1)
    report = repo.grade(lab("merged: {name: side}"))
    assert report.results[0].outcome is Outcome.NOT_RUN
    assert report.graph is None


def test_fault_while_drawing_leaves_the_verdict(repo, lab, forked, monkeypatch, caplog):
    monkeypatch.setattr(Graph, "whole", lambda self, marked: 1 / 0)
    report = repo.grade(lab("merged: {name: side}"))
    assert report.results[0].outcome is Outcome.NEEDS_WORK
    assert report.graph is None
    assert "could not draw a picture" in caplog.text


def test_drawing_has_a_time_limit(repo, lab, forked, monkeypatch, caplog):
    monkeypatch.setattr(engine, "DRAWING_SECONDS", 0.1)
    monkeypatch.setattr(Graph, "whole", lambda self, marked: time.sleep(60))
    started = time.monotonic()
    assert repo.grade(lab("branch: {name: main}")).graph is None
    assert time.monotonic() - started < 30
    assert "TimeLimitError" in caplog.text


def test_report_with_pictures_stays_below_60_kb(repo, lab, monkeypatch):
    ids = shape_history(
        repo,
        tangle(2000, 3),
        {"refs/heads/main": 2000, **{f"refs/tags/v1.{number}": number * 40 for number in range(1, 40)}},
        subject="A long subject of a commit, as they are written when nobody stops, {}",
    )
    verdict = wanting(Evidence(ref="refs/heads/main", commit=ids[1000]))
    monkeypatch.setattr("labs.grader.checks.branch.BranchCheck.check", lambda self, run: verdict)
    report = repo.grade(lab("commits: {at_least: 1}", *["branch: {name: main}"] * 20))
    assert report.graph
    assert [len(result.drawings) for result in report.results] == [0] + [2] * 5 + [1] * 15
    assert len(json.dumps(report.to_json())) < 60_000


def test_terminal_shows_the_wanted_shape_of_the_first_to_fix(repo, lab, forked, monkeypatch):
    monkeypatch.setattr("labs.grader.checks.branch.BranchCheck.check", lambda self, run: wanting())
    lines = report_lines(repo.grade(lab("branch: {name: main}")))
    start = lines.index("  Expected: side on top of main")
    assert lines[start + 1 : start + 3] == ["    * B side", "    * A main"]
    assert max(map(len, lines)) <= WIDTH


def test_line_in_letters_is_never_wider_than_a_terminal(repo, lab, monkeypatch):
    wide = Shape("wide", (Node("B" * 40, ("A",), "words " * 20), Node("A")))
    verdict = needs_work("No.", expected="a", found="b", wanted=wide)
    repo.commit("Start")
    monkeypatch.setattr("labs.grader.checks.branch.BranchCheck.check", lambda self, run: verdict)
    assert max(map(len, report_lines(repo.grade(lab("branch: {name: main}"))))) <= WIDTH


def test_what_an_earlier_check_drew_is_not_drawn_again_for_one_that_passed(repo, lab):
    repo.put(
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{uses: 'a/b@" + "a1" * 20 + "'}]\n",
    )
    repo.commit("Add a workflow")
    asked = ("", ", no_secret_echoed: true", ", pinned: sha")
    report = repo.grade(lab(*(f"workflow: {{path: .github/workflows/ci.yml{more}}}" for more in asked)))
    assert [result.outcome.value for result in report.results] == ["passed"] * 3
    assert [len(result.drawings) for result in report.results] == [1, 0, 0]
