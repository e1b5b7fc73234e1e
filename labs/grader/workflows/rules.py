"""GitHub's rules for single values beyond their type. Each rule yields faults."""

import re
from collections.abc import Iterator

from ..formats.yaml_values import Value
from ..words import quoted
from .numbers import number_of
from .shapes import Wrong
from .values import text_of

MAX_ID = 99
_ID = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_OWNER = re.compile(r"[\w.-]+", re.ASCII)
_BAD_REF = re.compile(r"[?*\[\]\\~^:\x00-\x1f\x7f\s]|@\{|\.\.|//")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_IGNORED = {"branches": "branches-ignore", "tags": "tags-ignore", "paths": "paths-ignore"}


def identifier(value: Value, text: str) -> Iterator[Wrong]:
    # the ID of a job or step
    if not _ID.fullmatch(text) or len(text) > MAX_ID:
        wanted = "letters, digits, `-` and `_`, starting with a letter or `_`"
        yield value, f"{quoted(text)} is not a valid ID.", f"{wanted}, at most {MAX_ID} characters"
    elif text.startswith("__"):
        yield (
            value,
            f"The ID {quoted(text)} starts with `__`, which GitHub reserves.",
            "an ID that does not start with `__`",
        )


def distinct_ids(value: Value, label: str) -> Iterator[Wrong]:
    seen = set[str]()
    for step in value.data if isinstance(value.data, list) else ():
        own = _keys(step).get("id")
        if own and text_of(own) in seen:
            yield own, f"Two steps have the ID {quoted(text_of(own))}.", "a unique ID for each step"
        seen.add(text_of(own))


def cron(value: Value, text: str) -> Iterator[Wrong]:
    example = "five fields (minute, hour, day, month, weekday), such as `'0 6 * * 1'` for Mondays at 6:00 UTC"
    fields = re.split(" +", text)
    if len(fields) != len(_FIELDS):
        yield (
            value,
            f"{quoted(text)} is not a valid cron expression: it needs 5 fields separated by spaces.",
            example,
        )
        return
    for written, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not _is_cron_part(written, low, high, names):
            wanted = f"numbers from {low} to {high}" + (
                f" or names such as `{next(iter(names))}`" if names else ""
            )
            said = f"{quoted(written)} is not a valid {name} in the cron expression {quoted(text)}."
            yield value, said, f"{wanted}, `*`, lists `1,2`, ranges `1-5` or steps `*/{max(low, 5)}`"
            return


def _is_cron_part(text: str, low: int, high: int, names: dict[str, int], *, joined: bool = True) -> bool:
    if text == "*" or text.lower() in names:
        return True
    if not joined and re.search("[,/-]", text):
        return False
    if "," in text:
        return all(part and _is_cron_part(part, low, high, names) for part in text.split(","))
    if "/" in text:
        start, _, step = text.partition("/")
        steps = bool(start and step) and number_of(step) > 0
        return (
            steps
            and _is_cron_part(start, low, high, names)
            and _is_cron_part(step, low, high, names, joined=False)
        )
    if "-" in text:
        first, _, last = text.partition("-")
        ends = [names.get(end.lower(), number_of(end)) for end in (first, last)]
        plain = all(end and _is_cron_part(end, low, high, names, joined=False) for end in (first, last))
        return plain and ends[0] <= ends[1]
    return low <= number_of(text) <= high


def action(value: Value, text: str) -> Iterator[Wrong]:
    # `uses` of a step
    if text.startswith(("docker://", "./", ".\\", "$/")):
        return
    repository, at, ref = text.partition("@")
    parts = re.split(r"[\\/]", repository)
    if not at or not ref or "@" in ref or len(parts) < 2 or not parts[0] or not parts[1]:
        wanted = "`owner/repository@ref` such as `actions/checkout@v4`, or a folder such as `./actions/build`"
        problem = "has no version" if not at and len(parts) > 1 else "does not name an action"
        yield value, f"`uses: {text}` {problem}.", wanted
    elif parts[2:4] == [".github", "workflows"]:
        said = f"A step cannot call a reusable workflow such as {quoted(text)}."
        yield value, said, "`uses` in a job that has no `steps`"


def called_workflow(value: Value, text: str) -> Iterator[Wrong]:
    # `uses` of a job
    said = f"`uses: {text}` is not a valid reusable workflow"
    wanted = "`./.github/workflows/name.yml`, or `owner/repository/.github/workflows/name.yml@version`"
    path, at, ref = text.partition("@")
    own = text.startswith(("./", "$/"))
    found = re.fullmatch(r"(.*?)\.github/workflows(?:-lab)?/([^/]*)", path)
    if own and at:
        yield value, f"{said}: a workflow in this repository cannot have a version.", wanted
    elif not own and (not ref or "@" in ref):
        yield value, f"{said}: it has no version.", wanted
    elif not found or not re.fullmatch(r".+\.ya?ml", found[2]):
        yield (
            value,
            f"{said}: it must be a `.yml` or `.yaml` file in `.github/workflows`.",
            wanted,
        )
    elif own and found[1] not in ("./", "$/"):
        yield value, f"{said}: it must be in `.github/workflows`.", wanted
    elif not own and not _is_repository(found[1]):
        yield value, f"{said}: {quoted(found[1])} is not a repository.", wanted
    elif not own and not _is_ref(ref):
        yield value, f"{said}: {quoted(ref)} is not a version.", wanted


def _is_repository(text: str) -> bool:
    parts = [part for part in text.split("/") if part]
    return len(parts) == 2 and all(map(_OWNER.fullmatch, parts))


def _is_ref(text: str) -> bool:
    if text == "@" or _BAD_REF.search(text) or text[0] in "/." or text[-1] in "/.":
        return False
    return not any(part.startswith(".") or part.endswith(".lock") for part in text.split("/"))


def runner_group(value: Value, text: str) -> Iterator[Wrong]:
    parts = text.split("/")
    if len(parts) > 2 or (
        len(parts) == 2 and (parts[0] not in ("org", "organization", "ent", "enterprise") or not parts[1])
    ):
        yield (
            value,
            f"{quoted(text)} is not a runner group.",
            "the name of a runner group, with or without `organization/` before it",
        )


def both_filters(value: Value, label: str) -> Iterator[Wrong]:
    filters = _keys(value)
    for name, other in _IGNORED.items():
        if name in filters and other in filters:
            said = f"{label} has both {quoted(name)} and {quoted(other)}."
            yield filters[other], said, f"only {quoted(name)}, with `!` before the patterns to exclude"


def queue_of_one(value: Value, text: str) -> Iterator[Wrong]:
    keys = _keys(value)
    values = {key: item.data for key, item in keys.items()}
    if values.get("queue") == "max" and values.get("cancel-in-progress") is True:
        yield (
            keys["queue"],
            "`queue: max` and `cancel-in-progress: true` cannot be combined.",
            "only one of them",
        )


def no_deadlock(value: Value, label: str) -> Iterator[Wrong]:
    # a job cannot get a concurrency group that its own workflow holds
    keys = _keys(value)
    group = _group(keys.get("concurrency"))
    for job in _keys(keys["jobs"]).values() if group and "jobs" in keys else ():
        own = _keys(job).get("concurrency")
        if own and _group(own) == group:
            said = (
                f"The workflow has the same concurrency group {quoted(group)}, so this job waits for itself."
            )
            yield own, said, "a different group, or `concurrency` in only one of the two places"


def _group(value: Value | None) -> str:
    inner = _keys(value).get("group") if value and isinstance(value.data, dict) else value
    static = inner and not isinstance(inner.data, dict | list) and not _has_expression(inner)
    return text_of(inner) if static else ""


def image_named(value: Value, text: str) -> Iterator[Wrong]:
    keys = value.data
    if isinstance(keys, dict) and "image" not in keys and not _has_expression(value):
        yield value, "The container has no `image`.", "an image, such as `image: postgres:17`"


def input_default(value: Value, text: str) -> Iterator[Wrong]:
    keys = _keys(value)
    kind = keys["type"].data if "type" in keys else "string"
    if "default" in keys and not _has_expression(keys["default"]):
        yield from _wrong_default(keys["default"], str(kind))
    options = keys["options"].data if "options" in keys else None
    if kind == "choice" and not options:
        yield value, "An input of type `choice` needs `options`.", "`options` with at least one option"
    elif kind != "choice" and options is not None:
        yield (
            keys["options"],
            f"An input of type {quoted(str(kind))} cannot have `options`.",
            "`type: choice`",
        )


def _wrong_default(default: Value, kind: str) -> Iterator[Wrong]:
    data = default.data
    if kind == "boolean" and not isinstance(data, bool):
        yield (
            default,
            "The `default` of a boolean input is not a boolean.",
            "`true` or `false` without quotes",
        )
    elif kind in ("string", "choice", "environment") and data is not None and not isinstance(data, str):
        shown = str(data).lower() if isinstance(data, bool) else str(data)
        yield (
            default,
            f"The `default` of an input of type `{kind}` is not a string.",
            f"quotes: `default: '{shown}'`",
        )


def _keys(value: Value) -> dict[str, Value]:
    return value.data if isinstance(value.data, dict) else {}


def _has_expression(value: Value) -> bool:
    if isinstance(value.data, dict):
        return any("${{" in key or _has_expression(item) for key, item in value.data.items())
    if isinstance(value.data, list):
        return any(map(_has_expression, value.data))
    return isinstance(value.data, str) and "${{" in value.data
