"""Workflow texts and expressions generated from a seed: valid ones, and ones with a mistake or two."""

import io
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from ruamel.yaml import YAML

from tests.grader.workflow_texts import GROUPS

RUN = ["github", "inputs", "vars"]
JOB = [*RUN, "needs", "strategy", "matrix"]
STEP = [*JOB, "secrets", "steps", "job", "runner", "env"]
CONTEXTS = [*STEP, "jobs"]
PATHS = ["ref", "x.y", "event.commits.*.id", "os", "outputs['a-b']", "result"]
FUNCTIONS = {
    "contains": 2,
    "startsWith": 2,
    "endsWith": 2,
    "format": 3,
    "join": 2,
    "toJSON": 1,
    "fromJSON": 1,
}
STATUS = ["always()", "success()", "failure()", "cancelled()", "hashFiles('a')"]
OPERATORS = ["==", "!=", "&&", "||", "<", ">=", "==", "&&"]
MISTAKES: list[Callable[[Random, str], str]] = [
    lambda random, text: text.replace("'", '"'),
    lambda random, text: text.replace("==", "="),
    lambda random, text: text.replace("(", "", 1),
    lambda random, text: text + ")",
    lambda random, text: text.replace("s", "", 1),
    lambda random, text: text.replace(".", "..", 1),
    lambda random, text: text + " and true",
    lambda random, text: text[: random.randrange(len(text) + 1)],
]


class Dice(Random):
    """`mistakes` is the probability that a piece of a text has one."""

    mistakes = 0.0

    def slips(self) -> bool:
        return self.random() < self.mistakes


def expression(dice: Dice, contexts: Sequence[str], status: Sequence[str] = (), depth: int = 3) -> str:
    """An expression that GitHub accepts where these contexts are available, except for an occasional slip."""
    kind = dice.randrange(8) if depth else dice.randrange(3)
    if kind == 0 or (kind <= 2 and not contexts):
        return dice.choice(["true", "false", "null", "1", "-2.5", "0x1F", "'text'", "''", "'it''s'"])
    if kind <= 2:
        return f"{dice.choice(CONTEXTS if dice.slips() else contexts)}.{dice.choice(PATHS)}"
    inner = [expression(dice, contexts, status, depth - 1) for _ in range(3)]
    if kind == 3:
        return f"!{inner[0]}"
    if kind == 4:
        return f"({inner[0]})"
    if kind == 5 and (status or dice.slips()) and dice.random() < 0.4:
        return dice.choice(STATUS if dice.slips() or not status else status)
    if kind == 5:
        name, number = dice.choice(list(FUNCTIONS.items()))
        inner = ["'{0} {1}'", *inner[1:]] if name == "format" else inner[:number]
        return f"{name}({', '.join(inner)})"
    return f"{inner[0]} {dice.choice(OPERATORS)} {inner[1]}"


def _written(dice: Dice, contexts: Sequence[str], status: Sequence[str] = ()) -> str:
    text = expression(dice, contexts, status)
    return dice.choice(MISTAKES)(dice, text) if dice.slips() else text


def _template(dice: Dice, contexts: Sequence[str], status: Sequence[str] = ()) -> str:
    before = dice.choice(["", "", "", "x-", "a b ", "'", "{0} "])
    return f"{before}${{{{ {_written(dice, contexts, status)} }}}}{dice.choice(['', '', '-y', ' == 1'])}"


def _from(group: str) -> Callable[[Random], Any]:
    """A value from the texts that are written out, parsed as YAML."""
    lines = [line for line in GROUPS[group][1].strip().split("\n") if "\\n" not in line]
    frame = "{%s}" if group == "keys of a job" else "%s"
    values = []
    for line in lines:
        try:
            values.append(YAML(typ="safe", pure=True).load(frame % line))
        except Exception:  # the line is a YAML error
            continue
    return lambda random: deepcopy(random.choice(values))


TRIGGERS, PERMISSIONS = _from("triggers"), _from("permissions")
RUNS_ON, KEYS, STEPS = _from("runs-on"), _from("keys of a job"), _from("steps")


JOB_STATUS, STEP_STATUS = STATUS[:4], STATUS


def _condition(dice: Dice, contexts: Sequence[str], status: Sequence[str]) -> str:
    return (_written if dice.random() < 0.7 else _template)(dice, contexts, status)


def _step(dice: Dice) -> Any:
    if dice.slips():
        return STEPS(dice)
    step: dict[str, Any] = {"run": dice.choice(["make", "echo hello", _template(dice, STEP, STATUS[4:])])}
    if dice.random() < 0.4:
        step = {"uses": dice.choice(["actions/checkout@v4", "./own", "docker://alpine", "a/b/c@v1"])}
        if dice.random() < 0.5:
            step["with"] = {"x": dice.choice([1, True, "y", _template(dice, STEP)])}
    more: dict[str, Any] = {
        "name": _template(dice, STEP),
        "if": _condition(dice, [one for one in STEP if one != "secrets"], STEP_STATUS),
        "env": {"A": _template(dice, STEP, STATUS[4:])},
        "id": dice.choice(["one", "two", "a-b", "_c"]),
        "timeout-minutes": dice.choice([5, 1.5, _template(dice, STEP)]),
        "continue-on-error": dice.choice([True, _template(dice, STEP)]),
    }
    return step | {key: value for key, value in more.items() if dice.random() < 0.15}


def _job(dice: Dice, names: list[str]) -> Any:
    job: dict[str, Any] = {"runs-on": RUNS_ON(dice) if dice.slips() else "ubuntu-latest"}
    if names:
        job["needs"] = dice.choice([names[0], names, []])
    more: dict[str, Any] = {
        "if": _condition(dice, JOB[:4], JOB_STATUS),
        "env": {"A": _template(dice, [*JOB, "secrets"]), "B": 1},
        "outputs": {"a": _template(dice, STEP)},
        "name": _template(dice, JOB),
        "timeout-minutes": dice.choice([5, _template(dice, JOB)]),
        "environment": dice.choice(["production", {"name": _template(dice, JOB), "url": "https://x"}]),
        "strategy": {"matrix": {"os": ["a", 1, _template(dice, JOB[:4])], "include": [{"v": 1.5}]}},
        "services": {"db": {"image": "postgres:17", "ports": [5432], "env": {"A": _template(dice, JOB)}}},
    }
    job |= {key: value for key, value in more.items() if dice.random() < 0.25}
    found = KEYS(dice) if dice.slips() else {}
    return (
        job
        | (found if isinstance(found, dict) else {})
        | {"steps": [_step(dice) for _ in range(dice.randint(1, 3))]}
    )


def _mutate(dice: Dice, value: Any) -> None:
    """Make one mistake somewhere inside: a key misspelt, moved, dropped or duplicated, or a different value."""
    places = list(_mappings(value))
    keys = dice.choice(places)
    if not keys:
        return
    key = dice.choice(list(keys))
    match dice.randrange(6):
        case 0:
            name = str(key)
            keys[dice.choice([name + "s", name[:-1], name.title(), name.replace("-", "_")])] = keys.pop(key)
        case 1:
            del keys[key]
        case 2:
            keys[key] = dice.choice([None, "", 5, True, "5", "true", [], {}, ["a"], {"a": "b"}, 2.5])
        case 3:
            dice.choice(places)[key] = deepcopy(keys[key])
        case 4:
            keys[str(key).upper()] = deepcopy(keys[key])
        case 5:
            keys[key] = _template(dice, CONTEXTS)


def _mappings(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _mappings(item)


def workflow(dice: Dice) -> str:
    dice.mistakes = dice.choice([0, 0, 0.05, 0.15])
    names = dice.sample(["build", "test", "deploy", "lint"], dice.randint(1, 3))
    text: dict[str, Any] = {
        "name": "CI",
        "on": TRIGGERS(dice) if dice.slips() else dice.choice(["push", {"push": {"branches": ["main"]}}]),
        "jobs": {name: _job(dice, names[:number]) for number, name in enumerate(names)},
    }
    more: dict[str, Any] = {
        "permissions": PERMISSIONS(dice) if dice.slips() else {"contents": "read"},
        "env": {"A": _template(dice, [*RUN, "secrets"])},
        "run-name": _template(dice, RUN),
        "concurrency": dice.choice(["x", {"group": _template(dice, RUN), "cancel-in-progress": True}]),
    }
    text |= {key: value for key, value in more.items() if dice.random() < 0.3}
    for _ in range(dice.choice([0, 0, 0, 1, 2])):
        _mutate(dice, text)
    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.allow_unicode = dice.random() < 0.1, 100_000, True
    yaml.representer.ignore_aliases = lambda data: True
    yaml.dump(text, out)
    return _scratched(dice, out.getvalue()) if dice.random() < 0.15 else out.getvalue()


def _scratched(dice: Dice, text: str) -> str:
    """The text with a character or the indentation of a line changed, as by a typing mistake."""
    at, lines = dice.randrange(len(text)), text.split("\n")
    number = dice.randrange(len(lines))
    match dice.randrange(6):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + dice.choice(" \n\t:-'\"{}[]#&*!|>%@,?$") + text[at:]
        case 2:
            lines[number] = dice.choice([" ", "  ", "\t"]) + lines[number]
        case 3:
            lines[number] = lines[number][dice.randint(1, 2) :]
        case 4:
            lines[number] += dice.choice([" # x", " ", "\t", ":", ",", " -", " |"])
        case 5:
            lines.insert(number, lines[number])
    return "\n".join(lines)


def sound_expression(dice: Dice) -> str:
    """An expression that evaluates without an error, with contexts whose values the test gives."""
    dice.mistakes = 0
    return _value(dice, 4)


_LEAVES = [
    *(
        "true",
        "false",
        "null",
        "1",
        "0",
        "-2.5",
        "0x1F",
        "'text'",
        "''",
        "'it''s'",
        "'Main'",
        "'1'",
        "'true'",
    ),
    *("github.ref", "github.ref_name", "github.run_number", "inputs.deploy", "inputs.empty", "inputs.none"),
    *("vars.x", "vars.y", "matrix.x", "matrix.y", "matrix.x.a", "matrix.x[0]", "matrix.x.*"),
    *("""fromJSON('[1, "a", null]')""", """fromJSON('{"a": {"b": 1}}')""", """fromJSON('[{"a": 1}]').*.a"""),
]


def _value(dice: Dice, depth: int) -> str:
    kind = dice.randrange(6) if depth else 0
    if kind == 0:
        return dice.choice(_LEAVES)
    inner = [_value(dice, depth - 1) for _ in range(3)]
    if kind == 1:
        return f"!({inner[0]})"
    if kind == 2:
        name = dice.choice(["contains", "startsWith", "endsWith", "join", "toJSON", "format"])
        count = {"toJSON": 1, "format": 3}.get(name, 2)
        inner = ["'{1}-{0}'", *inner[1:]] if name == "format" else inner[:count]
        return f"{name}({', '.join(inner)})"
    return f"({inner[0]}) {dice.choice([*OPERATORS, '>', '<=', '||'])} ({inner[1]})"
