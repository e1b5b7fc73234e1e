"""A small commit graph as text, as `git log --graph` draws it: `*` for a commit, `|`, `/` and `\\` for the lanes."""

from collections.abc import Iterator, Sequence

from .lanes import Edge, Lanes, Row, lay_out

MAX_ROWS = 12
MAX_LANES = 6


def letters(rows: Sequence[Row], leftmost: str, width: int = 64) -> tuple[str, ...]:
    """Return lines of at most `width` characters; none if the graph is too large for a terminal."""
    lanes = lay_out(rows, leftmost)
    if len(rows) > MAX_ROWS or lanes.width > MAX_LANES:
        return ()
    return tuple(line.rstrip()[:width] for line in _lines(rows, lanes))


def _lines(rows: Sequence[Row], lanes: Lanes) -> Iterator[str]:
    for number, row in enumerate(rows):
        beside = [edge for edge in lanes.edges if edge.child < number < edge.parent]
        marks = {lanes.column(edge, number): "|" for edge in beside} | {lanes.columns[number]: "*"}
        yield f"{_line({2 * column: mark for column, mark in marks.items()}, lanes.width)} {row.id} {row.words}"
        if number + 1 < len(rows):
            yield from _between(number, lanes)


def _between(number: int, lanes: Lanes) -> Iterator[str]:
    # each lane that moves goes one column per line; straight ones need none
    crossing = [edge for edge in lanes.edges if edge.child <= number < edge.parent]
    at = {_way(edge, number, lanes) for edge in crossing}
    while any(here != there for here, there in at):
        marks, following = {}, set()
        for here, there in sorted(at):
            step = (there > here) - (there < here)
            marks[2 * here + step] = "/|\\"[step + 1]
            following.add((here + step, there))
        yield _line(marks, lanes.width)
        at = following


def _way(edge: Edge, number: int, lanes: Lanes) -> tuple[int, int]:
    return lanes.column(edge, number), lanes.column(edge, number + 1)


def _line(marks: dict[int, str], width: int) -> str:
    return "".join(marks.get(position, " ") for position in range(2 * width - 1))
