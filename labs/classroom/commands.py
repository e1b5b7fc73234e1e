"""Shell lines of tests: as arguments where they are plain, and what a setup line installs."""

import re
import shlex
from dataclasses import dataclass, field

from labs.grader.formats.yaml_values import Value
from labs.grader.parameters import MismatchError, Requirement, convert

PYTEST = "pytest==8.3.3"  # in place of the one that the runners of GitHub Classroom had
MAX_LINE = 10_000
# Words without anything that a shell would expand: quoted, or made of plain signs.
_PLAIN = re.compile(r"(?:[ \t]|'[^'\n]*'|\"[^\"$`\\!\n]*\"|[\w@%+=:,./-])+")
_SHELL_WORDS = (
    "cd export source . exit if for while case until set unset alias eval exec trap ulimit umask read wait"
)
_ONLY_IN_SHELL = frozenset([*_SHELL_WORDS.split(" "), "time", "[", "[[", "{"])
# Programs of any server: what else a command needs is named.
_COMMON_PROGRAMS = (
    "python python3 pytest sh bash test cat echo printf grep egrep diff cmp ls cp mv rm mkdir touch head tail sort "
    "uniq wc true false sed awk find xargs tr cut env timeout tee seq expr basename dirname pwd date sleep"
)
_EVERYWHERE = frozenset(_COMMON_PROGRAMS.split(" "))
_SEPARATORS = re.compile(r"&&|;|\n")
_COMPOUND = re.compile(r"(?:^|[;\n]\s*)(?:for|while|until|if|case)\b|[`'\"(]|\|\|")
_PIP = re.compile(
    r"(?:sudo\s+(?:-H\s+)?)?(?:python3?(?:\.\d+)?\s+-m\s+)?pip3?\s+install\s+(?P<rest>.+)", re.DOTALL
)
_INSTALLS = re.compile(
    r"(?:sudo\s+)?(?:apt-get|apt|npm|yarn|pnpm|brew|gem|cargo|go|conda|snap|dotnet|composer)\b"
)
_WITH_VALUE = {
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-c",
    "--constraint",
    "-t",
    "--target",
}


@dataclass
class Setup:
    """A setup line in parts: packages to install, commands to run before the test, and what is left out."""

    requirements: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # what, why


def argv_of(line: str) -> tuple[str, ...] | None:
    """Return the arguments of a shell line, None if only a shell can run it."""
    if len(line) > MAX_LINE or not _PLAIN.fullmatch(line):
        return None
    try:
        words = tuple(shlex.split(line))
    except ValueError:
        return None
    is_plain = bool(words) and words[0] not in _ONLY_IN_SHELL and "=" not in words[0]
    return words if is_plain else None


def command_of(line: str, before: list[str]) -> tuple[str, ...]:
    """Return the arguments that run a line after other commands, in a shell if it has to be one."""
    line = line.replace("\r\n", "\n").strip()
    if before:
        # The setup has no input, and its output is not compared.
        setup = " && ".join(before)
        return ("sh", "-c", f"({setup}) </dev/null >/dev/null && ({line}\n)")
    return argv_of(line) or ("sh", "-c", line)


def programs_of(line: str) -> list[str]:
    """Return the programs of a line that a server may lack, as far as they can be recognised."""
    found = []
    for part in re.split(r"&&|\|\|?|;|\n", line):
        words = part.replace("(", " ").split()
        words = words[next((n for n, word in enumerate(words) if "=" not in word), len(words)) :]
        name = words[0].strip("'\"") if words else ""
        is_own = "/" in name or name in _EVERYWHERE or name in _ONLY_IN_SHELL
        if re.fullmatch(r"[A-Za-z][\w.+-]*", name) and not is_own:
            found.append(name)
    return list(dict.fromkeys(found))


def read_setup(line: str, files: dict[str, bytes]) -> Setup:
    """Return the parts of a setup line; `files` are those of the starter, for `pip install -r`."""
    setup = Setup()
    line = line.replace("\r\n", "\n").strip()
    parts = [part for part in (each.strip() for each in _SEPARATORS.split(line)) if part]
    installs = [part for part in parts if _PIP.fullmatch(part) or _INSTALLS.match(part)]
    if len(line) > MAX_LINE or (installs and len(parts) > len(installs) and _COMPOUND.search(line)):
        setup.left_out.append((line[:100], "It mixes packages to install with other commands"))
        return setup
    if not installs:
        setup.commands += [line] if line else []
        return setup
    for part in parts:
        pip = _PIP.fullmatch(part)
        if pip:
            _read_pip(pip["rest"], files, setup)
        elif _INSTALLS.match(part):
            setup.left_out.append(
                (part[:100], "Labs run without network access, and install Python packages only")
            )
        elif not part.startswith("#"):
            setup.commands.append(part)
    return setup


def _read_pip(rest: str, files: dict[str, bytes], setup: Setup) -> None:
    try:
        words = shlex.split(rest)
    except ValueError:
        setup.left_out.append((f"pip install {rest[:80]}", "Its quotes do not match"))
        return
    while words:
        word = words.pop(0)
        if word in ("-r", "--requirement") and words:
            _read_requirements(words.pop(0), files, setup)
        elif word in _WITH_VALUE and words:
            setup.left_out.append(
                (f"pip install {word} {words.pop(0)[:80]}", "Packages come from the portal's own index")
            )
        elif word in ("-e", "--editable"):
            setup.left_out.append(
                ("pip install -e", "Packages in the top folder and in src can be imported anyway")
            )
            del words[:1]
        elif not word.startswith("-"):
            _add_requirement(word, setup)


def _read_requirements(path: str, files: dict[str, bytes], setup: Setup) -> None:
    data = files.get(path.removeprefix("./"))
    if data is None:
        why = "The file is not in a folder with the starter code"
        setup.left_out.append((f"pip install -r {path[:80]}", why))
        return
    for line in data.decode("utf-8", "replace").splitlines()[:500]:
        wanted = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if wanted:
            _add_requirement(wanted, setup)


def _add_requirement(wanted: str, setup: Setup) -> None:
    if wanted in (".", "./"):
        setup.left_out.append(
            ("pip install .", "Packages in the top folder and in src can be imported anyway")
        )
    elif wanted.casefold() in ("pip", "setuptools", "wheel"):
        return  # the tools that install: an environment has no use for them
    elif wanted.casefold() == "pytest":
        setup.requirements.append(PYTEST)
    elif is_requirement(wanted):
        setup.requirements.append(wanted)
    else:
        setup.left_out.append((f"the package {wanted[:80]}", "A lab needs the exact version of each package"))


def is_requirement(text: str) -> bool:
    try:
        convert(Requirement, Value(1, text))
    except MismatchError:
        return False
    return True
