"""The text of a workflow file as a `Workflow`, with everything in it that GitHub would not accept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ..findings import Finding, Place
from ..parameters import did_you_mean
from ..words import quoted
from ..yaml_values import Value, read_yaml
from .model import Concurrency, Job, Permissions, Step, Texts, Trigger, Workflow
from .names import EVENTS, FILTERS, JOB_KEYS, LEVELS, SCOPES, STEP_KEYS, TOP_KEYS

MOST_ALIASED = 5_000
MOST_FAULTS = 20
_JOB_ID = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_BLOCK = re.compile(r"run:\s*([|>])[+\-\d]{0,2}\s*(#.*)?$")
_IGNORED = {"branches": "branches-ignore", "tags": "tags-ignore", "paths": "paths-ignore"}


@lru_cache(maxsize=8)
def read_workflow(path: str, text: str) -> Workflow:
    """The workflow of a file of at most 256 KB; `faults` says what is wrong with it."""
    lines = tuple(re.split("[\r\n]", text))  # as YAML counts them
    root, problems = read_yaml(text, aliased=MOST_ALIASED)
    faults = [
        Finding(
            Place(path, problem.line, problem.column),
            f"The file cannot be read as YAML: {quoted(problem.key) + ': ' if problem.key else ''}{problem.message}.",
            "YAML that can be read",
            problem.message,
        )
        for problem in problems
    ]
    if root is None or faults:
        return Workflow(path, lines, faults=tuple(faults[:MOST_FAULTS]))
    return _Reader(path, lines).workflow(root)


def text_of(value: Value | None) -> str:
    """A single value as GitHub passes it on: the number 3.10 is `3.1` there."""
    data = value.data if value else None
    match data:
        case None | list() | dict():
            return ""
        case bool():
            return str(data).lower()
        case Decimal():
            small = data.is_finite() and abs(data.adjusted()) < 20
            return format(data.normalize(), "f") if small else str(data)
    return str(data)


def texts_of(value: Value | None) -> tuple[str, ...] | None:
    """A list of texts, also where one stands alone; None where there is nothing."""
    if value is None or value.data is None:
        return None
    items = value.data if isinstance(value.data, list) else [value]
    return tuple(map(text_of, items))


@dataclass
class _Reader:
    path: str
    lines: tuple[str, ...]
    faults: list[Finding] = field(default_factory=list)

    def workflow(self, root: Value) -> Workflow:
        keys = self._keys(root, "The file", TOP_KEYS)
        env = self._texts(keys.get("env"))
        jobs = dict(self._jobs(keys.get("jobs"), env, root))
        triggers = self._triggers(keys.get("on"), root)
        return Workflow(
            self.path,
            self.lines,
            {trigger.event: trigger for trigger in triggers},
            jobs,
            self._permissions(keys.get("permissions")),
            self._concurrency(keys.get("concurrency")),
            _required_inputs(keys.get("on")),
            tuple(self.faults[:MOST_FAULTS]),
        )

    def _jobs(self, value: Value | None, env: Texts, root: Value) -> Iterator[tuple[str, Job]]:
        if value is None or not isinstance(value.data, dict) or not value.data:
            self._fault(value or root, "The workflow has no jobs.", "`jobs` with at least one job", "none")
            return
        for name, item in value.data.items():
            if not _JOB_ID.fullmatch(name):
                self._fault(
                    item,
                    f"{quoted(name)} cannot be the id of a job.",
                    "letters, digits, `-` and `_`, with a letter or `_` at the beginning",
                    quoted(name),
                )
            yield name, self._job(name, item, env)

    def _job(self, name: str, value: Value, env: Texts) -> Job:
        said = f"Job {quoted(name)}"
        keys = self._keys(value, said, JOB_KEYS, job=name)
        uses, steps = text_of(keys.get("uses")), keys.get("steps")
        if not uses and "runs-on" not in keys:
            add = ("    runs-on: ubuntu-latest",)
            self._fault(
                value, f"{said} has no `runs-on`.", "the machine that it runs on", "none", add, job=name
            )
        if uses and steps is not None:
            self._fault(
                value,
                f"{said} has both `uses` and `steps`.",
                "one of the two",
                "`uses` and `steps`",
                job=name,
            )
        strategy, environment = _dict(keys.get("strategy")), keys.get("environment")
        return Job(
            id=name,
            place=self._place(value),
            needs=tuple((text_of(item), self._place(item)) for item in _items(keys.get("needs"))),
            steps=() if uses else tuple(self._steps(steps, value, name, keys)),
            uses=uses,
            inputs=self._texts(keys.get("with")),
            condition=text_of(keys.get("if")),
            environment=text_of(_dict(environment).get("name")) or text_of(environment),
            permissions=self._permissions(keys.get("permissions")),
            matrix=strategy.get("matrix"),
            env={**env, **self._texts(keys.get("env"))},
            concurrency=self._concurrency(keys.get("concurrency")),
            timeout=text_of(keys.get("timeout-minutes")),
            may_fail=text_of(keys.get("continue-on-error")) == "true",
        )

    def _steps(self, value: Value | None, job: Value, name: str, keys: dict[str, Value]) -> Iterator[Step]:
        if value is None or not isinstance(value.data, list) or not value.data:
            said = f"Job {quoted(name)} has no steps."
            self._fault(value or job, said, "`steps` with at least one step", "none", job=name)
            return
        shell = text_of(_dict(_dict(keys.get("defaults")).get("run")).get("shell"))
        ids: set[str] = set()
        for number, item in enumerate(value.data, start=1):
            step = self._step(item, number, name, shell)
            if step.id and step.id in ids:
                said = f"Two steps of job {quoted(name)} have the id {quoted(step.id)}."
                self._fault(item, said, "an id of its own for each step", quoted(step.id), job=name)
            ids.add(step.id)
            yield step

    def _step(self, value: Value, number: int, job: str, shell: str) -> Step:
        said = f"Step {number} of job {quoted(job)}"
        keys = self._keys(value, said, STEP_KEYS, job=job)
        uses, run = text_of(keys.get("uses")), text_of(keys.get("run"))
        if bool(uses) == bool(run):
            has = "both `uses` and `run`" if uses else "neither `uses` nor `run`"
            self._fault(value, f"{said} has {has}.", "one of `uses` and `run`", has, job=job)
        line = keys["run"].line if "run" in keys else value.line
        block = _BLOCK.search(self.lines[line - 1]) if run else None
        return Step(
            place=self._place(value),
            number=number,
            id=text_of(keys.get("id")),
            name=text_of(keys.get("name")),
            uses=uses,
            run=run,
            inputs=self._texts(keys.get("with")),
            env=self._texts(keys.get("env")),
            condition=text_of(keys.get("if")),
            may_fail=text_of(keys.get("continue-on-error")) == "true",
            shell=text_of(keys.get("shell")) or shell,
            script_line=line + 1 if block else line,
            folded=block is None or block[1] == ">",
        )

    def _triggers(self, value: Value | None, root: Value) -> Iterator[Trigger]:
        if value is None or value.data is None:
            add = ("on:", "  push:", "    branches: [main]")
            self._fault(value or root, "Nothing starts the workflow: it has no `on`.", "`on`", "none", add)
            return
        events = (
            value.data if isinstance(value.data, dict) else {text_of(item): item for item in _items(value)}
        )
        for event, item in events.items():
            if event not in EVENTS and len(self.faults) < MOST_FAULTS:
                hint = did_you_mean(event, list(EVENTS))
                said = f"{quoted(event)} is no event of GitHub. {hint}"
                self._fault(item, said, "an event of GitHub", quoted(event))
            yield self._trigger(event, item if isinstance(value.data, dict) else Value(item.line, None))

    def _trigger(self, event: str, value: Value) -> Trigger:
        filters = _dict(value)
        for name, other in _IGNORED.items():
            if name in filters and other in filters:
                self._fault(
                    filters[other],
                    f"{quoted(event)} has both {quoted(name)} and {quoted(other)}.",
                    f"{quoted(name)} alone, with `!` before what is left out",
                    "both",
                )
        found = {name.replace("-", "_"): texts_of(filters.get(name)) for name in FILTERS}
        return Trigger(event, self._place(value), **found)

    def _permissions(self, value: Value | None) -> Permissions | None:
        if value is None:
            return None
        if not isinstance(value.data, dict):
            word = text_of(value)
            if word not in ("read-all", "write-all", ""):
                said = f"`permissions` cannot be {quoted(word)}."
                self._fault(value, said, "scopes such as `contents: read`", quoted(word))
            return Permissions(self._place(value), word)
        scopes = self._keys(value, "`permissions`", SCOPES)
        for scope, item in scopes.items():
            if text_of(item) not in LEVELS:
                said = f"The permission {quoted(scope)} cannot be {quoted(text_of(item))}."
                self._fault(item, said, "read, write or none", quoted(text_of(item)))
        return Permissions(self._place(value), "", {scope: text_of(item) for scope, item in scopes.items()})

    def _concurrency(self, value: Value | None) -> Concurrency | None:
        if value is None:
            return None
        keys = _dict(value)
        group = text_of(keys.get("group")) or text_of(value)
        return Concurrency(self._place(value), group, text_of(keys.get("cancel-in-progress")))

    def _keys(self, value: Value, said: str, known: tuple[str, ...], job: str = "") -> dict[str, Value]:
        if not isinstance(value.data, dict):
            self._fault(value, f"{said} has no keys.", f"keys such as {quoted(known[0])}", "none", job=job)
            return {}
        unknown = [key for key in value.data if key not in known][:MOST_FAULTS]
        for key in unknown:
            hint = did_you_mean(key, list(known))
            shown = f"{said} has the key {quoted(key)}, which GitHub does not know. {hint}"
            self._fault(value.data[key], shown, "keys that GitHub knows", quoted(key), job=job)
        return value.data

    def _texts(self, value: Value | None) -> Texts:
        return {key: text_of(item) for key, item in _dict(value).items()}

    def _place(self, value: Value) -> Place:
        return Place(self.path, value.line, value.column)

    def _fault(
        self, value: Value, says: str, expected: str, found: str, add: tuple[str, ...] = (), job: str = ""
    ) -> None:
        self.faults.append(Finding(self._place(value), says, expected, found, add, job=job))


def _dict(value: Value | None) -> dict[str, Value]:
    return value.data if value and isinstance(value.data, dict) else {}


def _items(value: Value | None) -> list[Value]:
    if value is None or value.data is None:
        return []
    return value.data if isinstance(value.data, list) else [value]


def _required_inputs(on: Value | None) -> tuple[str, ...]:
    """The inputs that a caller of this workflow has to give."""
    inputs = _dict(_dict(_dict(on).get("workflow_call")).get("inputs"))
    return tuple(
        name
        for name, item in inputs.items()
        if text_of(_dict(item).get("required")) == "true" and "default" not in _dict(item)
    )
