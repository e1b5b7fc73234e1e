"""Limits and shortcuts of a run: job timeouts and dependency caches."""

import re

from ..findings import Answer, Finding, LookedAt, answer
from ..words import count, quoted
from .graph import Pipeline
from .model import Job, Step
from .order import not_known

_CACHED_SETUPS = ("actions/setup-python", "actions/setup-node", "actions/setup-java", "actions/setup-dotnet")
# Actions that keep dependencies only if an input says so, and those that do unless one says otherwise.
_ON_REQUEST = {
    **dict.fromkeys(_CACHED_SETUPS, "cache"),
    "ruby/setup-ruby": "bundler-cache",
    "mamba-org/setup-micromamba": "cache-environment",
    "pnpm/action-setup": "cache",
    "actions/setup-go": "cache",
    "astral-sh/setup-uv": "enable-cache",
}
_UNLESS = {
    "actions/setup-go": ("cache", "false"),
    "astral-sh/setup-uv": ("enable-cache", "false"),
    "gradle/actions/setup-gradle": ("cache-disabled", "true"),
    "gradle/gradle-build-action": ("cache-disabled", "true"),
    "swatinem/rust-cache": ("", ""),
}
_BEFORE_THAT = {"actions/setup-go": 4, "astral-sh/setup-uv": 5}  # earlier versions do it on request


def cached(pipeline: Pipeline) -> Answer:
    """Dependencies are cached, with a key that depends on the list of dependencies."""
    old: list[Finding] = []
    for job, step in pipeline.reached_steps:
        if step.action in ("actions/cache", "actions/cache/restore"):
            if "hashfiles(" in step.inputs.get("key", "").lower():
                return answer((), f"Job {quoted(job.id)} uses a cache.", [step.place])
            old.append(_grows_old(job, step))
        elif _keeps(step):
            return answer((), f"Job {quoted(job.id)} caches its dependencies.", [step.place])
    if old:
        return Answer(tuple(old[:1]))
    if reason := not_known(pipeline, commands=False):
        return Answer(unknown=f"whether a step caches the dependencies: {reason}")
    setup = next((step for _, step in pipeline.reached_steps if step.action in _CACHED_SETUPS), None)
    add = ("        with:", f"          cache: {'npm' if setup and 'node' in setup.action else 'pip'}")
    place = setup.place if setup else pipeline.workflow.place()
    says = "No step is known to cache the dependencies, so each run downloads them again."
    return Answer((Finding(place, says, "`cache` in a setup action, or `actions/cache`", "none", add),))


def _keeps(step: Step) -> bool:
    if step.action in _UNLESS and not _is_before(step):
        name, no = _UNLESS[step.action]
        return not name or step.inputs.get(name, "") != no
    return step.inputs.get(_ON_REQUEST.get(step.action, ""), "") not in ("", "false")


def _is_before(step: Step) -> bool:
    version = re.fullmatch(r"v(\d+)(?:\..*)?", step.uses.partition("@")[2])
    return bool(version and int(version[1]) < _BEFORE_THAT.get(step.action, 0))


def _grows_old(job: Job, step: Step) -> Finding:
    says = f"The cache key in job {quoted(job.id)} does not depend on the list of dependencies."
    add = ("          key: pip-${{ hashFiles('requirements.txt') }}",)
    found = quoted(step.inputs.get("key", "no key"))
    return Finding(step.place, says, "a key with `hashFiles(…)`", found, add, job=job.id)


def limited(pipeline: Pipeline, minutes: int) -> Answer:
    """Each job has a timeout of at most `minutes`. Called workflows may be unread."""
    jobs = [job for job in pipeline.jobs.values() if not job.uses]
    computed = [job for job in jobs if "${{" in job.timeout]
    findings = [
        _too_long(job, minutes) for job in jobs if job not in computed and not _is_within(job, minutes)
    ]
    known = [job for job in jobs if job not in computed]
    unread = (
        *(f"the timeout of job {quoted(job.id)}, which is evaluated at run time" for job in computed),
        *pipeline.called,
    )
    words = f"{count(len(known), 'job stops', 'jobs stop')} after at most {count(minutes, 'minute')}."
    where = f"with a timeout in {quoted(pipeline.workflow.path)}"
    looked_at = LookedAt(len(known), "job", where, unread=unread)
    return answer(findings, words, [job.place for job in known], looked_at=looked_at)


def _is_within(job: Job, minutes: int) -> bool:
    number = job.timeout.replace(".", "", 1)
    return number.isdecimal() and float(job.timeout) <= minutes


def _too_long(job: Job, minutes: int) -> Finding:
    has = (
        f"may run for {job.timeout} minutes"
        if job.timeout
        else "has no timeout: GitHub cancels it after 6 hours"
    )
    return Finding(
        job.place,
        f"Job {quoted(job.id)} {has}.",
        f"`timeout-minutes` of at most {minutes}",
        quoted(job.timeout) if job.timeout else "none",
        (f"  {job.id.rpartition(' / ')[2]}:", f"    timeout-minutes: {minutes}"),
        job=job.id,
    )
