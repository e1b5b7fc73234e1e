"""Which commands install the dependencies of a project, and whether its code was there before."""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from ..findings import Answer, Finding, answer
from ..words import quoted
from ..workflows.commands import Command, commands_of
from .context import MAX_LOOKED_UP, Context, copied
from .instructions import Instruction
from .reading import Dockerfile, Stage

# `project` also installs the project itself, which may follow the code if its dependencies came before
Installs = Literal["", "dependencies", "project"]
_PIP = re.compile(r"pip(?:\d(?:\.\d+)?)?")
_PIP_VALUES = {
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "-i", "--index-url"),
    *(
        "--extra-index-url",
        "-f",
        "--find-links",
        "--prefix",
        "--root",
        "--python",
        "-p",
        "--cache-dir",
        "--src",
    ),
    *(
        "--trusted-host",
        "--platform",
        "--python-version",
        "--only-binary",
        "--no-binary",
        "--timeout",
        "--retries",
    ),
    *(
        "--extra",
        "--group",
        "--index",
        "--default-index",
        "--log",
        "--proxy",
        "--cert",
        "-w",
        "--wheel-dir",
        "-d",
    ),
    *(
        "--dest",
        "--implementation",
        "--abi",
        "--progress-bar",
        "--upgrade-strategy",
        "-C",
        "--config-settings",
    ),
}
_TOOLS = {
    *(
        "pip",
        "setuptools",
        "wheel",
        "uv",
        "poetry",
        "poetry-core",
        "pipenv",
        "pdm",
        "hatch",
        "build",
        "virtualenv",
    ),
    *("pip-tools", "pipx", "tox", "nox", "poetry-plugin-export", "conda-lock", "flit", "rye"),
}
_CONDA: dict[str, Installs] = dict.fromkeys(
    ("install", "create", "update", "env create", "env update"), "dependencies"
)
_ACTIONS: dict[str, dict[str, Installs]] = {
    "poetry": {"install": "project", "sync": "project", "add": "dependencies", "update": "dependencies"},
    "pdm": {"install": "project", "sync": "project", "add": "dependencies"},
    "pipenv": {"install": "dependencies", "sync": "dependencies", "update": "dependencies"},
    "uv": {"sync": "project", "add": "dependencies"},
    "pixi": {"install": "project"},
    "rye": {"sync": "project"},
    "hatch": {"env create": "project"},
    **dict.fromkeys(("conda", "mamba", "micromamba"), _CONDA),
    "npm": dict.fromkeys(("ci", "install", "i", "clean-install", "add", "install-clean"), "dependencies"),
    "yarn": dict.fromkeys(("", "install", "add"), "dependencies"),
    "pnpm": dict.fromkeys(("install", "i", "add", "fetch"), "dependencies"),
    "bun": dict.fromkeys(("install", "i", "add"), "dependencies"),
    "bundle": {"": "dependencies", "install": "dependencies"},
    "composer": {"install": "project"},
    "go": {"mod download": "dependencies", "get": "dependencies"},
    "cargo": {"fetch": "dependencies", "chef cook": "dependencies"},
    "dotnet": {"restore": "dependencies"},
    "pip-sync": {"": "dependencies"},
    "setup.py": {"install": "project", "develop": "project"},
}
_ALONE = {"--no-root", "--no-install-project", "--no-self", "--no-editable-project"}  # the dependencies alone
_SCRIPT = re.compile(r"(?:\./|/)?[\w./-]+\.(?:sh|bash|py)")
_RUNNERS = ("make", "just", "task", "sh", "bash", "source", ".")


def dependencies_first(file: Dockerfile, files: Collection[str] = ()) -> Answer:
    """What lists the dependencies is copied and installed before the code, so that the layer can be kept.

    `files` are the paths of the repository.
    """
    walk = _Walk(Context(files, posixpath.dirname(file.path)))
    for stage in file.stages:
        walk.through(stage)
    if walk.installed:
        said = "Dependencies are installed before the code is copied."
        return answer(walk.findings, said, [one.place for one in walk.installed])
    if walk.script:
        says = f"{quoted(f'RUN {walk.script.value}')} at line {walk.script.place.line} runs a script"
        return Answer(
            unknown=f"{says}, and what it installs is not known; no other `RUN` installs dependencies"
        )
    says, add = (
        "No `RUN` installs dependencies.",
        ("COPY requirements.txt .", "RUN pip install -r requirements.txt"),
    )
    return Answer((Finding(file.final.place, says, "`RUN` with an installation", "none", add),))


def installs(command: Command) -> Installs:
    """Whether a command installs dependencies of a project, by a file that lists them or by name."""
    program, words = command.program, command.words[1:]
    if program == "uv" and words[:1] == ["pip"]:
        return _of_pip(words[1:]) if words[1:2] != ["sync"] else "dependencies"
    if _PIP.fullmatch(program):
        return _of_pip(words)
    plain = [word for word in words if not word.startswith("-")]
    actions = _ACTIONS.get(program, {})
    found = actions.get(" ".join(plain[:2])) or actions.get(" ".join(plain[:1]), "")
    if program == "npm" and {"-g", "--global"}.intersection(words):
        return ""
    if "--only-root" in words:
        return ""
    return "dependencies" if found == "project" and _ALONE.intersection(words) else found


def _of_pip(words: list[str]) -> Installs:
    action = next((word for word in words if not word.startswith("-")), "")
    if action not in ("install", "wheel", "download"):
        return ""
    kinds = {_of_argument(option, value) for option, value in _arguments(words[words.index(action) + 1 :])}
    if "dependencies" in kinds:
        return "dependencies"
    return "project" if "project" in kinds and "--no-deps" not in words else ""


def _arguments(words: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, and `""` with each word that is none."""
    at = 0
    while at < len(words):
        option, equals, value = words[at].partition("=")
        if not option.startswith("-"):
            yield "", words[at]
        elif equals or option not in _PIP_VALUES:
            short = re.fullmatch(r"-([rec])(.+)", words[at])
            yield (f"-{short[1]}", short[2]) if short else (option, value)
        else:
            at += 1
            yield option, words[at] if at < len(words) else ""
        at += 1


def _of_argument(option: str, value: str) -> Installs:
    if option in ("-r", "--requirement", "--group"):
        return "dependencies"
    if option and option not in ("-e", "--editable"):
        return ""
    if re.match(r"\w+(?:\+\w+)?://", value):
        return "dependencies"
    if value.startswith((".", "/", "$", "file:")) or re.search(r"/|\.(?:whl|zip|tar\.gz)$", value):
        return "project"
    name = re.split(r"[\[<>=!~;@ ]", value, maxsplit=1)[0].lower().replace("_", "-")
    return "" if name in _TOOLS or not name else "dependencies"


@dataclass
class _State:
    """What a stage holds so far: the first instruction that copied code, and whether dependencies came before it."""

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
        for source in copied(stage, one):
            self.looked_up += 1
            if self.context.holds_code(source, look=self.looked_up <= MAX_LOOKED_UP):
                return True
        return False


def _is_opaque(command: Command) -> bool:
    return bool(command.words) and (
        command.program in _RUNNERS or _SCRIPT.fullmatch(command.words[0]) is not None
    )


def _too_late(code: Instruction, install: Instruction) -> Finding:
    written = f"{code.name} {code.value}"
    listing = _listing(install)
    if code is install:
        says = f"`RUN` at line {install.place.line} mounts all code while it installs the dependencies"
    else:
        what = (
            "All code"
            if any(posixpath.normpath(source) in (".", "/", "*") for source in code.sources)
            else "Code"
        )
        says = f"{what} is copied before `RUN` at line {install.place.line} installs the dependencies"
    return Finding(
        code.place,
        f"{says}, so each change of the code installs them again.",
        f"{quoted(f'COPY {listing}')} and the installation before the code",
        quoted(written),
        (f"COPY {listing} ./", f"RUN {install.value}", written) if code is not install else (),
    )


def _listing(install: Instruction) -> str:
    words = [posixpath.basename(word) for word in install.script.split()]
    found = next((word for word in words if re.fullmatch(r".*\.(?:txt|toml|ya?ml|lock)", word)), "")
    for program, name in _LISTINGS.items():
        if not found and program in words:
            found = name
    return found or "requirements.txt"


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
