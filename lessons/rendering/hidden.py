"""Cut the blocks that learners never see, `::: staff` and `::: minutes`, before anything is parsed.

Line by line and without the parser, so that nothing that the parser understands differently can show them. Where the
end of a block is in doubt, it is the end of the text, and the doubt is a problem that stops publishing.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lessons.texts.problem import Problem

from .state import TooComplexError

MAX_HIDDEN = 200  # blocks per page, each parsed on its own
STAFF, MINUTES = "staff", "minutes"
# The signs of quotes and lists that may stand before a block.
CONTAINERS = r"(?P<containers>[ >\-*+.)0-9]*)"
OPENING = re.compile(
    rf"{CONTAINERS}(?P<colons>:{{3,}}) *(?P<name>{STAFF}|{MINUTES})(?P<rest>(?: .*)?)", re.DOTALL
)
FENCE = re.compile(rf"{CONTAINERS}(?P<signs>`{{3,}}|~{{3,}}|:{{3,}})(?P<rest>.*)", re.DOTALL)
# Everything before the first letter, a footnote's label aside: what may stand there is more than the parser accepts.
SIGNS = re.compile(r"(?:[^\[\n]{0,200}\[\^[^\]\n]{1,100}\]:)?(?P<signs>[\W\d_]*)")
MEANT = ("::", "!!!", "???", "[!")
HIDES_THE_REST = "From here on, learners see nothing."


@dataclass(frozen=True)
class Hidden:
    """A block for staff. `line` is the one with the colons. `text` is the Markdown from the next line on."""

    line: int
    title: str
    text: str


@dataclass
class Parted:
    """A text for learners and one for staff, with the same lines.

    In the text for staff, `::: staff 0` is where the first of `blocks` belongs; blocks of minutes are as written.
    `hidden` has the lines at which blocks of both kinds start.
    """

    learners: str = ""
    staff: str = ""
    blocks: list[Hidden] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Opening:
    name: str
    title: str
    colons: int
    column: int
    quotes: int
    fault: str = ""


def part(source: str) -> Parted:
    """Part a text. Raises TooComplexError for more than MAX_HIDDEN blocks."""
    lines = re.sub("\r\n?", "\n", source).split("\n")
    parted, learners, staff, index = Parted(), list[str](), list[str](), 0
    while index < len(lines):
        opening = _opening(lines[index])
        if opening is None:
            learners.append(lines[index])
            staff.append(lines[index])
            index += 1
            continue
        end, fault = (len(lines), opening.fault) if opening.fault else _find_end(lines, index, opening)
        _add(parted, index + 1, fault)
        learners += [">" * opening.quotes] * (end - index)
        staff += _for_staff(lines[index:end], opening, index + 1, parted)
        index = end
    parted.learners, parted.staff = "\n".join(learners), "\n".join(staff)
    return parted


def _add(parted: Parted, line: int, fault: str) -> None:
    parted.hidden.append(line)
    if fault:
        parted.problems.append(Problem(line, "", fault))
    if len(parted.hidden) > MAX_HIDDEN:
        raise TooComplexError(
            f"This page has more than {MAX_HIDDEN} blocks that learners don’t see. Join some, or split the page.",
            line,
        )


def _opening(line: str) -> _Opening | None:
    found = OPENING.fullmatch(line.expandtabs(4).rstrip())
    if found:
        containers = found["containers"]
        return _Opening(
            found["name"], found["rest"].strip(), len(found["colons"]), len(containers), containers.count(">")
        )
    if any(map(_seems_staff, _pieces(line))):
        shown = " ".join(line.split())[:40]
        advice = "Start the block with the line ::: staff, and end it with the line :::"
        return _Opening(STAFF, shown, 3, 0, 0, f"“{shown}” is not a block. {advice} {HIDES_THE_REST}")
    return None


def _pieces(line: str) -> list[str]:
    # Full-width colons and other breaks of a line look the same to an author.
    return (line if line.isascii() else unicodedata.normalize("NFKC", line)).splitlines()


def _seems_staff(line: str) -> bool:
    found = SIGNS.match(line)
    if found is None or line[found.end() : found.end() + len(STAFF)].casefold() != STAFF:
        return False
    return any(sign in found["signs"] for sign in MEANT)


def _find_end(lines: list[str], start: int, opening: _Opening) -> tuple[int, str]:
    """Return the index of the line after the block, and what is wrong with it."""
    opened = [(opening.colons, opening.column, opening.quotes)]
    for index, fence in _fences(lines, start + 1):
        colons, place = len(fence["signs"]), (len(fence["containers"]), fence["containers"].count(">"))
        if fence["rest"].strip():
            opened.append((colons, *place))
        elif _closes(fence, colons, place, opened[-1]):
            opened.pop()
        if not opened:
            return index + 1, ""
    inside = "" if len(opened) == 1 else " Each block inside it needs such a line of its own."
    end = ":" * opening.colons
    return len(lines), f"The block is not closed. End it with the line {end}{inside} {HIDES_THE_REST}"


def _closes(fence: re.Match[str], colons: int, place: tuple[int, int], opened: tuple[int, int, int]) -> bool:
    # A line inside a deeper list, quote or block of code does not close: the parser might not see it as the end.
    is_bare = not fence["containers"].strip(" >")
    return is_bare and colons >= opened[0] and place[0] <= opened[1] and place[1] == opened[2]


def _fences(lines: list[str], start: int) -> Iterator[tuple[int, re.Match[str]]]:
    # The lines with colons that stand neither in code nor in a comment.
    code: re.Match[str] | None = None
    in_comment = False
    for index in range(start, len(lines)):
        line = lines[index].expandtabs(4)
        found = None if in_comment else FENCE.fullmatch(line)
        if code:
            code = None if found and _closes_code(found, code) else code
        elif found and found["signs"][0] == ":":
            yield index, found
        elif found and not (found["signs"][0] == "`" and "`" in found["rest"]):
            code = found
        else:
            in_comment = _is_comment_open(line, in_comment)


def _is_comment_open(line: str, before: bool) -> bool:
    start, end = line.rfind("<!--"), line.rfind("-->")
    return before if start == end else start > end  # equal if there is neither


def _closes_code(found: re.Match[str], code: re.Match[str]) -> bool:
    signs, place = found["signs"], found["containers"]
    is_bare = not found["rest"].strip() and not place.strip(" >")
    is_same = signs[0] == code["signs"][0] and len(signs) >= len(code["signs"])
    same_place = len(place) <= len(code["containers"]) and place.count(">") == code["containers"].count(">")
    return is_bare and is_same and same_place


def _for_staff(lines: list[str], opening: _Opening, number: int, parted: Parted) -> list[str]:
    if opening.name == MINUTES:
        return lines
    inner = lines[1:]
    is_closed = bool(inner) and not inner[-1].strip(" \t>:") and inner[-1].strip().endswith(":::")
    text = "\n".join(_inner(line, opening) for line in (inner[:-1] if is_closed else inner))
    parted.blocks.append(Hidden(number, opening.title, text))
    first = re.match(r"[ >\-*+.)0-9]*", lines[0].expandtabs(4))
    containers = "" if opening.fault or first is None else first[0]
    below = re.sub("[^ >]", " ", containers)
    placed = [f"{containers}::: {STAFF} {len(parted.blocks) - 1}", f"{below}:::"]
    return [*placed, *[below.rstrip()] * (len(lines) - 2)][: len(lines)]


def _inner(line: str, opening: _Opening) -> str:
    line = line.expandtabs(4) if opening.column or opening.quotes else line
    for _ in range(opening.quotes):
        line = line.lstrip(" ").removeprefix(">").removeprefix(" ")
    return line.removeprefix(" " * (opening.column if not opening.quotes else 0))
