"""The jobs of a workflow and their dependencies, with local reusable workflows expanded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from ..findings import Finding, LookedAt, Place
from ..parameters import did_you_mean
from ..words import listed, quoted
from .composite import Read, with_composite_steps
from .conditions import both
from .expressions import runs_after_failure
from .inputs import job_with_inputs
from .model import Job, Step, Workflow
from .stages import Act, Unread, acts_of, reachable_steps, unread_of

MAX_JOBS = 300
MAX_DEEP = 4
Load = Callable[[str], Workflow | None]


def needs_faults(workflow: Workflow) -> Iterator[Finding]:
    """Yield unknown jobs and cycles."""
    for job in workflow.jobs.values():
        for name, place in job.needs:
            if name not in workflow.jobs:
                hint = did_you_mean(name, list(workflow.jobs))
                said = f"Job {quoted(job.id)} needs {quoted(name)}, which is not a job in this file. {hint}"
                yield Finding(place, said, "the ID of a job in this file", quoted(name), job=job.id)
    cycle = _cycle(workflow.jobs)
    if cycle:
        way = " → ".join(map(quoted, [*cycle[:6], *(["…"] if len(cycle) > 6 else [])]))
        first = workflow.jobs[cycle[0]]
        yield Finding(
            next((place for name, place in first.needs if name in cycle), first.place),
            f"The jobs {listed(map(quoted, cycle[:-1]), 6)} need each other, so none of them can start."
            if len(cycle) > 2
            else f"Job {quoted(cycle[0])} needs itself, so it cannot start.",
            "jobs without a cycle in `needs`",
            way,
            job=cycle[0],
        )


def _cycle(jobs: dict[str, Job]) -> list[str]:
    sorter = TopologicalSorter({job.id: [n for n in job.needed if n in jobs] for job in jobs.values()})
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def expand_jobs(
    workflow: Workflow, load: Load, read: Read = lambda path: None, deep: int = MAX_DEEP
) -> dict[str, Job]:
    """Return all jobs by ID, in file order. A job that calls a local workflow is replaced by its jobs.

    `load` reads a workflow by its path and returns None if it is missing or not valid, in which case the job stays.
    `read` returns the text of a file, for local composite actions.
    """
    found: dict[str, Job] = {}
    ends: dict[str, tuple[str, ...]] = {}
    for job in workflow.jobs.values():
        called = load(job.uses.removeprefix("./")) if deep and job.uses.startswith("./") else None
        own = {job.id: with_composite_steps(job, read)}
        inner = _inside(job, called, load, read, deep) if called and len(found) < MAX_JOBS else own
        needed = {name for one in inner.values() for name in one.needed}
        ends[job.id] = tuple(name for name in inner if name not in needed)
        found |= inner
    return {name: replace(job, needs=tuple(_passed_on(job, ends))) for name, job in found.items()}


def _passed_on(job: Job, ends: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Place]]:
    for name, place in job.needs:
        for end in ends.get(name, (name,)):
            yield end, place


def _inside(job: Job, called: Workflow, load: Load, read: Read, deep: int) -> dict[str, Job]:
    prefix = f"{job.id} / "
    return {
        prefix + inner.id: replace(
            job_with_inputs(inner, job.inputs),
            id=prefix + inner.id,
            needs=tuple((prefix + name, place) for name, place in inner.needs) or job.needs,
            condition=both(job.condition, inner.condition),
            permissions=inner.permissions or called.permissions or job.permissions,
        )
        for inner in expand_jobs(called, load, read, deep - 1).values()
    }


@dataclass(frozen=True)
class Pipeline:
    """A workflow without faults, its jobs with called ones expanded, and their stages."""

    workflow: Workflow
    jobs: dict[str, Job]
    own_stages: dict[str, str]

    @cached_property
    def acts(self) -> dict[str, list[Act]]:
        return {name: acts_of(job, self.own_stages) for name, job in self.jobs.items()}

    def all_acts(self, *stages: str) -> list[Act]:
        return [act for acts in self.acts.values() for act in acts if not stages or act.stage in stages]

    @cached_property
    def unread(self) -> list[Unread]:
        """Return the steps and calls with an effect that the files do not show."""
        return [one for job in self.jobs.values() for one in unread_of(job, self.own_stages)]

    @property
    def called(self) -> tuple[str, ...]:
        """Return the called workflows that were not read, such as those in other repositories."""
        return tuple(dict.fromkeys(quoted(job.uses) for job in self.jobs.values() if job.uses))

    @property
    def steps(self) -> list[tuple[Job, Step]]:
        return [(job, step) for job in self.jobs.values() for step in job.steps]

    @property
    def reached_steps(self) -> list[tuple[Job, Step]]:
        """Return the steps that can run."""
        return [(job, step) for job in self.jobs.values() for _, step in reachable_steps(job)]

    @property
    def looked_at_steps(self) -> LookedAt:
        return LookedAt(len(self.steps), "step", f"in {quoted(self.workflow.path)}", unread=self.called)

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """Return the jobs that must succeed before each job. A job with `always()` waits for none."""
        found: dict[str, frozenset[str]] = {}
        sorter = TopologicalSorter({name: job.needed for name, job in self.jobs.items()})
        for name in sorter.static_order():
            job = self.jobs[name]
            needed = () if runs_after_failure(job.condition) and job.condition else job.needed
            found[name] = frozenset(needed).union(*(found[other] for other in needed))
        return found

    def precedes(self, first: Act, second: Act) -> bool:
        """Return True if the first act must succeed before the second starts."""
        if first.job == second.job:
            return (
                first != second
                and first.order <= second.order
                and not (second.condition and runs_after_failure(second.condition))
            )
        return first.job in self.before[second.job]

    def deployments(self) -> list[Act]:
        """Return the acts that deploy or, if there are none, those that publish."""
        return self.all_acts("deploy") or [act for act in self.all_acts("publish") if not act.trial]

    def layer(self) -> dict[str, int]:
        """Return, for each job, the length of the longest chain of jobs before it."""
        found: dict[str, int] = {}
        for name in TopologicalSorter({name: job.needed for name, job in self.jobs.items()}).static_order():
            found[name] = 1 + max((found[other] for other in self.jobs[name].needed), default=-1)
        return found
