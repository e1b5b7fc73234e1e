"""The front matter of a quiz: four keys, all required, so that nothing about an attempt is implied."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from .problems import Report

RELEASES = ("now", "deadline", "never")


class FrontMatter(NamedTuple):
    title: str
    pass_mark: int
    attempts: int
    release: str


def _text(node: ScalarNode) -> str | None:
    return " ".join(node.value.split()) or None if node.tag == "tag:yaml.org,2002:str" else None


def _number_to_100(node: ScalarNode) -> int | None:
    return int(node.value) if re.fullmatch("[0-9]{1,2}|100", node.value) and not node.style else None


def _release(node: ScalarNode) -> str | None:
    return node.value if node.value in RELEASES else None


# Each key: how its value is read (None when it is not one), and what the value has to be.
KEYS: dict[str, tuple[Callable[[ScalarNode], Any], str]] = {
    "title": (_text, "a text, in quotes when it is a bare number"),
    "pass_mark": (_number_to_100, "a whole number from 0 to 100"),
    "attempts": (_number_to_100, "a whole number from 0 to 100, where 0 means no limit"),
    "release": (_release, "one of " + ", ".join(RELEASES)),
}


def read_front_matter(texts: list[str], report: Report) -> FrontMatter | None:
    """From the lines between the two `---`, the first of which is line 2 of the file. None when reported."""
    pairs = _pairs("\n".join(texts), report)
    if pairs is None:
        return None
    values: dict[str, Any] = {}
    for key_node, value_node in pairs:
        line = key_node.start_mark.line + 2
        key = key_node.value if isinstance(key_node, ScalarNode) else "?"
        if key not in KEYS:
            report(line, f"The front matter has no key “{key}”. Its keys are {', '.join(KEYS)}.")
        elif key in values:
            report(line, f"“{key}” is given twice.")
        else:
            values[key] = _value(key, value_node, line, report)
    for key in [key for key in KEYS if key not in values]:
        report(1, f"The front matter lacks “{key}”, {KEYS[key][1]}.")
    return None if None in values.values() or len(values) < len(KEYS) else FrontMatter(**values)


def _value(key: str, node: Node, line: int, report: Report) -> Any:
    read, wanted = KEYS[key]
    value = read(node) if isinstance(node, ScalarNode) else None
    if value is None:
        report(line, f"“{key}” has to be {wanted}.")
    return value


def _pairs(source: str, report: Report) -> list[tuple[Node, Node]] | None:
    """Nodes, not values: they know their lines, and keep a duplicate key for us to report."""
    try:
        root = YAML(typ="safe", pure=True).compose(source)
    except RecursionError:
        report(2, "The front matter is nested too deeply.")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report(mark.line + 2 if mark else 2, f"The front matter is not YAML: {error.problem}.")
    except YAMLError as error:
        report(2, f"The front matter is not YAML: {error}.")
    else:
        if root is None or isinstance(root, MappingNode):
            return list(root.value) if root else []
        report(2, "The front matter has to be lines of `key: value`.")
    return None
