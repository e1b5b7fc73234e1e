"""Read a file of QTI 2.1 or 2.2: a test, or an item."""

import posixpath
from urllib.parse import unquote

from .._shared.html_text import words_of
from .._shared.intake import Intake
from .._shared.xml import Node, read_xml
from .reading import read_item


def read(text: str, intake: Intake) -> None:
    root = read_xml(text, intake.path)
    if root.tag == "assessmenttest":
        _read_test(root, intake)
    else:
        read_item(root, intake)


def _read_test(root: Node, intake: Intake) -> None:
    intake.title = intake.title or words_of(root.get("title"))
    folder = posixpath.dirname(intake.path)
    for node in root.walk():
        if node.tag == "assessmentitemref":
            path = posixpath.normpath(posixpath.join(folder, unquote(node.get("href"))))
            intake.order.append(path)
            if path not in intake.files:
                intake.fail(node.line, f"The item {path} is not in the package. Export it again.")
        elif node.tag in (
            "selection",
            "timelimits",
            "branchrule",
            "precondition",
            "testfeedback",
            "rubricblock",
        ):
            shown = " ".join([node.tag, *(f"{name}={value}" for name, value in node.attributes.items())])
            intake.lose(node.line, "", f"A rule of the test was left out: {shown[:120]}.")
