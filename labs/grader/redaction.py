"""The public lab.yaml, for learners, and the digest that it shares with the full one.

Text is removed in place, so that all other lines stay as the author wrote them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from .checks import KINDS
from .formats.yaml_values import Value, compose_yaml

_SECTION, _HINT, _LESSONS = "scenarios", "hint", "lessons"
Cut = tuple[int, int, str]


def public_text(source: str, lessons: str = "", starters: Sequence[str] = ()) -> str:
    """Return a lab.yaml without scenarios, hints and hidden parameters, and without comments inside these.

    A hidden parameter becomes `null`, by which `load_spec` knows that it was withheld. `source` must be a text
    that `load_spec` accepts. `lessons`, if given, is added at the top: the base URL of the lab's lessons. `starters`
    are the commits of a starter that the text describes by a scenario or a folder; they replace it.
    """
    root = compose_yaml(source)
    assert isinstance(root, MappingNode)  # noqa: S101 - load_spec reads it
    parts, at = [], 0
    cuts = [*_in_front(root, lessons), *_cuts(source, root, starters)]
    for start, end, instead in sorted(cuts):  # two may overlap
        parts += [source[at : max(start, at)], instead]
        at = max(end, at)
    return "".join(parts) + source[at:]


def checks_digest(root: Value, starters: Sequence[str] = ()) -> str:
    """Return the SHA-256, in hexadecimal digits, of the parts that a lab.yaml and its public text have in common."""
    common = _common(root.plain())
    if isinstance(common, dict) and _describes_commits(common.get("starter")):
        common["starter"] = {"commit": list(starters)}
    return sha256(json.dumps(common, sort_keys=True, default=str).encode()).hexdigest()


def is_withheld(kind: str, parameters: dict[str, Value]) -> bool:
    """True if a hidden parameter was removed by `public_text`."""
    return any(name in parameters and parameters[name].data is None for name in KINDS[kind].hidden)


def _common(data: object) -> object:
    if not isinstance(data, dict):
        return data
    shared = {key: value for key, value in data.items() if key not in (_SECTION, _LESSONS)}
    return {**shared, "checks": [_common_check(check) for check in shared.get("checks") or []]}


def _common_check(check: object) -> object:
    if not isinstance(check, dict):
        return check
    return {key: _common_parameters(key, value) for key, value in check.items() if key != _HINT}


def _common_parameters(kind: str, value: object) -> object:
    if kind not in KINDS or not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key not in KINDS[kind].hidden}


def _in_front(root: MappingNode, lessons: str) -> Iterator[Cut]:
    first, _ = root.value[0]
    if lessons and all(str(key.value) != _LESSONS for key, _ in root.value):
        behind = ", " if root.flow_style else "\n" + " " * first.start_mark.column
        start = first.start_mark.index
        yield start, start, f"{_LESSONS}: {json.dumps(lessons)}{behind}"


def _describes_commits(starter: object) -> bool:
    return isinstance(starter, dict) and not starter.keys().isdisjoint(("scenario", "folder"))


def _cuts(text: str, root: MappingNode, starters: Sequence[str]) -> Iterator[Cut]:
    for at, (name, value) in enumerate(_pairs(root)):
        if name == _SECTION:
            yield from _without(text, root, name)
        elif name == "starter" and _describes_commits(dict(_pairs(value))):
            key = root.value[at][0]
            yield key.end_mark.index, _end(text, key, value), f": {{commit: [{', '.join(starters)}]}}"
        elif name == "checks" and isinstance(value, SequenceNode):
            for check in value.value:
                yield from _check_cuts(text, check)


def _check_cuts(text: str, check: Node) -> Iterator[Cut]:
    for place, (name, value) in enumerate(_pairs(check)):
        if name == _HINT:
            yield from _without(text, check, name)
        hidden = KINDS[name].hidden if name in KINDS else ()
        if any(parameter in hidden for parameter, _ in _pairs(value)):
            yield from _comments_around(text, check.value[place][0], value)
        for at, (parameter, _) in enumerate(_pairs(value)):
            if parameter in hidden:
                key, secret = value.value[at]
                yield _comments_above(text, value, at)
                yield key.end_mark.index, _end(text, key, secret), ": null"


def _pairs(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)


def _without(text: str, mapping: Node, name: str) -> Iterator[Cut]:
    # removes a key up to the next key, or else from the end of the value before it
    keys = [str(key.value) for key, _ in mapping.value]
    at = keys.index(name)
    key, value = mapping.value[at]
    if at + 1 < len(keys):
        yield _comments_above(text, mapping, at)
        yield key.start_mark.index, mapping.value[at + 1][0].start_mark.index, ""
    else:
        start = _last_of(mapping.value[at - 1][1]).end_mark.index if at else mapping.start_mark.index
        yield len(text[:start].rstrip()), _end(text, key, value), ""


def _comments_above(text: str, mapping: Node, at: int) -> Cut:
    # comment lines right above a key, and the newline before them instead of their own
    line = text.rfind("\n", 0, mapping.value[at][0].start_mark.index) + 1
    before = _last_of(mapping.value[at - 1][1]).end_mark.index if at else mapping.start_mark.index
    first = text.rfind("\n", 0, before) + 1 if text[before - 1] == "\n" else text.find("\n", before) + 1
    above = re.search(r"(?:^[ \t]*\#[^\n]*\n)*\Z", text[min(first, line) : line], re.MULTILINE)
    end = max(line - 1, 0)
    return max(end - len(above[0] if above else ""), 0), end, ""


def _comments_around(text: str, key: Node, value: Node) -> Iterator[Cut]:
    # comments between a key and its mapping, or after one in braces, may describe hidden parts too
    start, end = key.end_mark.index, value.start_mark.index
    yield start, end, re.sub(r"\n[ \t]*\#[^\n]*|[ \t]+\#[^\n]*", "", text[start:end])
    behind = re.compile(r"[ \t]+\#[^\n]*").match(text, value.end_mark.index)
    if behind and isinstance(value, MappingNode) and value.flow_style:
        yield behind.start(), behind.end(), ""


def _last_of(node: Node) -> Node:
    # a list or mapping has its end mark only at the next token
    while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    return node


def _end(text: str, key: Node, value: Node) -> int:
    # includes comments after the value and on further lines that are indented like its key
    end = len(text[: value.end_mark.index].rstrip())
    comments = re.compile(
        rf"(?:[ \t]*\#[^\n]*)?(?:[ \t]*\n)*(?:(?<=\n) {{{key.start_mark.column},}}\#[^\n]*(?:[ \t]*\n)*)*"
    )
    found = comments.match(text, max(end, key.end_mark.index))
    return len(text[: found.end()].rstrip()) if found else end
