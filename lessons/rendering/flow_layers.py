"""Assign the steps of a flow to layers, order each layer, and find the arrows that point backwards."""

from collections.abc import Callable
from dataclasses import dataclass

from .flow import Flow

SWEEPS = 3


@dataclass(frozen=True)
class Layers:
    """`rows` has the steps of each layer in order, `rank` the layer of each step."""

    rows: list[list[int]]
    rank: list[int]
    back: set[tuple[int, int]]


def layer(flow: Flow) -> Layers:
    back = _back_arrows(flow)
    forward = [arrow for arrow in flow.arrows if arrow not in back]
    rank = _ranks(len(flow.steps), forward)
    rows = [[step for step, row in enumerate(rank) if row == number] for number in range(max(rank) + 1)]
    return Layers(_untangle(rows, forward), rank, back)


def _back_arrows(flow: Flow) -> set[tuple[int, int]]:
    # Arrows to a step on the current path of a depth-first search: each closes a cycle.
    back: set[tuple[int, int]] = set()
    seen: set[int] = set()
    way: list[int] = []

    def visit(step: int) -> None:
        seen.add(step)
        way.append(step)
        for arrow in flow.arrows:
            if arrow[0] == step and arrow[1] in way:
                back.add(arrow)
            elif arrow[0] == step and arrow[1] not in seen:
                visit(arrow[1])
        way.pop()

    for step in range(len(flow.steps)):
        if step not in seen:
            visit(step)
    return back


def _ranks(count: int, forward: list[tuple[int, int]]) -> list[int]:
    # The longest path to each step. A step without predecessors goes just before its first successor.
    rank = [0] * count
    for _ in range(count):
        for before, after in forward:
            rank[after] = max(rank[after], rank[before] + 1)
    reached = {after for _, after in forward}
    for step in range(count):
        following = [rank[after] for before, after in forward if before == step]
        if step not in reached and following:
            rank[step] = min(following) - 1
    return rank


def _untangle(rows: list[list[int]], forward: list[tuple[int, int]]) -> list[list[int]]:
    # Reduces crossings: sorts each row by the mean position of its neighbours, alternately down and up.
    before = {step: [a for a, b in forward if b == step] for row in rows for step in row}
    after = {step: [b for a, b in forward if a == step] for row in rows for step in row}
    for _ in range(SWEEPS):
        for order, neighbours in ((rows, before), (rows[::-1], after)):
            for row in order:
                row.sort(key=_mean_place(rows, neighbours))
    return rows


def _mean_place(rows: list[list[int]], neighbours: dict[int, list[int]]) -> Callable[[int], float]:
    place = {step: index - (len(row) - 1) / 2 for row in rows for index, step in enumerate(row)}

    def key(step: int) -> float:
        near = neighbours[step] or [step]
        return sum(place[other] for other in near) / len(near)

    return key
