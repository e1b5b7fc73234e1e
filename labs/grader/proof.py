"""Prove the checks of a lab: build and grade its scenarios, and see each check both pass and need work."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .checks import wanted_facts
from .engine import ENGINE_VERSION, grade
from .git.processes import RepositoryError
from .git.repository import Repository
from .json_object import JsonObject
from .report import CheckResult, Outcome, Report
from .sandbox import Sandbox
from .scenarios import Scenario
from .spec import CheckSpec, LabSpec
from .words import listed, quoted, visible

SCHEMA = 1
STARTER_PASSES = "the starter passes the lab as it is, so learners would have nothing to do"
_NAMES = {
    Outcome.PASSED: "passed",
    Outcome.NEEDS_WORK: "needs work",
    Outcome.NOT_RUN: "not run",
    Outcome.FAULT: "fault",
}


@dataclass(frozen=True)
class Difference:
    """A check whose outcome is not the expected one. Outcomes are `passed`, `needs work` and so on."""

    check: str
    expected: str
    found: str
    why: str


@dataclass(frozen=True)
class ScenarioProof:
    """One scenario: its line in lab.yaml, and the unexpected outcomes."""

    name: str
    line: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class CheckProof:
    """Names of the scenarios in which a check passed and in which it needed work.

    `nothing` are those in which it needed work because there was nothing to judge.
    `provable` is False if it runs code, or needs a check that does, and code cannot be confined here.
    """

    id: str
    says: str
    line: int
    passed: tuple[str, ...] = ()
    needed_work: tuple[str, ...] = ()
    always_passes: bool = False
    provable: bool = True
    nothing: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """True if both outcomes were seen, or the only one of the kind, or if it cannot be proved here."""
        return not self.provable or not self.unseen

    @property
    def unseen(self) -> str:
        """Name the outcomes that no scenario shows: to pass, to need work or both; "" if none is missing.

        For a check that should have passed but had nothing to judge, name the scenario.
        """
        names = listed(map(quoted, self.nothing))
        give = "gives" if len(self.nothing) == 1 else "give"
        given = (
            f" in a scenario that gives it something to check ({names} {give} it nothing)" if names else ""
        )
        missing = [] if self.passed else [f"to pass{given}"]
        if not self.needed_work and not self.always_passes:
            missing.append("to need work")
        return " or ".join(missing)


@dataclass(frozen=True)
class Proof:
    """Results of the scenarios of one lab.yaml. `spec_digest` identifies the text, `engine` the engine that graded.

    `faults` are failures on our side: with one, nothing is proved. `starter_passes` is True if a learner who pushes
    the starter unchanged would pass the lab.
    """

    schema: int
    engine: str
    spec_digest: str
    scenarios: tuple[ScenarioProof, ...]
    checks: tuple[CheckProof, ...]
    faults: tuple[str, ...] = ()
    starter_passes: bool = False

    @property
    def proved(self) -> bool:
        """True if all outcomes were expected and every check that can be proved here was seen both ways."""
        return not (self.faults or self.differing or self.unproved or self.starter_passes)

    @property
    def differing(self) -> tuple[ScenarioProof, ...]:
        return tuple(scenario for scenario in self.scenarios if scenario.differences)

    @property
    def unproved(self) -> tuple[CheckProof, ...]:
        return tuple(check for check in self.checks if not check.proved)

    @property
    def not_provable_here(self) -> tuple[CheckProof, ...]:
        return tuple(check for check in self.checks if not check.provable)

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, data: JsonObject) -> "Proof":
        """Return the proof that `to_json` wrote. Raises ValueError for a schema that this engine does not know."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"unknown proof schema {data['schema']!r}, expected {SCHEMA}")
        scenarios = tuple(
            ScenarioProof(
                **{**item, "differences": tuple(Difference(**each) for each in item["differences"])}
            )
            for item in data["scenarios"]
        )
        checks = tuple(
            CheckProof(
                **item | {key: tuple(item.get(key, ())) for key in ("passed", "needed_work", "nothing")}
            )
            for item in data["checks"]
        )
        faults = tuple(data.get("faults", ()))
        return cls(**{**data, "scenarios": scenarios, "checks": checks, "faults": faults})


def prove(spec: LabSpec, sandbox: Sandbox | None = None) -> Proof:
    """Build and grade every scenario. If code cannot be confined, checks that run it are not provable here."""
    if (
        sandbox is not None
        and any(check.parameters.confined for check in spec.checks)
        and sandbox.unavailable()
    ):
        sandbox = None
    if spec.start and not spec.start.is_complete:
        raise RepositoryError("The files of the lab's starter are missing.")
    unprovable = _unprovable(spec.checks) if sandbox is None else frozenset[str]()
    graded = [(scenario, _graded(spec, scenario, sandbox)) for scenario in spec.scenarios]
    starter = [(spec.start, _graded(spec, spec.start, sandbox))] if spec.start else []
    return Proof(
        schema=SCHEMA,
        engine=ENGINE_VERSION,
        spec_digest=spec.digest,
        scenarios=tuple(_scenario_proof(scenario, report, unprovable) for scenario, report in graded),
        checks=tuple(_check_proof(check, graded, check.id not in unprovable) for check in spec.checks),
        faults=tuple(_faults([*graded, *starter])),
        starter_passes=any(report.passed for _, report in starter),
    )


def _unprovable(checks: Iterable[CheckSpec]) -> frozenset[str]:
    # checks that run code, and those that need one of them
    found: set[str] = set()
    for check in checks:
        if check.parameters.confined or not found.isdisjoint(check.needs):
            found.add(check.id)
    return frozenset(found)


def _graded(spec: LabSpec, scenario: Scenario, sandbox: Sandbox | None) -> Report:
    with tempfile.TemporaryDirectory(prefix="labcheck-") as folder:
        world = scenario.build(Path(folder))
        with Repository.open(folder) as repository:
            spec = replace(spec, starters=world.starters or spec.starters)
            wanted = wanted_facts((check.parameters for check in spec.checks), repository)
            github = world.answers.facts(wanted) if world.answers and not wanted.is_empty else None
            return grade(spec, repository, sandbox=sandbox, learner=scenario.learner, github=github)


def _faults(graded: Sequence[tuple[Scenario, Report]]) -> Iterator[str]:
    for scenario, report in graded:
        for result in report.results:
            if result.outcome is Outcome.FAULT:
                yield f"{visible(scenario.name)}: check {result.id} failed on our side: {result.reason}"


def _scenario_proof(scenario: Scenario, report: Report, unprovable: frozenset[str]) -> ScenarioProof:
    differences = tuple(
        Difference(result.id, expected, _NAMES[result.outcome], result.why or result.reason or "")
        for result in report.results
        if (expected := scenario.expect.get(result.id)) not in (None, _NAMES[result.outcome])
        and result.id not in unprovable
    )
    return ScenarioProof(visible(scenario.name), scenario.line, differences)


def _check_proof(check: CheckSpec, graded: Sequence[tuple[Scenario, Report]], provable: bool) -> CheckProof:
    results = [(visible(scenario.name), _result(report, check.id)) for scenario, report in graded]
    return CheckProof(
        id=check.id,
        says=visible(check.says),
        line=check.line,
        passed=tuple(name for name, result in results if result.outcome is Outcome.PASSED),
        needed_work=tuple(name for name, result in results if result.outcome is Outcome.NEEDS_WORK),
        nothing=tuple(
            name for name, result in results if result.found_nothing and result.outcome is Outcome.NEEDS_WORK
        ),
        always_passes=check.parameters.always_passes,
        provable=provable,
    )


def _result(report: Report, check_id: str) -> CheckResult:
    return next(result for result in report.results if result.id == check_id)
