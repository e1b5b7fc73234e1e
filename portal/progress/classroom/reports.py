"""The report of an import as plain values: for the page, which stores them, and for the command, which prints them."""

from collections.abc import Iterator
from typing import Any

from labs.classroom.course_files import CoursePlan
from labs.classroom.model import Finding
from portal.progress.classroom.importing import Imported, numbers_of

MAX_FINDINGS = 500
MAX_NAMES = 200
Report = dict[str, Any]  # Any: values of JSON


def preview_of(plan: CoursePlan) -> Report:
    """Return the preview of an import."""
    assignments = plan.classroom.assignments
    return {
        "title": plan.classroom.title,
        "people": len(plan.classroom.people),
        "labs": [_lab(plan, number) for number in range(len(plan.labs))],
        "tests": sum(len(each.tests) for each in assignments),
        "marks": sum(len(each.marks) for each in assignments),
        "findings": [finding_of(each) for each in plan.findings[:MAX_FINDINGS]],
        "more": max(len(plan.findings) - MAX_FINDINGS, 0),
    }


def _lab(plan: CoursePlan, number: int) -> Report:
    lab = plan.labs[number]
    due, own = lab.assignment.due, lab.assignment
    return {
        "title": own.title,
        "tests": len(own.tests),
        "marks": len(own.marks),
        "starter": len(own.files),
        "due": due.isoformat() if due else "",
    }


def finding_of(found: Finding) -> Report:
    return {"where": found.where, "what": found.what, "why": found.why, "to_do": found.to_do}


def result_of(imported: Imported) -> Report:
    """Return the changes of an import, and the marks that wait for their learner."""
    marks = imported.marks
    waiting = sorted(marks.waiting.items())
    return {
        "title": imported.course.title,
        "slug": imported.course.slug,
        "is_new": imported.is_new,
        "has_changed": imported.has_changed,
        "numbers": {words: number for words, number in numbers_of(imported).items() if number},
        "kept": [*imported.changes.kept, *imported.changes.conflicts][:MAX_NAMES],
        "kept_deadlines": imported.kept_deadlines[:MAX_NAMES],
        "twice": marks.twice[:MAX_NAMES],
        "waiting": [{"who": who, "why": why} for who, why in waiting[:MAX_NAMES]],
        "more_waiting": max(len(waiting) - MAX_NAMES, 0),
    }


def lines_of_preview(report: Report) -> Iterator[str]:
    """Yield a preview as lines of text."""
    yield (
        f"{report['title']}: {report['people']} learners, {len(report['labs'])} labs with {report['tests']} tests, "
        f"{report['marks']} past marks"
    )
    for found in report["findings"]:
        yield f"  {found['where']}: {found['what']}"
        yield f"      {found['why']}. {found['to_do']}."
    if report["more"]:
        yield f"  and {report['more']} more"


def lines_of_result(report: Report) -> Iterator[str]:
    """Yield a result as lines of text."""
    done = ", ".join(f"{words}: {number}" for words, number in report["numbers"].items())
    if not report["has_changed"]:
        done = f"nothing changed ({done})" if done else "nothing changed"
    yield f"Course {report['slug']}{' (new)' if report['is_new'] else ''}: {done}"
    for name in report["kept"]:
        yield f"  kept as changed in the portal: {name}"
    for name in report["kept_deadlines"]:
        yield f"  deadline kept, because it was changed in the portal: {name}"
    for name in report["twice"]:
        yield f"  not written: a second mark of {name}"
    for row in report["waiting"]:
        yield f"  marks of {row['who']} are waiting: {row['why']}"
    if report["more_waiting"]:
        yield f"  and those of {report['more_waiting']} more"
