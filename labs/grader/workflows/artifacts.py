"""Artifacts that one job uploads and a later job, which waits for it, downloads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..findings import Answer, Finding, answer
from ..parameters import did_you_mean
from ..words import listed, quoted
from .actions import artifact_name, is_download, is_upload
from .filters import matches
from .graph import Pipeline
from .model import Job, Step
from .order import EXAMPLES, acts_at, not_known

_EXPRESSION = re.compile(r"\$\{\{[^}]{0,500}\}\}")


@dataclass(frozen=True)
class Handover:
    """An artifact of this name, passed from a job with the stage `made_by` to one with the stage `used_by`."""

    name: str | None = None
    made_by: str | None = None
    used_by: str | None = None


def handed_over(pipeline: Pipeline, wanted: Handover) -> Answer:
    makers, users = _jobs(pipeline, wanted.made_by), _jobs(pipeline, wanted.used_by)
    for stage, jobs in ((wanted.made_by, makers), (wanted.used_by, users)):
        if stage and not jobs and (reason := not_known(pipeline)):
            return Answer(unknown=f"whether a step runs the stage {quoted(stage)}: {reason}")
    uploads = [
        (job, step)
        for job, step in _steps(pipeline, is_upload)
        if job.id in makers and (wanted.name is None or _same(wanted.name, artifact_name(step)))
    ]
    downloads = [pair for pair in _steps(pipeline, is_download) if pair[0].id in users]
    if not uploads and (reason := not_known(pipeline, makers or None, commands=False)):
        return Answer(unknown=f"whether a step uploads {_called(wanted)}: {reason}")
    if not uploads:
        return Answer((_nothing(pipeline, wanted),))
    found = [_fault(pipeline, uploads, job, step) for job, step in downloads]
    good = [pair for pair, fault in zip(downloads, found, strict=True) if fault is None]
    if (good and wanted.name is None) or any(_takes(step, wanted.name or "") for _, step in good):
        job, step = good[0]
        said = f"The artifact of job {quoted(_maker(uploads, step).id)} is used by job {quoted(job.id)}."
        return answer((), said, [uploads[0][1].place, step.place])
    if faults := tuple(filter(None, found)):
        return Answer(faults)
    if reason := not_known(pipeline, users - {job.id for job, _ in uploads}, commands=False):
        name = quoted(artifact_name(uploads[0][1]))
        return Answer(unknown=f"whether {_where(wanted)} downloads {name}: {reason}")
    return Answer((_unused(uploads, wanted),))


def _jobs(pipeline: Pipeline, stage: str | None) -> set[str]:
    return {act.job for act in acts_at(pipeline, stage)} if stage else set(pipeline.jobs)


def _called(wanted: Handover) -> str:
    return f"the artifact {quoted(wanted.name)}" if wanted.name else "an artifact"


def _steps(pipeline: Pipeline, fits: Callable[[Step], bool]) -> Iterator[tuple[Job, Step]]:
    return ((job, step) for job, step in pipeline.reached_steps if fits(step))


def _takes(step: Step, name: str) -> bool:
    # a download without a name takes all artifacts, one with a pattern those that match
    if wanted := artifact_name(step):
        return _same(wanted, name)
    return "pattern" not in step.inputs or matches(step.inputs["pattern"], name)


def _same(one: str, other: str) -> bool:
    # an expression in a name may have any value
    patterns = [_EXPRESSION.sub("**", name) for name in (one, other)]
    return (
        patterns[0] == patterns[1] or matches(patterns[0], patterns[1]) or matches(patterns[1], patterns[0])
    )


def _maker(uploads: list[tuple[Job, Step]], step: Step) -> Job:
    return next(job for job, upload in uploads if _takes(step, artifact_name(upload)))


def _fault(pipeline: Pipeline, uploads: list[tuple[Job, Step]], job: Job, step: Step) -> Finding | None:
    fitting = [maker for maker, upload in uploads if _takes(step, artifact_name(upload))]
    wanted = artifact_name(step) or step.inputs.get("pattern") or "artifact"
    if not fitting:
        names = [artifact_name(upload) for _, upload in uploads]
        return Finding(
            step.place,
            f"Job {quoted(job.id)} downloads {quoted(wanted)}, but no job uploads it. {did_you_mean(wanted, names)}",
            f"the name of an uploaded artifact: {listed(map(quoted, names))}",
            quoted(wanted),
            job=job.id,
        )
    if any(maker.id in pipeline.before[job.id] for maker in fitting):
        return None
    if fitting[0].id == job.id:
        says = (
            f"Job {quoted(job.id)} downloads an artifact that it uploads itself, so it already has the files."
        )
        return Finding(step.place, says, "a download in a later job", "the same job", job=job.id)
    return Finding(
        step.place,
        f"Job {quoted(job.id)} downloads {quoted(wanted)} but does not wait for job {quoted(fitting[0].id)}, "
        "which uploads it.",
        f"{quoted(fitting[0].id)} in the `needs` of {quoted(job.id)}",
        f"needs: {listed(map(quoted, job.needed)) or 'none'}",
        (f"  {job.id}:", f"    needs: [{', '.join([*job.needed, fitting[0].id])}]"),
        job=job.id,
    )


def _nothing(pipeline: Pipeline, wanted: Handover) -> Finding:
    where = f" in a job with the stage {quoted(wanted.made_by)}" if wanted.made_by else ""
    named = f" {quoted(wanted.name)}" if wanted.name else ""
    others = [artifact_name(step) for _, step in _steps(pipeline, is_upload)]
    return Finding(
        pipeline.workflow.place(),
        f"No step is known to upload an artifact{named}{where}.",
        f"a step with `actions/upload-artifact`{where}",
        f"uploads of {listed(map(quoted, others))}" if others else "none",
        (
            *(EXAMPLES.get(wanted.made_by or "", ()) if wanted.made_by != "artifact" else ()),
            "      - uses: actions/upload-artifact@v4",
            "        with:",
            f"          name: {wanted.name or 'dist'}",
            "          path: dist/",
        ),
    )


def _where(wanted: Handover) -> str:
    return f"a job with the stage {quoted(wanted.used_by)}" if wanted.used_by else "a later job"


def _unused(uploads: list[tuple[Job, Step]], wanted: Handover) -> Finding:
    job, step = uploads[0]
    where = _where(wanted)
    return Finding(
        step.place,
        f"Job {quoted(job.id)} uploads {quoted(artifact_name(step))}, but no step in {where} is known to download it.",
        f"a step with `actions/download-artifact` in {where}",
        "no download",
        (
            "      - uses: actions/download-artifact@v4",
            "        with:",
            f"          name: {artifact_name(step)}",
        ),
        job=job.id,
    )
