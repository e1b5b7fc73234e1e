"""The order of stages along `needs` and along the steps of a job."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..findings import Answer, Finding, answer
from ..words import count, named, quoted
from .graph import Pipeline
from .stages import Act

MAX_SHOWN = 3
EXAMPLES = {
    "checkout": ("      - uses: actions/checkout@v4",),
    "install": ("      - run: pip install -r requirements.txt",),
    "lint": ("      - run: ruff check .",),
    "build": ("      - run: python -m build",),
    "test": ("      - run: pytest",),
    "artifact": (
        "      - uses: actions/upload-artifact@v4",
        "        with:",
        "          name: dist",
        "          path: dist/",
    ),
    "download": ("      - uses: actions/download-artifact@v4", "        with:", "          name: dist"),
    "publish": ("      - run: twine upload dist/*",),
    "deploy": ("      - run: ./deploy.sh",),
}


def in_order(pipeline: Pipeline, stages: Sequence[str]) -> Answer:
    """Each stage depends on the one before it. All deployments must come last; for other stages one act is enough."""
    order = _Order(pipeline, tuple(stages))
    missing = {stage: list(order.missing(stage)) for stage in stages}
    for stage, findings in missing.items():
        if findings and (doubt := order.doubt(stage)):
            return Answer(unknown=doubt)
        if findings and not order.acts(stage) and (reason := not_known(pipeline)):
            return Answer(unknown=f"whether a step runs the stage {quoted(stage)}: {reason}")
    if any(missing.values()):
        return Answer(tuple(finding for findings in missing.values() for finding in findings))
    reached = order.gates(stages[0])
    way = [reached[0]]
    for before, stage in pairwise(stages):
        here = order.gates(stage)
        after = [act for act in here if any(pipeline.precedes(one, act) for one in reached)]
        late = [act for act in here if act not in after] if stage == "deploy" or not after else []
        doubtful = [one for one in order.acts(before) if one.doubt]
        if any(pipeline.precedes(one, act) for one in doubtful for act in late):
            return Answer(unknown=doubtful[0].doubt)
        if late:
            found = (_out_of_order(pipeline, reached[-1], act, before) for act in late[:MAX_SHOWN])
            return Answer(tuple(found))
        reached = after
        way.append(after[0])
    return answer((), f"The stages are in order: {' → '.join(stages)}.", [act.place for act in way])


@dataclass(frozen=True)
class _Order:
    """The stages of a check. If it names both deploy and publish, publishing does not count as deploying."""

    pipeline: Pipeline
    stages: tuple[str, ...]

    def acts(self, stage: str) -> list[Act]:
        return self.pipeline.all_acts(stage) if "publish" in self.stages else acts_at(self.pipeline, stage)

    def gates(self, stage: str) -> list[Act]:
        """Return the acts of a stage that stop the next one if they fail."""
        is_last = len(self.stages) > 1 and stage == self.stages[-1]
        return [act for act in self.acts(stage) if act.stops or (is_last and not act.excuse)]

    def doubt(self, stage: str) -> str:
        """Return why it is unclear if a failure of this stage stops anything."""
        return next((act.doubt for act in self.acts(stage) if act.doubt), "")

    def missing(self, stage: str) -> Iterator[Finding]:
        if not self.gates(stage):
            yield from _missing(self.pipeline, stage, self.acts(stage))


def acts_at(pipeline: Pipeline, stage: str) -> list[Act]:
    return pipeline.deployments() if stage == "deploy" else pipeline.all_acts(stage)


def not_known(pipeline: Pipeline, jobs: Collection[str] | None = None, *, commands: bool = True) -> str:
    """Return why some step may have the effect after all; empty if all steps were understood.

    Without `commands`, only actions and called workflows count, since no command can have the effect.
    """
    unread = [
        one
        for one in pipeline.unread
        if (jobs is None or one.job in jobs) and (commands or not one.is_command)
    ]
    others = len(unread) - 1
    more = f", and {count(others, 'more step is', 'more steps are')} unclear too" if others > 0 else ""
    return f"{unread[0].says}{more}" if unread else ""


def _missing(pipeline: Pipeline, stage: str, acts: list[Act]) -> Iterator[Finding]:
    for act in acts[:MAX_SHOWN]:
        yield Finding(
            act.place,
            f"The stage {quoted(stage)} in job {quoted(act.job)} does not stop the pipeline if it fails: {act.excuse}.",
            f"a {quoted(stage)} step whose failure stops the pipeline",
            quoted(act.text),
            job=act.job,
        )
    if not acts:
        found = dict.fromkeys(act.stage for act in pipeline.all_acts())
        yield Finding(
            pipeline.workflow.place(),
            f"No step is known to run the stage {quoted(stage)}.",
            f"a {quoted(stage)} step that can run",
            named("stage", found, 9) if found else "no known stage",
            EXAMPLES.get(stage, ()),
        )


def _out_of_order(pipeline: Pipeline, first: Act, second: Act, before: str) -> Finding:
    job = pipeline.jobs[second.job]
    says = f"Job {quoted(second.job)} does not wait for job {quoted(first.job)}"
    add: tuple[str, ...] = ()
    if first.job == second.job and first.order >= second.order:
        says = f"In job {quoted(second.job)}, the stage {quoted(second.stage)} runs before {quoted(before)}"
    elif first.job == second.job:
        says = f"In job {quoted(second.job)}, {quoted(second.stage)} runs even if {quoted(before)} fails"
    elif _waits(pipeline, first.job, second.job):
        says = f"Job {quoted(second.job)} has an `if` that lets it run even if job {quoted(first.job)} fails"
    else:
        needed = [*job.needed, first.job.split(" / ")[0]]
        add = (f"  {second.job.split(' / ')[0]}:", f"    needs: [{', '.join(needed)}]")
    return Finding(
        second.place,
        f"{says}, so the stage {quoted(second.stage)} does not depend on {quoted(before)}.",
        f"{quoted(second.stage)} only after {quoted(before)} succeeds",
        f"{quoted(before)} on line {first.place.line}, {quoted(second.stage)} on line {second.place.line}",
        add,
        job=second.job,
    )


def _waits(pipeline: Pipeline, first: str, second: str) -> bool:
    # along `needs`, whatever the conditions are
    todo, seen = [second], set[str]()
    while todo:
        for name in pipeline.jobs[todo.pop()].needed:
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return first in seen
