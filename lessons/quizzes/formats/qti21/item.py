"""An assessmentItem of QTI 2.1 while it is written."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from ...question import AnyQuestion
from .._shared.format import explanation_of, title_of
from .._shared.xhtml import add_blocks
from .declarations import TOOL

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
# Attributes of the root of an item and of a test.
SCHEMA = {
    "xmlns": QTI,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
}
EXPLANATION = "explanation"


def identifier(key: str) -> str:
    """Return the key as an identifier of QTI, which does not start with a digit."""
    return key if key[0].isalpha() else f"_{key}"


class Item:
    """An item with its parts in the order that QTI wants: declarations, body, rules, feedback."""

    def __init__(self, question: AnyQuestion) -> None:
        self.question = question
        self.points = f"{question.points.normalize():f}"
        attributes = {
            **SCHEMA,
            "identifier": identifier(question.key),
            "title": title_of(question),
            "adaptive": "false",
            "timeDependent": "false",
            "toolName": TOOL,
        }
        self.root = Element("assessmentItem", attributes)
        self.body = Element("itemBody")
        self.rules = Element("responseProcessing")
        self.shown = Element("multiple")  # the feedback to show

    def declare(self, cardinality: str, base: str, correct: Sequence[str], name: str = "RESPONSE") -> Element:
        attributes = {"identifier": name, "cardinality": cardinality, "baseType": base}
        declaration = SubElement(self.root, "responseDeclaration", attributes)
        if correct:
            values = SubElement(declaration, "correctResponse")
            for each in correct:
                SubElement(values, "value").text = each
        return declaration

    def map(
        self, declaration: Element, entries: dict[str, str], *, default: str = "0", texts: bool = False
    ) -> None:
        bounds = {"lowerBound": "0", "upperBound": self.points, "defaultValue": default}
        mapping = SubElement(declaration, "mapping", bounds)
        for key, value in entries.items():
            more = {"caseSensitive": "false"} if texts else {}
            SubElement(mapping, "mapEntry", {"mapKey": key, "mappedValue": value, **more})

    def share(self, count: int, sign: int = 1) -> str:
        number = float(self.question.points) / count * sign
        return f"{number:.6f}".rstrip("0").rstrip(".")

    def score_by_map(self, names: Sequence[str] = ("RESPONSE",)) -> None:
        outcome = SubElement(self.rules, "setOutcomeValue", {"identifier": "SCORE"})
        parent = SubElement(outcome, "sum") if len(names) > 1 else outcome
        for name in names:
            SubElement(parent, "mapResponse", {"identifier": name})

    def score_if(self, *conditions: Element) -> None:
        rule = SubElement(SubElement(self.rules, "responseCondition"), "responseIf")
        parent = SubElement(rule, "or") if len(conditions) > 1 else rule
        parent.extend(conditions)
        outcome = SubElement(rule, "setOutcomeValue", {"identifier": "SCORE"})
        SubElement(outcome, "baseValue", {"baseType": "float"}).text = self.points

    def end(self) -> None:
        score = {
            "identifier": "SCORE",
            "cardinality": "single",
            "baseType": "float",
            "normalMaximum": self.points,
        }
        SubElement(self.root, "outcomeDeclaration", score)
        explanation = explanation_of(self.question)
        if explanation:
            SubElement(self.shown, "baseValue", {"baseType": "identifier"}).text = EXPLANATION
        if len(self.shown):
            feedback = {"identifier": "FEEDBACK", "cardinality": "multiple", "baseType": "identifier"}
            SubElement(self.root, "outcomeDeclaration", feedback)
            SubElement(self.rules, "setOutcomeValue", {"identifier": "FEEDBACK"}).append(self.shown)
        self.root.append(self.body)
        self.root.append(self.rules)
        if explanation:
            attributes = {"outcomeIdentifier": "FEEDBACK", "showHide": "show", "identifier": EXPLANATION}
            add_blocks(SubElement(self.root, "modalFeedback", attributes), explanation)


def response(name: str = "RESPONSE") -> Element:
    return Element("variable", {"identifier": name})
