"""Read the fields of a YAML mapping by key; every problem has its line and key.

Values are read from nodes, which keep line numbers and duplicate keys.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scanner import Scanner, ScannerError

from .problem import Problem

MAX_CHARACTERS = 64 * 1024  # a tag takes quadratic time
MAX_DEPTH = 20  # of brackets: at each word, the scanner looks for keys in all open ones
MAX_TOKENS = 20_000  # a key and its value are four tokens
MAX_VALUES = 10_000  # counted with aliases expanded, so that ten lines cannot expand to a billion values
TOO_DEEP = "nested too deeply"
REQUIRED: Any = object()  # Any: it takes the place of a default of any type
_TAG = "tag:yaml.org,2002:"


class _Scanner(Scanner):
    def fetch_more_tokens(self) -> Any:
        if self.tokens_taken > MAX_TOKENS:
            message = f"more than {MAX_TOKENS // 4:,} keys or {MAX_TOKENS // 2:,} items"
            raise ScannerError(None, None, message, self.reader.get_mark())
        return super().fetch_more_tokens()

    def fetch_flow_collection_start(self, *arguments: Any, **more: Any) -> None:
        if len(self.flow_context) == MAX_DEPTH:
            raise ScannerError(None, None, TOO_DEEP, self.reader.get_mark())
        super().fetch_flow_collection_start(*arguments, **more)


def read_fields(
    text: str, problems: list[Problem], *, path: str = "", first_line: int = 1, key_noun: str = "key"
) -> "Fields | None":
    """Return the mapping of a YAML text, empty for an empty text; None if it cannot be read (see `problems`).

    `first_line` is the line number of the first line of `text` in its file. `key_noun` names the kind of key
    in messages about unknown keys.
    """
    try:
        root = _compose(text)
    except RecursionError:
        line, message = 0, TOO_DEEP
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, message = mark.line if mark else 0, str(error.problem)
    except YAMLError as error:
        line, message = 0, str(error).partition("\n")[0]
    else:
        return Fields(root, problems, path, first_line, key_noun)
    problems.append(Problem(line + first_line, "", f"cannot be read as YAML: {message}", path=path))
    return None


def _compose(text: str) -> MappingNode | None:
    """Return the mapping, None for an empty text. Raises YAMLError and RecursionError."""
    if len(text) > MAX_CHARACTERS:
        raise YAMLError(f"more than {MAX_CHARACTERS:,} characters")
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    root = yaml.compose(text)
    if not isinstance(root, MappingNode | None):
        raise YAMLError("expected lines of `key: value`")
    if _has_more_values(root, MAX_VALUES):
        raise YAMLError(f"more than {MAX_VALUES:,} values")
    return root


def _has_more_values(root: Node | None, limit: int) -> bool:
    waiting, seen = [root] if root else [], 0
    while waiting and seen <= limit:
        node = waiting.pop()
        seen += 1
        if isinstance(node, MappingNode):
            waiting += [item for pair in node.value for item in pair]
        elif isinstance(node, SequenceNode):
            waiting += node.value
    return bool(waiting)


def _is_text(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == f"{_TAG}str"


@dataclass
class Fields:
    """One mapping. A missing value or one of the wrong type is reported and read as its default or as empty.

    `prefix` is the dotted key of the mapping and a dot, or "" for the top-level mapping.
    """

    node: MappingNode | None
    problems: list[Problem]
    path: str
    first_line: int
    key_noun: str
    prefix: str = ""
    values: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key_node, value in self.node.value if self.node else ():
            line = key_node.start_mark.line + self.first_line
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self._report(line, "", "a key must be one word of text")
            elif key in self.values:
                self._report(line, key, "is given twice")
            else:
                self.values[key], self.lines[key] = value, line

    def report(self, key: str, message: str) -> None:
        """Report a problem at the line of the key, or of the mapping if the key is absent."""
        own = self.node.start_mark.line + self.first_line if self.node and self.prefix else 1
        self._report(self.lines.get(key, own), key, message)

    def text(self, key: str, default: str = REQUIRED, *, check: Callable[[str], object] | None = None) -> str:
        """Return the stripped text. `check` raises an error whose message is reported."""
        node = self._scalar(key, "text", default)
        if node is None:
            return "" if default is REQUIRED else str(default)
        value = str(node.value).strip()
        if not _is_text(node):
            self.report(key, "must be text: put it in quotes")
        elif value and check:
            self._check(key, check, value)
        return value

    def number(self, key: str, default: int = REQUIRED, *, limit: int) -> int:
        """Return a whole number from 0 to `limit`."""
        wanted = f"a whole number from 0 to {limit}"
        node = self._scalar(key, wanted, default)
        if node is None:
            return 0 if default is REQUIRED else int(default)
        if not node.style and re.fullmatch("[0-9]{1,9}", node.value) and int(node.value) <= limit:
            return int(node.value)
        self.report(key, f"must be {wanted}")
        return 0

    def flag(self, key: str, default: bool) -> bool:
        node = self._scalar(key, "true or false", default)
        if node is None:
            return default
        if node.tag != f"{_TAG}bool":
            self.report(key, "must be true or false")
        return str(node.value).lower() == "true"

    def choice(self, key: str, allowed: Sequence[str], default: str = REQUIRED) -> str:
        wanted = f"one of {', '.join(allowed)}"
        node = self._scalar(key, wanted, default)
        if node is None:
            return "" if default is REQUIRED else str(default)
        if node.value not in allowed:
            self.report(key, f"must be {wanted}")
        return str(node.value)

    def texts(self, key: str, default: Sequence[str] = REQUIRED) -> list[str]:
        found = []
        for node in self._items(key, default):
            if _is_text(node):
                found.append(str(node.value))
            else:
                self._report_item(key, node, "text")
        return found

    def check_item(self, key: str, item: str, check: Callable[[str], object]) -> str:
        """Return an item of a list of texts; `check` raises an error whose message is reported."""
        self._check(key, check, item)
        return item

    def mapping(self, key: str) -> "Fields | None":
        """Return the mapping of an optional key, None if it is absent."""
        node = self._get(key, "a mapping", None)
        if node is None or isinstance(node, MappingNode):
            return self._mapping(key, node, "a mapping") if node else None
        self.report(key, "must be a mapping of names, such as {basics: 2}")
        return None

    def mappings(self, key: str, default: Sequence[str] = REQUIRED) -> "list[Fields]":
        found = self._items(key, default)
        return [item for node in found if (item := self._mapping(key, node, "a mapping with keys"))]

    def texts_or_mappings(self, key: str, default: Sequence[str] = REQUIRED) -> "list[str | Fields]":
        found: list[str | Fields] = []
        for node in self._items(key, default):
            if _is_text(node):
                found.append(str(node.value))
            elif item := self._mapping(key, node, "text or a mapping with keys"):
                found.append(item)
        return found

    def report_unknown(self) -> None:
        for key in self.values:
            if key not in self.asked:
                near = difflib.get_close_matches(key, self.asked, 1)
                hint = f"Did you mean “{near[0]}”?" if near else f"Known keys: {', '.join(self.asked)}."
                message = f"Unknown {self.key_noun} “{key}”. {hint}"
                self._report(self.lines[key], "", message)

    def _report(self, line: int, key: str, message: str) -> None:
        self.problems.append(Problem(line, f"{self.prefix}{key}".rstrip("."), message, path=self.path))

    def _scalar(self, key: str, wanted: str, default: Any) -> ScalarNode | None:
        # None if the key has no scalar value; a missing required one is reported.
        node = self._get(key, wanted, default)
        if node is None or isinstance(node, ScalarNode):
            return node
        self.report(key, f"must be {wanted}")
        return None

    def _items(self, key: str, default: Any) -> list[Node]:
        node = self._get(key, "a list", default)
        if node is None or isinstance(node, SequenceNode):
            return list(node.value) if node else []
        self.report(key, "must be a list")
        return []

    def _get(self, key: str, wanted: str, default: Any) -> Node | None:
        self.asked.append(key)
        node = self.values.get(key)
        is_empty = isinstance(node, ScalarNode) and (node.tag == f"{_TAG}null" or not node.value.strip())
        if default is REQUIRED and (node is None or is_empty):
            self.report(key, f"is {'empty' if is_empty else 'missing'}. Write {wanted}.")
        return None if is_empty else node

    def _mapping(self, key: str, node: Node, wanted: str) -> "Fields | None":
        if isinstance(node, MappingNode):
            prefix = f"{self.prefix}{key}."
            return Fields(node, self.problems, self.path, self.first_line, self.key_noun, prefix)
        self._report_item(key, node, wanted)
        return None

    def _report_item(self, key: str, node: Any, wanted: str) -> None:
        self._report(node.start_mark.line + self.first_line, key, f"each item must be {wanted}")

    def _check(self, key: str, check: Callable[[str], Any], value: str) -> None:
        try:
            check(value)
        except Exception as error:  # a validator may raise anything; its message is for the author
            self.report(key, str(getattr(error, "message", None) or error))
