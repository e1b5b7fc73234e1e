"""Read a drawn commit graph from its SVG as a person would: by the positions of its parts."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import pairwise

from labs.grader.report import Drawing

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Drawn:
    """`rows` are (x, y, words) from the top, `edges` pairs of their words, `marked` the words beside a square."""

    rows: list[tuple[int, int, str]]
    edges: set[tuple[str, str]]
    passes: list[tuple[str, str]]
    marked: list[str]


def read(drawing: Drawing) -> Drawn:
    root = ET.fromstring(drawing.svg)
    spots = [(int(c.get("cx")), int(c.get("cy")), False) for c in root.iter("circle")]
    spots += [(int(r.get("x")) + 7, int(r.get("y")) + 7, True) for r in root.iter("rect")]
    texts = {int(text.get("y")) - 5: text[0].text for text in root.iter("text") if len(text)}
    words = {(x, y): texts[y] for x, y, _ in spots}
    edges, passes = set(), []
    for path in root.find("g[@class='graph-edges']"):
        way = _points(path.get("d"))
        edges.add((words[way[0]], words[way[-1]]))
        passes += [(words[way[0]], words[spot]) for spot in way[1:-1] if spot in words]
        passes += [
            (words[way[0]], words[x, y])
            for (x1, y1), (x2, y2) in pairwise(way)
            for x, y in words
            if x == x1 == x2 and y1 < y < y2
        ]
    rows = sorted(((x, y, words[x, y]) for x, y, _ in spots), key=lambda row: row[1])
    return Drawn(rows, edges, passes, [words[x, y] for x, y, marked in spots if marked])


def _points(d: str) -> list[tuple[int, int]]:
    """The ends of each piece of a path of M, V and C."""
    points: list[tuple[int, int]] = []
    for letter, numbers in re.findall(r"([MVC])([\d, ]+)", d):
        values = [int(number) for number in re.findall(r"\d+", numbers)]
        points.append((points[-1][0], values[0]) if letter == "V" else (values[-2], values[-1]))
    return points
