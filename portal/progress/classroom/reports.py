"""The report of an import as plain values: for the page, which stores them, and for the command, which prints them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from labs.classroom.course_files import CoursePlan
from labs.classroom.model import Assignment, Finding, Reading
from portal.progress.classroom.importing import Imported

MAX_FINDINGS = 500  # of a course
MAX_FILE_FINDINGS = 200  # about files of no course
MAX_NAMES = 200
Report = dict[str, Any]  # Any: values of JSON


def report_of(reading: Reading, plans: Iterable[CoursePlan]) -> Report:
    """Return what was read of uploaded files, with the preview of each course."""
    return {
        **_findings(reading.findings, MAX_FILE_FINDINGS),
        "courses": [preview_of(plan) for plan in plans],
    }


def preview_of(plan: CoursePlan) -> Report:
    """Return the preview of an import."""
    assignments = plan.classroom.assignments
    return {
        "title": plan.classroom.title,
        "people": len(plan.classroom.people),
        "labs": [_lab(lab.assignment) for lab in plan.labs],
        "tests": sum(len(each.tests) for each in assignments),
        "marks": sum(len(each.marks) for each in assignments),
        **_findings(plan.findings, MAX_FINDINGS),
    }


def _lab(own: Assignment) -> Report:
    return {
        "title": own.title,
        "tests": len(own.tests),
        "marks": len(own.marks),
        "starter": len(own.files),
    }


def _findings(found: Sequence[Finding], most: int) -> Report:
    return {"findings": [asdict(each) for each in found[:most]], "more": max(len(found) - most, 0)}


def result_of(imported: Imported) -> Report:
    """Return the changes of an import, and the marks that wait for their learner."""
    marks = imported.marks
    waiting = sorted(marks.waiting.items())
    return {
        "title": imported.course.title,
        "slug": imported.course.slug,
        "is_new": imported.is_new,
        "has_changed": imported.has_changed,
        "numbers": {words: number for words, number in _numbers_of(imported).items() if number},
        "kept": [*imported.changes.kept, *imported.changes.conflicts][:MAX_NAMES],
        "kept_deadlines": imported.kept_deadlines[:MAX_NAMES],
        "twice": marks.twice[:MAX_NAMES],
        "waiting": [{"who": who, "why": why} for who, why in waiting[:MAX_NAMES]],
        "more_waiting": max(len(waiting) - MAX_NAMES, 0),
    }


def _numbers_of(imported: Imported) -> Mapping[str, int]:
    # changes by label
    marks, changes = imported.marks, imported.changes
    return {
        "created": len(changes.created),
        "updated": len(changes.updated),
        "kept as changed in the portal": len(changes.kept) + len(changes.conflicts),
        "deadlines set": len(imported.deadlines),
        "marks added": marks.created,
        "marks updated": marks.updated,
        "marks unchanged": marks.same,
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
