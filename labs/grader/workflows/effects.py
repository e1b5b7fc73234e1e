"""The effect of a command, by its program, arguments and direction: some stages, none, or unknown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

from .command_table import COMMANDS
from .command_words import HARMLESS, QUIET, VALUED

STAGES = ("checkout", "install", "lint", "build", "test", "artifact", "download", "publish", "deploy")
_DRY = re.compile(
    r"--(?:dry-?run|no-?op|simulate|build-only|no-execute(?:-changeset)?)(?:=(?!none$|false$).*)?",
    re.IGNORECASE,
)
_NOT_YET = {"publish", "deploy"}  # stages that a dry run skips
_LISTS = {
    "--collect-only",
    "--co",
    "--no-run",
    "--listTests",
    "--list-tests",
    "--fixtures",
}  # options that list tests without running them
_SCRIPT = re.compile(
    r"(?:~?/|[\w.-]+/).*|.+\.(?:sh|bash|py|js|mjs|cjs|ts|rb|pl|ps1|bat|cmd|R|jl)|mvnw|gradlew"
)
_ENDING = re.compile(r"\.\w{1,5}$")


@dataclass(frozen=True)
class Effect:
    """`known` is False if the text does not show whether the command runs one of the stages."""

    stages: tuple[str, ...] = ()
    known: bool = True

    def without(self, left_out: set[str]) -> "Effect":
        return Effect(tuple(stage for stage in self.stages if stage not in left_out), self.known)


NOTHING = Effect()
UNKNOWN = Effect(known=False)


@dataclass(frozen=True)
class Call:
    """A command in parts: `plain` has the words without options, first the program without its folder."""

    words: tuple[str, ...]
    plain: tuple[str, ...]
    body: str = ""
    source: str = ""
    env: tuple[tuple[str, str], ...] = ()

    @property
    def program(self) -> str:
        return self.plain[0]

    def has(self, *options: str) -> bool:
        return any(word.partition("=")[0] in options for word in self.words)

    def value(self, *options: str) -> str:
        """Return the value of the last of these options, after a space or `=`."""
        found = ""
        for word, following in zip(self.words, (*self.words[1:], ""), strict=True):
            name, equals, value = word.partition("=")
            found = (value if equals else following) if name in options else found
        return found


Judge = Callable[[Call], Effect]
JUDGES: dict[str, Judge] = {}


def judge(function: Judge) -> Judge:
    JUDGES[function.__name__] = function
    return function


def effect_of(
    words: list[str], body: str = "", source: str = "", env: dict[str, str] | None = None
) -> Effect:
    """Return the effect of a command's words, after removing its wrappers."""
    if not words:
        return NOTHING
    call = Call(tuple(words), tuple(plain_words(words)), body, source, tuple((env or {}).items()))
    if _asks_for_help(words):
        return NOTHING
    found = _looked_up(call)
    if not _LISTS.isdisjoint(words):
        found = found.without({"test"})
    dry = [word for word in words if _DRY.fullmatch(word)]
    if any("$" in word for word in dry) and not _NOT_YET.isdisjoint(found.stages):
        return Effect(found.without(_NOT_YET).stages, known=False)
    return found.without(_NOT_YET) if dry or _is_quiet(call) else found


def _is_quiet(call: Call) -> bool:
    # options that prevent a deployment, besides those of a dry run; `--method x` is the same as `--method=x`
    pairs = (f"{word}={following}" for word, following in pairwise(call.words))
    given = {word.removesuffix("=true") for word in (*call.words, *pairs)}
    return not given.isdisjoint(QUIET.get(call.program, ()))


def plain_words(words: list[str], valued: frozenset[str] | None = None) -> list[str]:
    """Return the program and its arguments, without options and their values."""
    program = _program(words[0])
    valued = VALUED.get(program, frozenset()) if valued is None else valued
    found, at = [program], 1
    while at < len(words):
        if words[at] == "--":
            return found + words[at + 1 :]
        if len(words[at]) > 1 and words[at][0] in "-+":
            at += 2 if words[at] in valued else 1
            continue
        found.append(words[at])
        at += 1
    return found


def _program(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2] or word
    return name.removesuffix(".exe").removesuffix(".cmd")


def _asks_for_help(words: list[str]) -> bool:
    before = words[: words.index("--")] if "--" in words else words
    alone = len(words) == 2 and words[1] in ("--version", "-V", "-v", "-version", "version", "help")
    return alone or not {"--help", "-help"}.isdisjoint(before) or (len(words) > 1 and words[-1] == "-h")


def _looked_up(call: Call) -> Effect:
    for rule, effect in _RULES.get(call.program, _PATTERNS):
        if _fits(rule, call.plain):
            return JUDGES[effect[1:]](call) if effect.startswith("@") else _parsed(effect)
    if call.program in HARMLESS or re.fullmatch(
        r"(?:Write|Get|Set|Test|Out|Select|ConvertTo)-\w+", call.program
    ):
        return NOTHING
    if _SCRIPT.fullmatch(call.words[0]):
        return of_script(call.words[0])
    return UNKNOWN


def _parsed(effect: str) -> Effect:
    return {"-": NOTHING, "?": UNKNOWN}.get(effect) or Effect(tuple(effect.split()))


def _fits(rule: tuple[tuple[str, ...], ...], plain: tuple[str, ...]) -> bool:
    if len(plain) < len(rule):
        return all("" in options for options in rule[len(plain) :]) and _fits(rule[: len(plain)], plain)
    return all(
        any(fnmatchcase(word, option) for option in options)
        for word, options in zip(plain, rule, strict=False)
    )


Rules = list[tuple[tuple[tuple[str, ...], ...], str]]


def _read_rules() -> tuple[dict[str, Rules], Rules]:
    # rules by program, and rules whose program is a pattern
    found: dict[str, Rules] = {}
    patterns: Rules = []
    for line in filter(None, COMMANDS.split("\n")):
        names, _, effect = line.rpartition(": ")
        rule = tuple(tuple(word.split("|")) for word in names.split(" "))
        for program in rule[0]:
            (patterns if "*" in program else found.setdefault(program, [])).append((rule, effect))
    return found, patterns


_RULES, _PATTERNS = _read_rules()

_TESTS = {
    "test",
    "tests",
    "smoke",
    "e2e",
    "unit",
    "unittest",
    "unittests",
    "integration",
    "spec",
    "specs",
    "pytest",
}
_LINTS = {
    "lint",
    "linter",
    "linters",
    "format",
    "fmt",
    "style",
    "typecheck",
    "types",
    "mypy",
    "ruff",
    "black",
    "flake8",
}
_LINTS |= {"eslint", "prettier", "isort", "pylint", "typing"}
_LOOKS = {
    "check",
    "checks",
    "verify",
    "validate",
    "wait",
    "notify",
    "pre",
    "post",
    "before",
    "after",
    "plan",
    "diff",
}
_LOOKS |= {
    "prepare",
    "setup",
    "status",
    "dry",
    "no",
    "not",
    "un",
    "undo",
    "is",
    "can",
    "should",
    "list",
    "config",
    "clean",
}
_SAYS = {
    "deploy": ("deploy", "deploys", "deployment"),
    "publish": ("publish", "release"),
    "build": ("build", "package", "compile", "bundle", "dist", "image", "wheel"),
    "install": ("install", "deps", "dependencies", "requirements"),
}
_IDLE = {
    "clean",
    "help",
    "start",
    "serve",
    "dev",
    "watch",
    "version",
    "down",
    "stop",
    "logs",
    "fixtures",
    "coverage",
    "docs",
}
_IDLE |= {
    "train",
    "training",
    "evaluate",
    "evaluation",
    "preprocess",
    "migrate",
    "migrations",
    "seed",
    "login",
    "report",
    "html",
}


def of_name(name: str) -> Effect:
    """Return the effect of a script, target or task, guessed from the words of its name."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|e2e", name)}
    words |= {"e2e"} if "e2e" in name.lower() else set()
    found = [stage for stage, options in _SAYS.items() if words & set(options)]
    if words & _TESTS:
        return Effect(("test",))
    if words & _LINTS:
        return Effect(("lint",))
    if words & _LOOKS and {"deploy", "publish"} & set(found):
        return UNKNOWN
    if found:
        return Effect(tuple(sorted(found, key=STAGES.index)))
    return NOTHING if words & _IDLE else UNKNOWN


def of_script(path: str) -> Effect:
    # a script in the repository, such as `./scripts/deploy.sh`; its folder means nothing
    return of_name(_ENDING.sub("", path.replace("\\", "/").rpartition("/")[2]))


def combine(effects: list[Effect]) -> Effect:
    """Return the combined effect of several commands."""
    stages = dict.fromkeys(stage for one in effects for stage in one.stages)
    return Effect(tuple(stages), all(one.known for one in effects))
