"""XML of another system -> nodes with line numbers: no entities of its own, nothing from elsewhere, bounded depth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from html.entities import html5
from io import BytesIO
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException, EntitiesForbidden
from defusedxml.sax import make_parser

from lessons.texts.problem import Problem

from .outcome import QuizFileError, fail

MAX_DEPTH = 100
MAX_NODES = 1_000_000
VOID = {"br", "img", "hr", "wbr"}
# The encoding that is declared is not that of the text any more; a DTD elsewhere is not read.
PROLOG = re.compile(
    r"\A\s*<\?xml[^>]{0,300}\?>|<!DOCTYPE\s[^>\[]{0,500}(?:\[(?:(?!<!ENTITY)[^\]]){0,20000}\]\s{0,9})?>"
)
FIRST, MAX_PROLOG = re.compile("<[A-Za-z_]"), 30_000
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})(?=[\s/>])")
NOT_ROOT = re.compile(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)


@dataclass(slots=True)
class Node:
    """An element, without its namespace and with lower-case names. `children` has nodes and texts in order."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: "list[Node | str]" = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    @property
    def nodes(self) -> "list[Node]":
        return [child for child in self.children if isinstance(child, Node)]

    def all(self, *tags: str) -> "list[Node]":
        """Return the direct children with one of these tags."""
        return [child for child in self.children if not isinstance(child, str) and child.tag in tags]

    def first(self, *path: str) -> "Node | None":
        """Return the first element down a path of tags."""
        found: Node | None = self
        for tag in path:
            if found is None:
                return None
            found = next(
                (each for each in found.children if not isinstance(each, str) and each.tag == tag), None
            )
        return found

    def walk(self) -> "Iterator[Node]":
        """Yield this node and everything below it, in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.nodes)

    def find(self, *tags: str) -> "list[Node]":
        """Return everything below with one of these tags, in order."""
        return [node for node in self.walk() if node.tag in tags and node is not self]

    @property
    def text(self) -> str:
        """All text in it, as it is written."""
        if len(self.children) == 1 and isinstance(self.children[0], str):
            return self.children[0]  # most texts of a file
        found: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                found.append(item)
            else:
                waiting += reversed(item.children)
        return "".join(found)

    def text_of(self, *path: str) -> str:
        found = self.first(*path)
        return found.text.strip() if found else ""

    def html(self, without: frozenset[str] = frozenset()) -> str:
        """Return the content as HTML, without the elements named."""
        return "".join(_html(child, without) for child in self.children)


def _html(item: Node | str, without: frozenset[str]) -> str:
    # Depth is bounded by MAX_DEPTH.
    if isinstance(item, str):
        return escape(item)
    if item.tag in without:
        return ""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in item.attributes.items())
    inner = "".join(_html(child, without) for child in item.children)
    return f"<{item.tag}{attributes}>" + ("" if item.tag in VOID else f"{inner}</{item.tag}>")


@lru_cache(maxsize=1000)
def _bare(name: str) -> str:
    return name.rpartition(":")[2].lower()


class _Builder(ContentHandler):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.count = path, 0
        self.root: Node | None = None
        self.open: list[Node] = []
        self.texts: list[str] = []

    def line(self) -> int:
        locator: Any = getattr(self, "_locator", None)  # SAX sets it, and has no other name for it
        return locator.getLineNumber() or 1 if locator else 1

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        self._end_text()
        self.count += 1
        if len(self.open) >= MAX_DEPTH:
            raise fail(f"Elements are nested deeper than {MAX_DEPTH}.", self.line(), self.path)
        if self.count > MAX_NODES:
            raise fail(f"The file has more than {MAX_NODES:,} elements. Split it.", self.line(), self.path)
        attributes = (
            {_bare(key): value for key, value in attrs.items() if key[:5] != "xmlns"} if len(attrs) else {}
        )
        node = Node(_bare(name), attributes, self.line())
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._end_text()
        self.open.pop()

    def characters(self, content: str) -> None:
        self.texts.append(content)

    def _end_text(self) -> None:
        if self.texts and self.open:
            self.open[-1].children.append("".join(self.texts))
        self.texts.clear()


def read_xml(text: str, path: str = "") -> Node:
    """Return the root. Raises QuizFileError with the line where it stops being XML."""
    # Only before the first element: below, it may be part of a question.
    first = FIRST.search(text, 0, MAX_PROLOG)
    head = text[: first.start() if first else MAX_PROLOG]
    body = PROLOG.sub(lambda found: "\n" * found[0].count("\n"), head) + text[len(head) :]
    try:
        return _parse(body, path)
    except SAXParseException as error:
        if "undefined entity" not in error.getMessage():
            raise QuizFileError([_problem(error, path)]) from error
    # Some systems write the entities of HTML, such as &nbsp;, which XML does not know.
    try:
        return _parse(ENTITY.sub(_html_entity, body), path)
    except SAXParseException as error:
        raise QuizFileError([_problem(error, path)]) from error


def _parse(body: str, path: str) -> Node:
    builder = _Builder(path)
    parser = make_parser()
    parser.setContentHandler(builder)
    try:
        parser.parse(BytesIO(body.encode()))
    except DefusedXmlException as error:
        kind = "entities" if isinstance(error, EntitiesForbidden) else "parts from elsewhere"
        line = builder.line()
        raise fail(f"The file declares {kind}, which are not read. Export it again.", line, path) from error
    except SAXParseException as error:
        if builder.open and re.search("no element found|unclosed", error.getMessage()):
            last = builder.open[-1]
            words = f"It ends inside <{last.tag}>, which begins on line {last.line}. Is the file cut off?"
            raise fail(f"The file is not complete. {words}", error.getLineNumber() or 1, path) from error
        raise
    if builder.root is None:
        raise fail("The file is empty.", path=path)
    return builder.root


def _html_entity(found: re.Match[str]) -> str:
    known = html5.get(f"{found[1]};", "")
    return known if known and known not in "<>&\"'" else found[0]


def _problem(error: SAXParseException, path: str) -> Problem:
    line, column = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
    return Problem(line, "", f"This is not XML: {error.getMessage()} (column {column}).", path=path)


def root_tag(text: str) -> str:
    """Return the lower-case name of the root element, "" if the text does not begin like XML."""
    head = text[:8_000].lstrip()
    if not head.startswith("<"):
        return ""
    found = ROOT.search(NOT_ROOT.sub("", head))
    return found[1].lower() if found else ""
