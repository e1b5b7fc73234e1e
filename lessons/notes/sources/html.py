"""HTML pages, as exported or saved by others, turned into lines of Markdown."""

import re
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..fences import fence
from ..inline import code_span, escape
from ..source import Line, NotesError, Source, split_lines
from .encodings import decode

SKIPPED = {
    "script",
    "style",
    "head",
    "template",
    "noscript",
    "svg",
    "nav",
    "iframe",
    "object",
    "button",
    "-comment",
}
BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "details",
        "dl",
        "dt",
        "div",
        "figure",
        "footer",
    ),
    *(
        "figcaption",
        "form",
        "header",
        "html",
        "main",
        "p",
        "section",
        "summary",
        "table",
        "ul",
        "ol",
        "li",
        "pre",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "tr"),
}
MAX_DEPTH = 100  # below it, only the text is read
MAX_NESTING = 3_000
# Elements that stay open until they are closed; those that close by themselves are no matter.
TAG = re.compile(
    r"<(?P<end>/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|p|li|td|tr|th|dd|dt|option|source|wbr)\b)[a-z]",
    re.IGNORECASE,
)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", re.IGNORECASE)
MONOSPACED = re.compile(r"font-family:[^;]{0,100}(?:courier|consolas|mono|menlo)", re.IGNORECASE)
LIST_LEVEL = re.compile(r"lst-\w{1,40}-(\d)")
REDIRECT = re.compile(r"https?://www\.google\.com/url\?q=([^&]{1,2000})")
LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush:)[-\s]?([a-z0-9+#]{1,20})")


def read(data: bytes, path: str, encoding: str) -> Source:
    declared = CHARSET.search(data[:4_000])
    if not encoding and declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = declared[1].decode("ascii")
    text, used = decode(data, path, encoding)
    _check_depth(text, path)
    root = LexborHTMLParser(text).root
    if root is None:
        raise NotesError("The page is empty.", path=path)
    writer = _Writer()
    writer.block(root, 0)
    writer.end_line()
    return Source(_lines(writer.lines, path), encoding=used)


def _check_depth(text: str, path: str) -> None:
    # The parser takes quadratic time in the depth of elements.
    depth = 0
    for found in TAG.finditer(text):
        depth = max(depth + (-1 if found["end"] else 1), 0)
        if depth > MAX_NESTING:
            line = text.count("\n", 0, found.start()) + 1
            raise NotesError(
                f"More than {MAX_NESTING:,} elements are open here. Export the page again.",
                path=path,
                line=line,
            )


def _lines(written: list[tuple[str, bool]], path: str) -> tuple[Line, ...]:
    parts = [Line(line.text, path, 1, marked) for text, marked in written for line in _cut(text, path)]
    return tuple(
        Line(part.text, path, number, part.is_markdown) for number, part in enumerate(parts, start=1)
    )


def _cut(text: str, path: str) -> tuple[Line, ...]:
    return split_lines(text, path) or (Line("", path, 1),)


def _is_monospaced(node: LexborNode) -> bool:
    words = (node.text(deep=True) or "").strip()
    typed = [
        span for span in node.css("span[style]") if MONOSPACED.search(span.attributes.get("style") or "")
    ]
    return bool(words) and "".join(span.text(deep=True) or "" for span in typed).strip() == words


class _Writer:
    """Lines, each with a flag if it has inline Markdown. Text without any stays as it is."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, bool]] = []
        self.parts: list[tuple[str, bool]] = []
        self.prefix = ""
        self.lists: list[int] = []  # the next number of each open list, 0 in one without numbers

    def end_line(self) -> None:
        marked = any(flag for _, flag in self.parts)
        text = "".join(
            part if flag or not marked else escape(part, starts_line=False) for part, flag in self.parts
        )
        for piece in text.split("\n"):
            if words := " ".join(piece.split(" ")).strip():
                self.lines.append((self.prefix + words, marked))
                self.prefix = (
                    " " * (len(self.prefix) - len(self.prefix.lstrip()))
                    if self.prefix.strip()
                    else self.prefix
                )
        self.parts = []

    def gap(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1][0] and not self.lists:
            self.lines.append(("", False))

    def block(self, node: LexborNode, depth: int) -> None:
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                self.parts.append((re.sub(r"\s+", " ", child.text_content or ""), False))
            elif tag in SKIPPED:
                continue
            elif depth > MAX_DEPTH:
                self.parts.append((" ".join(child.text().split()), False))
            elif tag in BLOCKS:
                self.open(child, tag, depth)
            else:
                self.inline(child, tag, depth)

    def open(self, node: LexborNode, tag: str, depth: int) -> None:
        if tag in ("ul", "ol"):
            return self._list(node, tag, depth)
        if tag == "li":
            return self._item(node, depth)
        self.gap()
        if tag[0] == "h" and tag[1:].isdigit():
            self.prefix = f"{'#' * int(tag[1:])} "
            self.block(node, depth + 1)
        elif tag == "pre":
            self._code(node)
        elif tag == "table":
            self._table(node)
        elif tag == "p" and _is_monospaced(node):
            self._typed(node)
            return None
        elif tag != "hr":
            self.block(node, depth + 1)
        self.end_line()
        self.prefix = ""
        self.gap()
        return None

    def inline(self, node: LexborNode, tag: str, depth: int) -> None:
        if tag == "br":
            self.parts.append(("\n", False))
        elif tag in ("code", "kbd", "samp", "tt"):
            if words := " ".join(node.text().split()):
                self.parts.append((code_span(words), True))
        elif tag == "a":
            self._link(node)
        elif tag == "img":
            self._picture(node)
        else:
            self.block(node, depth + 1)

    def _typed(self, node: LexborNode) -> None:
        # A paragraph in a typewriter's letters is a line of code; neighbours are one piece.
        text = (node.text(deep=True) or "").replace("\xa0", " ")
        if self.lines[-2:] == [("```", False), ("", False)]:
            del self.lines[-2:]
        else:
            self.lines.append(("```", False))
        self.lines += [(text, False), ("```", False), ("", False)]

    def _list(self, node: LexborNode, tag: str, depth: int) -> None:
        self.end_line()
        found = LIST_LEVEL.search(node.attributes.get("class") or "")
        above = (
            [0] * min(int(found[1]), 8) if found and not self.lists else []
        )  # each level is a list of its own
        start = node.attributes.get("start") or "1"
        number = int(start) if start.isdigit() and len(start) < 9 else 1
        self.lists += [*above, number if tag == "ol" else 0]
        self.block(node, depth + 1)
        self.end_line()
        del self.lists[-len(above) - 1 :]
        self.prefix = ""
        self.gap()

    def _item(self, node: LexborNode, depth: int) -> None:
        self.end_line()
        indent = "    " * (len(self.lists) - 1)
        number = self.lists[-1] if self.lists else 0
        self.prefix = f"{indent}{number}. " if number else f"{indent}- "
        if number:
            self.lists[-1] += 1
        self.block(node, depth + 1)
        self.end_line()
        self.prefix = ""

    def _code(self, node: LexborNode) -> None:
        inner = node.css_first("code")
        classes = (
            f"{node.attributes.get('class') or ''} {(inner.attributes.get('class') or '') if inner else ''}"
        )
        found = LANGUAGE.search(classes)
        code = fence((node.text(deep=True) or "").strip("\n"), found[1] if found else "")
        self.lines += [(line, False) for line in code.split("\n")]

    def _table(self, node: LexborNode) -> None:
        rows = [[_cell(cell) for cell in row.css("th, td")] for row in node.css("tr")]
        width = max((len(row) for row in rows), default=0)
        for number, row in enumerate(row for row in rows if row):
            self.lines.append((f"| {' | '.join([*row, *[''] * (width - len(row))])} |", True))
            if number == 0:
                self.lines.append((f"|{'---|' * width}", True))

    def _link(self, node: LexborNode) -> None:
        words, href = " ".join(node.text().split()), (node.attributes.get("href") or "").strip()
        if words and href.startswith(("https://", "http://", "mailto:")) and words != href:
            if found := REDIRECT.match(href):
                href = unquote(found[1])
            target = re.sub(r"[\s<>]", "", href)
            self.parts.append((f"[{escape(words, starts_line=False)}](<{target}>)", True))
        elif words:
            self.parts.append((words, False))

    def _picture(self, node: LexborNode) -> None:
        source = (node.attributes.get("src") or "").strip()
        name = " ".join((node.attributes.get("alt") or "").split()) or "Picture"
        if source and not source.startswith("data:"):
            self.parts.append(
                (f"![{escape(name, starts_line=False)}](<{re.sub(r'[<>]', '', source)}>)", True)
            )


def _cell(node: LexborNode) -> str:
    return escape(" ".join(node.text(separator=" ").split()), starts_line=False).replace("|", "\\|")
