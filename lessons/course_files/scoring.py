"""The points of a course in course.yaml: weights, and how many of the lowest results are dropped."""

from typing import Any

from lessons.course_files.values import SCORING
from lessons.models import Course
from lessons.texts.fields import Fields

COLUMNS = {
    "labs": "lab_weight",
    "quizzes": "quiz_weight",
    "attendance": "attendance_weight",
    "checklists": "checklist_weight",
    "drop_labs": "dropped_labs",
    "drop_quizzes": "dropped_quizzes",
}
WEIGHTS = ("labs", "quizzes", "attendance", "checklists")


# Any: values of columns
def read_scoring(fields: Fields) -> dict[str, Any]:
    """Return the columns that `scoring` sets, none without it: then the portal keeps its own."""
    item = fields.mapping("scoring")
    if item is None:
        return {}
    found = {name: item.number(name, default, limit=100) for name, default in SCORING.items()}
    item.report_unknown()
    if (whole := sum(found[name] for name in WEIGHTS)) != 100:
        weights = ", ".join(f"{name} {found[name]}" for name in WEIGHTS)
        fields.report("scoring", f"the weights must add up to 100, but are {whole}: {weights}")
        return {}
    return {COLUMNS[name]: value for name, value in found.items()}


# Any: values of YAML
def scoring_values(course: Course) -> dict[str, Any]:
    return {name: getattr(course, column) for name, column in COLUMNS.items()}
