"""The declarations and the marking of an item of QTI 2.1."""

from dataclasses import dataclass, field
from fractions import Fraction

from .._shared.decimals import decimal, read_number
from .._shared.xml import Node

TOOL = "Course portal"  # our own files
TEMPLATES = ("match_correct", "map_response")


@dataclass
class Declaration:
    """A response: what is correct, and what each value earns if there is a mapping."""

    cardinality: str = "single"
    base: str = "identifier"
    correct: list[str] = field(default_factory=list)
    mapped: dict[str, Fraction] = field(default_factory=dict)
    otherwise: Fraction = Fraction(0)
    case_matters: bool = False


def read_declarations(item: Node) -> dict[str, Declaration]:
    return {each.get("identifier"): _declaration(each) for each in item.all("responsedeclaration")}


def _declaration(node: Node) -> Declaration:
    found = Declaration(node.get("cardinality", "single"), node.get("basetype", "identifier"))
    correct, mapping = node.first("correctresponse"), node.first("mapping")
    found.correct = [each.text.strip() for each in correct.all("value")] if correct else []
    if mapping:
        entries = mapping.all("mapentry")
        found.mapped = {each.get("mapkey"): _value(each.get("mappedvalue")) for each in entries}
        found.otherwise = _value(mapping.get("defaultvalue", "0"))
        found.case_matters = any(each.get("casesensitive", "true") in ("true", "1") for each in entries)
    return found


def _value(text: str) -> Fraction:
    number = read_number(text)
    return Fraction(0) if number is None else number


def points_of(item: Node, declarations: dict[str, Declaration]) -> str:
    """Return the most that the item earns as its outcomes say, "" if they do not."""
    for name in ("MAXSCORE", "SCORE"):
        for outcome in item.all("outcomedeclaration"):
            if outcome.get("identifier") == name:
                value = (
                    outcome.text_of("defaultvalue", "value")
                    if name == "MAXSCORE"
                    else outcome.get("normalmaximum")
                )
                if value and _value(value) > 0:
                    return value
    return _most_mapped(*declarations.values()) if len(declarations) == 1 else ""


def _most_mapped(declaration: Declaration) -> str:
    positive = [value for value in declaration.mapped.values() if value > 0]
    most = max(positive, default=Fraction(0)) if declaration.cardinality == "single" else sum(positive)
    return decimal(Fraction(most)) if most else ""


@dataclass(frozen=True)
class Marking:
    """Regular expressions, texts and (number or "", tolerance) that the rules of marking name."""

    is_known: bool
    is_all_or_nothing: bool
    patterns: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    is_relative: bool = False


def read_marking(item: Node) -> Marking:
    rules = item.first("responseprocessing")
    if rules is None:
        return Marking(is_known=True, is_all_or_nothing=True)
    template = (
        (rules.get("template") or rules.get("templatelocation")).rpartition("/")[2].removesuffix(".xml")
    )
    maps = template == "map_response" or bool(rules.find("mapresponse"))
    patterns = tuple(each.get("pattern") for each in rules.find("patternmatch") if each.get("pattern"))
    equals = rules.find("equal")
    ranges = tuple(_range(each) for each in equals)
    relative = any(each.get("tolerancemode") == "relative" for each in equals)
    ours = item.get("toolname") == TOOL
    matches = [each for each in rules.find("match") if each.first("correct")]
    texts = tuple(
        value.text.strip() for each in rules.find("stringmatch") for value in each.find("basevalue")
    )
    known = ours or maps or template in TEMPLATES or bool(patterns or ranges or matches or texts)
    return Marking(known, not maps and not ours, patterns, texts, ranges, relative)


def _range(equal: Node) -> tuple[str, str]:
    value = next((each.text.strip() for each in equal.find("basevalue")), "")
    tolerance = equal.get("tolerance").split()
    return value, tolerance[0] if tolerance and equal.get("tolerancemode") == "absolute" else "0"
