"""The order of layers: dependencies installed before the code is copied can be cached."""

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass

from ..findings import Answer, Finding, answer
from ..words import quoted
from ..workflows.commands import Command, commands_of
from .context import MAX_LOOKED_UP, Context, copied_sources
from .installing import installs
from .instructions import Instruction
from .reading import Dockerfile, Stage

_SCRIPT = re.compile(r"(?:\./|/)?[\w./-]+\.(?:sh|bash|py)")
_RUNNERS = ("make", "just", "task", "sh", "bash", "source", ".")
_LISTINGS = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), "package*.json"),
    "uv": "pyproject.toml uv.lock",
    "poetry": "pyproject.toml poetry.lock",
    "pdm": "pyproject.toml pdm.lock",
    "pipenv": "Pipfile Pipfile.lock",
    "conda": "environment.yml",
    "mamba": "environment.yml",
    "micromamba": "environment.yml",
    "go": "go.mod go.sum",
    "cargo": "Cargo.toml Cargo.lock",
    "bundle": "Gemfile Gemfile.lock",
}


def dependencies_first(file: Dockerfile, files: Collection[str] = ()) -> Answer:
    """The list of dependencies is copied and installed before the code, so that Docker can cache the layer.

    `files` are the paths of the repository.
    """
    walk = _Walk(Context(files, posixpath.dirname(file.path)))
    for stage in file.stages:
        walk.through(stage)
    if walk.installed:
        said = "Dependencies are installed before the code is copied."
        return answer(walk.findings, said, [one.place for one in walk.installed])
    if walk.script:
        script = f"{quoted(f'RUN {walk.script.value}')} on line {walk.script.place.line}"
        return Answer(
            unknown=f"what the script of {script} installs: no other `RUN` is known to install dependencies"
        )
    says, add = (
        "No `RUN` is known to install dependencies.",
        ("COPY requirements.txt .", "RUN pip install -r requirements.txt"),
    )
    return Answer((Finding(file.final.place, says, "a `RUN` that installs them", "none", add),))


@dataclass
class _State:
    """The first instruction of a stage that copied code, and whether dependencies were installed before it."""

    code: Instruction | None = None
    early: bool = False


class _Walk:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.looked_up = 0
        self.states: dict[int, _State] = {}
        self.installed: list[Instruction] = []
        self.findings: list[Finding] = []
        self.script: Instruction | None = None

    def through(self, stage: Stage) -> None:
        before = self.states.get(id(stage.before), _State())
        state = self.states[id(stage)] = _State(before.code, before.early)
        for one in stage.instructions:
            if one.name in ("COPY", "ADD"):
                if state.code is None and self._brings_code(stage, one):
                    state.code = one
            elif one.name == "RUN":
                self._run(stage, one, state)

    def _run(self, stage: Stage, one: Instruction, state: _State) -> None:
        commands = commands_of(one.script)
        kinds = {kind for command in commands if (kind := installs(command))}
        if not kinds:
            if self.script is None and any(map(_is_opaque, commands)):
                self.script = one
            return
        self.installed.append(one)
        blocker = state.code or (one if self._brings_code(stage, one) else None)
        if blocker is None:
            state.early = True
        elif kinds != {"project"} or not state.early:
            self.findings.append(_too_late(blocker, one))

    def _brings_code(self, stage: Stage, one: Instruction) -> bool:
        look = self.looked_up < MAX_LOOKED_UP
        for source in copied_sources(stage, one, look=look):
            self.looked_up += 1
            if self.context.holds_code(source, look=look):
                return True
        return False


def _is_opaque(command: Command) -> bool:
    return bool(command.words) and (
        command.program in _RUNNERS or _SCRIPT.fullmatch(command.words[0]) is not None
    )


def _too_late(code: Instruction, install: Instruction) -> Finding:
    written = f"{code.name} {code.value}"
    listing = _listing(install)
    copy = [f"COPY {listing} ./"] if listing else []
    if code is install:
        says = f"`RUN` on line {install.place.line} mounts all code to install the dependencies"
    else:
        what = (
            "All code"
            if any(posixpath.normpath(source) in (".", "/", "*") for source in code.sources)
            else "Code"
        )
        says = f"{what} is copied before `RUN` on line {install.place.line} installs the dependencies"
    return Finding(
        code.place,
        f"{says}, so Docker installs them again after every code change.",
        f"{quoted(f'COPY {listing}')} and {quoted(f'RUN {install.value}')} before the code is copied"
        if listing
        else f"{quoted(f'RUN {install.value}')} before the code is copied",
        quoted(written),
        (*copy, f"RUN {install.value}", written) if code is not install else (),
    )


def _listing(install: Instruction) -> str:
    words = [posixpath.basename(word) for word in install.script.split()]
    found = next((word for word in words if re.fullmatch(r".*\.(?:txt|toml|ya?ml|lock)", word)), "")
    for program, name in _LISTINGS.items():
        if not found and program in words:
            found = name
    own = {".", "-e", "./"}.intersection(install.script.split())
    return found or ("pyproject.toml" if own else "")
