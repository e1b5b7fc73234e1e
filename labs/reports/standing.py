"""Say how far a submission is from passing, and which checks it passes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from labs.grader.json_object import JsonObject
from labs.grader.report import SCHEMA, Outcome, Report, points_to_pass, points_to_show
from labs.grader.spec import CheckSpec
from labs.grader.words import count
from labs.reports.verdict import OUTCOMES
from lessons.points import count_points, show_points


@dataclass(frozen=True)
class Standing:
    """Points of one report against its pass mark, which is a percentage of `max_points`."""

    points: Decimal
    max_points: Decimal
    pass_mark: int
    passed: bool

    @classmethod
    def of(cls, report: Report) -> "Standing":
        return cls(report.points, report.max_points, report.pass_mark, report.passed)

    def counting(self, points: Decimal, *, passed: bool) -> "Standing":
        """Return the standing with the points that count."""
        return replace(self, points=points, passed=passed)

    @property
    def needed(self) -> Decimal:
        # points to pass, rounded up as on the pages
        return points_to_pass(self.max_points, self.pass_mark)

    @property
    def score(self) -> str:
        reached = points_to_show(self.points, passed=self.passed)
        return f"{show_points(reached)} of {show_points(self.max_points)} points"

    @property
    def answer(self) -> str:
        if self.passed:
            return f"{self.score}. You passed."
        return f"{self.score}. You need {show_points(self.needed)}."

    @property
    def distance(self) -> str:
        """The score and how far below the pass mark it is, as one sentence."""
        missing = self.needed - points_to_show(self.points, passed=self.passed)
        if self.passed or missing <= 0:
            return f"{self.score}."
        return f"{self.score}, {show_points(missing)} below the pass mark."


def pass_rule(max_points: Decimal, pass_mark: int) -> str:
    needed = show_points(points_to_pass(max_points, pass_mark))
    return f"{count_points(max_points)}. You need {needed} to pass. Your best submission counts."


@dataclass(frozen=True)
class CheckRow:
    """A check of the lab with its outcome in one report; without one `score` is "25 points".

    A check worth no points has no score.
    """

    says: str
    score: str
    glyph: str = "todo"
    word: str = ""


def check_rows(checks: Iterable[CheckSpec], data: JsonObject) -> list[CheckRow]:
    """Return a row for each check. `data` is the JSON of a report, maybe of an older version of the lab."""
    results = data.get("results", ()) if data.get("schema") == SCHEMA else ()
    known = {result["id"]: result for result in results}
    return [_row(check, known.get(check.id)) for check in checks]


def _row(check: CheckSpec, result: JsonObject | None) -> CheckRow:
    if result is None:
        return CheckRow(check.says, count_points(check.points) if check.points else "")
    score = f"{show_points(Decimal(result['earned']))} of {show_points(Decimal(result['points']))}"
    return CheckRow(
        check.says, score if Decimal(result["points"]) else "", *OUTCOMES[Outcome(result["outcome"])]
    )


def to_fix(rows: Iterable[CheckRow]) -> str:
    # `2 checks`, the number of those that need work, or ""
    number = sum(row.glyph == "bad" for row in rows)
    return count(number, "check") if number else ""
