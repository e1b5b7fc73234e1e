"""Read YAML as plain values with their lines, and collect every problem in the text.

Nothing is constructed: no tags, no merge keys, and no aliases unless the caller allows some.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import ScalarToken

from ..problem import Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 100
_TOO_DEEP = "lists or mappings are nested too deeply"
MAX_TOKENS = 80_000  # takes about two seconds; a key with its value is four tokens
_LONG_TAG = "!" * 100  # takes quadratic time in its length
_BLANKS = " \t"
_LINE_ENDS = "\0\r\n\x85\u2028\u2029"
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Value:
    """None, a bool, int, Decimal or str, a list of Values or a dict of Values, and the line it starts on.

    `column` counts from 1 and is 0 if only the line is known. The value of a key has the position of the key.
    """

    line: int
    data: "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"
    column: int = 0

    def plain(self) -> object:
        # without line numbers
        if isinstance(self.data, list):
            return [item.plain() for item in self.data]
        if isinstance(self.data, dict):
            return {key: item.plain() for key, item in self.data.items()}
        return self.data


class _Scanner(Scanner):
    """Limit tokens and nesting. At each word ruamel looks for keys in all open brackets: seconds for 60,000."""

    def fetch_more_tokens(self) -> Any:
        if self.tokens_taken > MAX_TOKENS:
            message = f"the file has more than {MAX_TOKENS // 4:,} keys or {MAX_TOKENS // 2:,} items"
            raise ScannerError(None, None, message, self.reader.get_mark())
        return super().fetch_more_tokens()

    def fetch_flow_collection_start(self, *arguments: Any, **more: Any) -> None:
        if len(self.flow_context) == MAX_DEPTH:
            raise ScannerError(None, None, _TOO_DEEP, self.reader.get_mark())
        super().fetch_flow_collection_start(*arguments, **more)

    def scan_to_next_token(self) -> None:
        # Skips tabs too between tokens and at the end of a line; in an indent they stay an error.
        super().scan_to_next_token()
        while not self.flow_level and self.reader.peek() == "\t":
            before = self.reader.buffer[self.reader.pointer - self.reader.column : self.reader.pointer]
            length = 1
            while self.reader.peek(length) in _BLANKS:
                length += 1
            is_indent = not before.strip("- ?")
            if is_indent and self.reader.peek(length) not in _LINE_ENDS + "#":
                return
            self.reader.forward(length)
            super().scan_to_next_token()

    def scan_plain(self) -> Any:
        # In braces a `:` also ends a word before `,`, `[`, `{` and closing brackets, as in `{push:}`.
        if not self.flow_level:
            return super().scan_plain()
        start = end = self.reader.get_mark()
        words, blanks = list[str](), list[str]()
        if not self._flow_word():
            raise ScannerError(None, None, "found a `:` without a key before it", start)
        while length := self._flow_word():
            words += [*blanks, self.reader.prefix(length)]
            self.reader.forward(length)
            self.allow_simple_key, end = False, self.reader.get_mark()
            blanks = self.scan_plain_spaces(self.indent + 1, start)
            if not blanks or self.reader.peek() == "#":
                break
        return ScalarToken("".join(words), True, start, end)

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:
        # Keeps tabs between the words of a plain scalar; drops those at the end of a line with its spaces.
        length = 0
        while self.reader.peek(length) in _BLANKS:
            length += 1
        blanks = self.reader.prefix(length)
        if "\t" not in blanks:
            return super().scan_plain_spaces(indent, start_mark)
        self.reader.forward(length)
        ends = self.reader.peek() in _LINE_ENDS
        return super().scan_plain_spaces(indent, start_mark) if ends else [blanks]

    def _flow_word(self) -> int:
        # length up to the next space or flow indicator
        length = 0
        while (sign := self.reader.peek(length)) not in _BLANKS + _LINE_ENDS + ",[]{}":
            if sign == ":" and self.reader.peek(length + 1) in _BLANKS + _LINE_ENDS + ",[]{}":
                break
            length += 1
        return length


def read_yaml(text: str, *, aliased: int = 0) -> tuple[Value | None, list[Problem]]:
    """Return the value of a YAML text, None if it cannot be read, and its problems.

    Texts over 256 KB are refused. Aliases are refused past `aliased` expanded values, so that ten lines cannot expand
    to a billion.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return None, [Problem(1, "", f"the file is larger than {MAX_BYTES // 1024} KB")]
    if _LONG_TAG in text:
        return None, [Problem(text[: text.index(_LONG_TAG)].count("\n") + 1, "", "a tag is too long")]
    try:
        node = compose_yaml(text)
    except RecursionError:
        return None, [Problem(1, "", _TOO_DEEP)]
    except YAMLError as error:
        return None, [_syntax_problem(text, error)]
    if node is None:
        return None, [Problem(1, "", "the file is empty")]
    reader = _NodeReader([], set(), aliased, has_aliases=aliased > 0)
    return reader.read(node, ""), reader.problems


def compose_yaml(text: str) -> Node | None:
    """Return the nodes of a YAML text, for their positions; see `read_yaml`. Raises YAMLError, RecursionError."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    node: Node | None = yaml.compose(text)
    return node


def _syntax_problem(text: str, error: YAMLError) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        mark, message = error.problem_mark, ", ".join(filter(None, (error.context, error.problem)))
        return Problem(mark.line + 1, "", message, mark.column + 1)
    line = text.count("\n", 0, getattr(error, "position", 0)) + 1
    return Problem(line, "", str(error).split("\n", 1)[0])


@dataclass
class _NodeReader:
    problems: list[Problem]
    seen: set[int]
    aliased: int
    has_aliases: bool
    around: set[int] = field(default_factory=set)

    def read(self, node: Node, key: str) -> Value:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if id(node) in self.seen:
            self.aliased -= 1
            if self.aliased < 0 or id(node) in self.around:
                self.problems.append(Problem(line, key, self._refusal(node)))
                return Value(line, None, column)
        self.seen.add(id(node))
        self.around.add(id(node))
        value = Value(line, self._data(node, key), column)
        self.around.discard(id(node))
        return value

    def _refusal(self, node: Node) -> str:
        if not self.has_aliases:
            return "anchors and aliases are not supported here: repeat the value"
        why = "an alias contains itself" if id(node) in self.around else "too many aliases"
        return f"{why}: repeat the value"

    def _data(self, node: Node, key: str) -> Any:
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, key))
        if isinstance(node, SequenceNode):
            return [self.read(item, key) for item in node.value]
        return self._scalar(node, key)

    def _pairs(self, node: MappingNode, key: str) -> Iterator[tuple[str, Value]]:
        names: set[str] = set()
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, ScalarNode) or name_node.tag == f"{_TAG}merge":
                self.problems.append(Problem(line, key, "a key must be a plain string"))
                continue
            name = str(name_node.value)
            path = f"{key}.{name}" if key else name
            if name in names:
                self.problems.append(Problem(line, path, "duplicate key"))
            names.add(name)
            yield name, Value(line, self.read(value_node, path).data, name_node.start_mark.column + 1)

    def _scalar(self, node: Node, key: str) -> bool | int | Decimal | str | None:
        text, kind = str(node.value), str(node.tag).removeprefix(_TAG)
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return {"true": True, "false": False}[text.lower()]
                case "int":
                    return int(text.replace("_", ""), {"0x": 16, "0o": 8}.get(text[:2].lower(), 10))
                case "float":
                    return Decimal(text.replace("_", ""))
                case "str" | "timestamp":
                    return text
        except (KeyError, ValueError, InvalidOperation):
            return text
        self.problems.append(Problem(node.start_mark.line + 1, key, f"the tag {node.tag} is not supported"))
        return None
