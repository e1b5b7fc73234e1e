"""The sums of a report, what to fix first, the JSON that is kept and the text for a terminal."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from labs.grader.report import CheckResult, Drawing, Evidence, Outcome, Report
from labs.grader.report_text import WIDTH, report_lines, verdict_line

P, W, N, F = Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NOT_RUN, Outcome.FAULT


def result(outcome, points="10", number=1, **more):
    earned = Decimal(points) if outcome is P else Decimal(0)
    reason = "A reason." if outcome in (N, F) else None
    return CheckResult(
        f"c{number}", f"Check {number} holds", "branch", Decimal(points), earned, outcome, reason, **more
    )


def report(*outcomes, pass_mark=70):
    results = [
        o if isinstance(o, CheckResult) else result(o, number=i) for i, o in enumerate(outcomes, start=1)
    ]
    return Report(1, "1.0", "d" * 64, "A lab", pass_mark, tuple(results))


def test_points_are_added_exactly():
    found = report(result(P, "0.1"), result(P, "0.2"), result(W, "0.7"))
    assert (found.points, found.max_points, found.score) == (Decimal("0.3"), Decimal("1.0"), 30)


@pytest.mark.parametrize(
    ("earned", "lost", "score", "passed"),
    [("70", "30", 70, True), ("69.99", "30.01", 69, False), ("2", "1", 66, False)],
)
def test_the_score_is_rounded_down_and_never_shows_a_pass_mark_that_was_missed(earned, lost, score, passed):
    found = report(result(P, earned), result(W, lost))
    assert (found.score, found.passed) == (score, passed)
    reached = verdict_line(found).split(" checks passed. ")[1].split(" of ")[0]
    assert (Decimal(reached) >= found.points_needed) is passed


def test_a_fault_keeps_a_report_from_passing():
    found = report(result(P, "90"), result(F, "10"))
    assert (found.score, found.faulted, found.passed) == (90, True, False)


@pytest.mark.parametrize(
    ("outcomes", "first"),
    [((P, N, W, W), "c3"), ((P, N, N), "c2"), ((P, F), None), ((P, P), None), ((F, W), "c2")],
)
def test_first_to_fix_is_the_first_that_needs_work_else_the_first_not_run(outcomes, first):
    found = report(*outcomes).first_to_fix
    assert (found and found.id) == first


def test_passed_checks_are_counted():
    assert report(P, W, N, F, P).passed_count == 2


def test_json_round_trips_exactly():
    full = CheckResult(
        "c1",
        "Says",
        "file",
        Decimal("2.50"),
        Decimal("0"),
        W,
        None,
        "Why.",
        (Evidence("refs/heads/main", "a" * 40, "p", 3, ((2, "b"), (3, "c"))), Evidence()),
        "expected",
        "found",
        "git\npush",
        "lesson#part",
        "skill",
        0.125,
        "a stronger hint",
        (Drawing("Wanted", "<svg/>", ("main", "side")),),
    )
    before = replace(report(full, P, N, F), graph=Drawing("Graph", "<svg/>", ()))
    data = json.loads(json.dumps(before.to_json()))
    assert Report.from_json(data) == before
    assert Report.from_json(data).to_json() == data
    assert data["results"][0]["points"] == "2.50"
    assert data["results"][0]["outcome"] == "needs_work"


def test_a_schema_from_the_future_is_refused():
    with pytest.raises(ValueError, match="schema 2"):
        Report.from_json({**report(P).to_json(), "schema": 2})


def test_the_text_lists_every_check_and_then_what_to_fix_first():
    work = result(
        W,
        number=2,
        why="There is no `README.md`.",
        expected="`README.md`",
        found="`readme.md`",
        evidence=(Evidence("refs/heads/main", "9f3c2e1" + "0" * 33, "readme.md", 3, ((2, "a"), (3, "b"))),),
        fix="git mv -- readme.md README.md\ngit push origin main",
        lesson="git-basics#committing",
    )
    assert report_lines(report(P, work, N)) == [
        "A lab",
        "",
        " ✔ Check 1 holds" + " " * 48 + "10 of 10",
        " ✘ Check 2 holds" + " " * 49 + "0 of 10",
        " – Check 3 holds" + " " * 49 + "not run",
        "",
        "1 of 3 checks passed. 10 of 30 points. The pass mark is 21.",
        "",
        "Fix this first: Check 2 holds",
        "",
        "  There is no `README.md`.",
        "  Where     main, commit 9f3c2e1, readme.md, line 3",
        "             2 | a",
        "             3 | b",
        "  Expected  `README.md`",
        "  Found     `readme.md`",
        "",
        "  How to fix",
        "    git mv -- readme.md README.md",
        "    git push origin main",
        "",
        "  Lesson: git-basics#committing",
    ]


def test_when_all_passed_there_is_nothing_to_fix_first():
    assert report_lines(report(P))[-1] == "1 of 1 checks passed. 10 of 10 points. The pass mark is 7."


def test_a_fault_is_reported_as_ours_with_its_reason():
    lines = report_lines(report(P, F))
    assert " ! Check 2 holds" + " " * 39 + "fault on our side" in lines
    assert lines[-1] == "Check 2 holds: A reason."


def test_long_words_are_wrapped_to_72_and_commands_stay_whole():
    command = "git commit -m " + "x" * 80
    long = "word " * 40 + "y" * 100
    work = result(
        W,
        why=long,
        expected=long,
        found=long,
        fix=command,
        lesson="l" * 90,
        evidence=(Evidence("refs/heads/main", "a" * 40, "p" * 100, 1, ((1, "z" * 160),)),),
    )
    lines = report_lines(report(work, CheckResult("c", long, "tag", Decimal(1), Decimal(1), P)))
    assert [line for line in lines if len(line) > 72] == [f"    {command}", f"  Lesson: {'l' * 90}"]


def test_a_lesson_is_shown_by_its_url_and_left_out_if_there_is_none():
    work = report(result(W, lesson="git-basics#committing"))
    assert report_lines(work, lesson="https://portal.example/{}".format)[-1] == (
        "  Lesson: https://portal.example/git-basics#committing"
    )
    assert not any("Lesson" in line for line in report_lines(work, lesson=lambda name: ""))


def test_no_control_character_reaches_the_terminal():
    work = result(
        W, why="a\x1b[31m\u202e", fix="git\x07", evidence=(Evidence(path="\x1b", excerpt=((1, "\r"),)),)
    )
    assert all(line.isprintable() for line in report_lines(report(work)))


def test_words_of_a_fix_are_wrapped_and_what_is_typed_stays_whole():
    words, command = "Write the line by hand: item, price, tax. " * 3, f"git add {'a' * 90}"
    lines = report_lines(report(result(W, fix=f"{words}\n\n{command}\n\n  {'x' * 90}")))
    shown = lines[lines.index("  How to fix") + 1 :]
    assert " ".join(line.strip() for line in shown[: shown.index("")]) == words.strip()
    assert max(map(len, shown[: shown.index("")])) <= WIDTH
    assert shown[shown.index("") :] == ["", f"    {command}", "", f"      {'x' * 90}"]


def test_check_of_no_points_shows_no_score():
    assert " ✔ Check 1 holds" in report_lines(report(result(P, "0")))
