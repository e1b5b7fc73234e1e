"""Commands that install the dependencies of a project."""

import re
from collections.abc import Iterator
from typing import Literal

from ..workflows.commands import Command, commands_of

MAX_CARRIED = 12
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
    "pip-sync": {"*": "dependencies"},
    "setup.py": {"install": "project", "develop": "project"},
}
_ALONE = {"--no-root", "--no-install-project", "--no-self", "--no-editable-project"}  # the dependencies alone
_CARRIERS = ("xargs", "su", "runuser", "gosu", "su-exec", "retry", "parallel")
_VALUED = ("--prefix", "-C", "--dir", "--cwd", "--workspace", "-w", "--project", "--directory")


def installs(command: Command) -> Installs:
    """Return what a command installs: `dependencies`, the `project`, or an empty string."""
    program, words = command.program, command.words[1:]
    if program in _CARRIERS or program.isdecimal():
        return _of_carried(words)
    if program == "uv" and words[:1] == ["pip"]:
        return _of_pip(words[1:]) if words[1:2] != ["sync"] else "dependencies"
    if _PIP.fullmatch(program):
        return _of_pip(words)
    actions, plain = _ACTIONS.get(program, {}), _without_options(words)
    found = actions.get(" ".join(plain[:2])) or actions.get(" ".join(plain[:1])) or actions.get("*", "")
    if (program == "npm" and {"-g", "--global"}.intersection(words)) or "--only-root" in words:
        return ""
    return "dependencies" if found == "project" and _ALONE.intersection(words) else found


def _of_carried(words: list[str]) -> Installs:
    # `xargs pip install`, `su app -c "pip install …"`
    for at, word in enumerate(words[:MAX_CARRIED]):
        inner = commands_of(word) if " " in word else (Command(words[at:], 0, ""),)
        kinds = [kind for each in inner if each.program not in _CARRIERS and (kind := installs(each))]
        if kinds:
            return kinds[0]
    return ""


def _without_options(words: list[str]) -> list[str]:
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("-") and before not in _VALUED
    ]


def _of_pip(words: list[str]) -> Installs:
    action = next((word for word in words if not word.startswith("-")), "")
    if action not in ("install", "wheel", "download"):
        return ""
    arguments = list(_arguments(words[words.index(action) + 1 :]))
    if not any(
        option in ("", "-r", "--requirement", "-e", "--editable", "--group") for option, _ in arguments
    ):
        return "dependencies"  # `xargs` appends the packages
    kinds = {_of_argument(option, value) for option, value in arguments}
    if "dependencies" in kinds:
        return "dependencies"
    return "project" if "project" in kinds and "--no-deps" not in words else ""


def _arguments(words: list[str]) -> Iterator[tuple[str, str]]:
    # options with their values, and `""` with each other word
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
