"""Judge texts by the checks of a question, in a process of its own with limits: the text is a stranger's."""

from collections.abc import Sequence
from functools import lru_cache

from labs.grader.report import Outcome, Report
from labs.grading import apart

SECONDS = 20.0
TIMED_OUT = "The check timed out"


def judge(path: str, checks: str, texts: tuple[str, ...]) -> Sequence[Report]:
    """Return a report for each text. Raises ApartError if there is none within SECONDS."""
    reports = _judge(path, checks, texts)
    if any(map(fault_in, reports)):
        _judge.cache_clear()  # the fault may be gone the next time
    return reports


@lru_cache(maxsize=256)
def _judge(path: str, checks: str, texts: tuple[str, ...]) -> Sequence[Report]:
    asked = {"path": path, "checks": checks, "texts": texts}
    answer = apart.ask({"file": asked}, SECONDS, needs_sandbox=False)
    return [Report.from_json(report) for report in answer["reports"]]


def fault_in(report: Report) -> str:
    """Return why a report is no verdict on the text, "" if it is one."""
    for result in report.results:
        reason = result.reason or ""
        if result.outcome is Outcome.FAULT or reason.startswith(TIMED_OUT):
            return f"check {result.id}: {reason}"
    return ""
