"""Reports of labcheck from a laptop or a workflow, compared with the portal's own for the same commit."""

import json
import re
from dataclasses import dataclass

from labs.grader.report import SCHEMA, CheckResult, Outcome, Report
from labs.grader.words import listed, quoted
from labs.models import LocalReport

MAX_BYTES = 1 << 20
MAX_CHECKS = 500
WORDS = {"passed": "passed", "needs_work": "needs work"}
MAX_KEPT = 100  # per learner and lab
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ENGINE = re.compile(r"[0-9A-Za-z.+-]{1,20}")
_ID = re.compile(r"[a-z0-9-]{1,100}")
_JUDGED = {Outcome.PASSED, Outcome.NEEDS_WORK}


class NoReportError(ValueError):
    """The upload is not a labcheck report; the message says what to do."""


@dataclass(frozen=True)
class UploadedReport:
    """The parts of an uploaded report that are stored."""

    head: str
    engine: str
    checks_digest: str
    outcomes: dict[str, str]


def read(data: bytes) -> UploadedReport:
    """Read the report that `labcheck grade --json` printed. Raises NoReportError."""
    try:
        said = json.loads(data)
        sent = UploadedReport(
            _require_match(_HEX, said["head"]),
            _require_match(_ENGINE, said["engine"]),
            _require_match(_HEX, said["checks_digest"]),
            {
                _require_match(_ID, result["id"]): Outcome(result["outcome"]).value
                for result in said["results"]
            },
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoReportError(
            "This is not a labcheck report. Send the output of `labcheck grade --json`."
        ) from None
    if said.get("schema") != SCHEMA:
        raise NoReportError(
            "The report is from a different version of labcheck. Download labcheck.pyz again."
        )
    if len(sent.outcomes) > MAX_CHECKS:
        raise NoReportError(f"The report has more than {MAX_CHECKS} checks.")
    return sent


def _require_match(pattern: re.Pattern[str], data: object) -> str:
    # JSON strings may contain what neither the database nor a page accepts
    if isinstance(data, str) and pattern.fullmatch(data):
        return data
    raise ValueError(pattern.pattern)


def comparison(local: LocalReport, own: Report) -> str:
    place = local.get_place_display()
    different = [result for result in own.results if _differs(result, local.outcomes.get(result.id))]
    if not different:
        return f"labcheck on {place} has the same results for this commit."
    checks = listed([_compare_outcomes(result, local.outcomes[result.id]) for result in different])
    return f"labcheck on {place} has different results for this commit: {checks}. {_cause(local, own)}"


def _differs(result: CheckResult, elsewhere: str | None) -> bool:
    # a check that one of the two places could not run is not a disagreement
    return elsewhere in _JUDGED and result.outcome in _JUDGED and elsewhere != result.outcome


def _compare_outcomes(result: CheckResult, elsewhere: str) -> str:
    return f"{quoted(result.id)} {WORDS[elsewhere]} there and {WORDS[result.outcome]} here"


def _cause(local: LocalReport, own: Report) -> str:
    if local.checks_digest != own.checks_digest:
        return "It used different checks. Download lab.yaml again. The portal's result counts."
    if local.engine != own.engine:
        versions = f"It ran version {local.engine} of labcheck, the portal {own.engine}"
        return f"{versions}. Download labcheck.pyz again. The portal's result counts."
    return (
        "Both used the same checks. Usually, the branches or tags differ. Push them all, "
        "or fetch the whole history in the workflow. The portal's result counts."
    )
