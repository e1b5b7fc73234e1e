"""What can be asked of a Dockerfile; each question looks at the stages and names the lines."""

import posixpath
import re
from collections.abc import Sequence
from typing import Literal

from ..findings import Answer, Finding, Place, answer
from ..words import count, listed, quoted
from ..workflows.commands import commands_of
from ..workflows.stages import of_command
from .ignoring import left_out
from .reading import Dockerfile, Instruction, Stage, substituted

Pin = Literal["tag", "digest"]
_MANIFESTS = re.compile(
    r"(?:requirements.*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|(?:poetry|uv|Pipfile|pdm)\.lock"
    r"|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|Cargo\.(?:toml|lock)|Gemfile|pom\.xml"
    r"|composer\.json|environment\.ya?ml|constraints.*\.txt)"
)
USUAL_IGNORED = (".git", ".env")


def base_pinned(file: Dockerfile, how: Pin) -> Answer:
    """Each image that a stage starts from has a tag that is not latest, or a digest."""
    images = [stage for stage in file.stages if stage.before is None and stage.base != "scratch"]
    findings = [finding for stage in images if (finding := _unpinned(stage, how))]
    said = listed([quoted(stage.base) for stage in images]) or "`scratch`"
    bases = [stage.place for stage in file.stages if stage.before is None]
    return answer(findings, f"The base is pinned: {said}.", bases)


def _unpinned(stage: Stage, how: Pin) -> Finding | None:
    image, _, digest = stage.base.partition("@")
    name, _, tag = image.rpartition("/")[2].partition(":")
    expected = "a digest, `@sha256:…`" if how == "digest" else "a tag that is not `latest`, or a digest"
    if digest.startswith("sha256:") or (how == "tag" and tag not in ("", "latest") and name):
        return None
    by = f" (written {quoted(stage.written)})" if stage.written != stage.base else ""
    if not name:
        says, found = f"{quoted(stage.written)} has no value: its `ARG` has no default.", "no image"
    elif not tag:
        says, found = (
            f"The base {quoted(stage.base)}{by} has no tag, so it is the newest of each day.",
            "no tag",
        )
    else:
        moved = "is the newest of each day" if tag == "latest" else "can be moved to another image"
        says, found = f"The tag of the base {quoted(stage.base)}{by} {moved}.", quoted(tag)
    better = f"{image}@sha256:<digest>" if how == "digest" else f"{image.removesuffix(':latest')}:<version>"
    add = f"FROM {better} AS {stage.name}" if stage.name else f"FROM {better}"
    return Finding(stage.place, says, expected, found, (add,))


def not_root(file: Dockerfile) -> Answer:
    """The last USER of the final stage is neither root nor 0."""
    user = file.final.last("USER")
    name = substituted(user.value, _variables(file.final)).partition(":")[0].strip() if user else ""
    base = _image_of(file.final)
    if user is None and "nonroot" in base:
        return answer((), f"The base {quoted(base)} runs as `nonroot`.", [file.final.place])
    if user and name not in ("", "0", "root"):
        return answer((), f"The image runs as {quoted(name)}.", [user.place])
    runs = file.final.last("CMD", "ENTRYPOINT")
    says = "The image runs as root." + ("" if user else " No `USER` is in its final stage.")
    return Answer(
        (
            Finding(
                user.place if user else (runs or file.final).place,
                says,
                "any user but root",
                quoted(name or "root") if user else "no `USER`, which is root",
                ("RUN useradd --create-home app", "USER app"),
            ),
        )
    )


def _image_of(stage: Stage) -> str:
    *_, first = stage.chain()
    return first.base


def _variables(stage: Stage) -> dict[str, str]:
    return {name: value for one in stage.all("ARG", "ENV") for name, value in one.pairs()}


def dependencies_first(file: Dockerfile) -> Answer:
    """What lists the dependencies is copied and installed before the code, so that the layer can be kept."""
    installs = [
        (whole, one)
        for stage in file.stages
        for whole in [_whole(stage)]
        for one in stage.all("RUN")
        if _installs(one)
    ]
    if not installs:
        says, add = (
            "No `RUN` installs dependencies.",
            ("COPY requirements.txt .", "RUN pip install -r requirements.txt"),
        )
        return Answer((Finding(file.final.place, says, "`RUN` with an installation", "none", add),))
    findings = [finding for whole, one in installs if (finding := _too_late(whole, one))]
    return answer(
        findings, "Dependencies are installed before the code is copied.", [one.place for _, one in installs]
    )


def _installs(one: Instruction) -> bool:
    """Does it install what a file of the project lists, and not single packages by name?"""
    commands = commands_of(one.script)
    return any("install" in of_command(command) and not _by_name(command.words) for command in commands)


def _by_name(words: list[str]) -> bool:
    """`pip install gunicorn` names packages; `pip install -r x` and `pip install .` read a file."""
    if words[0] not in ("pip", "pip3", "uv"):
        return False
    return not any(
        word in ("-r", "--requirement", "-e", ".", "sync") or word.startswith((".", "-r", "--requirement="))
        for word in words
    )


def _whole(stage: Stage) -> Instruction | None:
    """The first instruction that copies all code."""
    copies = (one for one in stage.all("COPY", "ADD") if not one.flag("from") and _is_all(one))
    return next(copies, None)


def _too_late(whole: Instruction | None, install: Instruction) -> Finding | None:
    if whole is None or whole.place.line > install.place.line:
        return None
    listing = next(
        (word for word in install.script.split() if _MANIFESTS.fullmatch(posixpath.basename(word))), ""
    )
    listing = listing or ("package.json" if "npm" in install.script else "requirements.txt")
    return Finding(
        whole.place,
        f"All code is copied before `RUN` at line {install.place.line} installs the dependencies, so each change of "
        "the code installs them again.",
        f"{quoted(f'COPY {listing}')} and the installation before the code",
        quoted(f"{whole.name} {whole.value}"),
        (f"COPY {listing} ./", f"RUN {install.value}", f"{whole.name} {whole.value}"),
    )


def _is_all(one: Instruction) -> bool:
    return any(posixpath.normpath(source) in (".", "/", "*") for source in one.words[:-1])


def ignored(path: str, text: str | None, wanted: Sequence[str]) -> Answer:
    """A `.dockerignore` leaves these paths out."""
    if text is None:
        says = "There is no `.dockerignore`, so all files of the folder are sent to Docker, also `.git` and `.env`."
        return Answer((Finding(Place(path), says, quoted(path), "none", tuple(wanted)),))
    lines = {one: left_out(text, one) for one in wanted}
    findings = [
        Finding(
            Place(path, 1),
            f"{quoted(one)} is not left out by {quoted(path)}.",
            f"a line for {quoted(one)}",
            "no line that matches it, or one with `!` behind it",
            (one,),
        )
        for one, line in lines.items()
        if line is None
    ]
    said = f"{quoted(path)} leaves {listed(map(quoted, wanted), 6)} out."
    return answer(findings, said, [Place(path, line) for line in lines.values() if line])


def exposes(file: Dockerfile, port: int) -> Answer:
    """The final stage says that it listens on a port."""
    found = [
        (one, word)
        for one in _final(file, "EXPOSE")
        for word in substituted(one.value, _variables(file.final)).split()
    ]
    for one, word in found:
        first, _, last = word.partition("/")[0].partition("-")
        if first.isdecimal() and int(first) <= port <= int(last if last.isdecimal() else first):
            return answer((), f"The image says that it listens on port {port}.", [one.place])
    place = found[0][0].place if found else file.final.place
    there = listed([quoted(word) for _, word in found]) or "none"
    return Answer(
        (
            Finding(
                place,
                f"The image does not say that it listens on port {port}.",
                f"`EXPOSE {port}`",
                there,
                (f"EXPOSE {port}",),
            ),
        )
    )


def healthcheck(file: Dockerfile) -> Answer:
    """Docker can ask the container whether it works."""
    one = file.final.last("HEALTHCHECK")
    if one and one.value.strip().upper() != "NONE":
        return answer((), "The image has a `HEALTHCHECK`.", [one.place])
    add = ("HEALTHCHECK CMD curl --fail http://localhost:8000/health || exit 1",)
    says = "Docker cannot see whether the container works: there is no `HEALTHCHECK`."
    return Answer((Finding((one or file.final).place, says, "`HEALTHCHECK` with a command", "none", add),))


def exec_form(file: Dockerfile) -> Answer:
    """The program is started itself, so that it gets the signal to stop."""
    starts = [one for name in ("ENTRYPOINT", "CMD") if (one := file.final.last(name))]
    if not starts:
        says, add = "The image does not say what it starts.", ('CMD ["python", "app.py"]',)
        return Answer((Finding(file.final.place, says, "`CMD` or `ENTRYPOINT`", "none", add),))
    findings = [
        Finding(
            one.place,
            f"`{one.name}` starts a shell, which does not pass the signal to stop on.",
            "the exec form, a list in brackets",
            quoted(f"{one.name} {one.value}"),
            (f"{one.name} [{', '.join(_quoted_words(one.words))}]",),
        )
        for one in starts
        if one.listed is None
    ]
    said = f"{count(len(starts), 'instruction starts', 'instructions start')} the program itself."
    return answer(findings, said, [one.place for one in starts])


def _quoted_words(words: list[str]) -> list[str]:
    return [f'"{word}"' for word in words]


def _final(file: Dockerfile, name: str) -> list[Instruction]:
    return [one for stage in file.final.chain() for one in stage.all(name)]
