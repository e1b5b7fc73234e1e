"""One line of notes, taken apart: indentation, bullet or number, words, and the signs at its end."""

import re
from dataclasses import dataclass

from .source import Line

TAB = 4  # columns
BULLET = r"[-*+•‣◦▪●○·–—»►▶➢➤➜➔❖✓✔✗✘✕§]|o(?=\s)"
MARK = re.compile(
    rf"(?P<bullet>(?:{BULLET})(?=\s|$)|[-•‣◦▪●►▶➢➤➜❖✓✔✗✘](?=[A-Z(\[\"'])|[*](?=[A-Z][^*]{{0,200}}$))"
    r"|(?P<number>(?:\d{1,3}(?:\.\d{1,3}){1,2}\.?(?!\d)(?!\s[-–]\s\d+\.\d)|\d{1,3}[.)]|\d{1,2}/|\(\d{1,3}\)|[a-zA-Z]\)|\([a-z]\)"
    r"|[ivx]{1,4}\))(?=\s))"
)
BADGE = re.compile(
    r"(?:[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u23E9-\u23FA][\uFE0F\u200D]?){1,4}\s+"
)
BOX = re.compile(r"\[(?P<tick>[ xX✓]?)\](?=\s)|(?P<sign>[☐☑✅☒])(?=\s)")
ENDING = re.compile(r"\s*(?P<colons>:{2,}|:-{1,3}|:)?\s*(?P<marks>\?{1,20})?\s*(?P<late>:{1,20})?\s*$")
DECORATED = re.compile(r"([#*=@~+_-])\1{2,}\s+(?P<words>[^\W_][^#*=@~|]{1,90}?)\s+\1{3,}")
ANGLED = re.compile(r">>\s?(?P<words>[A-ZÄÖÜ][^.;!<>]{1,60})")  # `>> Recap` is a title
SIGNS_AT_END = frozenset(": ?-\t")
RULE = re.compile(r"\s*(?:([#*=_~+\-.─━═])(?:\s?\1){3,}|[#*=_~+\-]{6,})\s*$")


@dataclass(slots=True)
class Row:
    """A line that is not blank. `number` is its line number, `indent` and `column` count from 0.

    `mark` is the bullet as "-", or the number as typed; `box` is " " or "x" for a task, else "".
    `text` is what follows the mark. `gap` is the number of blank lines above.
    """

    number: int
    line: Line
    indent: int
    mark: str
    box: str
    text: str
    gap: int
    heading: int = 0  # level of a Markdown heading
    is_decorated: bool = False  # signs on both sides: `@@@ Tasks @@@`
    has_corner: bool = False  # its first cell is empty: the head of a table whose rows have a head too
    second: int = 0  # where its second column starts, if only one blank is before it
    badge: str = ""  # an emoji before the words; they are in `text` without it

    @property
    def is_bullet(self) -> bool:
        return self.mark == "-"

    @property
    def is_numbered(self) -> bool:
        return bool(self.mark) and self.mark != "-"


def width(blanks: str) -> int:
    column = 0
    for sign in blanks:
        column += TAB - column % TAB if sign == "\t" else 1
    return column


def read_row(line: Line, number: int, gap: int) -> Row:
    bare = line.text.strip()
    indent = width(line.text[: len(line.text) - len(line.text.lstrip())])
    if decorated := DECORATED.fullmatch(bare):
        words = decorated["words"]
        is_title = not (words[0].islower() and words.count(" ") > 3)
        return Row(number, line, indent, "", "", words, gap, is_decorated=is_title)
    if not line.is_markdown and (angled := ANGLED.fullmatch(bare)):
        return Row(number, line, indent, "", "", angled["words"], gap, is_decorated=True)
    heading = _heading_level(bare)
    if heading:
        return Row(number, line, indent, "", "", bare[heading:].strip().rstrip("#").strip(), gap, heading)
    found = MARK.match(bare)
    if not found:
        return _unmarked(line, number, indent, bare, gap)
    mark, rest = "-" if found["bullet"] else found[0], bare[found.end() :].strip()
    box = BOX.match(rest)
    if not box:
        return Row(number, line, indent, mark, "", rest, gap)
    return Row(number, line, indent, mark, _tick(box), rest[box.end() :].strip(), gap)


def _unmarked(line: Line, number: int, indent: int, bare: str, gap: int) -> Row:
    if bare[0] in "[☐☑☒" and (box := BOX.match(bare)):
        return Row(number, line, indent, "-", _tick(box), bare[box.end() :].strip(), gap)
    badge = BADGE.match(bare) if not bare.isascii() else None
    if badge and badge.end() < len(bare):
        return Row(number, line, indent, "", "", bare[badge.end() :], gap, badge=badge[0].strip())
    return Row(number, line, indent, "", "", bare, gap)


def _tick(box: re.Match[str]) -> str:
    ticked = box["tick"] in ("x", "X", "✓") if box["sign"] is None else box["sign"] in "☑✅"
    return "x" if ticked else " "


def _heading_level(bare: str) -> int:
    level = len(bare) - len(bare.lstrip("#"))
    return level if 0 < level <= 6 and bare[level : level + 1] in (" ", "\t") and bare[level:].strip() else 0


def without_ending(text: str) -> str:
    """Return the words of a line without colons and question marks at its end."""
    if text[-1:] not in SIGNS_AT_END:
        return text.rstrip()
    found = ENDING.search(text)
    return text[: found.start()].rstrip() if found else text


def ending(text: str) -> str:
    """Return which habit the end of a line has: colons, question, colon or nothing."""
    found = ENDING.search(text) if text[-1:] in SIGNS_AT_END else None
    if not found:
        return ""
    colons, marks = (found["colons"] or "") + (found["late"] or ""), found["marks"] or ""
    if len(marks) > 1 or (marks and colons):
        return "question"
    if len(colons) > 1:
        return "colons"
    return "asked" if marks else "colon" if colons else ""


def is_rule(text: str) -> bool:
    return bool(RULE.match(text))
