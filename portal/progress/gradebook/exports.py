"""The gradebook as files: for spreadsheets, for programs, and for the imports of Canvas and Moodle."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from labs.models import Lab
from lessons.models import Cohort, Enrollment, GradeChange, Quiz
from lessons.pages.csv_file import Cell, csv_response
from lessons.points import CENT, show_exactly
from portal.progress.gradebook.queries import Column, columns_of, read_marks
from portal.progress.models import Override
from portal.progress.score_queries import read_outcomes, score_outcomes

PLACE = tuple[int, str]  # an enrollment, and the key of an item
MAX_CHANGES = 100_000


@dataclass(frozen=True)
class Sheet:
    """All scores of a cohort, in the points of each item itself; `max_points` by key of the item."""

    cohort: Cohort
    learners: list[Enrollment]
    columns: list[Column]
    max_points: Mapping[str, Decimal]
    points: Mapping[PLACE, Decimal]
    totals: Mapping[int, Decimal]
    passed: set[int]
    overrides: Mapping[PLACE, Override]
    late: Mapping[PLACE, int]

    def head(self, column: Column) -> str:
        return f"{column.title} (of {_plain(self.max_points.get(column.key))})"

    def cells(self, learner: Enrollment) -> list[Decimal | None]:
        return [self.points.get((learner.pk, column.key)) for column in self.columns]


def read_sheet(cohort: Cohort) -> Sheet:
    """Read everything, with what is held back. The number of queries is fixed."""
    course = cohort.course
    rows = Enrollment.objects.active().filter(cohort=cohort).select_related("user")
    learners = sorted(rows, key=lambda each: (each.user.get_full_name().casefold(), each.pk))
    outcomes = read_outcomes(course, learners, with_held=True)
    scores = score_outcomes(course, learners, outcomes)
    marks = read_marks([each.pk for each in learners])
    max_points = _max_points(cohort)
    items = next(iter(scores.values())).items if scores else {}
    columns = [each for each in columns_of(cohort) if each.key in items or each.kind == "external"]
    points = {
        (learner, key): (outcome.share * max_points[key]).quantize(CENT, ROUND_HALF_UP)
        for learner, found in outcomes.items()
        for key, outcome in found.items()
        if key in max_points
    }
    for place, (earned, out_of) in marks.external.items():
        points[place], max_points[place[1]] = earned, out_of
    return Sheet(
        cohort,
        learners,
        columns,
        max_points,
        points,
        {key: each.points for key, each in scores.items()},
        {key for key, each in scores.items() if each.is_passed},
        marks.overrides,
        marks.late,
    )


def _max_points(cohort: Cohort) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    models: tuple[tuple[str, Any], ...] = (("quiz", Quiz), ("lab", Lab))  # Any: either model
    for kind, model in models:
        rows = model.objects.filter(course=cohort.course_id, current__isnull=False).order_by()
        found |= {f"{kind}:{pk}": worth for pk, worth in rows.values_list("pk", "current__max_points")}
    return found


HEADS = ("Name", "Email", "GitHub", "Total of 100", "Passed")


def _rows(sheet: Sheet) -> list[list[Cell]]:
    return [
        [
            *(learner.user.get_full_name(), learner.user.email, learner.user.github_name),
            float(sheet.totals[learner.pk]),
            "yes" if learner.pk in sheet.passed else "no",
            *map(_number, sheet.cells(learner)),
        ]
        for learner in sheet.learners
    ]


def _number(points: Decimal | None) -> Cell:
    return None if points is None else float(points)


def _plain(points: Decimal | None) -> str:
    return "" if points is None else show_exactly(points)


def as_csv(sheet: Sheet, name: str) -> HttpResponse:
    return csv_response(f"{name}.csv", [*HEADS, *map(sheet.head, sheet.columns)], _rows(sheet))


def as_xlsx(sheet: Sheet, name: str) -> HttpResponse:
    """Write a workbook. Texts are written as texts, whatever they begin with, so none becomes a formula."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet("Gradebook")
        bold = book.add_format({"bold": True})
        heads: list[Cell] = [*HEADS, *map(sheet.head, sheet.columns)]
        for number, row in enumerate([heads, *_rows(sheet)]):
            for place, cell in enumerate(row):
                _write(page, number, place, cell, None if number else bold)
        page.freeze_panes(1, 1)
        page.set_column(0, 1, 24)
    response = HttpResponse(
        file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


# Any: objects of XlsxWriter, which has no types
def _write(page: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell, form)
    elif cell is not None:
        page.write_number(row, column, cell, form)


def as_json(sheet: Sheet, name: str) -> HttpResponse:
    """Write points as texts, so that no program rounds them."""
    data = {
        "course": sheet.cohort.course.slug,
        "cohort": sheet.cohort.slug,
        "items": [
            {"key": each.key, "title": each.title, "out_of": _plain(sheet.max_points.get(each.key))}
            for each in sheet.columns
        ],
        "learners": [_learner_json(sheet, learner) for learner in sheet.learners],
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


# Any: JSON
def _learner_json(sheet: Sheet, learner: Enrollment) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for column in sheet.columns:
        place = (learner.pk, column.key)
        if place not in sheet.points:
            continue
        scores[column.key] = {"points": _plain(sheet.points[place])}
        if place in sheet.late:
            scores[column.key]["days_late"] = sheet.late[place] or None
        override = sheet.overrides.get(place)
        if override and override.points is not None:
            changed = {"reason": override.reason, "at": override.at.isoformat(), "held": override.is_held}
            scores[column.key]["changed_by_hand"] = changed
    user = learner.user
    return {
        "name": user.get_full_name(),
        "email": user.email,
        "github": user.github_name,
        "total": _plain(sheet.totals[learner.pk]),
        "passed": learner.pk in sheet.passed,
        "scores": scores,
    }


def as_canvas(sheet: Sheet, name: str) -> HttpResponse:
    """Write the columns that the gradebook of Canvas imports, with the row of possible points below the heads."""
    heads = [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        *(each.title for each in sheet.columns),
    ]
    possible: list[Cell] = ["Points Possible", "", "", "", ""]
    possible += [_number(sheet.max_points.get(each.key)) for each in sheet.columns]
    section = sheet.cohort.title
    rows: list[Sequence[Cell]] = [possible]
    for learner in sheet.learners:
        who: list[Cell] = [learner.user.get_full_name(), "", "", learner.user.email, section]
        rows.append([*who, *map(_number, sheet.cells(learner))])
    return csv_response(f"{name}-canvas.csv", _distinct(heads), rows)


def as_moodle(sheet: Sheet, name: str) -> HttpResponse:
    """Write the email address, by which Moodle maps people, and one column of points for each item."""
    heads = ["Email address", *(each.title for each in sheet.columns)]
    rows = [[learner.user.email, *map(_number, sheet.cells(learner))] for learner in sheet.learners]
    return csv_response(f"{name}-moodle.csv", _distinct(heads), rows)


def _distinct(heads: list[str]) -> list[str]:
    # both systems match items by their heads
    seen: dict[str, int] = {}
    found = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        found.append(f"{head} ({seen[head]})" if seen[head] > 1 else head)
    return found


Write = Callable[[Sheet, str], HttpResponse]
FORMATS: dict[str, tuple[str, Write]] = {
    "csv": ("CSV", as_csv),
    "xlsx": ("Excel (XLSX)", as_xlsx),
    "json": ("JSON", as_json),
    "canvas": ("CSV for Canvas", as_canvas),
    "moodle": ("CSV for Moodle", as_moodle),
}


def export_book(cohort: Cohort, form: str, *, sees_names: bool) -> HttpResponse:
    """Return the file. Raises PermissionDenied for those who see pseudonyms."""
    if not sees_names:
        raise PermissionDenied(
            "This course is marked under pseudonyms. Only its instructors download scores."
        )
    return FORMATS[form][1](read_sheet(cohort), f"{cohort.course.slug}-{cohort.slug}-gradebook")


CHANGE_HEADS = ("When", "Who", "Learner", "Kind", "What", "From", "To", "Of", "Why")


def changes_csv(rows: Iterable[GradeChange], names: Callable[[GradeChange], str], name: str) -> HttpResponse:
    return csv_response(
        f"{name}-grade-changes.csv",
        CHANGE_HEADS,
        [
            [
                *(
                    row.at.isoformat(timespec="seconds"),
                    row.who,
                    names(row),
                    row.get_kind_display(),
                    row.title,
                ),
                *(_number(row.old), _number(row.new), _number(row.out_of), row.why),
            ]
            for row in rows
        ],
    )
