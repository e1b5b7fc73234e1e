"""Paragraphs, definitions and quotes."""

import re
from collections.abc import Sequence

from .fences import box
from .inline import escape
from .lists import is_wrapped
from .pieces import Piece, piece_of
from .rows import Row
from .signs import words_of
from .writing import inline

CALLOUT = re.compile(r">\s?\[!(?P<kind>[A-Za-z]{2,20})\][-+]?(?P<title>.*)$")
CALLOUTS = {
    **dict.fromkeys(("tip", "hint", "success", "check", "done"), "tip"),
    **dict.fromkeys(("warning", "caution", "attention", "danger", "error", "failure", "bug"), "warning"),
}


def quote(row: Row) -> str:
    words = row.text.lstrip("> ")
    return f"> {inline(words, row)}".rstrip()


def write_quote(rows: Sequence[Row]) -> Piece:
    """Return a quote, or a note if it starts as a callout of Obsidian or GitHub: `> [!warning] Title`."""
    found = CALLOUT.match(rows[0].text) if rows[0].line.is_markdown else None
    body = "\n".join(quote(row) for row in rows)
    if found is None:
        return piece_of("quote", rows, body)
    word = CALLOUTS.get(found["kind"].lower(), "note")
    parts = [found["kind"].capitalize() if found["kind"].lower() != word else "", found["title"].strip()]
    title = escape(": ".join(part for part in parts if part), starts_line=False)
    inside = "\n".join(line.removeprefix(">").removeprefix(" ") for line in body.split("\n")[1:])
    if not inside.strip():
        return piece_of("quote", rows, body)
    return piece_of("note", rows, box(f"{word} {title}".strip(), inside))


def paragraph(rows: Sequence[Row]) -> Piece:
    return piece_of("paragraph", rows, "\n".join(inline(row.text, row) for row in rows))


def sentences(rows: Sequence[Row]) -> list[list[Row]]:
    found: list[list[Row]] = []
    for row in rows:
        if found and is_wrapped(found[-1][-1], row):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def is_wrapped_text(found: Sequence[Sequence[Row]]) -> bool:
    """Tell if lines are one paragraph that the editor wrapped: some line goes on in the next."""
    return len(found) > 1 and any(len(part) > 1 for part in found) and all(is_prose(part) for part in found)


def is_prose(rows: Sequence[Row]) -> bool:
    text = " ".join(row.text for row in rows)
    return len(text) > 90 or (text[-1:] in (".", "!", "?") and len(words_of(text)) > 5)


def paragraphs(sentences: Sequence[Sequence[Row]], *, as_one: bool) -> Piece:
    parts = ["\n".join(inline(row.text, row) for row in sentence) for sentence in sentences]
    rows = [row for sentence in sentences for row in sentence]
    return piece_of("paragraph", rows, ("\n" if as_one else "\n\n").join(parts))


def definitions(rows: Sequence[Row], terms: Sequence[tuple[str, str, str]]) -> Piece:
    parts = [
        f"{inline(term, row)}\n: {inline(meaning, row, starts_line=False)}"
        for row, (term, _, meaning) in zip(rows, terms, strict=True)
    ]
    return piece_of(
        "definition", rows, "\n\n".join(parts), terms=tuple((term, meaning) for term, _, meaning in terms)
    )


def markdown_terms_end(rows: Sequence[Row], at: int) -> int:
    """Return the position after terms whose meanings start with a colon in the next line, 0 if there are none."""
    end = at
    while (
        end + 1 < len(rows)
        and _is_meaning(rows[end + 1])
        and not _is_meaning(rows[end])
        and not rows[end].mark
    ):
        end += 2
        while end < len(rows) and _is_meaning(rows[end]):
            end += 1
    return end if end > at else 0


def _is_meaning(row: Row) -> bool:
    return row.text.startswith(": ") and not row.mark and row.line.is_markdown


def write_markdown_terms(rows: Sequence[Row]) -> Piece:
    lines: list[str] = []
    terms: list[tuple[str, str]] = []
    term = ""
    for row in rows:
        if _is_meaning(row):
            meaning = row.text[2:].strip()
            lines.append(f": {inline(meaning, row, starts_line=False)}")
            terms.append((term, meaning))
        else:
            term = row.text
            lines += ["", inline(term, row)]
    return piece_of("definition", rows, "\n".join(lines).strip("\n"), terms=tuple(terms))
