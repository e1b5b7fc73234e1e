"""`workflow: {path: .github/workflows/ci.yml, order: [checkout, build, test, deploy]}` - a workflow has this property.

`path` may be a pattern such as `.github/workflows/*`: then one file that meets the requirement is enough. The workflow
is judged by its text at the commit `at`. A check asks one question; without one, it only requires that GitHub can read
the file. Workflows and composite actions of the same repository are followed. If a command, action or workflow cannot
be read, the check is not run.

A file that GitHub's parser rejects always needs work; the message names the line, the key and the fix. Conditions are
evaluated as on GitHub; one that is always true because of text around `${{ }}` is pointed out in every message.

`starts_on` and `not_on`: events that start it and that do not, such as `{event: push, branch: main}`,
`{event: push, tag: v1.0}`, `{event: pull_request, branch: main, type: closed}`, `{event: push, path: src/app.py}`.
`order`: stages in the order of `needs` and steps: checkout, install, lint, build, test, artifact, download, publish,
deploy; `stages: {train: 'python train'}` adds more, by a regex for the command or action.
`artifacts: {name: dist, made_by: build, used_by: deploy}` (each is optional): passed on to a job that waits for it.
`permissions: {contents: read}`: the maximum for any job. `pinned`: sha or tag. `no_secret_echoed: true`.
`no_injection: true`. `matrix: {python-version: ['3.11', '3.12']}`. `cache: true`. `timeout_minutes: 30`: the maximum.
`concurrency`: any, cancel or queue. `reusable`: calls or callable.
`delivery`: continuous-delivery or continuous-deployment, with `environment` (default production) and `on`, the branch
to deploy (default main).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..findings import Answer, Finding, LookedAt
from ..formats.globs import is_glob
from ..formats.yaml_values import Value
from ..parameters import MAIN, MAIN_COMMIT, Count, FilePath, RefName, Regex, Revision, did_you_mean
from ..words import count, quoted
from ..workflows import limits, running, safety, secrecy
from ..workflows.artifacts import Handover, handed_over
from ..workflows.delivery import Delivery, Way
from ..workflows.drawing import draw_pipeline
from ..workflows.filters import Moment
from ..workflows.graph import MAX_JOBS, Pipeline, expand_jobs, needs_faults
from ..workflows.injection import no_injection
from ..workflows.model import Workflow
from ..workflows.names import EVENTS, SCOPES
from ..workflows.order import in_order
from ..workflows.reading import read_workflow
from ..workflows.stages import STAGES
from ..workflows.starting import starts_at
from ..workflows.values import texts_of
from ._shared.base import Kind, Run, Verdict, not_run
from ._shared.contents import files_or_answer
from ._shared.meaning import Texts, question_problems, texts_or_answer, verdict_of, write_missing
from ._shared.some_file import judge_some
from ._shared.workflow_starts import STARTER

MAX_REMARKS = 3
_QUESTIONS = (
    "starts",
    "order",
    "artifacts",
    "permissions",
    "pinned",
    "no_secret_echoed",
    "no_injection",
    "matrix",
    "cache",
    "timeout_minutes",
    "concurrency",
    "reusable",
    "delivery",
)


@dataclass(frozen=True)
class WorkflowCheck(Kind):
    kind = "workflow"
    about = "the meaning of a file"

    path: FilePath
    at: Revision = MAIN_COMMIT
    starts_on: tuple[Moment, ...] | None = None
    not_on: tuple[Moment, ...] | None = None
    order: tuple[str, ...] | None = None
    stages: dict[str, Regex] | None = None
    artifacts: Handover | None = None
    permissions: dict[str, Literal["read", "write", "none"]] | None = None
    pinned: safety.Pin | None = None
    no_secret_echoed: Literal[True] | None = None
    no_injection: Literal[True] | None = None
    matrix: dict[str, Value] | None = None
    cache: Literal[True] | None = None
    timeout_minutes: Count | None = None
    concurrency: Literal["any", "cancel", "queue"] | None = None
    reusable: Literal["calls", "callable"] | None = None
    delivery: Way | None = None
    environment: str = "production"
    on: RefName = MAIN

    @property
    def starts(self) -> tuple[Moment, ...] | None:
        return (*(self.starts_on or ()), *(self.not_on or ())) or None

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from question_problems(self, _QUESTIONS)
        known = [*STAGES, *(self.stages or {})]
        handed = (self.artifacts.made_by, self.artifacts.used_by) if self.artifacts else ()
        for stage in (*(self.order or ()), *filter(None, handed)):
            if stage not in known:
                yield (
                    "order" if self.order else "artifacts",
                    f"unknown stage {quoted(stage)}. {did_you_mean(stage, known)}",
                )
        for moment in self.starts or ():
            if moment.event not in EVENTS:
                hint = did_you_mean(moment.event, sorted(EVENTS))
                yield "starts_on", f"{quoted(moment.event)} is not a GitHub Actions event. {hint}"
        for scope in self.permissions or {}:
            if scope not in SCOPES:
                yield (
                    "permissions",
                    f"unknown permission {quoted(scope)}. {did_you_mean(scope, list(SCOPES))}",
                )
        if self.order is not None and not self.order:
            yield "order", "needs at least one stage"
        for name in ("starts_on", "not_on"):
            if getattr(self, name) == ():
                yield name, "needs at least one event"

    def check(self, run: Run) -> Verdict:
        if not is_glob(self.path):
            return self._one(run)
        files = files_or_answer(run, self.path, self.at)
        if isinstance(files, Verdict):
            return files
        workflows = [file for file in files if file.path.endswith((".yml", ".yaml"))] or files
        return judge_some(self.path, workflows, lambda path: replace(self, path=path)._one(run))

    def _one(self, run: Run) -> Verdict:
        fill = write_missing(
            run, self.at, {self.path: STARTER.format("CI")}, lambda texts: self._judged(texts)[0]
        )
        found = texts_or_answer(run, self.path, self.at, *fill)
        if isinstance(found, Verdict):
            return found
        texts, text = found
        workflow = read_workflow(self.path, text)
        if len(workflow.jobs) > MAX_JOBS:
            number = count(len(workflow.jobs), "job")
            return not_run(f"Not run: {quoted(self.path)} has {number}, and at most {MAX_JOBS} are checked.")
        answer, pipeline = self._judged(texts)
        drawing = (
            draw_pipeline(pipeline, wrong={finding.job for finding in answer.findings}) if pipeline else None
        )
        return verdict_of(
            texts, answer, ask=lambda other: self._judged(other)[0], drawing=drawing, hidden=_hidden(texts)
        )

    def _judged(self, texts: Texts) -> tuple[Answer, Pipeline | None]:
        # the pipeline is None if GitHub cannot read the file
        workflow = read_workflow(self.path, texts(self.path) or "")
        faults = workflow.faults or tuple(needs_faults(workflow))
        if faults or len(workflow.jobs) > MAX_JOBS:
            return Answer(faults, unknown="" if faults else f"{quoted(self.path)} has too many jobs"), None
        load = _loader(texts)
        pipeline = Pipeline(workflow, expand_jobs(workflow, load, texts), dict(self.stages or {}))
        return _with_remarks(self._answer(pipeline, load), workflow.remarks), pipeline

    def _answer(self, pipeline: Pipeline, load: Callable[[str], Workflow | None]) -> Answer:
        matrix = {key: texts_of(value) or () for key, value in (self.matrix or {}).items()}
        way = Delivery(pipeline, self.environment, self.on)
        questions: dict[str, Callable[[], Answer]] = {
            "starts": lambda: starts_at(pipeline.workflow, self.starts_on or (), self.not_on or ()),
            "order": lambda: in_order(pipeline, self.order or ()),
            "artifacts": lambda: handed_over(pipeline, self.artifacts or Handover()),
            "permissions": lambda: safety.least_permissions(pipeline, self.permissions or {}),
            "pinned": lambda: safety.pinned(pipeline, self.pinned or "tag"),
            "no_secret_echoed": lambda: secrecy.none_shown(pipeline),
            "no_injection": lambda: no_injection(pipeline),
            "matrix": lambda: running.matrix(pipeline, matrix),
            "cache": lambda: limits.cached(pipeline),
            "timeout_minutes": lambda: limits.limited(pipeline, self.timeout_minutes or 0),
            "concurrency": lambda: running.concurrent(pipeline, self.concurrency or "any"),
            "reusable": lambda: running.reusable(pipeline, self.reusable or "calls", load),
            "delivery": lambda: way.judge(self.delivery or "continuous-delivery"),
        }
        for name, ask in questions.items():
            if getattr(self, name) is not None:
                return ask()
        jobs = LookedAt(len(pipeline.workflow.jobs), "job", f"in {quoted(self.path)}")
        return Answer(holds=f"{quoted(self.path)} is a workflow that GitHub can read.", looked_at=jobs)


def _with_remarks(answer: Answer, remarks: tuple[Finding, ...]) -> Answer:
    # remarks are about conditions that do not do what they seem to do
    sentences = " ".join(f"{remark.says} Write {remark.expected}." for remark in remarks[:MAX_REMARKS])
    if not sentences or answer.unknown:
        return answer
    if not answer.findings:
        seen = (*answer.seen, *(remark.place for remark in remarks[:MAX_REMARKS]))
        return replace(answer, holds=f"{answer.holds} {sentences}", seen=seen)
    first, *others = answer.findings
    return replace(answer, findings=(replace(first, says=f"{first.says} {sentences}"), *others))


def _loader(texts: Texts) -> Callable[[str], Workflow | None]:
    # None for a workflow that is missing or has faults
    def load(path: str) -> Workflow | None:
        text = texts(path)
        workflow = read_workflow(path, text) if text is not None else None
        sound = workflow and not workflow.faults and not any(needs_faults(workflow))
        return workflow if sound and workflow and len(workflow.jobs) <= MAX_JOBS else None

    return load


def _hidden(texts: Texts) -> Callable[[str], set[int]]:
    return lambda path: set(secrecy.literal_lines(tuple((texts(path) or "").split("\n"))))
