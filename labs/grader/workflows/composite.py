"""Local composite actions, whose steps replace the step that uses them."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..formats.yaml_values import Value, read_yaml
from .conditions import both
from .inputs import step_with_inputs
from .model import Job, Step
from .values import text_of

MAX_NESTED = 5
MAX_STEPS = 1_000  # of a job
_FILES = ("action.yml", "action.yaml")
_BLOCK = re.compile(r"run:\s*[|>]")
Read = Callable[[str], str | None]  # the text of a file of the repository


def with_composite_steps(job: Job, read: Read) -> Job:
    """Return the job with the steps of local composite actions in place. Unreadable actions stay."""
    steps: list[Step] = []
    for step in job.steps:
        steps.extend(_steps_of(step, read, MAX_NESTED))
        if len(steps) > MAX_STEPS:
            return job
    return replace(job, steps=tuple(steps))


def _steps_of(step: Step, read: Read, deep: int) -> Iterator[Step]:
    found = _composite(step.uses, read) if deep and step.uses.startswith("./") else None
    if found is None:
        yield step
        return
    for inner in _inner_steps(step, *found):
        yield from _steps_of(inner, read, deep - 1)


def _inner_steps(step: Step, path: str, lines: list[str], root: dict[str, Value]) -> Iterator[Step]:
    inputs = {name: text_of(_dict(item).get("default")) for name, item in _dict(root.get("inputs")).items()}
    given = {**{name: text for name, text in inputs.items() if text}, **step.inputs}
    steps = _dict(root.get("runs")).get("steps")
    items = steps.data if steps and isinstance(steps.data, list) else []
    for number, item in enumerate(items[:MAX_STEPS], start=1):
        yield step_with_inputs(_inner(step, number, item, path, lines), given)


def _composite(uses: str, read: Read) -> tuple[str, list[str], dict[str, Value]] | None:
    folder = posixpath.normpath(uses)
    for path in (posixpath.normpath(posixpath.join(folder, name)) for name in _FILES):
        text = read(path)
        if text is None:
            continue
        root, problems = read_yaml(text)
        runs = _dict(_dict(root).get("runs"))
        steps = runs.get("steps")
        if problems or text_of(runs.get("using")) != "composite" or steps is None:
            return None
        return (path, text.split("\n"), _dict(root)) if isinstance(steps.data, list) else None
    return None


def _inner(outer: Step, number: int, value: Value, path: str, lines: list[str]) -> Step:
    keys = _dict(value)
    run = keys.get("run")
    line = run.line if run else value.line
    is_block = bool(run and 0 < line <= len(lines) and _BLOCK.search(lines[line - 1]))
    return Step(
        place=replace(outer.place, path=path, line=value.line, column=0),
        number=outer.number,
        name=text_of(keys.get("name")) or f"step {number} of {outer.uses}",
        uses=text_of(keys.get("uses")),
        run=text_of(run),
        inputs={key: text_of(item) for key, item in _dict(keys.get("with")).items()},
        env={**outer.env, **{key: text_of(item) for key, item in _dict(keys.get("env")).items()}},
        condition=both(outer.condition, text_of(keys.get("if"))),
        may_fail=outer.may_fail or text_of(keys.get("continue-on-error")) == "true",
        shell=text_of(keys.get("shell")),
        script_line=line + 1 if is_block else line,
        folded=not is_block,
    )


def _dict(value: Value | None) -> dict[str, Value]:
    return value.data if value and isinstance(value.data, dict) else {}
