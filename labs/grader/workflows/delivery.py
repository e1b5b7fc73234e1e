"""Continuous delivery: a person lets a green result into production. Continuous deployment: nobody is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..findings import Answer, Finding, answer
from ..words import listed, quoted
from .expressions import events_known, holds, runs_after_failure
from .filters import Moment, starts
from .graph import Pipeline
from .model import Job
from .stages import Act

Way = Literal["continuous-delivery", "continuous-deployment"]
_SETTINGS = (
    "Whether the environment asks for approval is a setting of the repository, which the file does not show."
)


@dataclass(frozen=True)
class Delivery:
    """What happens to a green push: `environment` is the one that stands for production, `branch` what is delivered."""

    pipeline: Pipeline
    environment: str
    branch: str

    def judge(self, way: Way) -> Answer:
        if not self.pipeline.deployments():
            return Answer((self._no_deployment(),))
        faults = list(self._delivery() if way == "continuous-delivery" else self._deployment())
        if not faults and self._by_push:
            faults = list(self._untested())
        return answer(faults, self._holds(way), [act.place for act in self.production])

    @cached_property
    def production(self) -> list[Act]:
        """Deployments to production; a job that names another environment goes there."""
        return [
            act
            for act in self.pipeline.deployments()
            if self.gate_of(act) or not self.pipeline.jobs[act.job].environment
        ]

    @cached_property
    def _by_push(self) -> bool:
        moment = Moment("push", self.branch)
        return any(starts(trigger, moment) for trigger in self.pipeline.workflow.triggers.values())

    @cached_property
    def _automatic(self) -> list[dict[str, str]]:
        """What can be known in the runs that a push starts, at once or by the workflow that it has started."""
        found = [events_known("push", self.branch)] if self._by_push else []
        triggers = self.pipeline.workflow.triggers
        return found + [events_known(event) for event in ("workflow_run", "schedule") if event in triggers]

    def runs_by_itself(self, act: Act) -> bool:
        return any(self._runs(act, known) is not False for known in self._automatic)

    def _runs(self, act: Act, known: dict[str, str]) -> bool | None:
        """None where a condition depends on what the file does not tell."""
        jobs = (self.pipeline.jobs[name] for name in (act.job, *self.pipeline.before[act.job]))
        said = [holds(text, known) for text in (act.condition, *(job.condition for job in jobs))]
        return False if False in said else None if None in said else True

    def gate_of(self, act: Act) -> str:
        """The job with a person's decision that this waits for: itself, or one before it."""
        for name in (act.job, *sorted(self.pipeline.before[act.job])):
            if self.is_gate(self.pipeline.jobs[name]):
                return name
        return ""

    def is_gate(self, job: Job) -> bool:
        by_hand = any("manual-approval" in step.action for step in job.steps)
        return by_hand or job.environment.casefold() == self.environment.casefold()

    def _delivery(self) -> Iterator[Finding]:
        if not self.production:
            yield self._elsewhere()
        for act in self.production:
            if not self.gate_of(act) and self.runs_by_itself(act):
                yield Finding(
                    act.place,
                    f"Job {quoted(act.job)} deploys each push to {quoted(self.branch)} without a person's decision: "
                    "that is continuous deployment.",
                    f"`environment: {self.environment}` in the job that deploys, or a start by hand",
                    "no environment",
                    (f"  {act.job}:", f"    environment: {self.environment}"),
                    job=act.job,
                )

    def _deployment(self) -> Iterator[Finding]:
        free = [act for act in self.production if not self.gate_of(act)]
        if not free:
            acts = self.production or self.pipeline.deployments()
            yield from (self._waits(act) for act in acts)
        for act in free:
            if not self.runs_by_itself(act):
                yield self._not_by_push(act)
            yield from self._unmerged(act)

    def _unmerged(self, act: Act) -> Iterator[Finding]:
        """What is not in the branch yet must not come into production."""
        other = f"not-{self.branch}"
        for moment, said in (
            (Moment("pull_request", self.branch), "A pull request deploys too, before it is merged"),
            (Moment("push", other), "A push to any other branch deploys too"),
        ):
            begun = any(starts(trigger, moment) for trigger in self.pipeline.workflow.triggers.values())
            if begun and self._runs(act, events_known(moment.event, moment.branch)):
                yield Finding(
                    act.place,
                    f"{said}, by job {quoted(act.job)}.",
                    f"a deployment by a push to {quoted(self.branch)} alone",
                    f"the event {quoted(moment.event)}",
                    (f"  {act.job}:", f"    if: github.ref == 'refs/heads/{self.branch}'"),
                    job=act.job,
                )
                return

    def _waits(self, act: Act) -> Finding:
        gate = self.gate_of(act)
        environment = self.pipeline.jobs[gate or act.job].environment
        where = f"the environment {quoted(environment)}" if environment else "a step for approval"
        says = f"Job {quoted(act.job)} waits at {where}"
        return Finding(
            self.pipeline.jobs[gate].place if gate else act.place,
            f"{says}: that is continuous delivery. {_SETTINGS}"
            if gate
            else f"Job {quoted(act.job)} deploys to {where}, which is not production.",
            f"a job that deploys after each green push to {quoted(self.branch)}, without an environment",
            f"`environment: {environment}`" if environment else "a step for approval",
            job=gate or act.job,
        )

    def _not_by_push(self, act: Act) -> Finding:
        condition = act.condition or self.pipeline.jobs[act.job].condition
        events = listed(map(quoted, self.pipeline.workflow.triggers), 5)
        because = f"`if: {condition}`" if self._by_push and condition else f"the events {events}"
        return Finding(
            act.place,
            f"A push to {quoted(self.branch)} does not reach the deployment in job {quoted(act.job)}: "
            "a person starts it.",
            f"a deployment by each push to {quoted(self.branch)}",
            because,
            () if self._by_push else ("on:", "  push:", f"    branches: [{self.branch}]"),
            job=act.job,
        )

    def _untested(self) -> Iterator[Finding]:
        tests = [act for act in self.pipeline.all_acts("test") if not act.excuse]
        for act in self.production:
            if any(self.pipeline.precedes(test, act) for test in tests):
                continue
            job, late = self.pipeline.jobs[act.job], bool(tests)
            after = runs_after_failure(job.condition) and job.condition
            says = f"Job {quoted(act.job)} deploys before it is known that the tests pass."
            says = says if late else f"No test has to pass before job {quoted(act.job)} deploys."
            add = (f"  {act.job}:", f"    needs: [{', '.join([*job.needed, tests[0].job])}]") if late else ()
            yield Finding(
                act.place,
                says,
                "a deployment that waits for a test",
                f"`if: {job.condition}`" if after else f"needs: {listed(map(quoted, job.needed)) or 'none'}",
                () if after or (tests and tests[0].job == act.job) else add,
                job=act.job,
            )

    def _holds(self, way: Way) -> str:
        if way == "continuous-deployment":
            return f"A green push to {quoted(self.branch)} goes into production, and nobody is asked."
        gates = [gate for act in self.production if (gate := self.gate_of(act))]
        if gates and self.pipeline.jobs[gates[0]].environment:
            return f"Job {quoted(gates[0])} waits at the environment {quoted(self.environment)}. {_SETTINGS}"
        return "A person starts the deployment to production."

    def _no_deployment(self) -> Finding:
        stages = dict.fromkeys(act.stage for act in self.pipeline.all_acts())
        return Finding(
            self.pipeline.workflow.place(),
            "No job deploys.",
            "a job that deploys",
            f"the stages {listed(map(quoted, stages), 8) or 'none'}",
            (
                "  deploy:",
                "    needs: [test]",
                "    runs-on: ubuntu-latest",
                f"    environment: {self.environment}",
            ),
        )

    def _elsewhere(self) -> Finding:
        act = self.pipeline.deployments()[0]
        there = self.pipeline.jobs[act.job].environment
        return Finding(
            act.place,
            f"Job {quoted(act.job)} deploys to the environment {quoted(there)}, and no job deploys to production.",
            f"a job with `environment: {self.environment}`",
            f"`environment: {there}`",
            job=act.job,
        )
