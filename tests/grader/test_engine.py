"""Rules for every check: order, needs, faults, time limits, and text that is safe to store."""

import logging
import signal
import threading
import time

import pytest

from labs.grader.checks._shared.base import Kind, LookedAt, Verdict, passed
from labs.grader.checks.readable import ReadableCheck
from labs.grader.engine import ENGINE_VERSION, grade, time_limit
from labs.grader.git.repository import Repository
from labs.grader.report import Evidence, Outcome
from labs.grader.spec import load_spec

HOPELESS = "each_commit: {matches: '^(a+)+$', blank_second_line: true}"


def outcomes(report):
    return [result.outcome for result in report.results]


def replace_readable(monkeypatch, function):
    monkeypatch.setattr(ReadableCheck, "check", lambda self, run: function(run))


def test_a_report_names_the_engine_and_the_lab_that_was_used(repo, lab):
    repo.commit()
    report = repo.grade(lab("readable: {}"))
    assert (report.schema, report.engine, report.title, report.pass_mark) == (1, ENGINE_VERSION, "A lab", 70)
    assert report.spec_digest == load_spec(lab("readable: {}")).digest


def test_results_are_in_the_authors_order(repo, lab):
    repo.commit()
    report = repo.grade(lab("tag: {name: v1}", "readable: {}", "branch: {name: x}"))
    assert [(result.id, result.kind) for result in report.results] == [
        ("c1", "tag"),
        ("c2", "readable"),
        ("c3", "branch"),
    ]


def test_a_check_is_not_run_when_one_that_it_needs_did_not_pass(repo, lab):
    repo.commit()
    text = lab("branch: {name: side}") + "".join(
        f"  - id: d{i}\n    says: D\n    points: 1\n    readable: {{}}\n    needs: [{needs}]\n"
        for i, needs in enumerate(("c1", "d0"))
    )
    report = repo.grade(text)
    assert outcomes(report) == [Outcome.NEEDS_WORK, Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert report.results[1].reason == "Not run: it depends on a check that did not pass: `Check 1 holds`."
    assert (report.results[1].earned, report.results[1].why) == (0, "")


def test_a_check_that_breaks_is_our_fault_and_the_others_still_run(repo, lab, monkeypatch, caplog):
    def explode(run):
        raise ZeroDivisionError("secret detail")

    replace_readable(monkeypatch, explode)
    repo.commit()
    with caplog.at_level(logging.ERROR):
        report = repo.grade(lab("readable: {}", "branch: {name: main}"))
    assert outcomes(report) == [Outcome.FAULT, Outcome.PASSED]
    assert (report.faulted, report.passed) == (True, False)
    reference = report.results[0].reason.removesuffix(".").split()[-1]
    assert reference in caplog.text and "secret detail" in caplog.text
    assert "secret" not in report.results[0].reason


def test_a_pathological_pattern_is_stopped_and_the_others_still_run(repo, lab, monkeypatch):
    monkeypatch.setattr(Kind, "seconds", 0.3)
    repo.commit("a" * 60 + "!")
    report = repo.grade(lab(HOPELESS, "branch: {name: main}"))
    assert outcomes(report) == [Outcome.NOT_RUN, Outcome.PASSED]
    assert report.results[0].reason == "The check timed out after 0.3 seconds."
    assert 0.3 <= report.results[0].seconds < 30


def test_a_reader_that_was_stopped_in_the_middle_is_used_again(repo, lab, monkeypatch):
    monkeypatch.setattr(Kind, "seconds", 0.3)
    repo.commit(a="needle")

    def stop_in_the_middle(run):
        # the second answer is slow between its head and its data, so that the limit strikes there
        reader = run.repository._objects
        reader.read(run.repository.branches["main"], 1000)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("labs.grader.git.objects.int", lambda text: time.sleep(9), raising=False)
            reader.read(run.repository.branches["main"], 1000)

    replace_readable(monkeypatch, stop_in_the_middle)
    report = repo.grade(lab("readable: {}", "file: {path: a.txt, contains: needle}"))
    assert outcomes(report) == [Outcome.NOT_RUN, Outcome.PASSED]


def test_the_time_limit_restores_signal_and_timer():
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append("outer"))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with time_limit(5):
            pass
        time.sleep(0.2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen == ["outer"]


def test_grading_works_in_a_thread_where_no_signal_reaches(repo, lab):
    repo.commit()
    reports = []
    thread = threading.Thread(target=lambda: reports.append(repo.grade(lab("readable: {}"))))
    thread.start()
    thread.join()
    assert outcomes(reports[0]) == [Outcome.PASSED]


def test_plumbing_gets_the_kinds_own_commands_and_skill_does_not(repo, lab):
    repo.commit()
    plumbing, skill = (
        repo.grade(lab("branch: {name: x}", more=f"    teaches: {teaches}\n")).results[0]
        for teaches in ("plumbing", "skill")
    )
    assert plumbing.fix.endswith("git switch -c x\ngit push -u origin x")
    assert (skill.fix, skill.teaches) == ("", "skill")


def test_the_authors_fix_takes_precedence_over_the_kinds_own(repo, lab):
    repo.commit()
    report = repo.grade(
        lab("branch: {name: x}", "branch: {name: main}", more="    fix: |\n      one\n      two\n")
    )
    assert [result.fix for result in report.results] == ["one\ntwo", ""]


def test_learner_and_sandbox_reach_the_check(repo, lab, monkeypatch):
    replace_readable(
        monkeypatch, lambda run: passed(f"{run.learner} {run.sandbox}", looked_at=LookedAt(1, "run"))
    )
    repo.commit()
    with Repository.open(repo.path) as repository:
        report = grade(load_spec(lab("readable: {}")), repository, sandbox="box", learner="me")
    assert report.results[0].why == "me box"


def test_text_from_a_repository_is_bounded_and_contains_no_control_characters(repo, lab, monkeypatch):
    long = "\x1b\x00" + "x" * 5000
    evidence = Evidence(ref=long, path=long, excerpt=((1, "\tx" + long),))
    replace_readable(
        monkeypatch, lambda run: Verdict(Outcome.NEEDS_WORK, long, long, long, long, (evidence,))
    )
    repo.commit()
    result = repo.grade(lab("readable: {}")).results[0]
    shown = (result.why, result.expected, result.found, result.evidence[0].ref, result.evidence[0].path)
    assert {len(text) for text in shown} == {600}
    assert result.evidence[0].excerpt[0][1].startswith("    x\\x1b\\x00x")
    assert len(result.evidence[0].excerpt[0][1]) == 160
    assert all(text.isprintable() for text in (*shown, result.fix))
