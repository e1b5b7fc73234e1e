"""Wanted shapes of commits, independent of any repository: drawn beside the history that a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One commit of a shape: its name, the names of its parents, and the refs or words beside it."""

    name: str
    parents: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Shape:
    """A small commit graph, each node before its parents, and a title that describes it."""

    title: str
    nodes: tuple[Node, ...]
