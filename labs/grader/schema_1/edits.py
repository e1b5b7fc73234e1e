"""The edits that turn a text of schema 1 into schema 2, and their effect on its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..formats.yaml_values import Value

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Edit:
    """A change at one place of the old text: to a key, a value, or the entries of a mapping.

    `key` is the new name. `value`, if `writes` is set, replaces the value. `add` are further keys of the mapping,
    `under` the key that a single value gets; `alone` replaces a mapping with the value of its only key, and `drop`
    removes the key.
    """

    key: str | None = None
    writes: bool = False
    value: object = None
    add: Mapping[str, object] = field(default_factory=dict)
    under: str = ""
    alone: bool = False
    drop: bool = False


def applied(value: Value, edits: Mapping[Path, Edit], path: Path = ()) -> Value:
    """Return the value of a text after its edits. Line numbers remain those of the original text."""
    edit = edits.get(path, Edit())
    data = value.data
    if edit.writes:
        return replace(value, data=edit.value)  # type: ignore[arg-type]  # an edit is YAML data
    if isinstance(data, list):
        data = [applied(item, edits, (*path, place)) for place, item in enumerate(data)]
    elif isinstance(data, dict):
        data = dict(_entries(data, edits, path))
    if edit.under:
        data = {edit.under: replace(value, data=data)}
    elif edit.alone and isinstance(data, dict):
        data = next(iter(data.values())).data
    if edit.add:
        given: Mapping[str, Any] = edit.add
        added = {key: Value(value.line, item) for key, item in given.items()}
        data = {**(data if isinstance(data, dict) else {}), **added}
    return replace(value, data=data)


def _entries(data: dict[str, Value], edits: Mapping[Path, Edit], path: Path) -> Iterator[tuple[str, Value]]:
    for key, item in data.items():
        edit = edits.get((*path, key), Edit())
        if not edit.drop:
            yield edit.key or key, applied(item, edits, (*path, key))
