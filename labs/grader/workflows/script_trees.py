"""A shell script as a tree of pipelines, lists and compound commands."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Command:
    """One command: its words without assignments and wrappers such as `sudo`, and its line from 0.

    `into` is the output file, `source` the input file, `pipe` the programs after it in the pipe, `body` a
    here-document. `env` are its assignments, `number` is unique in the script.
    """

    words: list[str]
    line: int
    text: str = ""
    into: str = ""
    source: str = ""
    pipe: list[list[str]] = field(default_factory=list)
    body: str = ""
    env: dict[str, str] = field(default_factory=dict)
    number: int = -1

    @property
    def program(self) -> str:
        return self.words[0].rsplit("/", 1)[-1] if self.words else ""


@dataclass
class Node:
    """`inner` are the scripts of `$(…)` in its words."""

    inner: list["Block"] = field(default_factory=list, kw_only=True)


@dataclass
class Simple(Node):
    """`raw` are the words with wrappers, `script` is the argument of `bash -c`, `eval` or `trap`."""

    command: Command
    raw: list[str]
    script: "Block | None" = None


@dataclass
class Pipeline(Node):
    parts: list[Node]
    negations: int = 0


@dataclass
class AndOr(Node):
    """Each part with the operator before it, empty for the first."""

    parts: list[tuple[str, Node]]


@dataclass
class Block(Node):
    """Commands in order; True for those with `&` after them."""

    items: list[tuple[Node, bool]]


@dataclass
class Subshell(Node):
    body: Block


@dataclass
class If(Node):
    branches: list[tuple[Block, Block]]
    other: Block | None = None


@dataclass
class While(Node):
    until: bool
    condition: Block
    body: Block


@dataclass
class For(Node):
    """`times` is the number of rounds, None if unknown."""

    variable: str
    times: int | None
    body: Block


@dataclass
class Case(Node):
    """`complete` is True if a branch has the pattern `*`."""

    branches: list[Block]
    complete: bool


@dataclass
class Arithmetic(Node):
    text: str


@dataclass
class Function(Node):
    name: str
    body: Node


def children_of(node: Node) -> Iterator[Node]:
    """Yield the parts of a node in order, without function bodies and `$(…)`."""
    match node:
        case Pipeline(parts):
            yield from parts
        case AndOr(pairs):
            yield from (part for _, part in pairs)
        case Block(items):
            yield from (item for item, _ in items)
        case Subshell(body) | For(_, _, body):
            yield body
        case If(branches, other):
            for condition, body in branches:
                yield condition
                yield body
            if other:
                yield other
        case While(_, condition, body):
            yield condition
            yield body
        case Case(bodies):
            yield from bodies


def simple_parts(node: Node) -> Iterator[Simple]:
    """Yield the simple commands in a node in textual order."""
    if isinstance(node, Simple):
        yield node
    for part in children_of(node):
        yield from simple_parts(part)
