"""A GitHub expression as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass

from .format_strings import format_pieces

STATUS = ("success", "failure", "always", "cancelled")


@dataclass(frozen=True)
class Literal:
    value: bool | float | str | None


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Access:
    """`index` is None for `.*`."""

    of: "Tree"
    index: "Tree | None"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Tree", ...]


@dataclass(frozen=True)
class Not:
    of: "Tree"


@dataclass(frozen=True)
class Comparison:
    operator: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True)
class Chain:
    """Two or more operands of `&&` or `||`."""

    operator: str
    operands: tuple["Tree", ...]


Tree = Literal | Name | Access | Call | Not | Comparison | Chain


def parts_of(tree: Tree) -> Iterator[Tree]:
    """Yield the tree and all its parts; a chain of comparisons may be arbitrarily long."""
    todo: list[Tree | None] = [tree]
    while todo:
        part = todo.pop()
        match part:
            case Access(of, index):
                todo += [of, index]
            case Call(_, inside) | Chain(_, inside):
                todo += inside
            case Not(of):
                todo.append(of)
            case Comparison(_, left, right):
                todo += [left, right]
        if part is not None:
            yield part


def path_of(tree: Tree) -> str:
    """Return `github.event.issue.title` for `github['event'].issue.title`, in lowercase, with `*` for any.

    Empty for other trees and for computed indexes.
    """
    names: list[str] = []
    while isinstance(tree, Access):
        if tree.index is None:
            names.append("*")
        elif isinstance(tree.index, Literal):
            names.append("*" if isinstance(tree.index.value, float) else str(tree.index.value).lower())
        else:
            return ""
        tree = tree.of
    return ".".join((tree.name, *reversed(names))) if isinstance(tree, Name) else ""


def asks_status(tree: Tree | None) -> bool:
    """Return True if it calls a status function such as `success()`; if not, GitHub adds `success() &&`."""
    parts = parts_of(tree) if tree else ()
    return any(isinstance(part, Call) and part.name.lower() in STATUS for part in parts)


def gives_text(tree: Tree | None) -> bool:
    """Return True if it is a `format()` with text, whose result is never empty."""
    match tree:
        case Chain("&&", (_, last)):
            return gives_text(last)
        case Call(name, (Literal(str(template)), *_)) if name.lower() == "format":
            return any(isinstance(piece, str) for piece in format_pieces(template.strip()) or ())
    return False
