"""HTML of another system -> Markdown: what the portal can show. The rest is named, and its words are kept."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from .escaping import code_block, code_span, escape_address, escape_start, escape_text
from .html_tags import BLOCKS, CLASS_MARKS, CODE, GONE, HEADINGS, MARKS, SILENT
from .inline import Piece, join_pieces

MAX_TEXT = 64 * 1024
MAX_DEPTH = 40
LINKS = re.compile(r"(?:https?://|mailto:|lesson:|quiz:|lab:|#)", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
FORMULA = re.compile(
    r"\\\((?:[^\\\n]|\\(?![()])){1,300}\\\)|\\\[(?:[^\\]|\\(?![\[\]])){1,300}\\\]|\$\$[^$]{1,300}\$\$"
)
SCRIPTS = (
    str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
)
PLAIN_STYLE = re.compile(r"\s*(?:text-align:\s*(?:left|start);?\s*)?", re.IGNORECASE)

ONE_PARAGRAPH = re.compile(r'(?:<p(?: dir="ltr")?(?: style="text-align: left;")?>)?([^<&]*)(?:</p>)?')
ReportLoss = Callable[[str], None]
FindImage = Callable[[str, str], str]  # address and alternative text -> Markdown


@dataclass
class Reader:
    """Reads the HTML of one text. `report` gets each kind of loss once, in words."""

    report: ReportLoss
    image: FindImage
    reported: set[str] = field(default_factory=set)

    def blocks(self, html: str) -> str:
        """Return block Markdown."""
        return "\n\n".join(self._blocks(self._parse(html), 0))

    def option(self, html: str) -> str:
        """Return paragraphs and fenced code; the first line is empty before code."""
        found = [self._as_option(block) for block in self._blocks(self._parse(html), 0)]
        text = "\n\n".join(found)
        return f"\n{text}" if text.startswith("```") else text

    def line(self, html: str) -> str:
        """Return inline Markdown in one line."""
        found = self._blocks(self._parse(html), 0)
        if len(found) > 1 or any("\n" in block for block in found):
            self.lose("Line breaks became spaces, because the text must fit one line.")
        return " ".join(" ".join(map(_flatten, found)).split())

    def lose(self, message: str) -> None:
        if message not in self.reported:
            self.reported.add(message)
            self.report(message)

    def _parse(self, html: str) -> LexborNode | None:
        if len(html) > MAX_TEXT:
            self.lose(f"The text was cut after {MAX_TEXT:,} characters.")
            html = html[:MAX_TEXT]
        return LexborHTMLParser(html).body

    def _as_option(self, block: str) -> str:
        if block.startswith("```"):
            return block
        if re.match(r"(?:[-*+] |[0-9]+[.)] |#{1,6} |\||> |\* \* \*)", block):
            self.lose("A list, table, quote or heading in an option became plain lines.")
            lines = (re.sub(r"^(\s*)(?:(?:[-*+]|#{1,6}) |>\s?)", r"\1", line) for line in block.split("\n"))
            block = "\n\n".join(escape_start(_bare_row(line)) for line in lines if _bare_row(line))
        return block

    # --- blocks ---

    def _blocks(self, parent: LexborNode | None, depth: int) -> list[str]:
        found: list[str] = []
        run: list[LexborNode] = []
        for child in _children(parent):
            if child.tag in BLOCKS or (child.tag not in CODE and _holds_block(child)):
                found += self._paragraph(run, depth)
                run = []
                found += self._block(child, depth + 1)
            else:
                run.append(child)
        return found + self._paragraph(run, depth)

    def _block(self, node: LexborNode, depth: int) -> list[str]:
        tag = str(node.tag)
        self._check_style(node)
        if depth > MAX_DEPTH:
            self.lose(f"Elements nested deeper than {MAX_DEPTH} became plain text.")
            return [escape_start(escape_text(SPACES.sub(" ", node.text(deep=True)).strip()))]
        if tag == "pre":
            return [code_block(node.text(deep=True), _language(node))]
        if tag in ("ul", "ol"):
            return self._list(node, depth)
        if tag == "table":
            return self._table(node, depth)
        if tag == "hr":
            return ["* * *"]
        if tag in HEADINGS:
            words = self._inline_of(_children(node), depth).replace("\\\n", " ")
            return [f"{'#' * HEADINGS[tag]} {words}"] if words else []
        inner = self._blocks(node, depth)
        if tag == "blockquote" and inner:
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(inner).split("\n"))]
        if tag == "dd" and inner:
            return [f"– {inner[0]}", *inner[1:]]
        return inner

    def _paragraph(self, nodes: list[LexborNode], depth: int) -> list[str]:
        if not nodes:
            return []
        text = self._inline_of(nodes, depth)
        lines = [line.strip() for line in text.split("\\\n")]
        # Two breaks in a row are how editors separate paragraphs.
        paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
        return [
            "\\\n".join(escape_start(line) for line in paragraph.split("\n") if line)
            for paragraph in paragraphs
            if paragraph.strip()
        ]

    def _list(self, node: LexborNode, depth: int) -> list[str]:
        items = []
        for number, child in enumerate(
            (c for c in _children(node) if c.tag != "-text" or c.text().strip()), 1
        ):
            mark = f"{number}. " if node.tag == "ol" else "- "
            inner = self._blocks(child, depth) if child.tag == "li" else self._paragraph([child], depth)
            tight = all(re.match(r"(?:- |[0-9]+\. )", block) for block in inner[1:])
            text = ("\n" if tight else "\n\n").join(inner)
            items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
        lines = "\n".join(items).split("\n")
        return ["\n".join(line.rstrip() for line in lines)] if items else []

    def _table(self, node: LexborNode, depth: int) -> list[str]:
        if node.css_first("table table"):
            self.lose("A table inside a table became plain text.")
            return [escape_start(escape_text(SPACES.sub(" ", node.text(deep=True)).strip()))]
        rows = [
            [self._cell(cell, depth) for cell in _children(row) if cell.tag in ("td", "th")]
            for row in node.css("tr")
        ]
        rows = [row for row in rows if row]
        width = max(map(len, rows), default=0)
        if not width:
            return self._paragraph([node], depth) if node.text(deep=True).strip() else []
        if any("colspan" in cell.attributes or "rowspan" in cell.attributes for cell in node.css("td, th")):
            self.lose("Merged table cells were split.")
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        return ["\n".join([lines[0], "|" + "---|" * width, *lines[1:]])]

    def _cell(self, cell: LexborNode, depth: int) -> str:
        text = " ".join(map(_flatten, self._blocks(cell, depth + 1)))
        return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))

    # --- inline ---

    def _inline_of(self, nodes: list[LexborNode], depth: int) -> str:
        pieces = [piece for node in nodes for piece in self._pieces(node, depth)]
        return join_pieces(pieces, self.lose)

    def _pieces(self, node: LexborNode, depth: int) -> Iterator[Piece]:
        tag = str(node.tag)
        if tag == "-text":
            yield from self._text(node.text(deep=False) or "")
            return
        if tag.startswith(("-", "!")):
            return
        self._check_style(node)
        if tag == "br":
            yield Piece("\\\n")
        elif tag == "img":
            yield from self._image(node)
        elif tag in GONE:
            yield from self._gone(node, tag)
        elif tag in CODE or depth > MAX_DEPTH:
            text = SPACES.sub(" ", node.text(deep=True))
            yield Piece(code_span(text) if tag in CODE else escape_text(text))
        elif tag in ("sub", "sup"):
            yield self._script(node, tag)
        else:
            yield from self._inner(node, tag, depth + 1)

    def _inner(self, node: LexborNode, tag: str, depth: int) -> Iterator[Piece]:
        mark = MARKS.get(tag) or CLASS_MARKS.get(
            (node.attributes.get("class") or "") if tag == "span" else ""
        )
        if not mark and tag not in SILENT and tag not in BLOCKS:
            self.lose(f"The formatting <{tag}> was left out.")
        inner = self._inline_of(_children(node), depth)
        if tag == "q":
            inner = f"“{inner}”"
        href = (node.attributes.get("href") or "").strip() if tag == "a" else ""
        if href and inner.strip():
            yield from self._link(href, inner)
        elif mark:
            yield Piece(inner, mark)
        else:
            yield Piece(inner)

    def _link(self, href: str, inner: str) -> Iterator[Piece]:
        if not LINKS.match(href) or href.startswith("#"):
            self.lose(f"The link to {href[:80]} was left out, because it leads nowhere in the portal.")
            yield Piece(inner)
        elif inner == href and href.startswith("http"):
            yield Piece(href)
        else:
            yield Piece(f"[{inner.replace(chr(92) + chr(10), ' ')}]({escape_address(href)})")

    def _text(self, text: str) -> Iterator[Piece]:
        done = 0
        for found in FORMULA.finditer(text):
            yield Piece(escape_text(SPACES.sub(" ", text[done : found.start()])))
            yield Piece(self._formula(SPACES.sub(" ", found[0])))
            done = found.end()
        yield Piece(escape_text(SPACES.sub(" ", text[done:])))

    def _formula(self, text: str) -> str:
        inner = text[2:-2].strip()  # without \\( and \\), or $$ and $$
        if inner and "`" not in inner:
            return f"$`{inner}`$"
        self.lose("A formula with a backtick became code.")
        return code_span(text)

    def _image(self, node: LexborNode) -> Iterator[Piece]:
        source, words = node.attributes.get("src") or "", node.attributes.get("alt") or ""
        yield Piece(self.image(unquote(source), SPACES.sub(" ", words).strip()))

    def _gone(self, node: LexborNode, tag: str) -> Iterator[Piece]:
        source = next(filter(None, map(node.attributes.get, ("src", "data", "href"))), "")
        self.lose(f"<{tag}> was left out{f': {source[:120]}' if source else ''}.")
        words = SPACES.sub(" ", node.text(deep=True)).strip()
        if words and tag in ("math", "object", "video", "audio", "button", "svg"):
            yield Piece(escape_text(words))

    def _script(self, node: LexborNode, tag: str) -> Piece:
        text = SPACES.sub(" ", node.text(deep=True))
        drawn = text.translate(SCRIPTS[tag == "sub"])
        if re.search(r"[0-9A-Za-z+=()-]", drawn):
            self.lose(f"The formatting <{tag}> was left out.")
            drawn = f"{'_' if tag == 'sub' else '^'}({text})"
        return Piece(escape_text(drawn))

    def _check_style(self, node: LexborNode) -> None:
        style = node.attributes.get("style")
        if style and not PLAIN_STYLE.fullmatch(style):
            self.lose("Styles such as colours and sizes were left out.")


def words_only(html: str) -> str | None:
    """Return the Markdown of HTML that is words in at most one paragraph, as most texts are, without parsing it."""
    found = ONE_PARAGRAPH.fullmatch(html.strip())
    if found is None or any(sign in found[1] for sign in ("\\(", "\\[", "$$")):
        return None
    return escape_start(escape_text(SPACES.sub(" ", found[1]).strip()))


def looks_like_html(text: str) -> bool:
    return re.search(r"</?(?:p|br|b|i|em|strong|u|span|div|code|pre|ul|ol|li|img|a|sub|sup|table|h[1-6])\b[^<>]*>"
                     r"|&(?:[a-zA-Z]{2,10}|#[0-9]{1,6});", text, re.IGNORECASE) is not None  # fmt: skip


def words_of(html: str) -> str:
    """Return the words of HTML or plain text in one line, for names and typed answers."""
    text = unescape(re.sub(r"<[^<>]{0,1000}>", " ", html)) if "<" in html or "&" in html else html
    return " ".join(text.split())


def _children(node: LexborNode | None) -> list[LexborNode]:
    return list(node.iter(include_text=True)) if node is not None else []


def _holds_block(node: LexborNode) -> bool:
    return node.tag not in ("-text", "br", "img") and node.css_first(",".join(sorted(BLOCKS))) is not None


def _language(node: LexborNode) -> str:
    inner = node.css_first("code")
    classes = f"{node.attributes.get('class') or ''} {(inner.attributes.get('class') or '') if inner else ''}"
    found = re.search(r"(?:language|lang|brush)[-:]\s?([\w+#.-]{1,30})", classes)
    return found[1] if found else ""


def _flatten(block: str) -> str:
    if block.startswith("```"):
        return code_span(" ".join(block.split("\n")[1:-1]))
    return block.replace("\\\n", " ").replace("\n", " ")


def _bare_row(line: str) -> str:
    return "" if re.fullmatch(r"\|[-|: ]+", line) else re.sub(r"(?<!\\)\|", "–", line.strip("| "))
