"""Rules of a test in QTI 1.2: time, attempts, random order, and sections that draw some of their questions."""

import re
from decimal import Decimal

from .._shared.intake import Intake
from .._shared.rules import seconds_of
from .._shared.xml import Node

FROM_BANK = ("sourcebank_ref", "or_selection", "and_selection", "not_selection", "selection_metadata")


def read_pools(root: Node, intake: Intake) -> dict[int, str]:
    """Return the pool of each item by the `id` of its node."""
    found: dict[int, str] = {}
    for section in root.find("section"):
        selection = section.first("selection_ordering", "selection")
        number = selection.text_of("selection_number") if selection else ""
        if selection is None or not re.fullmatch("[0-9]{1,3}", number) or selection.find(*FROM_BANK):
            continue
        name = intake.rules.add_pool(section.get("title") or section.get("ident"), int(number))
        points = selection.text_of("selection_extension", "points_per_item")
        if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", points) and Decimal(points):
            intake.rules.points[name] = Decimal(points).normalize()
        found |= {id(item): name for item in section.find("item")}
    return found


def read_rule(node: Node, intake: Intake) -> None:
    lost = ""
    if node.tag == "qtimetadatafield":
        name, value = node.text_of("fieldlabel").lower(), node.text_of("fieldentry")
        if name == "qmd_timelimit" and re.fullmatch("[0-9]{1,5}", value):
            lost = intake.rules.set_seconds(int(value) * 60)
        elif name == "cc_maxattempts":
            lost = intake.rules.set_attempts(value)
    elif node.tag == "assessment" and (duration := node.first("duration")):
        seconds = seconds_of(duration.text)
        lost = "" if seconds is None else intake.rules.set_seconds(seconds)
    elif node.tag == "order" and node.get("order_type").lower() == "random":
        intake.rules.shuffle = True
    if lost:
        intake.lose(node.line, "", lost)
