"""The runs of jobs: matrix, concurrency, reusable workflows."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Literal

from ..findings import Answer, Finding, LookedAt, answer
from ..formats.yaml_values import Value
from ..words import count, listed, quoted
from .graph import Load, Pipeline
from .model import Concurrency, Job
from .values import text_of

MAX_RUNS = 256  # of one matrix, at GitHub
Runs = list[dict[str, str]]


def matrix(pipeline: Pipeline, wanted: Mapping[str, Sequence[str]]) -> Answer:
    """Some job runs with each wanted value, after `include` and `exclude`, and uses it."""
    jobs = [job for job in pipeline.jobs.values() if job.matrix is not None]
    lines = [
        f"        {key}: [{', '.join(repr(value) for value in values)}]" for key, values in wanted.items()
    ]
    add = ("    strategy:", "      matrix:", *lines)
    asked = listed([quoted(key) for key in wanted])
    if not jobs and pipeline.called:
        return Answer(unknown=f"whether a job has a matrix: {_calls(pipeline)}")
    if not jobs:
        says = "No job has a matrix."
        return Answer((Finding(pipeline.workflow.place(), says, f"a matrix with {asked}", "none", add),))
    runs = {job.id: runs_of(job.matrix) for job in jobs}
    known = [job for job in jobs if runs[job.id] is not None]
    closest = min(known or jobs, key=lambda job: len(_lacking(runs[job.id] or [], wanted)))
    lacking = _lacking(runs[closest.id] or [], wanted)
    if lacking and len(known) < len(jobs):
        return Answer(unknown=f"which values {asked} has: a matrix is evaluated at run time")
    if lacking:
        return Answer((_lacks(closest, runs[closest.id] or [], lacking, asked, add),))
    unused = [key for key in wanted if not _uses(pipeline, closest, key)]
    if unused:
        says = (
            f"Job {quoted(closest.id)} does not use `matrix.{unused[0]}`, so its value makes no difference."
        )
        expected = f"`${{{{ matrix.{unused[0]} }}}}` in the job"
        use = (f"{unused[0]}: ${{{{ matrix.{unused[0]} }}}}",)
        return Answer((Finding(closest.place, says, expected, "an unused matrix", use, job=closest.id),))
    number = len(runs[closest.id] or [])
    return answer(
        (),
        f"Job {quoted(closest.id)} runs {count(number, 'time')}, with a matrix of {asked}.",
        [closest.place],
    )


def _calls(pipeline: Pipeline) -> str:
    return f"{listed(pipeline.called)} {'was' if len(pipeline.called) == 1 else 'were'} not read"


def _uses(pipeline: Pipeline, job: Job, key: str) -> bool:
    # the text of a called file is not available here
    if job.place.path != pipeline.workflow.path:
        return True
    text = _texts(pipeline, job)
    return bool(
        re.search(
            rf"matrix(?:\.{re.escape(key)}\b|\[['\"]{re.escape(key)}['\"]\])|toJSON\(matrix\)", text, re.I
        )
    )


def _lacking(runs: Runs, wanted: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"{key} {value}"
        for key, values in wanted.items()
        for value in values
        if not any(run.get(key) == value for run in runs)
    ]


def _lacks(job: Job, runs: Runs, lacking: list[str], asked: str, add: tuple[str, ...]) -> Finding:
    key = lacking[0].split(" ")[0]
    there = list(dict.fromkeys(run[key] for run in runs if key in run))
    short = (
        " Without quotes, YAML reads 3.10 as the number 3.1."
        if key.endswith("version") and "3.1" in there
        else ""
    )
    return Finding(
        job.place,
        f"No run of job {quoted(job.id)} has {listed(map(quoted, lacking))}.{short}",
        f"a matrix with {asked}",
        f"{quoted(key)}: {listed(map(quoted, there), 6)}" if there else f"no {quoted(key)}",
        add,
        job=job.id,
    )


def _texts(pipeline: Pipeline, job: Job) -> str:
    # the lines of a job
    others = [other.place.line for other in pipeline.workflow.jobs.values()]
    end = min((line for line in others if line > job.place.line), default=len(pipeline.workflow.lines) + 1)
    return "\n".join(pipeline.workflow.lines[job.place.line - 1 : end - 1]).replace(" ", "")


def runs_of(value: Value | None) -> Runs | None:
    """Return the runs of a matrix, at most 256; None if an expression generates it."""
    if value is None or not isinstance(value.data, dict):
        return None
    keys = {key: item for key, item in value.data.items() if key not in ("include", "exclude")}
    if any(not isinstance(item.data, list) for item in value.data.values()):
        return None
    options = [[(key, text_of(item)) for item in _list(values)] for key, values in keys.items()]
    runs = [dict(pairs) for pairs in islice(product(*options), MAX_RUNS)] if keys else []
    excluded = [_pairs(item) for item in _list(value.data.get("exclude"))]
    runs = [run for run in runs if not any(one and one.items() <= run.items() for one in excluded)]
    return _included(runs, [_pairs(item) for item in _list(value.data.get("include"))], set(keys))


def _included(runs: Runs, extra: Runs, keys: set[str]) -> Runs:
    # GitHub's rule: an entry that overwrites no matrix value extends the runs it fits, otherwise it adds a run
    first = list(runs)
    for one in extra:
        fixed = {key: value for key, value in one.items() if key in keys}
        fitting = [at for at, run in enumerate(first) if fixed.items() <= run.items()]
        for at in fitting:
            runs[at] = {**runs[at], **one}
        if not fitting:
            runs.append(one)
    return runs[:MAX_RUNS]


def _pairs(value: Value) -> dict[str, str]:
    return {key: text_of(item) for key, item in value.data.items()} if isinstance(value.data, dict) else {}


def _list(value: Value | None) -> list[Value]:
    return value.data if value and isinstance(value.data, list) else []


def _overlap(group: Concurrency, *, is_computed: bool) -> str:
    name = f"the concurrency group {quoted(group.group)}"
    if is_computed:
        return f"A new run in {name} cancels the one in progress or waits for it, depending on an expression."
    if group.cancels in ("", "false"):
        return f"Runs in {name} run one at a time."
    return f"A new run in {name} cancels the one in progress."


def concurrent(pipeline: Pipeline, how: Literal["any", "cancel", "queue"]) -> Answer:
    """Runs in one group do not overlap: the older is canceled, or the newer waits."""
    jobs = (job.concurrency for job in pipeline.jobs.values())
    groups = [group for group in (pipeline.workflow.concurrency, *jobs) if group and group.group]
    good = [one for one in groups if how == "any" or (one.cancels not in ("", "false")) == (how == "cancel")]
    if good and re.search(r"github\.(?:run_id|run_number|run_attempt)", good[0].group):
        says = f"The concurrency group {quoted(good[0].group)} is different for each run, so no two runs share it."
        return Answer(
            (Finding(good[0].place, says, "a group that is the same for later runs", quoted(good[0].group)),)
        )
    computed = [group for group in groups if "${{" in group.cancels]
    if good and (how == "any" or good[0] not in computed):
        return answer((), _overlap(good[0], is_computed=good[0] in computed), [good[0].place])
    if computed:
        said = quoted(computed[0].cancels)
        return Answer(unknown=f"whether runs are canceled: {said} is evaluated at run time")
    if not groups and pipeline.called:
        return Answer(unknown=f"whether runs can overlap: {_calls(pipeline)}")
    cancels = {"cancel": "true", "queue": "false"}.get(how)
    add = ("concurrency:", "  group: ${{ github.workflow }}-${{ github.ref }}")
    return Answer(
        (
            Finding(
                groups[0].place if groups else pipeline.workflow.place(),
                "The workflow has no `concurrency`, so two runs can overlap."
                if not groups
                else f"`cancel-in-progress` in {quoted(groups[0].group)} is {groups[0].cancels or 'not set'}.",
                "`concurrency` with a group" + (f" and `cancel-in-progress: {cancels}`" if cancels else ""),
                quoted(groups[0].group) if groups else "none",
                (*add, f"  cancel-in-progress: {cancels}") if cancels else add,
            ),
        )
    )


def reusable(pipeline: Pipeline, how: Literal["calls", "callable"], load: Load) -> Answer:
    """The workflow calls a valid reusable workflow, or can be called."""
    workflow = pipeline.workflow
    if how == "callable":
        trigger = workflow.triggers.get("workflow_call")
        if trigger:
            return answer((), "Other workflows can call this one.", [trigger.place])
        says, add = "No workflow can call this one: `on` has no `workflow_call`.", ("on:", "  workflow_call:")
        return Answer((Finding(workflow.place(), says, "the event `workflow_call`", "none", add),))
    calls = [job for job in workflow.jobs.values() if job.uses]
    if not calls:
        says, call = "No job calls a reusable workflow.", ("    uses: ./.github/workflows/build.yml",)
        return Answer((Finding(workflow.place(), says, "a job with `uses`", "none", call),))
    findings = [finding for job in calls if (finding := _call_fault(job, load))]
    said = f"Job {quoted(calls[0].id)} calls {quoted(calls[0].uses)}."
    elsewhere = tuple(dict.fromkeys(quoted(job.uses) for job in calls if not job.uses.startswith("./")))
    looked_at = LookedAt(len(calls), "call", unread=elsewhere)
    return answer(findings, said, [job.place for job in calls], looked_at=looked_at)


def _call_fault(job: Job, load: Load) -> Finding | None:
    if not job.uses.startswith("./"):
        return None
    called = load(job.uses.removeprefix("./"))
    if called is None:
        says = f"Job {quoted(job.id)} calls {quoted(job.uses)}, which is missing or not valid."
        return Finding(job.place, says, "a workflow in this repository", quoted(job.uses), job=job.id)
    if "workflow_call" not in called.triggers:
        says = f"{quoted(job.uses)} cannot be called: its `on` has no `workflow_call`."
        return Finding(
            job.place, says, "`workflow_call` in its `on`", listed(map(quoted, called.triggers)), job=job.id
        )
    missing = [name for name in called.required_inputs if name not in job.inputs]
    if missing:
        says = f"Job {quoted(job.id)} does not pass the input {quoted(missing[0])}, which {quoted(job.uses)} requires."
        add = ("    with:", *(f"      {name}: <value>" for name in missing))
        return Finding(
            job.place,
            says,
            f"the inputs {listed(map(quoted, called.required_inputs))}",
            "none",
            add,
            job=job.id,
        )
    return None
