"""Write YAML: a new text in a stable layout, or an existing one in which only the values that differ are written again.

An edited text must be read again and compared: where the layout is unusual, such as anchors, the result may differ.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

Path = tuple[str | int, ...]
MAX_EDITS = 100  # each reads the text again
_ORDINARY = re.compile(r"[^\W_][\w .,()/+=;!?*&@%$’“”–—…'-]*")
_QUOTED = re.compile(r"(?:y|n|yes|no|on|off)$|[0-9]{4}-[0-9]", re.IGNORECASE)
_IDENTITIES = ("slug", "key", "session")  # keys that name an item of a list


# Any: values of YAML
def dump_yaml(values: Mapping[str, Any]) -> str:
    """Return a YAML mapping in the order given, one key per line; mappings in nested lists are written in braces."""
    return _dump(_styled(values, 0))


# Any: values of YAML
def edit_yaml(text: str, values: Mapping[str, Any]) -> str | None:
    """Return the text with these values at its top-level keys; None if it cannot be edited.

    None as a value removes the key. Comments, order and layout stay wherever the value is the same.
    """
    try:
        before = plain(_compose(text))
        changed = {key: value for key, value in values.items() if before.get(key) != value}
        if _count_leaves(changed) > MAX_EDITS:
            return None
        for key, value in changed.items():
            text = _set(text, (key,), value)
    except (YAMLError, RecursionError, LookupError, ValueError):
        return None
    return text


# Any: values of YAML
def plain_yaml(text: str) -> dict[str, Any] | None:
    """Return the values of a mapping with one key per line, None for any other text. See `plain`."""
    try:
        found: dict[str, Any] = plain(_compose(text))
    except (YAMLError, RecursionError, ValueError):
        return None
    return found


def _count_leaves(value: Any) -> int:
    if isinstance(value, Mapping | list):
        return sum(map(_count_leaves, value.values() if isinstance(value, Mapping) else value))
    return 1


# --- writing --------------------------------------------------------------------------------------------------------


def _styled(value: Any, depth: int) -> Any:
    # `depth` counts the lists around the value.
    if isinstance(value, Mapping):
        made = CommentedMap({key: _styled(item, depth) for key, item in value.items()})
        if depth > 1:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = CommentedSeq([_styled(item, depth + 1) for item in value])
        if not value:
            items.fa.set_flow_style()
        return items
    if isinstance(value, LiteralScalarString):  # a block of lines, if the caller wants one
        return value
    return DoubleQuotedScalarString(value) if _needs_quotes(value) else value


def _needs_quotes(value: Any) -> bool:
    # ruamel folds texts with line breaks, and writes signs such as `?` bare where it cannot read them. Other readers
    # take some words as true or false, and dates as dates.
    if not isinstance(value, str):
        return False
    return not _ORDINARY.fullmatch(value) or bool(_QUOTED.match(value))


def _dump(value: Any) -> str:
    yaml = YAML()
    yaml.width = sys.maxsize
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _inline(value: Any) -> str:
    # in brackets, so that the text also suits a place inside brackets
    items = CommentedSeq([_styled(value, 2)])
    items.fa.set_flow_style()
    return _dump(items).strip()[1:-1]


# --- editing --------------------------------------------------------------------------------------------------------


def _set(text: str, path: Path, value: Any) -> str:
    *above, last = path
    parent = _at(_compose(text), above)
    if isinstance(parent, MappingNode) and not any(key.value == last for key, _ in parent.value):
        return text if value is None else _add_key(text, parent, str(last), value)
    node = _at(parent, [last])
    if value is None and isinstance(parent, MappingNode):
        return _remove_key(text, parent, str(last))
    if plain(node) == value:
        return text
    if isinstance(node, MappingNode) and isinstance(value, Mapping):
        names = [key.value for key, _ in node.value]
        if not node.flow_style or set(names) == set(value):
            for key in dict.fromkeys([*names, *value]):
                if key not in names or plain(_at(node, [key])) != value.get(key):
                    text = _set(text, (*path, key), value.get(key))
            return text
    if isinstance(node, SequenceNode) and isinstance(value, list) and value and not node.flow_style:
        return _set_items(text, path, value)
    return _replace(text, parent, node, last, value)


def _compose(text: str) -> Node:
    root = YAML(typ="safe", pure=True).compose(text)
    if not isinstance(root, MappingNode) or root.flow_style:
        raise ValueError("not a mapping with one key per line")
    return root


def _at(node: Node, path: Sequence[str | int]) -> Node:
    for step in path:
        if isinstance(step, int):
            node = node.value[step]
        else:
            node = next(value for key, value in node.value if key.value == step)
    return node


# Any: values of YAML
def plain(node: Node) -> Any:
    """Return the value of a node, with None for every scalar but text, whole numbers, true and false."""
    if isinstance(node, MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    kind = str(node.tag).rpartition(":")[2]
    if kind == "int" and node.value.isascii() and node.value.isdecimal():
        return int(node.value)
    if kind == "bool":
        return node.value.lower() == "true"
    return node.value.strip() if kind == "str" else None


def _replace(text: str, parent: Node, node: Node, last: str | int, value: Any) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    is_block = isinstance(node, CollectionNode) and not node.flow_style
    if is_block or (isinstance(node, ScalarNode) and node.style in ("|", ">")) or start == end:
        return _replace_key(text, parent, last, value)
    return text[:start] + _inline(value) + text[end:]


def _replace_key(text: str, parent: Node, last: str | int, value: Any) -> str:
    if not isinstance(parent, MappingNode):
        raise ValueError("an item of a list that has no place of its own")
    key, node = next((key, node) for key, node in parent.value if key.value == last)
    lines = text.splitlines(keepends=True)
    first, after = key.start_mark.line, _last_line(node) + 1
    before = lines[first][: key.start_mark.column]
    if before.strip(" -"):
        raise ValueError("a key that is not first in its line")
    new = _indented(dump_yaml({str(last): value}), key.start_mark.column)
    return "".join([*lines[:first], before + new[len(before) :], *lines[after:]])


def _add_key(text: str, parent: MappingNode, name: str, value: Any) -> str:
    if parent.flow_style or not parent.value:
        raise ValueError("no place for a key")
    lines = _ended(text)
    after = max(_last_line(value) for _, value in parent.value) + 1
    new = _indented(dump_yaml({name: value}), parent.value[0][0].start_mark.column)
    return "".join([*lines[:after], new, *lines[after:]])


def _remove_key(text: str, parent: MappingNode, name: str) -> str:
    if parent.flow_style or len(parent.value) < 2:
        raise ValueError("a key that cannot be removed alone")
    key, node = next((key, node) for key, node in parent.value if key.value == name)
    lines = text.splitlines(keepends=True)
    if lines[key.start_mark.line][: key.start_mark.column].strip():
        raise ValueError("a key that is not first in its line")
    return "".join([*lines[: key.start_mark.line], *lines[_last_line(node) + 1 :]])


def _set_items(text: str, path: Path, wanted: list[Any]) -> str:
    # Items that stay keep their lines and the comments above them.
    items = plain(_at(_compose(text), path))
    names = [_name(item) for item in items]
    if len(set(names)) < len(names) or len({_name(item) for item in wanted}) < len(wanted):
        raise ValueError("two items with one name")
    for item in wanted:
        if _name(item) in names and item not in items:
            text = _set(text, (*path, names.index(_name(item))), item)
    node = _at(_compose(text), path)
    if [_name(item) for item in wanted] == names:
        return text
    lines = _ended(text)
    ends = [_last_line(item) + 1 for item in node.value]
    starts = [node.value[0].start_mark.line, *ends[:-1]]
    first = lines[starts[0]]
    column = len(first) - len(first.lstrip(" "))
    if not first.lstrip(" ").startswith("-"):
        raise ValueError("a list that does not start with its first item")
    pieces = {name: lines[a:b] for name, a, b in zip(names, starts, ends, strict=True)}
    made = [pieces.get(_name(item)) or [_item(item, len(path), column)] for item in wanted]
    return "".join([*lines[: starts[0]], *(line for piece in made for line in piece), *lines[ends[-1] :]])


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        return next((str(item[key]) for key in _IDENTITIES if key in item), "")
    return str(item)


def _item(item: Any, depth: int, column: int) -> str:
    # `depth` of the list in keys and items: one that is not at the top has its mappings in braces
    if depth > 1:
        return " " * column + f"- {_inline(item)}\n"
    written = dump_yaml({"items": [item]}).partition("\n")[2]
    return _indented(written, column - 2) if column > 1 else _outdented(written)


def _indented(text: str, column: int) -> str:
    return "".join(" " * column + line for line in text.splitlines(keepends=True))


def _outdented(text: str) -> str:
    return "".join(line.removeprefix("  ") for line in text.splitlines(keepends=True))


def _ended(text: str) -> list[str]:
    # the last line must end before another can follow
    return (text if text.endswith("\n") or not text else text + "\n").splitlines(keepends=True)


def _last_line(node: Node) -> int:
    """Return the number of the last line that belongs to the node, from 0."""
    if isinstance(node, CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark
    at_start = mark.column == 0 and mark.index > node.start_mark.index
    return int(mark.line) - 1 if at_start else int(mark.line)
