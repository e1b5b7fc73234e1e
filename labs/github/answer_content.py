"""The words of a result on GitHub: a commit status, and a check run with annotations on lines.

Everybody who can read the repository reads them, so they have no points, hints or fixes; the portal's page has.
"""

import re
from typing import Any

from labs.grader.report import CheckResult, Evidence, Outcome, Report
from labs.grader.words import count, cut, visible

MAX_DESCRIPTION = 140  # GitHub's limits
MAX_TITLE = 255
MAX_SUMMARY = 60_000
MAX_MESSAGE = 10_000
MAX_ANNOTATIONS = 200
ANNOTATIONS_PER_REQUEST = 50
WORDS = {
    Outcome.PASSED: "Passed",
    Outcome.NEEDS_WORK: "Needs work",
    Outcome.NOT_RUN: "Not run",
    Outcome.FAULT: "Not run",
}
Json = dict[str, Any]


def status_of(report: Report, *, context: str, page: str) -> Json:
    """Return the body of a request for a commit status."""
    first = report.first_to_fix
    more = f" First to fix: {visible(first.says)}" if first and first.outcome is Outcome.NEEDS_WORK else ""
    state = "success" if report.passed else "failure" if needs_work(report) else "pending"
    description = cut(summary_line(report) + more, MAX_DESCRIPTION)
    return {"state": state, "context": context, "description": description, "target_url": page}


def check_run_of(report: Report, *, name: str, commit: str, page: str, number: str) -> Json:
    """Return the body of a request for a check run, with the first annotations."""
    return {
        "name": name,
        "head_sha": commit,
        "external_id": number,
        "details_url": page,
        "status": "completed",
        "conclusion": "success" if report.passed else "failure" if needs_work(report) else "neutral",
        "output": output(report, page, annotations(report, commit)[:ANNOTATIONS_PER_REQUEST]),
    }


def further_outputs(report: Report, *, commit: str, page: str) -> list[Json]:
    """Return the bodies of the requests that append the other annotations."""
    rest = annotations(report, commit)[ANNOTATIONS_PER_REQUEST:]
    pieces = [rest[at : at + ANNOTATIONS_PER_REQUEST] for at in range(0, len(rest), ANNOTATIONS_PER_REQUEST)]
    return [{"output": output(report, page, piece)} for piece in pieces]


def needs_work(report: Report) -> bool:
    return any(result.outcome is Outcome.NEEDS_WORK for result in report.results)


def summary_line(report: Report) -> str:
    return f"{report.passed_count} of {count(len(report.results), 'check')} passed."


def output(report: Report, page: str, own: list[Json]) -> Json:
    rows = [f"| {WORDS[result.outcome]} | {_cell(result.says)} |" for result in report.results]
    table = "\n".join(["| Result | Check |", "|---|---|", *rows])
    link = f"\n\n[Open the result]({page}): what to fix, and how."
    summary = cut(table, MAX_SUMMARY) + link
    return {"title": cut(summary_line(report), MAX_TITLE), "summary": summary, "annotations": own}


def annotations(report: Report, commit: str) -> list[Json]:
    """Return an annotation for each line of the commit at which a check needs work."""
    return [
        annotation(result, evidence)
        for result in report.results
        if result.outcome is Outcome.NEEDS_WORK
        for evidence in result.evidence
        if evidence.path and evidence.line and evidence.commit in (None, commit)
    ][:MAX_ANNOTATIONS]


def annotation(result: CheckResult, evidence: Evidence) -> Json:
    return {
        "path": evidence.path,
        "start_line": evidence.line,
        "end_line": evidence.line,
        "annotation_level": "warning",
        "title": cut(visible(result.says), MAX_TITLE),
        "message": cut(visible(result.why or result.found or result.says, keep="\n"), MAX_MESSAGE),
    }


def _cell(text: str) -> str:
    # code spans stay; nothing else is Markdown, HTML, a mention or a new cell
    parts = re.split(r"(`[^`|]*`)", visible(text))
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\*_\[\]<>|#@~`])", r"\\\1", part) for part in parts
    )
