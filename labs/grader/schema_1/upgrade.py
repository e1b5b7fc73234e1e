"""Upgrade a lab.yaml of schema 1 to schema 2: only renamed parts are rewritten, all else stays as it is."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from ..formats.yaml_values import Value, compose_yaml, read_yaml
from ..problem import Problem
from ..spec import SpecError, load_spec
from .edits import Edit, Path, applied
from .rewriting import rewriting

Splice = tuple[int, int, str]
_PLAIN = re.compile(r"[A-Za-z][\w./-]*")


class Upgraded(NamedTuple):
    """The text in schema 2. `guesses` are lines that the author must review."""

    text: str
    guesses: tuple[Problem, ...] = ()


def upgrade(text: str) -> Upgraded:
    """Return the same lab in schema 2; a text of schema 2 is unchanged. Raises SpecError if it cannot be read."""
    if load_spec(text).schema != 1:
        return Upgraded(text)
    root, _ = read_yaml(text)
    assert root is not None  # noqa: S101 - it was read above
    made = rewriting(root)
    new = _spliced(text, made.edits)
    _assert_same(root, made.edits, new)
    return Upgraded(new, tuple(made.guesses))


def _assert_same(root: Value, edits: Mapping[Path, Edit], new: str) -> None:
    # raises SpecError for an upgraded text that does not mean the same as the old one
    found, _ = read_yaml(new)
    if found is None or found.plain() != applied(root, edits).plain():
        message = (
            "cannot be upgraded automatically: set `schema` to 2, run `labcheck test` and fix what it reports"
        )
        raise SpecError([Problem(1, "", message)])
    load_spec(new)


def _spliced(text: str, edits: Mapping[Path, Edit]) -> str:
    root = compose_yaml(text)
    assert root is not None  # noqa: S101 - it was read before
    parts, at = [], 0
    for start, end, instead in sorted(_splices(text, root, edits, ())):
        parts += [text[at:start], instead]
        at = end
    return "".join(parts) + text[at:]


def _splices(
    text: str, node: Node, edits: Mapping[Path, Edit], path: Path, key: Node | None = None
) -> Iterator[Splice]:
    """Yield the text changes at and below a node; `key` is the key that it is the value of."""
    edit = edits.get(path, Edit())
    # an empty value has the position of the next token
    if key and node.start_mark.index == node.end_mark.index:
        if edit.writes or edit.add:
            after = text.index(":", key.end_mark.index) + 1
            yield after, after, f" {_in_braces(edit.add) if edit.add else _written(edit.value)}"
        return
    if edit.writes:
        yield node.start_mark.index, node.end_mark.index, _written(edit.value)
        return
    if edit.under:
        yield from _under(text, node, edit.under)
    elif edit.alone and isinstance(node, MappingNode):
        yield from _alone(node)
    elif edit.add:
        yield from _added(text, node, edit.add)
    if isinstance(node, SequenceNode):
        for place, item in enumerate(node.value):
            yield from _splices(text, item, edits, (*path, place))
    elif isinstance(node, MappingNode) and not edit.alone:
        yield from _entries(text, node, edits, path)


def _entries(text: str, node: MappingNode, edits: Mapping[Path, Edit], path: Path) -> Iterator[Splice]:
    for at, (key, value) in enumerate(node.value):
        below = (*path, str(key.value))
        edit = edits.get(below, Edit())
        if edit.drop:
            yield _without(text, node, at)
            continue
        if edit.key:
            yield key.start_mark.index, key.end_mark.index, edit.key
        yield from _splices(text, value, edits, below, key)


def _written(data: object) -> str:
    if isinstance(data, str) and _PLAIN.fullmatch(data):
        return data
    return "''" if data == "" else json.dumps(data)


def _in_braces(pairs: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in pairs.items()) + "}"


def _under(text: str, node: Node, key: str) -> Iterator[Splice]:
    # wraps a single value in braces with that key
    start, end = node.start_mark.index, node.end_mark.index
    as_it_is = text[start:end]
    simple = text[start] in "'\"" or re.fullmatch(r"[\w./~^@+-]+", as_it_is)
    yield start, end, f"{{{key}: {as_it_is if simple else json.dumps(node.value)}}}"


def _alone(node: MappingNode) -> Iterator[Splice]:
    # drops the only key and its braces; a value on lines of its own stays there
    _, value = node.value[0]
    yield node.start_mark.index, value.start_mark.index, ""
    if node.flow_style:
        yield value.end_mark.index, node.end_mark.index, ""


def _added(text: str, node: Node, add: Mapping[str, object]) -> Iterator[Splice]:
    # in braces further keys come last, on lines of their own first
    pairs = [f"{key}: {_written(value)}" for key, value in add.items()]
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node, MappingNode) or not node.value:
        yield start, end, _in_braces(add)
    elif node.flow_style:
        last = node.value[-1][1].end_mark.index
        yield last, last, "".join(f", {pair}" for pair in pairs)
    else:
        indent = ("\r\n" if "\r\n" in text else "\n") + " " * node.start_mark.column
        yield start, start, "".join(pair + indent for pair in pairs)


def _without(text: str, node: MappingNode, at: int) -> Splice:
    # removes the whole line of a key unless a comment follows it
    key, value = node.value[at]
    start, end = key.start_mark.index, value.end_mark.index
    if node.flow_style:
        if at + 1 < len(node.value):
            return start, node.value[at + 1][0].start_mark.index, ""
        return (node.value[at - 1][1].end_mark.index, end, "") if at else (start, end, "")
    line, after = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    after = len(text) if after < 0 else after + 1
    alone = not text[line:start].strip() and not text[end:after].strip()
    return (line, after, "") if alone else (start, end, "")
