"""Reader of workflow files, with every fault that makes GitHub reject them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ..findings import Finding, Place
from ..formats.yaml_values import Value, read_yaml
from ..problem import Problem
from ..words import quoted
from .model import Concurrency, Job, Permissions, Step, Texts, Trigger, Workflow
from .names import FILTERS
from .validation import Validation
from .values import text_of, texts_of

MAX_ALIASED = 5_000
MAX_FAULTS = 20
_BLOCK = re.compile(r"run:\s*([|>])[+\-\d]{0,2}\s*(#.*)?$")
_ALIAS = re.compile("found undefined alias '(.*)'")
_TAG = re.compile(r"the tag (!.*) is not supported")


@lru_cache(maxsize=8)
def read_workflow(path: str, text: str) -> Workflow:
    """Read a workflow file of at most 256 KB; `faults` lists its errors."""
    lines = tuple(re.split("[\r\n]", text))  # as YAML counts them
    root, problems = read_yaml(text, aliased=MAX_ALIASED)
    if root is None or problems:
        faults = tuple(_of_yaml(path, problem) for problem in problems[:MAX_FAULTS])
        return Workflow(path, lines, faults=faults)
    validation = Validation(path, lines)
    faults = tuple(islice(validation.faults(root), MAX_FAULTS))
    return _Reader(path, lines).workflow(root, faults, tuple(validation.remarks[:MAX_FAULTS]))


def _of_yaml(path: str, problem: Problem) -> Finding:
    place = Place(path, problem.line, problem.column)
    key = quoted(problem.key) + ": " if problem.key else ""
    tag = _TAG.fullmatch(problem.message)
    if tag:
        said = f"{key}YAML reads {quoted(tag[1])} as a tag, because the value starts with `!`."
        wanted = f'quotes around it: `"{tag[1]}"`, or `${{{{ {tag[1]} }}}}` for an expression'
        return Finding(place, said, wanted, quoted(tag[1]))
    alias = _ALIAS.search(problem.message)
    if alias:
        name = quoted(f"*{alias[1]}")
        said = (
            f"YAML reads {name} as an alias, because the value starts with `*`, but no anchor has this name."
        )
        return Finding(place, said, f"quotes around it: `'*{alias[1]}'`", name)
    return Finding(
        place,
        f"The file is not valid YAML: {key}{problem.message}.",
        "valid YAML",
        problem.message,
    )


@dataclass(frozen=True)
class _Reader:
    """Reads as much as possible if there are faults."""

    path: str
    lines: tuple[str, ...]

    def workflow(self, root: Value, faults: tuple[Finding, ...], remarks: tuple[Finding, ...]) -> Workflow:
        keys = _dict(root)
        env = _texts(keys.get("env"))
        triggers = self._triggers(keys.get("on"))
        jobs = {name: self._job(name, item, env) for name, item in _dict(keys.get("jobs")).items()}
        return Workflow(
            self.path,
            self.lines,
            {trigger.event: trigger for trigger in triggers},
            jobs,
            self._permissions(keys.get("permissions")),
            self._concurrency(keys.get("concurrency")),
            _required_inputs(keys.get("on")),
            faults,
            remarks,
        )

    def _job(self, name: str, value: Value, env: Texts) -> Job:
        keys = _dict(value)
        uses = text_of(keys.get("uses"))
        strategy, environment = _dict(keys.get("strategy")), keys.get("environment")
        shell = text_of(_dict(_dict(keys.get("defaults")).get("run")).get("shell"))
        steps = () if uses else _flat_steps(keys.get("steps"))
        return Job(
            id=name,
            place=self._place(value),
            needs=tuple((text_of(item), self._place(item)) for item in _items(keys.get("needs"))),
            steps=tuple(self._step(item, number, shell) for number, item in enumerate(steps, start=1)),
            uses=uses,
            inputs=_texts(keys.get("with")),
            condition=text_of(keys.get("if")),
            environment=text_of(_dict(environment).get("name")) or text_of(environment),
            permissions=self._permissions(keys.get("permissions")),
            matrix=strategy.get("matrix"),
            env={**env, **_texts(keys.get("env"))},
            concurrency=self._concurrency(keys.get("concurrency")),
            timeout=text_of(keys.get("timeout-minutes")),
            may_fail=text_of(keys.get("continue-on-error")) == "true",
        )

    def _step(self, value: Value, number: int, shell: str) -> Step:
        keys = _dict(value)
        run = text_of(keys.get("run"))
        line = keys["run"].line if "run" in keys else value.line
        block = _BLOCK.search(self.lines[line - 1]) if run else None
        return Step(
            place=self._place(value),
            number=number,
            id=text_of(keys.get("id")),
            name=text_of(keys.get("name")),
            uses=text_of(keys.get("uses")),
            run=run,
            inputs=_texts(keys.get("with")),
            env=_texts(keys.get("env")),
            condition=text_of(keys.get("if")),
            may_fail=text_of(keys.get("continue-on-error")) == "true",
            shell=text_of(keys.get("shell")) or shell,
            script_line=line + 1 if block else line,
            folded=block is None or block[1] == ">",
        )

    def _triggers(self, value: Value | None) -> Iterator[Trigger]:
        if value and isinstance(value.data, dict):
            for event, item in value.data.items():
                yield self._trigger(event, item)
        else:
            for item in _items(value):
                yield self._trigger(text_of(item), Value(item.line, None))

    def _trigger(self, event: str, value: Value) -> Trigger:
        filters = _dict(value)
        found = {name.replace("-", "_"): texts_of(filters.get(name)) for name in FILTERS}
        return Trigger(event, self._place(value), **found)

    def _permissions(self, value: Value | None) -> Permissions | None:
        if value is None:
            return None
        scopes = {scope: text_of(item) for scope, item in _dict(value).items()}
        return Permissions(self._place(value), text_of(value), scopes)

    def _concurrency(self, value: Value | None) -> Concurrency | None:
        if value is None:
            return None
        keys = _dict(value)
        group = text_of(keys.get("group")) or text_of(value)
        return Concurrency(self._place(value), group, text_of(keys.get("cancel-in-progress")))

    def _place(self, value: Value) -> Place:
        return Place(self.path, value.line, value.column)


def _flat_steps(value: Value | None) -> Iterator[Value]:
    # the steps of `parallel` take its place
    for item in _items(value):
        inner = _dict(item).get("parallel")
        yield from _items(inner) if inner else [item]


def _texts(value: Value | None) -> Texts:
    return {key: text_of(item) for key, item in _dict(value).items()}


def _dict(value: Value | None) -> dict[str, Value]:
    return value.data if value and isinstance(value.data, dict) else {}


def _items(value: Value | None) -> list[Value]:
    if value is None or value.data is None:
        return []
    return value.data if isinstance(value.data, list) else [value]


def _required_inputs(on: Value | None) -> tuple[str, ...]:
    inputs = _dict(_dict(_dict(on).get("workflow_call")).get("inputs"))
    return tuple(
        name
        for name, item in inputs.items()
        if text_of(_dict(item).get("required")) == "true" and "default" not in _dict(item)
    )
