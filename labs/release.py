"""The time at which a lab opens to a reader: with the first lesson that names it, or later if it is scheduled."""

from typing import Any

from django.db.models import F

from lessons.models import Lesson
from lessons.models.release import Status
from lessons.release import OWN_COLUMNS, SqlOf, epoch_sql, later, lesson_sql, own_sql, to_key

_NAMES = {
    "sqlite": "instr(naming.lab_slugs, '\"' || {} || '\"') > 0",
    "postgresql": "strpos(naming.lab_slugs::text, '\"' || {} || '\"') > 0",
}


# Any: an expression for the key of a cohort, or the key
def lab_opening(cohort: Any) -> SqlOf:
    """Return an expression for the opening of a lab. A lab that no lesson names opens by its status alone."""
    columns = {name: F(name) for name in (*OWN_COLUMNS, "course_id", "slug")}
    return SqlOf(_lab, **columns, cohort=to_key(cohort))


def _lab(vendor: str, columns: dict[str, str]) -> str:
    opening = lesson_sql(vendor, "naming", columns["cohort"])
    with_lesson = f"""(
        SELECT CASE WHEN COUNT(*) = 0 THEN {epoch_sql(vendor)} ELSE MIN({opening}) END
        FROM {Lesson._meta.db_table} naming
        WHERE naming.course_id = {columns["course_id"]} AND naming.status <> '{Status.DRAFT}'
            AND naming.deletion_id IS NULL
            AND {_NAMES[vendor].format(columns["slug"])}
    )"""  # noqa: S608 - names of tables and constants
    return later(vendor, own_sql(vendor, columns), with_lesson)
