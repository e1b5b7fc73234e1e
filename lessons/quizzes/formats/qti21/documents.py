"""Read a file of QTI 2.1 or 2.2: a test, or an item."""

import posixpath
import re
from urllib.parse import unquote

from .._shared.html_text import words_of
from .._shared.intake import Intake
from .._shared.xml import Node, read_xml
from .reading import read_item

RULES = ("branchrule", "precondition", "testfeedback", "rubricblock")


def read(text: str, intake: Intake) -> None:
    root = read_xml(text, intake.path)
    if root.tag == "assessmenttest":
        _read_test(root, intake)
    else:
        read_item(root, intake)


def _read_test(root: Node, intake: Intake) -> None:
    intake.title = intake.title or words_of(root.get("title"))
    _TestReader(intake).read(root)


class _TestReader:
    """Reads the items of a test in order, and the rules that a quiz can hold. All other rules are losses."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.folder = posixpath.dirname(intake.path)

    def read(self, node: Node, pool: str = "") -> None:
        # Depth is bounded by the reader of XML.
        for each in node.nodes:
            if each.tag == "assessmentitemref":
                self._read_item(each, pool)
            elif each.tag == "timelimits":
                self._read_time(each, node)
            elif each.tag == "ordering" and each.get("shuffle") == "true":
                self._read_order(each, node, pool)
            elif (each.tag == "selection" and not pool) or each.tag in RULES:
                self._lose(each)
            self.read(each, pool or self._pool(each))

    def _read_item(self, node: Node, pool: str) -> None:
        path = posixpath.normpath(posixpath.join(self.folder, unquote(node.get("href"))))
        self.intake.order.append(path)
        if pool:
            self.intake.rules.pool_of[path] = pool
        if path not in self.intake.files:
            self.intake.fail(node.line, f"The item {path} is not in the package. Export it again.")
        if "true" in (node.get("required"), node.get("fixed")):
            self.intake.lose(
                node.line, "", f"A rule was left out: the item {path} keeps its place or is always asked."
            )

    def _pool(self, node: Node) -> str:
        """Return the pool that a section is, "" if it is none."""
        selection = node.first("selection") if node.tag == "assessmentsection" else None
        if selection is None or not re.fullmatch("[0-9]{1,3}", selection.get("select")):
            return ""
        if node.find("assessmentsection") or selection.get("withreplacement") == "true":
            return ""
        name = node.get("identifier") or node.get("title")
        return self.intake.rules.add_pool(name, int(selection.get("select")))

    def _read_time(self, node: Node, of: Node) -> None:
        seconds = node.get("maxtime")
        if of.tag not in ("assessmenttest", "testpart") or not re.fullmatch(
            r"[0-9]{1,6}(\.[0-9]{1,6})?", seconds
        ):
            self._lose(node)
        elif lost := self.intake.rules.set_seconds(float(seconds)):
            self.intake.lose(node.line, "", lost)

    def _read_order(self, node: Node, of: Node, pool: str) -> None:
        if pool and not self.intake.rules.shuffle:
            self.intake.lose(
                node.line, "", f"Random order within the pool {pool} was left out. It keeps its order."
            )
        elif not pool:
            self.intake.rules.shuffle = True

    def _lose(self, node: Node) -> None:
        shown = " ".join([node.tag, *(f"{name}={value}" for name, value in node.attributes.items())])
        self.intake.lose(node.line, "", f"A rule of the test was left out: {shown[:120]}.")
