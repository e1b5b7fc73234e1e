"""The marking of an item of QTI 1.2: which answers earn how much, and which feedback follows."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from .._shared.decimals import range_answer, read_number
from .._shared.weighing import FULL, Answer
from .._shared.xml import Node

EQUAL = ("varequal", "varinside", "varsubset")
CONTAINS = "varsubstring"
OTHERWISE = ("other", "unanswered")


@dataclass
class Condition:
    """One respcondition. `chosen` has (response, value) in order, `refused` those inside <not>."""

    score: Fraction
    chosen: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    contained: list[str] = field(default_factory=list)
    limits: dict[str, str] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)
    title: str = ""
    case_matters: bool = False
    is_rest: bool = False
    any_is_enough: bool = False


def read_conditions(item: Node) -> list[Condition]:
    return [_condition(node) for node in item.find("respcondition")]


def _condition(node: Node) -> Condition:
    condition = Condition(_score(node), title=node.get("title").lower())
    condition.feedback = [each.get("linkrefid") for each in node.all("displayfeedback")]
    for part in node.all("conditionvar"):
        _collect(part, condition, refused=False)
    return condition


def _collect(part: Node, condition: Condition, *, refused: bool) -> None:
    # Depth is bounded by the reader of XML.
    for child in part.nodes:
        entry = (child.get("respident"), child.text.strip())
        if child.tag in EQUAL:
            (condition.refused if refused else condition.chosen).append(entry)
            condition.case_matters |= child.get("case").lower() == "yes"
        elif child.tag == CONTAINS and not refused:
            condition.contained.append(entry[1])
        elif child.tag in ("vargte", "vargt", "varlte", "varlt"):
            condition.limits[child.tag[3]] = entry[1]
        elif child.tag in OTHERWISE:
            condition.is_rest = True
        else:
            condition.any_is_enough |= child.tag == "or"
            _collect(child, condition, refused=refused != (child.tag == "not"))


def _score(node: Node) -> Fraction:
    total = Fraction(0)
    for each in node.all("setvar"):
        text = each.text.strip()
        name = (each.get("varname") or each.get("variablename") or "score").lower()
        if "score" not in name and name != "que_score":
            continue
        number = read_number(text)
        if number is None:
            number = Fraction(FULL) if text.lower().endswith((".max", "max")) else Fraction(0)
        total += -number if each.get("action").lower() == "subtract" else number
    return total


def weights(conditions: list[Condition]) -> dict[str, Fraction]:
    """Return what each value is worth in percent of the best: a set that must be chosen together shares it."""
    sets = [one for one in conditions if one.score > 0 and (len(one.chosen) > 1 or one.refused)]
    together = [one for one in sets if not one.any_is_enough]
    if together and not any(one.score > 0 and len(one.chosen) == 1 and not one.refused for one in conditions):
        best = max(together, key=lambda one: one.score)
        share = FULL / max(1, len(best.chosen))
        worth = {value: share for _, value in best.chosen}
        return worth | {value: -share for _, value in best.refused if value not in worth}
    found: dict[str, Fraction] = defaultdict(Fraction)
    for one in conditions:
        if len(one.chosen) == 1 and not one.refused and one.score:
            found[one.chosen[0][1]] += one.score
        elif not one.refused and one.score > 0:
            for _, value in one.chosen:  # one of these is enough
                found[value] = max(found[value], one.score)
    return dict(found)


def numeric_answers(conditions: list[Condition]) -> list[Answer]:
    answers: list[Answer] = []
    for one in conditions:
        if one.score <= 0:
            continue
        if answer := range_answer(one.limits.get("g", ""), one.limits.get("l", ""), FULL):
            answers.append(answer)
        else:
            answers += [Answer(value, FULL) for _, value in one.chosen]
    return answers
