"""Questions about a Dockerfile, each answered for its stages and with line numbers."""

import json
import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from ..findings import Answer, Finding, Place, answer
from ..words import count, listed, quoted
from .bases import is_plain, runs_as_nonroot
from .ignoring import excluding_line, ignore_files
from .instructions import Instruction
from .reading import Dockerfile, Stage, substitute

Pin = Literal["tag", "digest"]
MAX_LOOKED_UP = 20
USUAL_IGNORED = (".git", ".env")

_TAGS = {
    "python": "3.12-slim",
    "node": "22-slim",
    "debian": "bookworm-slim",
    "ubuntu": "24.04",
    "alpine": "3.20",
    "nginx": "1.27",
    "postgres": "17",
}
"""Tags to suggest for common images."""


def base_pinned(file: Dockerfile, how: Pin) -> Answer:
    """Each base image has a tag other than latest, or a digest."""
    images = [stage for stage in file.stages if stage.before is None and stage.base != "scratch"]
    findings = [finding for stage in images if (finding := _unpinned(stage, how))]
    said = listed([quoted(stage.base) for stage in images]) or "`scratch`"
    bases = [stage.place for stage in file.stages if stage.before is None]
    return answer(findings, f"The base image is pinned: {said}.", bases)


def _unpinned(stage: Stage, how: Pin) -> Finding | None:
    image, _, digest = stage.base.partition("@")
    name, _, tag = image.rpartition("/")[2].partition(":")
    expected = "a digest, `@sha256:…`" if how == "digest" else "a tag that is not `latest`, or a digest"
    if not stage.unknown and (
        digest.startswith("sha256:") or (how == "tag" and tag not in ("", "latest") and name)
    ):
        return None
    by = f" (written {quoted(stage.written)})" if stage.written != stage.base else ""
    if stage.unknown or not name:
        says, found = f"{quoted(stage.written)} has no value, because its `ARG` has no default.", "no image"
    elif not tag:
        says, found = (
            f"The base image {quoted(stage.base)}{by} has no tag, so each build may use a different version.",
            "no tag",
        )
    else:
        moved = "changes with every release" if tag == "latest" else "can be moved to a different image"
        says, found = f"The tag of the base image {quoted(stage.base)}{by} {moved}.", quoted(tag)
    better = (
        f"{image}@sha256:<digest>"
        if how == "digest"
        else f"{image.removesuffix(':latest')}:{_TAGS.get(name, '<version>')}"
    )
    add = f"FROM {better} AS {stage.name}" if stage.name else f"FROM {better}"
    return Finding(stage.place, says, expected, found, (add,))


def not_root(file: Dockerfile) -> Answer:
    """The last USER of the final stage is neither root nor 0."""
    stage, user = _last(file, "USER")
    if user is None:
        if runs_as_nonroot(file.final):
            said = f"The base image {quoted(file.final.image.base)} runs as `nonroot`."
            return answer((), said, [file.final.image.place])
        if not is_plain(file.final):
            return _not_known(file, "`USER`", "which user {} runs as")
    found = substitute(stage, user, user.value) if user else None
    if found and found.unknown:
        return _no_value(user or file.final, found.unknown)
    name = found.text.partition(":")[0].strip() if found else ""
    if user and name != "root" and name.strip("0"):
        return answer((), f"The image runs as {quoted(name)}.", [user.place])
    runs = file.final.last("CMD", "ENTRYPOINT")
    says = "The image runs as root." + ("" if user else " Its final stage has no `USER`.")
    return Answer(
        (
            Finding(
                user.place if user else (runs or file.final).place,
                says,
                "a user other than root",
                quoted(name or "root") if user else "no `USER`, which means root",
                ("RUN useradd --create-home app", "USER app"),
            ),
        )
    )


def _last(file: Dockerfile, *names: str) -> tuple[Stage, Instruction | None]:
    # the last of these instructions in the final stage or a stage that it is based on
    for stage in file.final.chain():
        own = stage.all(*names)
        if own:
            return stage, own[-1]
    return file.final, None


def _not_known(file: Dockerfile, what: str, question: str) -> Answer:
    # `question` has a place for the base image, such as "which user {} runs as"
    asked = question.format(f"the base image {quoted(file.final.image.written)}")
    return Answer(unknown=f"{asked}: the final stage of {quoted(file.path)} has no {what}. Add {what} to it")


def _no_value(where: Instruction | Stage, names: Sequence[str]) -> Answer:
    expands, them = ("expands", "it") if len(names) == 1 else ("expand", "them")
    told = f"what {listed(map(quoted, names))} on line {where.place.line} {expands} to"
    return Answer(unknown=f"{told}: the file does not set {them}")


def ignored(path: str, read: Callable[[str], str | None], wanted: Sequence[str]) -> Answer:
    """A `.dockerignore` excludes these paths from the build context of the Dockerfile at `path`."""
    places = ignore_files(path)
    found = {place: text for place in places if (text := read(place)) is not None}
    if places[0] in found:  # its own file wins over that of the context
        found = {places[0]: found[places[0]]}
    answers = [_left_out(place, text, wanted) for place, text in found.items()]
    if answers:
        return next((one for one in answers if not one.findings), answers[0])
    where = f"in {quoted(posixpath.dirname(path))} or the top folder" if "/" in path else "in the top folder"
    # named after the Dockerfile, it applies to any build context
    make = places[0] if "/" in path else places[-1]
    says = f"There is no `.dockerignore` {where}"
    add = Finding(
        Place(make),
        f"{says}, so the build context contains every file, even `.git` and `.env`.",
        quoted(make),
        "none",
        tuple(wanted),
    )
    return Answer((add,))


def _left_out(path: str, text: str, wanted: Sequence[str]) -> Answer:
    lines = {one: excluding_line(text, one) for one in wanted}
    findings = [
        Finding(
            Place(path, 1),
            f"{quoted(path)} does not exclude {quoted(one)}.",
            f"a line that excludes {quoted(one)}",
            "no matching line, or a later line with `!`",
            (one,),
        )
        for one, line in lines.items()
        if line is None
    ]
    said = f"{quoted(path)} excludes {listed(map(quoted, wanted), 6)}."
    return answer(findings, said, [Place(path, line) for line in lines.values() if line])


def exposes(file: Dockerfile, port: int) -> Answer:
    """The final stage exposes a port."""
    unknown: list[str] = []
    found: list[tuple[Instruction, str]] = []
    looked = 0
    for stage in file.final.chain():
        for one in stage.all("EXPOSE"):
            may_look = "$" in one.value and looked < MAX_LOOKED_UP
            looked += may_look
            ports = substitute(stage, one, one.value) if may_look else None
            unknown += ports.unknown if ports else []
            found += [(one, word) for word in (ports.text if ports else one.value).split()]
    for one, word in found:
        first, _, last = word.strip("\"'").partition("/")[0].rpartition(":")[2].partition("-")
        if first.isdecimal() and int(first) <= port <= int(last if last.isdecimal() else first):
            return answer((), f"The image exposes port {port}.", [one.place])
    if unknown:
        return _no_value(_last(file, "EXPOSE")[1] or file.final, unknown)
    if not is_plain(file.final):  # ports add up: the base image may expose this one too
        return _not_known(file, f"`EXPOSE {port}`", "which ports {} exposes")
    place = found[0][0].place if found else file.final.place
    there = listed([quoted(word) for _, word in found]) or "none"
    says = f"The image does not expose port {port}."
    return Answer((Finding(place, says, f"`EXPOSE {port}`", there, (f"EXPOSE {port}",)),))


def healthcheck(file: Dockerfile) -> Answer:
    """The image has a health check."""
    _, one = _last(file, "HEALTHCHECK")
    if one and one.value.strip().upper() != "NONE":
        return answer((), "The image has a `HEALTHCHECK`.", [one.place])
    if one is None and not is_plain(file.final):
        return _not_known(file, "`HEALTHCHECK`", "whether {} has a health check")
    add = ("HEALTHCHECK CMD curl --fail http://localhost:8000/health || exit 1",)
    says = "Docker cannot tell if the container is healthy: there is no `HEALTHCHECK`."
    return Answer((Finding((one or file.final).place, says, "`HEALTHCHECK` with a command", "none", add),))


def exec_form(file: Dockerfile) -> Answer:
    """The program starts without a shell, so that it receives the stop signal."""
    starts = list(_starts(file))
    if not starts:
        if not is_plain(file.final):
            return _not_known(file, "`CMD` or `ENTRYPOINT`", "what {} runs")
        says, add = "The Dockerfile does not say what the container runs.", ('CMD ["python", "app.py"]',)
        return Answer((Finding(file.final.place, says, "`CMD` or `ENTRYPOINT`", "none", add),))
    findings = [_shell_form(one) for one in starts if one.listed is None]
    said = f"{count(len(starts), 'instruction uses', 'instructions use')} the exec form."
    return answer(findings, said, [one.place for one in starts])


def _starts(file: Dockerfile) -> Iterator[Instruction]:
    # `[]` clears what was set, and a stage's ENTRYPOINT clears the CMD that it inherits
    stages = list(file.final.chain())
    depth = len(stages)
    for name in ("ENTRYPOINT", "CMD"):
        for at, stage in enumerate(stages[: depth if name == "ENTRYPOINT" else depth + 1]):
            own = stage.all(name)
            if own:
                depth = at if name == "ENTRYPOINT" else depth
                if own[-1].value and own[-1].listed != []:
                    yield own[-1]
                break


def _shell_form(one: Instruction) -> Finding:
    words = one.value.split()
    says = f"`{one.name}` starts a shell, which does not forward the stop signal."
    if one.value.startswith("[") and "'" in one.value:
        says = f"`{one.name}` is not a JSON array, because it uses single quotes: Docker runs the text in a shell."
        words = [word for part in one.value.strip("[] ").split(",") if (word := part.strip().strip("'\""))]
    elif words[:1] == ["exec"]:
        says = f"`{one.name}` uses the shell form: Docker starts a shell, which `exec` replaces."
        words = words[1:]
    add = (f"{one.name} {json.dumps(words, ensure_ascii=False)}",)
    written = quoted(f"{one.name} {one.value}")
    return Finding(one.place, says, "the exec form, a JSON array", written, add)
