"""Engine reports for tests: `make_engine_report(readme="needs_work")` names an outcome per check."""

from decimal import Decimal

from labs.grader.report import SCHEMA, CheckResult, Evidence, Outcome, Report

WHY = {
    Outcome.PASSED: "It is as it should be.",
    Outcome.NEEDS_WORK: "`README.md` is not there. Found `docs/README.md` instead.",
    Outcome.NOT_RUN: "Not run: it depends on a check that did not pass: `the repository can be read`.",
    Outcome.FAULT: "The check stopped. Reference C-1.",
}
SEEN_AT = Evidence(
    ref="refs/heads/main",
    commit="9f3c2e1" + "0" * 33,
    path="README.md",
    line=2,
    excerpt=((1, "# Billing"), (2, "<<<<<<< HEAD"), (3, "<b>bold</b>")),
)


def make_result(id: str, outcome: str, points: int = 20, **fields) -> CheckResult:
    """A result that has everything a check of this outcome may have."""
    ended = Outcome(outcome)
    was_run = ended in (Outcome.PASSED, Outcome.NEEDS_WORK)
    needs_work = ended is Outcome.NEEDS_WORK
    defaults = {
        "says": f"{id} is as it should be",
        "kind": "file",
        "points": Decimal(points),
        "earned": Decimal(points if ended is Outcome.PASSED else 0),
        "reason": None if was_run else WHY[ended],
        "why": WHY[ended] if was_run else "",
        "evidence": (SEEN_AT,) if needs_work else (),
        "expected": "`README.md`" if needs_work else "",
        "found": "`docs/README.md`" if needs_work else "",
        "fix": "git mv docs/README.md README.md\ngit commit -m 'Move README'" if needs_work else "",
        "lesson": "git-basics#committing" if needs_work else None,
    }
    return CheckResult(id=id, outcome=ended, **{**defaults, **fields})


def make_engine_report(pass_mark: int = 70, **outcomes: str) -> Report:
    """A report with one check of 20 points per keyword, in their order; `_` in a keyword becomes `-`."""
    results = tuple(make_result(name.replace("_", "-"), outcome) for name, outcome in outcomes.items())
    return Report(SCHEMA, "test", "0" * 64, "Your first repository", pass_mark, results)
