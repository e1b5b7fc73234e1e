"""Check the names of images and stages like BuildKit, with its messages."""

import re
from collections.abc import Iterator, Sequence

from ..findings import Finding, Place
from ..words import count, quoted
from .instructions import Instruction
from .stages import Stage

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_REMOTE = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
MAX_NAME = 255


def why_refused(image: str) -> str:
    """Return BuildKit's error for an image name; "" if it is valid."""
    name, at, digest = image.partition("@")
    last = name.rpartition("/")[2]
    _, colon, tag = last.partition(":")
    name = name[: len(name) - len(colon + tag)] if colon else name
    domain, slash, remote = name.partition("/")
    is_domain = slash and (re.search(r"[.:]", domain) or domain == "localhost" or domain.lower() != domain)
    remote = remote if is_domain else name if slash else f"library/{name}"
    if remote.lower() != remote:
        return f"invalid reference format: repository name ({remote}) must be lowercase"
    fits = (
        _REMOTE.fullmatch(remote) and len(remote) <= MAX_NAME and (not is_domain or _DOMAIN.fullmatch(domain))
    )
    if fits and (not colon or _TAG.fullmatch(tag)) and (not at or _DIGEST.fullmatch(digest)):
        return ""
    return "invalid reference format"


def refused_references(stages: Sequence[Stage]) -> Iterator[Finding]:
    # invalid image names in FROM and `COPY --from`, and stages that do not exist
    names = {stage.name for stage in stages if stage.name}
    for number, stage in enumerate(stages):
        if stage.before is None and not stage.unknown and stage.base != "scratch":
            yield from _in_from(stage)
        for one in stage.all("COPY"):
            for source in one.flag("from"):
                yield from _in_copy(one, source, number, stages, names)


def _in_from(stage: Stage) -> Iterator[Finding]:
    if not stage.base:
        says = f"The base name ({quoted(stage.written)}) should not be blank."
        yield Finding(stage.place, says, "an image name", "none")
    elif why := why_refused(stage.base):
        yield _refused(stage.place, stage.base, why)


def _refused(place: Place, image: str, why: str) -> Finding:
    hint = f" Did you mean {quoted(image.lower())}?" if not why_refused(image.lower()) else ""
    says = f"Docker rejects {quoted(image)}: {why}.{hint}"
    return Finding(place, says, "an image name, such as `python:3.12`", quoted(image))


def _in_copy(
    one: Instruction, source: str, number: int, stages: Sequence[Stage], names: set[str]
) -> Iterator[Finding]:
    shown = quoted(f"--from={source}")
    expected = "an earlier stage or an image"
    if "$" in source:
        says = f"Docker rejects {shown}: variable expansion is not supported for `--from`."
        yield Finding(one.place, says, expected, shown)
    elif re.fullmatch(r"[+-]?\d+", source):
        index = int(source) if len(source) < 10 else len(stages)
        if not 0 <= index < len(stages):
            number_of = f"The file has {count(len(stages), 'stage')}, numbered from 0."
            says = f"Docker rejects {shown}: invalid stage index {source}. {number_of}"
            yield Finding(one.place, says, expected, shown)
    elif source.lower() == stages[number].name:
        says = f"Docker rejects {shown}: circular dependency detected on stage {quoted(source)}."
        yield Finding(one.place, says, expected, shown)
    elif source and source.lower() not in names and (why := why_refused(source)):
        yield _refused(one.place, source, why)
