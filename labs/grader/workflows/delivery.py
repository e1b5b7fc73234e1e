"""Continuous delivery, where a person approves a deployment, and continuous deployment, where nobody is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..findings import Answer, Finding, LookedAt, answer
from ..words import listed, named, quoted
from .expressions import runs_after_failure
from .order import not_known
from .reaching import Reach
from .stages import Act
from .triggers import Start

Way = Literal["continuous-delivery", "continuous-deployment"]
_SETTINGS = (
    "The repository settings decide whether this environment requires approval. The file does not show them."
)


@dataclass(frozen=True)
class Delivery(Reach):
    """Judges whether a person approves the deployment of a push that passes."""

    def judge(self, way: Way) -> Answer:
        acts = self.pipeline.deployments()
        if not self.production and (reason := not_known(self.pipeline, None if not acts else self.open_jobs)):
            where = " to production" if acts else ""
            return Answer(unknown=f"whether a job deploys{where}: {reason}")
        if not acts:
            return Answer((self._no_deployment(),))
        find, doubt = {
            "continuous-delivery": (self._delivery, self._delivery_doubts),
            "continuous-deployment": (self._deployment, self._deployment_doubts),
        }[way]
        return self._answer(way, find, doubt)

    def _answer(
        self, way: Way, find: Callable[[], Iterator[Finding]], doubt: Callable[[], Iterator[str]]
    ) -> Answer:
        faults = list(find())
        if not faults and (reason := next(doubt(), "")):
            return Answer(unknown=reason)
        if not faults and any(start.person is not True for start in self.starts):
            faults = list(self._untested())
            if faults and (reason := self._test_doubt()):
                return Answer(unknown=reason)
        if faults:
            return Answer(tuple(faults))
        places = [act.place for act in self.production]
        looked_at = LookedAt(len(places), "deployment to production")
        return answer((), self._holds(way), places, looked_at=looked_at)

    def _delivery(self) -> Iterator[Finding]:
        if not self.production:
            yield self._elsewhere()
        for act in self.production:
            reached = self.reached_by(act)
            if not reached:
                yield self._never(act)
            alone = [start for start, runs in reached if runs and start.person is False]
            if alone and not self.gate_of(act) and not self._computed(act):
                yield self._unasked(act, alone[0])

    def _delivery_doubts(self) -> Iterator[str]:
        for act in self.production:
            if self.gate_of(act):
                continue
            for start, runs in self.reached_by(act):
                if self._computed(act) and start.person is False:
                    yield self._environment_doubt(act)
                if start.person is None:
                    yield f"who starts the {_noun(act)} in job {quoted(act.job)}: {start.subject} triggers it"
                if runs is None and start.person is False:
                    yield self._condition_doubt(act, start)

    def _deployment(self) -> Iterator[Finding]:
        free = [act for act in self.production if not self.gate_of(act)]
        if not free:
            acts = self.production or self.pipeline.deployments()
            yield from (self._waits(act) for act in acts)
        for act in free:
            reached = self.reached_by(act)
            if not reached:
                yield self._never(act)
            elif not any(self._is_delivered(start) or _is_open(start) for start, _ in reached):
                yield self._not_by_push(act, reached[0][0])
            yield from self._unmerged(act, reached)

    def _deployment_doubts(self) -> Iterator[str]:
        for act in self.production:
            reached = self.reached_by(act)
            if self.gate_of(act) or any(runs and self._is_delivered(start) for start, runs in reached):
                if self._computed(act) and not self.gate_of(act):
                    yield self._environment_doubt(act)
                continue
            for start, _ in reached:
                if self._is_delivered(start):
                    yield self._condition_doubt(act, start)
                elif _is_open(start):
                    said = start.clause(f"the {_noun(act)} in job {quoted(act.job)}")
                    yield f"whether a push to {quoted(self.branch)} deploys: {said}"

    def _is_delivered(self, start: Start) -> bool:
        return start.moment.event == "push" and start.moment.branch == self.branch

    def _unmerged(self, act: Act, reached: list[tuple[Start, bool | None]]) -> Iterator[Finding]:
        # changes that are not merged yet must not be deployed
        for start, runs in reached:
            event = start.moment.event
            other = start.moment.branch not in (None, self.branch)
            before = (
                event in ("pull_request", "pull_request_target", "merge_group")
                and start.moment.type != "closed"
            )
            if not runs or not (before or (event == "push" and other)):
                continue
            early = " before it is merged" if before else ""
            subject = f"{start.subject[:1].upper()}{start.subject[1:]}"
            yield Finding(
                act.place,
                f"{subject} also {_verb(act)}{early}, in job {quoted(act.job)}.",
                f"a deployment only on a push to {quoted(self.branch)}",
                f"the event {quoted(event)}",
                (f"  {act.job}:", f"    if: github.ref == 'refs/heads/{self.branch}'"),
                job=act.job,
            )
            return

    def _unasked(self, act: Act, start: Start) -> Finding:
        says = start.sentence(f"{_to_production(act)} in job {quoted(act.job)}")
        to_branch = " That is continuous deployment." if self._is_delivered(start) else ""
        return Finding(
            act.place,
            f"{says} without approval.{to_branch}",
            f"`environment: {self.environment}` in the job that deploys, or a manual trigger",
            f"the event {quoted(start.moment.event)} and no environment",
            (f"  {act.job.split(' / ')[0]}:", f"    environment: {self.environment}"),
            job=act.job,
        )

    def _never(self, act: Act) -> Finding:
        condition = act.condition or self.pipeline.jobs[act.job].condition
        events = named("event", self.pipeline.workflow.triggers, 5)
        return Finding(
            act.place,
            f"No event that triggers this workflow runs the {_noun(act)} in job {quoted(act.job)}.",
            "an `if` that can be true",
            f"`if: {condition}`, with {events}" if condition else events,
            job=act.job,
        )

    def _waits(self, act: Act) -> Finding:
        gate = self.gate_of(act)
        environment = self.pipeline.jobs[gate or act.job].environment
        says = f"Job {quoted(act.job)} {_verb(act)} to the environment {quoted(environment)}, which is not production."
        if gate and environment:
            says = f"Job {quoted(gate)} uses the environment {quoted(environment)}. {_SETTINGS}"
        elif gate:
            says = f"Job {quoted(gate)} has a step that waits for approval. That is continuous delivery."
        return Finding(
            self.pipeline.jobs[gate].place if gate else act.place,
            says,
            f"a job without an environment that deploys each push to {quoted(self.branch)} that passes",
            f"`environment: {environment}`" if environment else "a step that waits for approval",
            job=gate or act.job,
        )

    def _not_by_push(self, act: Act, start: Start) -> Finding:
        condition = act.condition or self.pipeline.jobs[act.job].condition
        events = named("event", self.pipeline.workflow.triggers, 5)
        by_push = any(map(self._is_delivered, self.starts))
        return Finding(
            act.place,
            f"A push to {quoted(self.branch)} does not run the {_noun(act)} in job {quoted(act.job)}: "
            f"{start.clause('it')}.",
            f"a deployment on each push to {quoted(self.branch)}",
            f"`if: {condition}`" if by_push and condition else events,
            () if by_push else ("on:", "  push:", f"    branches: [{self.branch}]"),
            job=act.job,
        )

    def _untested(self) -> Iterator[Finding]:
        tests = [act for act in self.pipeline.all_acts("test") if act.stops]
        for act in self.production:
            if any(self.pipeline.precedes(test, act) for test in tests):
                continue
            job, late = self.pipeline.jobs[act.job], bool(tests)
            after = runs_after_failure(job.condition) and job.condition
            says = f"Job {quoted(act.job)} {_verb(act)}, but no failing test is known to stop it."
            if late:
                says = f"Job {quoted(act.job)} {_verb(act)} without waiting for the tests to pass."
            add = (f"  {act.job}:", f"    needs: [{', '.join([*job.needed, tests[0].job])}]") if late else ()
            yield Finding(
                act.place,
                says,
                "a deployment that waits for a test",
                f"`if: {job.condition}`" if after else f"needs: {listed(map(quoted, job.needed)) or 'none'}",
                () if after or (tests and tests[0].job == act.job) else add,
                job=act.job,
            )

    def _test_doubt(self) -> str:
        # a step with an unknown effect before a deployment may be the test
        for act in self.production:
            for test in self.pipeline.all_acts("test"):
                if test.doubt and self.pipeline.precedes(test, act):
                    return test.doubt
            begun = [start for start, _ in self.reached_by(act)]
            if begun and all(map(_is_open, begun)):
                passed = f"whether the tests have passed when job {quoted(act.job)} {_verb(act)}"
                return f"{passed}: {begun[0].clause('it')}"
            before = self.pipeline.before[act.job]
            for one in self.pipeline.unread:
                if one.job in before or (one.job == act.job and one.order < act.order):
                    return f"whether a test must pass before job {quoted(act.job)} {_verb(act)}: {one.says}"
        return ""

    def _computed(self, act: Act) -> bool:
        return "${{" in self.pipeline.jobs[act.job].environment

    def _environment_doubt(self, act: Act) -> str:
        name = self.pipeline.jobs[act.job].environment
        return f"which environment job {quoted(act.job)} {_verb(act)} to: `{name}` is evaluated at run time"

    def _condition_doubt(self, act: Act, start: Start) -> str:
        condition = next((text for text, runs in self.conditions(act, start) if runs is None), "")
        reached = f"the {_noun(act)} in job {quoted(act.job)}"
        return f"whether {start.subject} runs {reached}: it depends on `if: {condition}`"

    def _holds(self, way: Way) -> str:
        if way == "continuous-deployment":
            pushes = [
                one for act in self.production for one, _ in self.reached_by(act) if self._is_delivered(one)
            ]
            subject = pushes[0].subject.removeprefix("a ")
            if all(act.stage == "publish" for act in self.production):
                return f"A {subject} that passes publishes the result, and the file requires no approval."
            return f"A {subject} that passes is deployed to production, and the file requires no approval."
        gates = [gate for act in self.production if (gate := self.gate_of(act))]
        if gates and (name := self.pipeline.jobs[gates[0]].environment):
            return f"Job {quoted(gates[0])} uses the environment {quoted(name)}. {_SETTINGS}"
        if gates:
            return f"Job {quoted(gates[0])} has a step that waits for approval."
        act = self.production[0]
        return f"{self.reached_by(act)[0][0].sentence(_to_production(act))}."

    def _no_deployment(self) -> Finding:
        stages = dict.fromkeys(act.stage for act in self.pipeline.all_acts())
        return Finding(
            self.pipeline.workflow.place(),
            "No step is known to deploy.",
            "a job with a deployment step that can run",
            f"the stages {listed(map(quoted, stages), 8) or 'none'}",
            (
                "  deploy:",
                "    needs: [test]",
                "    runs-on: ubuntu-latest",
                f"    environment: {self.environment}",
                "    steps:",
                "      - uses: actions/checkout@v4",
                "      - run: ./deploy.sh",
            ),
        )

    def _elsewhere(self) -> Finding:
        act = self.pipeline.deployments()[0]
        there = self.pipeline.jobs[act.job].environment
        return Finding(
            act.place,
            f"Job {quoted(act.job)} {_verb(act)} to the environment {quoted(there)}, but no job is known to deploy to "
            "production.",
            f"a job with `environment: {self.environment}`",
            f"`environment: {there}`",
            job=act.job,
        )


def _noun(act: Act) -> str:
    return "publication" if act.stage == "publish" else "deployment"


def _verb(act: Act) -> str:
    return "publishes" if act.stage == "publish" else "deploys"


def _to_production(act: Act) -> str:
    return "the publication" if act.stage == "publish" else "the deployment to production"


def _is_open(start: Start) -> bool:
    # a different file decides if a push leads to this start
    return start.moment.event in ("workflow_run", "workflow_call")
