"""How commits should lie, apart from any repository: what a check draws beside what it found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One commit of a shape: its own name, the names of its parents, and the refs or words beside it."""

    name: str
    parents: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Shape:
    """A small commit graph, each node before its parents, and a title that says what it shows."""

    title: str
    nodes: tuple[Node, ...]
