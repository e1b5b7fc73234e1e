"""Give the rows below a heading their form: list, table, flow, checklist, definition, example, paragraph."""

import re
from collections.abc import Sequence

from .decisions import Decisions
from .flows import chain_end, chain_steps, down_end, down_steps, graph_end, write_flow
from .habits import CHECKLIST, PARAGRAPH, RELATION, Habits
from .inline import escape
from .lists import is_wrapped, split_groups, write_checklist, write_list
from .outline import Item
from .pieces import Node, Piece, make_tree
from .regions import Region
from .rows import Row
from .signs import ADDRESS, ARROW, EXAMPLE, NEXT, NOTE, PROCESS, clean, words_of
from .source import Line
from .tables import (
    is_bar_row,
    is_figure,
    is_relation_table,
    relation,
    tab_table_end,
    write_bar_table,
    write_figure,
    write_relation_table,
    write_tab_table,
)
from .writing import defined_parts, inline

MAX_BLOCK = 120  # rows: a longer list goes on in a new one
KINDS_OF_NOTE = {
    "tip": "tip",
    "hint": "tip",
    "warning": "warning",
    "caution": "warning",
    "achtung": "warning",
    "attention": "warning",
}
MAX_NESTED = 4


class Former:
    """Makes pieces of one evening; `title` is the heading above."""

    def __init__(self, lines: Sequence[Line], habits: Habits, decisions: Decisions) -> None:
        self.lines, self.habits, self.decisions = lines, habits, decisions
        self.keys: set[str] = set()
        self.title = ""
        self.depth = 0

    def make(self, items: Sequence[Item], title: str) -> list[Piece]:
        """Return pieces in order. Their lines need not touch: the blanks between belong to the piece above."""
        self.title = title
        pieces: list[Piece] = []
        rows: list[Row] = []
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Region):
                pieces += self._rows(rows)
                rows = []
                pieces.append(self._region(item))
                at += 1
            elif self.depth < MAX_NESTED and self._opens_aside(item, items, at):
                pieces += self._rows(rows)
                rows = []
                end = _aside_end(item, items, at)
                pieces.append(self._aside(item, items[at:end]))
                at = end
            else:
                rows.append(item)
                at += 1
        return pieces + self._rows(rows)

    def _region(self, region: Region) -> Piece:
        texts = [line.text for line in self.lines[region.first - 1 : region.last]]
        language = region.language
        if region.is_fenced:
            texts = texts[1:-1]
        body = "\n".join(_dedent(texts))
        longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
        ticks = "`" * (longest + 1)
        info = language if re.fullmatch(r"[a-z0-9+#._-]{0,20}", language) else ""
        return Piece(region.kind, region.first, region.last, f"{ticks}{info}\n{body}\n{ticks}", language=info)

    def _opens_aside(self, row: Row, items: Sequence[Item], at: int) -> bool:
        if row.heading or self.habits.form("example") != "note":
            return False
        is_example = EXAMPLE.match(row.text) and not row.is_numbered
        if not (is_example or NOTE.match(row.text)):
            return False
        if not row.mark:
            return True
        before = items[at - 1] if at else None  # an item between others stays in its list
        after = items[at + 1] if at + 1 < len(items) else None
        return not any(
            isinstance(other, Row) and other.mark and other.indent <= row.indent for other in (before, after)
        )

    def _aside(self, row: Row, items: Sequence[Item]) -> Piece:
        is_note = not EXAMPLE.match(row.text)
        label, rest = _aside_parts(row)
        title = re.sub(r"[\s:=>+–—-]+$", "", label) or label
        word = KINDS_OF_NOTE.get(title.lower().rstrip("s!"), "note") if is_note else "note"
        inner = list(items[1:])
        if rest:
            inner.insert(0, Row(row.number, row.line, row.indent, "", "", rest, row.gap))
        self.depth += 1
        pieces = self.make(inner, self.title)
        self.depth -= 1
        body = join_pieces([piece.text for piece in pieces]) or escape(label)
        colons = ":" * (
            3 + max((len(run) - 2 for run in re.findall(r"^:{3,}", body, re.MULTILINE)), default=0)
        )
        shown = f"{word} {escape(title, starts_line=False)}" if title.lower() != word else word
        kind = "note" if is_note else "example"
        return Piece(kind, row.number, _last(items[-1]), f"{colons} {shown}\n{body}\n{colons}")

    def _rows(self, rows: Sequence[Row]) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        while at < len(rows):
            end = at + 1
            if is_bar_row(rows[at]):
                while end < len(rows) and is_bar_row(rows[end]) and not rows[end].gap:
                    end += 1
                pieces.append(_piece("table", rows[at:end], write_bar_table(rows[at:end])))
            elif rows[at].text.startswith(">") and not rows[at].mark:
                while end < len(rows) and rows[end].text.startswith(">") and not rows[end].gap:
                    end += 1
                pieces.append(_piece("quote", rows[at:end], "\n".join(_quote(row) for row in rows[at:end])))
            else:
                while end < len(rows) and not is_bar_row(rows[end]) and not rows[end].text.startswith(">"):
                    end += 1
                pieces += self._nodes(make_tree(rows[at:end]))
            at = end
        return pieces

    def _nodes(self, nodes: Sequence[Node]) -> list[Piece]:
        if figure := self._figure(nodes):
            return [figure]
        pieces: list[Piece] = []
        at = 0
        while at < len(nodes):
            found = self._special(nodes, at)
            if found:
                piece, at = found
                pieces.append(piece)
                continue
            end = at + 1
            is_list = bool(nodes[at].row.mark)
            while (
                end < len(nodes)
                and not self._starts_special(nodes, end)
                and (
                    bool(nodes[end].row.mark) == is_list
                    or (is_list and is_wrapped(nodes[end - 1].row, nodes[end].row))
                )
            ):
                end += 1
            pieces += self._lists(nodes[at:end]) if is_list else self._plain(nodes[at:end])
            at = end
        return pieces

    def _starts_special(self, nodes: Sequence[Node], at: int) -> bool:
        return tab_table_end(nodes, at) > 0 or down_end(nodes, at) > at

    def _figure(self, nodes: Sequence[Node]) -> Piece | None:
        if not nodes or not is_figure(nodes):
            return None
        rows = [row for node in nodes for row in node.walk()]
        says = "Show these two columns as a table?"
        if not self.decisions.offer("table", rows[0].number, rows[-1].number, says, default=True):
            return None
        return _piece("table", rows, write_figure(nodes))

    def _special(self, nodes: Sequence[Node], at: int) -> tuple[Piece, int] | None:
        """Find a table or a flow that starts here."""
        if self.habits.form("arrow") == RELATION and (end := self._relation_end(nodes, at)):
            rows = [row for node in nodes[at:end] for row in node.walk()]
            says = "Show what is beside the arrows as the second column of a table?"
            if self.decisions.offer("table", rows[0].number, rows[-1].number, says, default=True):
                return _piece("table", rows, write_relation_table(nodes[at:end])), end
        if end := tab_table_end(nodes, at):
            rows = [node.row for node in nodes[at:end]]
            if self.decisions.offer(
                "table", rows[0].number, rows[-1].number, "Show these columns as a table?", default=True
            ):
                return _piece("table", rows, write_tab_table(nodes[at:end])), end
        for find in (self._down, self._graph, self._chain):
            if found := find(nodes, at):
                chains, end = found
                if piece := self._flow(chains, [node.row for node in nodes[at:end]], default=True):
                    return piece, end
        return None

    def _relation_end(self, nodes: Sequence[Node], at: int) -> int:
        if at and nodes[at - 1].row.mark == nodes[at].row.mark and nodes[at].row.mark:
            return 0  # only from the first row of a list on
        end = at
        while end < len(nodes) and nodes[end].row.mark == nodes[at].row.mark and end - at < MAX_BLOCK:
            if not nodes[at].row.mark and not relation(nodes[end].row):
                break
            end += 1
        return end if nodes[at].row.mark in ("", "-") and is_relation_table(nodes[at:end]) else 0

    @staticmethod
    def _down(nodes: Sequence[Node], at: int) -> tuple[list[list[str]], int] | None:
        end = down_end(nodes, at)
        steps = down_steps([node.row for node in nodes[at:end]]) if end > at else []
        return ([steps], end) if steps else None

    @staticmethod
    def _graph(nodes: Sequence[Node], at: int) -> tuple[list[list[str]], int] | None:
        end = graph_end(nodes, at)
        chains = [[" ".join(step.split()) for step in ARROW.split(node.row.text)] for node in nodes[at:end]]
        return (
            (chains, end)
            if end > at and all(len(words_of(step)) <= 7 for chain in chains for step in chain)
            else None
        )

    @staticmethod
    def _chain(nodes: Sequence[Node], at: int) -> tuple[list[list[str]], int] | None:
        if not ARROW.search(nodes[at].row.text) and (
            at + 1 >= len(nodes) or not ARROW.match(nodes[at + 1].row.text)
        ):
            return None
        end = chain_end(nodes, at)
        steps = chain_steps([node.row for node in nodes[at:end]]) if end > at else []
        return ([steps], end) if steps else None

    def _flow(self, chains: list[list[str]], rows: Sequence[Row], *, default: bool) -> Piece | None:
        text = write_flow(chains)
        says = "Draw these steps as a flow?"
        if text and self.decisions.offer("flow", rows[0].number, rows[-1].number, says, default=default):
            return _piece("flow", rows, text, ordered=tuple(step for chain in chains for step in chain))
        return None

    def _lists(self, nodes: Sequence[Node]) -> list[Piece]:
        pieces: list[Piece] = []
        for group in split_groups(nodes):
            for start in range(0, len(group), MAX_BLOCK):
                part = group[start : start + MAX_BLOCK]
                bullet = (
                    "*" if pieces and pieces[-1].kind == "list" and pieces[-1].text.startswith("-") else "-"
                )
                pieces.append(self._list(part, bullet))
        return pieces

    def _list(self, group: Sequence[Node], bullet: str) -> Piece:
        rows = [row for node in group for row in node.walk()]
        first, last = rows[0].number, rows[-1].number
        plain = tuple(row.text.strip() for row in rows)
        is_flat = not any(node.children for node in group)
        ordered = tuple(node.row.text for node in group) if is_flat and self._is_process(group) else ()
        is_next = bool(NEXT.match(self.title)) and self.habits.form("next") == CHECKLIST
        has_boxes = all(node.row.box for node in group)
        if self.depth == 0 and (is_next or has_boxes or NEXT.match(self.title)):
            says = "Let learners tick these items off?"
            if self.decisions.offer("checklist", first, last, says, default=is_next or has_boxes):
                return _piece("checklist", rows, write_checklist(group, self.keys), rows=plain)
        if ordered and self._can_flow(group):
            text = write_flow([[" ".join(step.split()) for step in ordered]])
            if text and self.decisions.offer(
                "flow", first, last, "Draw these phases as a flow?", default=False
            ):
                return _piece("flow", rows, text, rows=plain, ordered=ordered)
        terms = tuple((parts[0], parts[2]) for node in group if (parts := defined_parts(node.row)))
        return _piece("list", rows, write_list(group, bullet), rows=plain, ordered=ordered, terms=terms)

    def _is_process(self, group: Sequence[Node]) -> bool:
        is_counted = all(re.match(r"\d", node.row.mark) for node in group)
        return 3 <= len(group) <= 12 and (is_counted or bool(PROCESS.search(self.title)))

    @staticmethod
    def _can_flow(group: Sequence[Node]) -> bool:
        return all(
            0 < len(words_of(node.row.text)) <= 7 and not ARROW.search(node.row.text) for node in group
        )

    def _plain(self, nodes: Sequence[Node]) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        while at < len(nodes):
            end = self._run_end(nodes, at)
            part = nodes[at:end]
            if len(part) == 1 and part[0].children:
                pieces.append(_paragraph([part[0].row]))
                pieces += self._nodes(part[0].children)
            else:
                pieces.append(self._text(part))
            at = end
        return pieces

    @staticmethod
    def _run_end(nodes: Sequence[Node], at: int) -> int:
        # Rows close together are one block; definitions may have blank lines between them.
        end = at + 1
        is_defined = bool(defined_parts(nodes[at].row)) and not nodes[at].children
        while end < len(nodes) and end - at < MAX_BLOCK:
            goes_on = bool(defined_parts(nodes[end].row)) if is_defined else nodes[end].row.gap == 0
            if not goes_on or (is_defined and nodes[end].children):
                break
            if nodes[at].children and any(child.row.mark for child in nodes[at].children):
                break
            end += 1
        return end

    def _text(self, nodes: Sequence[Node]) -> Piece:
        rows = [row for node in nodes for row in node.walk()]
        terms = [parts for node in nodes if not node.children and (parts := defined_parts(node.row))]
        if len(terms) == len(nodes):
            return _definitions(rows, terms)
        if all(ADDRESS.match(row.text) for row in rows):
            return _piece("address", rows, "\n\n".join(inline(row.text, row) for row in rows))
        if all(re.match(r"!\[", row.text) and row.line.is_markdown for row in rows):
            return _piece("picture", rows, "\n\n".join(inline(row.text, row) for row in rows))
        if any(node.children for node in nodes):
            return _piece("list", rows, write_list(nodes), rows=tuple(row.text for row in rows))
        sentences = _sentences(rows)
        is_prose = len(sentences) == 1 or all(_is_prose(sentence) for sentence in sentences)
        if is_prose or rows[0].line.is_markdown or self.habits.form("indent") == PARAGRAPH:
            return _paragraphs(sentences, as_one=rows[0].line.is_markdown)
        return _piece("list", rows, write_list(nodes), rows=tuple(row.text for row in rows))


def _aside_parts(row: Row) -> tuple[str, str]:
    found = EXAMPLE.match(row.text) or NOTE.match(row.text)
    return (found[0].strip(), row.text[found.end() :].strip()) if found else ("", row.text)


def _aside_end(row: Row, items: Sequence[Item], at: int) -> int:
    # Deeper rows, and rows at the same depth up to a blank line, if nothing follows in the first line.
    has_rest = bool(_aside_parts(row)[1])
    base, seen, end = row.indent, has_rest or bool(row.mark), at + 1
    while end < len(items):
        item = items[end]
        if item.indent < base or (
            item.indent == base and seen and (isinstance(item, Region) or item.gap or item.mark or row.mark)
        ):
            break
        if item.indent == base and isinstance(item, Row) and has_rest and not is_wrapped(row, item):
            break
        seen = True
        end += 1
    return end


def _last(item: Item) -> int:
    return item.number if isinstance(item, Row) else item.last


def _piece(kind: str, source: Sequence[Row], text: str, /, **more: object) -> Piece:
    return Piece(kind, source[0].number, source[-1].number, text, **more)  # type: ignore[arg-type]


def _dedent(texts: Sequence[str]) -> list[str]:
    """Remove the indentation that all lines share; the outline put it there."""
    filled = [text for text in texts if text.strip()]
    if not filled:
        return list(texts)
    shortest = min(filled, key=len)
    common = shortest[: len(shortest) - len(shortest.lstrip())]
    for text in filled:
        while not text.startswith(common):
            common = common[:-1]
    return [text[len(common) :] if text.startswith(common) else text.lstrip() for text in texts]


def _quote(row: Row) -> str:
    words = row.text.lstrip("> ")
    return f"> {inline(words, row)}".rstrip()


def _paragraph(rows: Sequence[Row]) -> Piece:
    return _piece("paragraph", rows, "\n".join(inline(row.text, row) for row in rows))


def _sentences(rows: Sequence[Row]) -> list[list[Row]]:
    found: list[list[Row]] = []
    for row in rows:
        if found and is_wrapped(found[-1][-1], row):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _is_prose(rows: Sequence[Row]) -> bool:
    text = " ".join(row.text for row in rows)
    return len(text) > 90 or (text[-1:] in (".", "!", "?") and len(words_of(text)) > 5)


def _paragraphs(sentences: Sequence[Sequence[Row]], *, as_one: bool) -> Piece:
    parts = ["\n".join(inline(row.text, row) for row in sentence) for sentence in sentences]
    rows = [row for sentence in sentences for row in sentence]
    return _piece("paragraph", rows, ("\n" if as_one else "\n\n").join(parts))


def _definitions(rows: Sequence[Row], terms: Sequence[tuple[str, str, str]]) -> Piece:
    parts = [
        f"{inline(term, row)}\n: {inline(meaning, row, starts_line=False)}"
        for row, (term, _, meaning) in zip(rows, terms, strict=True)
    ]
    return _piece(
        "definition", rows, "\n\n".join(parts), terms=tuple((term, meaning) for term, _, meaning in terms)
    )


def join_pieces(texts: Sequence[str]) -> str:
    """Join Markdown blocks, so that neighbouring lists stay apart."""
    return "\n\n".join(text for text in texts if text)


def heading_text(row: Row) -> str:
    return inline(clean(row.text), row, starts_line=False)
