"""Figures of lab checks, computed in SQL from the failed checks of graded submissions. See docs/teaching.md.

Only graded submissions of a cohort's active learners count: the query joins those that have a report. A submission in
which a check was not run, because a check that it needs needed work, is passed over for this check.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from labs.models import FailedCheck, Lab, MetCheck, Receipt, State, Submission
from lessons.models import Cohort, Enrollment

MAX_NEEDS = 4_000  # pairs of a check and one that it needs; SQLite takes 32,766 parameters

_SECONDS = {
    "sqlite": "(julianday({later}) - julianday({earlier})) * 86400.0",
    "postgresql": "EXTRACT(EPOCH FROM ({later} - {earlier}))",
}


@dataclass(frozen=True)
class CheckFigures:
    """Figures of a check. Medians are None if nobody has repaired it.

    Of the `met` learners for whom it needed work, `stopped` have an occasion that the next submission did not repair,
    or that no submission followed; `passed` have passed it since, after a median of `attempts` submissions and
    `seconds`. Of all `followed` occasions, `repaired` were repaired by the next submission.
    """

    lab: int
    name: str
    met: int
    stopped: int
    passed: int
    followed: int
    repaired: int
    attempts: float | None
    seconds: float | None


@dataclass(frozen=True)
class LeftOut:
    """The submissions that no figure counts."""

    replaced: int
    faults: int
    unreadable: int

    @property
    def total(self) -> int:
        return self.replaced + self.faults + self.unreadable


def check_figures(
    cohort: Cohort, labs: Sequence[int], needs: Iterable[tuple[int, str, str]]
) -> list[CheckFigures]:
    """Return the figures of each check that needed work in these labs. One query.

    `needs` are the key of a lab, a check, and a check that it needs, also indirectly.
    """
    if not labs:
        return []
    pairs = list(needs)[:MAX_NEEDS]
    text, parameters = _statement(connection.vendor, cohort.pk, labs, pairs)
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return [_read(row) for row in cursor.fetchall()]


# Any: a row of the statement
def _read(row: Any) -> CheckFigures:
    lab, name, *counts, attempts, seconds = row
    medians = (None if value is None else float(value) for value in (attempts, seconds))
    return CheckFigures(lab, name, *(int(count or 0) for count in counts), *medians)


# Any: parameters of SQL
def _statement(
    vendor: str, cohort: int, labs: Sequence[int], needs: Sequence[tuple[int, str, str]]
) -> tuple[str, list[Any]]:
    tables = {
        name: model._meta.db_table
        for name, model in {
            "submission": Submission,
            "receipt": Receipt,
            "enrollment": Enrollment,
            "failed": FailedCheck,
            "met": MetCheck,
        }.items()
    }
    first = "SELECT CAST(%s AS bigint) AS lab_id, %s AS name, %s AS need"
    rows = " UNION ALL ".join([first] * len(needs)) if needs else f"{first} WHERE 1 = 0"
    values = [value for pair in needs for value in pair] if needs else [0, "", ""]
    seconds = _SECONDS[vendor].format(later="passed_at", earlier="first_at")
    places = ", ".join(["%s"] * len(labs))
    text = _TEXT.format(**tables, needs=rows, labs=places, seconds=seconds)
    return text, [*values, cohort, State.GRADED, *labs]


# `state` has a row for each learner, check that they met, and submission in which it was run. `spell` numbers the
# submissions of each row from the first that needed work; `learner` sums them up; `ranked` orders them for the medians.
_TEXT = """
WITH needs AS ({needs}),
sent AS (
    SELECT submission.id, submission.enrollment_id, submission.lab_id, submission.number,
        receipt.received_at AS at
    FROM {submission} submission
    JOIN {receipt} receipt ON receipt.id = submission.receipt_id
    JOIN {enrollment} learner ON learner.id = submission.enrollment_id
    WHERE learner.cohort_id = %s AND learner.is_active AND submission.state = %s
        AND submission.lab_id IN ({labs})
),
state AS (
    SELECT met.enrollment_id, met.lab_id, met.name, sent.number, sent.at,
        CASE WHEN failed.id IS NULL THEN 0 ELSE 1 END AS needs_work
    FROM sent
    JOIN {met} met ON met.enrollment_id = sent.enrollment_id AND met.lab_id = sent.lab_id
        AND met.first <= sent.number
    LEFT JOIN {failed} failed ON failed.submission_id = sent.id AND failed.name = met.name
    WHERE failed.id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM needs JOIN {failed} other ON other.submission_id = sent.id AND other.name = needs.need
        WHERE needs.lab_id = met.lab_id AND needs.name = met.name
    )
),
spell AS (
    SELECT enrollment_id, lab_id, name, at, needs_work,
        LEAD(needs_work) OVER (PARTITION BY enrollment_id, lab_id, name ORDER BY number) AS next,
        ROW_NUMBER() OVER (PARTITION BY enrollment_id, lab_id, name ORDER BY number) AS place
    FROM state
),
learner AS (
    SELECT enrollment_id, lab_id, name, MIN(at) AS first_at,
        MIN(CASE WHEN needs_work = 0 THEN at END) AS passed_at,
        MIN(CASE WHEN needs_work = 0 THEN place END) AS attempts,
        MAX(CASE WHEN needs_work = 1 AND COALESCE(next, 1) = 1 THEN 1 ELSE 0 END) AS stopped,
        SUM(CASE WHEN needs_work = 1 AND next IS NOT NULL THEN 1 ELSE 0 END) AS followed,
        SUM(CASE WHEN needs_work = 1 AND next = 0 THEN 1 ELSE 0 END) AS repaired
    FROM spell GROUP BY enrollment_id, lab_id, name
),
timed AS (
    SELECT lab_id, name, stopped, followed, repaired, attempts,
        CASE WHEN passed_at IS NOT NULL THEN {seconds} END AS seconds
    FROM learner
),
ranked AS (
    SELECT timed.*,
        COUNT(attempts) OVER (PARTITION BY lab_id, name) AS passes,
        ROW_NUMBER() OVER (
            PARTITION BY lab_id, name ORDER BY CASE WHEN attempts IS NULL THEN 1 ELSE 0 END, attempts
        ) AS by_attempts,
        ROW_NUMBER() OVER (
            PARTITION BY lab_id, name ORDER BY CASE WHEN seconds IS NULL THEN 1 ELSE 0 END, seconds
        ) AS by_seconds
    FROM timed
)
SELECT lab_id, name, COUNT(*), SUM(stopped), COUNT(attempts), SUM(followed), SUM(repaired),
    AVG(CASE WHEN by_attempts IN ((passes + 1) / 2, passes / 2 + 1) THEN attempts * 1.0 END),
    AVG(CASE WHEN by_seconds IN ((passes + 1) / 2, passes / 2 + 1) THEN seconds END)
FROM ranked GROUP BY lab_id, name ORDER BY lab_id, name
"""


def learners_with_results(cohort: Cohort, labs: Sequence[int]) -> dict[int, int]:
    """Map the key of each lab to the number of active learners of the cohort with a graded submission."""
    rows = _of_cohort(cohort).filter(state=State.GRADED, lab__in=labs).values("lab")
    return dict(rows.annotate(people=Count("enrollment", distinct=True)).values_list("lab", "people"))


def count_left_out(cohort: Cohort, labs: Sequence[int]) -> LeftOut:
    """Count the submissions without a verdict. Cancelled and waiting ones are neither counted nor left out."""
    counts = (
        _of_cohort(cohort)
        .filter(lab__in=labs)
        .aggregate(
            replaced=Count("pk", filter=Q(state=State.SUPERSEDED)),
            faults=Count("pk", filter=Q(state=State.FAULT)),
            unreadable=Count("pk", filter=Q(state=State.UNREADABLE)),
        )
    )
    return LeftOut(**counts)


# Any: a query set of grouped rows too
def _of_cohort(cohort: Cohort) -> Any:
    return Submission.objects.filter(enrollment__cohort=cohort, enrollment__is_active=True).order_by()


def analysed_labs(cohort: Cohort) -> list[Lab]:
    """Return the labs of the course that are not drafts, in order, without their texts."""
    labs = Lab.objects.filter(course=cohort.course, current__isnull=False).released()
    return list(labs.only("slug", "title", "course", "current").order_by("position", "slug"))
