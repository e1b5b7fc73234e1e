"""The peer review of a lab.yaml: criteria that other learners judge. The engine only reads it, and counts medians."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from .formats.yaml_values import Value
from .parameters import Count, read_fields
from .problem import Problem
from .rubric import Criterion, Rubric, read_rubric

MAX_WORKS = 10
MAX_DAYS = 365
CENT = Decimal("0.01")
DEADLINE = re.compile(
    r"(?:session [1-9][0-9]{0,2} \+ )?(?P<days>[0-9]{1,3}) days?(?: (?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
SAY_DEADLINE = (
    "expected days after the deadline of the lab, such as `7 days` or `7 days 23:59`, or after a meeting, such as"
    " `session 4 + 6 days 23:59`"
)


@dataclass(frozen=True)
class _Fields:
    works: Count
    deadline: str
    criteria: Value
    must_review: bool = False


@dataclass(frozen=True)
class Review:
    """Each learner reviews this number of `works` by others, by `criteria`, until a deadline.

    `deadline` counts days from the meeting of a session, or from the deadline of the lab if it names none. With
    `must_review`, learners pass the lab only once they have submitted their own reviews.
    """

    works: int
    deadline: str
    criteria: Rubric
    must_review: bool = False


def read_review(value: Value | None, taken: Iterable[str], problems: list[Problem]) -> Review | None:
    """Return the peer review, None without one or if a problem was added. `taken` are IDs of checks and criteria."""
    if value is None:
        return None
    if not isinstance(value.data, dict):
        message = "expected a mapping with the keys works, deadline and criteria"
        problems.append(Problem(value.line, "review", message))
        return None
    own: list[Problem] = []
    read = read_fields(_Fields, value.data, value.line, "review.", own)
    criteria = read_rubric(value.data.get("criteria"), taken, own, "review.criteria")
    if read and not 1 <= read.works <= MAX_WORKS:
        line = value.data["works"].line
        own.append(Problem(line, "review.works", f"expected a whole number from 1 to {MAX_WORKS}"))
    if read and not _is_deadline(read.deadline):
        own.append(Problem(value.data["deadline"].line, "review.deadline", SAY_DEADLINE))
    problems.extend(own)
    return None if own or not read else Review(read.works, read.deadline, criteria, read.must_review)


def _is_deadline(text: str) -> bool:
    found = DEADLINE.fullmatch(text)
    return found is not None and int(found["days"]) <= MAX_DAYS


def median_marks(criteria: Rubric, reviews: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Return the median of the marks for each criterion, by its ID; nothing for a criterion without marks.

    For an even number of marks, it is the mean of the two in the middle, rounded to cents. A mark above the points of
    its criterion is cut.
    """
    found = {}
    for criterion in criteria:
        marks = [_cut(criterion, review[criterion.id]) for review in reviews if criterion.id in review]
        if marks:
            found[criterion.id] = median(marks).quantize(CENT, ROUND_HALF_UP)
    return found


def _cut(criterion: Criterion, mark: Decimal) -> Decimal:
    return min(mark, criterion.points)
