"""The results of grading: one result per check, and the report that is stored as JSON."""

from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Literal

from .github_facts import FactsUsed
from .json_object import JsonObject

SCHEMA = 1
TENTH = Decimal("0.1")


class Outcome(StrEnum):
    """Outcome of a check. A fault of ours is never `NEEDS_WORK`."""

    PASSED = "passed"
    NEEDS_WORK = "needs_work"
    NOT_RUN = "not_run"
    FAULT = "fault"


@dataclass(frozen=True)
class Evidence:
    """Place of a finding: a full ref name, a commit ID, a path, a line (from 1) and up to four numbered lines."""

    ref: str | None = None
    commit: str | None = None
    path: str | None = None
    line: int | None = None
    excerpt: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A picture made by this engine: SVG whose texts are escaped, and a description in lines of text.

    `letters` are lines for a terminal, if the picture is small enough.
    """

    title: str
    svg: str
    text: tuple[str, ...]
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission. `reason` is set for NOT_RUN and FAULT only, `why` for the other two.

    `fix` is text of one or more lines, commands for a plumbing check; `hint` is more help, for later submissions.
    `drawings` show what was found and, if the check has one, the wanted shape. No text here has control characters.
    `found_nothing` is True if there was nothing for the check to judge.
    """

    id: str
    says: str
    kind: str
    points: Decimal
    earned: Decimal
    outcome: Outcome
    reason: str | None = None
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    expected: str = ""
    found: str = ""
    fix: str = ""
    lesson: str | None = None
    teaches: Literal["plumbing", "skill"] = "plumbing"
    seconds: float = 0.0
    hint: str = ""
    drawings: tuple[Drawing, ...] = ()
    found_nothing: bool = False


def points_to_pass(max_points: Decimal, pass_mark: int) -> Decimal:
    """Return the points for a pass mark in percent, rounded up to the tenth that is shown."""
    return (max_points * pass_mark / 100).quantize(TENTH, ROUND_CEILING)


def points_to_show(points: Decimal, *, passed: bool) -> Decimal:
    """If the pass mark was missed, round down to a tenth, so that no text shows it as reached."""
    return points if passed else points.quantize(TENTH, ROUND_FLOOR)


@dataclass(frozen=True)
class Report:
    """All results in the author's order. `spec_digest` identifies the lab.yaml, `engine` the engine.

    `checks_digest` identifies the parts that it shares with its public text, `head` the commit of main, else of the
    first branch (reports of older engines have neither). `graph` is the commit graph of the graded repository, with the
    commits that need work marked. `github` names the facts from GitHub that were used. `rubric_points` are those that a
    person gives beside the checks: they are part of `max_points`, and never of `points`.
    """

    schema: int
    engine: str
    spec_digest: str
    title: str
    pass_mark: int
    results: tuple[CheckResult, ...]
    graph: Drawing | None = None
    checks_digest: str = ""
    head: str = ""
    github: tuple[FactsUsed, ...] = ()
    rubric_points: Decimal = Decimal(0)

    @property
    def points(self) -> Decimal:
        return sum((result.earned for result in self.results), Decimal(0))

    @property
    def max_points(self) -> Decimal:
        return sum((result.points for result in self.results), self.rubric_points)

    @property
    def score(self) -> int:
        """Points in whole percent, rounded down, so that a miss is never shown as the pass mark."""
        return int(self.points * 100 / self.max_points) if self.max_points else 0

    @property
    def points_needed(self) -> Decimal:
        return points_to_pass(self.max_points, self.pass_mark)

    @property
    def passed(self) -> bool:
        return not self.faulted and self.score >= self.pass_mark

    @property
    def faulted(self) -> bool:
        return any(result.outcome is Outcome.FAULT for result in self.results)

    @property
    def passed_count(self) -> int:
        return sum(result.outcome is Outcome.PASSED for result in self.results)

    @property
    def first_to_fix(self) -> CheckResult | None:
        """The first check that needs work, in the author's order; else the first that was not run."""
        for outcome in (Outcome.NEEDS_WORK, Outcome.NOT_RUN):
            for result in self.results:
                if result.outcome is outcome:
                    return result
        return None

    def to_json(self) -> JsonObject:
        # points are text, so that none is rounded
        data = asdict(self)
        data["results"] = [_result_to_json(result) for result in self.results]
        data["graph"] = self.graph and _drawing_to_json(self.graph)
        data["github"] = [asdict(used) for used in self.github]
        data["rubric_points"] = str(self.rubric_points)
        return data

    @classmethod
    def from_json(cls, data: JsonObject) -> "Report":
        """Return the report that `to_json` wrote. Raises ValueError for a schema that this engine does not know."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"unknown report schema {data['schema']!r}, expected {SCHEMA}")
        graph = data.get("graph")
        results = tuple(_result_from_json(result) for result in data["results"])
        github = tuple(FactsUsed(**item) for item in data.get("github", ()))
        graph = graph and _drawing_from_json(graph)
        rubric = Decimal(data.get("rubric_points", 0))
        read = {"graph": graph, "results": results, "github": github, "rubric_points": rubric}
        return cls(**{**data, **read})


def _result_to_json(result: CheckResult) -> JsonObject:
    return {
        **asdict(result),
        "points": str(result.points),
        "earned": str(result.earned),
        "outcome": result.outcome.value,
        "evidence": [
            {**asdict(item), "excerpt": [list(line) for line in item.excerpt]} for item in result.evidence
        ],
        "drawings": [_drawing_to_json(drawing) for drawing in result.drawings],
    }


def _drawing_to_json(drawing: Drawing) -> JsonObject:
    return {**asdict(drawing), "text": list(drawing.text), "letters": list(drawing.letters)}


def _result_from_json(data: JsonObject) -> CheckResult:
    return CheckResult(
        **{
            **data,
            "points": Decimal(data["points"]),
            "earned": Decimal(data["earned"]),
            "outcome": Outcome(data["outcome"]),
            "evidence": tuple(_evidence_from_json(item) for item in data["evidence"]),
            "drawings": tuple(_drawing_from_json(item) for item in data.get("drawings", ())),
        }
    )


def _evidence_from_json(data: JsonObject) -> Evidence:
    return Evidence(**{**data, "excerpt": tuple((number, text) for number, text in data["excerpt"])})


def _drawing_from_json(data: JsonObject) -> Drawing:
    return Drawing(**{**data, "text": tuple(data["text"]), "letters": tuple(data["letters"])})
