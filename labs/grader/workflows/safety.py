"""Least permissions, and actions pinned to a version."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from ..findings import Answer, Finding, LookedAt, Place, answer
from ..words import count, listed, quoted
from .graph import Pipeline
from .model import Permissions

Pin = Literal["sha", "tag"]
_USUAL = {
    "actions/checkout": "v4",
    "actions/setup-python": "v5",
    "actions/setup-node": "v4",
    "actions/cache": "v4",
    "actions/upload-artifact": "v4",
    "actions/download-artifact": "v4",
    "docker/login-action": "v3",
    "docker/build-push-action": "v6",
    "docker/setup-buildx-action": "v3",
}
_RANK = {"none": 0, "read": 1, "write": 2}
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TAG = re.compile(r"v?\d[\w.\-+]*")
_SHORT_SHA = re.compile(r"[0-9a-f]{7,39}")


def least_permissions(pipeline: Pipeline, most: Mapping[str, str]) -> Answer:
    """No job has more permissions than `most`: scopes with read, write or none."""
    top = pipeline.workflow.permissions
    blocks: dict[Place, tuple[Permissions, str]] = {}
    for job in pipeline.jobs.values():
        block = job.permissions or top
        if block is None:
            return Answer((_no_block(pipeline, most),))
        blocks.setdefault(block.place, (block, job.id))
    findings = [finding for block, job in blocks.values() for finding in _beyond(block, job, most)]
    allowed = listed([f"`{scope}: {level}`" for scope, level in most.items()], 6) or "nothing"
    return answer(findings, f"No job has more permissions than {allowed}.", blocks)


def _no_block(pipeline: Pipeline, most: Mapping[str, str]) -> Finding:
    scopes = [f"  {scope}: {level}" for scope, level in most.items()]
    return Finding(
        pipeline.workflow.place(),
        "The workflow does not set `permissions`, so the repository settings apply. The file does not show them; in "
        "older repositories they let every job write.",
        "`permissions` at the top of the file or in each job",
        "none",
        ("permissions:", *scopes) if scopes else ("permissions: {}",),
    )


def _beyond(block: Permissions, job: str, most: Mapping[str, str]) -> Iterator[Finding]:
    expected = listed([f"`{scope}: {level}`" for scope, level in most.items()], 8) or "`permissions: {}`"
    if block.all in ("read-all", "write-all"):
        word = "write" if block.all == "write-all" else "read"
        says = f"`{block.all}` gives every job {word} access to all scopes."
        yield Finding(block.place, says, f"at most {expected}", quoted(block.all), _least(most), job=job)
    for scope, level in block.scopes.items():
        if _RANK[level] > _RANK.get(most.get(scope, "none"), 0):
            says = f"The permission `{scope}: {level}` is more than this lab allows."
            add = (f"{scope}: {most.get(scope, 'none')}",)
            yield Finding(block.place, says, f"at most {expected}", f"`{scope}: {level}`", add, job=job)


def _least(most: Mapping[str, str]) -> tuple[str, ...]:
    return (
        ("permissions:", *(f"  {scope}: {level}" for scope, level in most.items()))
        if most
        else ("permissions: {}",)
    )


def pinned(pipeline: Pipeline, how: Pin) -> Answer:
    """Every action and reusable workflow has a version: a full commit ID, or at least a tag."""
    used = list(_used(pipeline))
    outside = [one for one in used if not one[0].startswith("./")]
    findings = [finding for uses, place, job in outside if (finding := _unpinned(uses, place, job, how))]
    what = "a full commit ID" if how == "sha" else "a version"
    words = f"{count(len(outside), 'action names', 'actions name')} {what}."
    words = words if outside else "All actions in use are in this repository."
    looked_at = LookedAt(len(used), "action", f"used in {quoted(pipeline.workflow.path)}")
    return answer(findings, words, [place for _, place, _ in used], looked_at=looked_at)


def _used(pipeline: Pipeline) -> Iterator[tuple[str, Place, str]]:
    # including those in this repository
    for job in pipeline.jobs.values():
        for uses, place in [(job.uses, job.place), *((step.uses, step.place) for step in job.steps)]:
            if uses:
                yield uses, place, job.id


def _unpinned(uses: str, place: Place, job: str, how: Pin) -> Finding | None:
    name, _, version = uses.partition("@")
    if uses.startswith("docker://"):
        tag = name.rpartition("/")[2].partition(":")[2]
        good = version.startswith("sha256:") or (how == "tag" and tag not in ("", "latest"))
        expected, version = ("a digest, `@sha256:…`" if how == "sha" else "a tag or a digest"), version or tag
    else:
        good = bool(_SHA.fullmatch(version)) or (
            how == "tag" and bool(_TAG.fullmatch(version)) and not _short(version)
        )
        expected = (
            "a full commit ID with 40 digits"
            if how == "sha"
            else "a version, such as `@v4`, or a full commit ID"
        )
    if good:
        return None
    return Finding(
        place,
        f"{quoted(uses)} in job {quoted(job)} {_why(version)}.",
        expected,
        quoted(version) if version else "no version",
        _how_to_pin(uses, name, version, how),
        job=job,
    )


def _short(version: str) -> bool:
    return bool(_SHORT_SHA.fullmatch(version)) and bool(re.search("[a-f]", version))


def _why(version: str) -> str:
    if not version:
        return "has no version, so it can change at any time"
    if _short(version):
        return "uses a shortened commit ID, which GitHub does not accept"
    if _TAG.fullmatch(version):
        return "uses a tag, which can be moved to different code"
    return "uses a branch or a floating tag, so it can change at any time"


def _how_to_pin(uses: str, name: str, version: str, how: Pin) -> tuple[str, ...]:
    if uses.startswith("docker://"):
        return (f"uses: {name}@sha256:<digest>",) if how == "sha" else (f"uses: {name.split(':')[0]}:<tag>",)
    return (
        (f"uses: {name}@<commit ID>  # {version or 'v4'}",)
        if how == "sha"
        else (f"uses: {name}@{_USUAL.get(name, '<version tag>')}",)
    )
