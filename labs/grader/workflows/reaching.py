"""Deployments to production, and the events that reach them."""

from dataclasses import dataclass
from functools import cached_property

from .expressions import holds
from .functions import Data
from .graph import Pipeline
from .model import Job
from .stages import Act, reachable_steps
from .triggers import Start, starts_of


@dataclass(frozen=True)
class Reach:
    """`environment` is the production environment, `branch` the branch that is delivered."""

    pipeline: Pipeline
    environment: str
    branch: str

    @cached_property
    def production(self) -> list[Act]:
        """Return the deployments to production, without those to other environments."""
        return [
            act
            for act in self.pipeline.deployments()
            if self.gate_of(act) or self._may_be_production(self.pipeline.jobs[act.job])
        ]

    @cached_property
    def starts(self) -> list[Start]:
        steps = (step.condition for job in self.pipeline.jobs.values() for step in job.steps)
        jobs = (job.condition for job in self.pipeline.jobs.values())
        return starts_of(self.pipeline.workflow, self.branch, [*jobs, *steps])

    @property
    def open_jobs(self) -> list[str]:
        """Return the jobs that may deploy to production."""
        jobs = self.pipeline.jobs.values()
        return [job.id for job in jobs if self.is_gate(job) or self._may_be_production(job)]

    @staticmethod
    def _may_be_production(job: Job) -> bool:
        return not job.environment or "${{" in job.environment

    def reached_by(self, act: Act) -> list[tuple[Start, bool | None]]:
        """Return the starts that reach or may reach a deployment: True, or None if a condition is unknown."""
        found = [(start, self._runs(act, start)) for start in self.starts]
        return [(start, runs) for start, runs in found if runs is not False]

    def _runs(self, act: Act, start: Start) -> bool | None:
        said = [runs for _, runs in self.conditions(act, start)]
        return False if False in said else None if None in said else True

    def conditions(self, act: Act, start: Start) -> list[tuple[str, bool | None]]:
        """Return each condition before an act with its value, if all earlier jobs succeed."""
        jobs = [self.pipeline.jobs[name] for name in (act.job, *self.pipeline.before[act.job])]
        # A called job is `needs.call` outside and has a name of its own inside.
        names = {part.lower() for name in self.pipeline.jobs for part in name.split(" / ")}
        went_well = {f"needs.{name}.result": "success" for name in names}
        texts = [(act.condition, act.job), *((job.condition, job.id) for job in jobs)]
        return [(text, holds(text, {**self._known(act, name, start), **went_well})) for text, name in texts]

    def _known(self, act: Act, job: str, start: Start) -> dict[str, Data]:
        # a called workflow or action has inputs of its own
        called = " / " in job or act.place.path != self.pipeline.workflow.path
        return {name: value for name, value in start.known.items() if name != "inputs" or not called}

    def gate_of(self, act: Act) -> str:
        """Return the job that waits for approval before this act: its own or an earlier one."""
        for name in (act.job, *sorted(self.pipeline.before[act.job])):
            if self.is_gate(self.pipeline.jobs[name]):
                return name
        return ""

    def is_gate(self, job: Job) -> bool:
        by_hand = any("manual-approval" in step.action for _, step in reachable_steps(job))
        return by_hand or job.environment.casefold() == self.environment.casefold()
