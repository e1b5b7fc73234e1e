"""Find trees, boxes and other figures that are drawn with signs."""

import re

from .rows import MARK, is_rule
from .scan import MAX_REGION, Scan

BOXES = re.compile(r"[│├└┌┐┘┤┬┴┼─═║╔╗╚╝╠╣╟╢┃┏┓┗┛━]")
ASCII = re.compile(
    r"\s*(?:[|`\\+]|\|  +.*)\s*[|`+\\]?-{2,}\s?\S|\s*\+[-=+]{3,}\+?|\s*\|(?:\s{2,}|_)\S?.*\|\s*$"
    r"|\s*[A-Za-z0-9o*]{1,4}(?:-{2,}[A-Za-z0-9o*]{1,4}){1,20}(?:\s|$)|\s*\|(?:\s+\|){2,20}\s*$"
    r"|\s*\S{1,20} +[o*A-Z0-9]{1,3}(?:-{1,20}[o*A-Z0-9]{1,3}){2,20}$"
)
PIPE_RULE = re.compile(r"\s*\|[\s:|-]*-[\s:|-]*\|\s*$")
SIGNS = re.compile(r"[-+|/\\<>_=*^~`]")
COLUMNS = re.compile(r"\w {3,}\w")
MYSQL_COUNT = re.compile(r"\d+ rows? in set|Empty set|Query OK, ")
MAX_ROOT = 60


def is_drawn(scan: Scan, at: int) -> bool:
    text = scan.texts[at]
    if not (BOXES.search(text) or ASCII.match(text)) or PIPE_RULE.match(text):
        return False
    if is_rule(text):  # the edge of a box has its sides above or below
        return scan.bare[at][0] == "+" and any("|" in scan.get(place) for place in (at - 1, at + 1))
    return not (text.lstrip()[0] == "|" and scan.get(at)[-1:] == "|" and PIPE_RULE.match(scan.get(at + 1)))


def drawing_span(scan: Scan, at: int, floor: int) -> tuple[int, int] | None:
    """Return first and end of the figure around `at`, not above `floor`; None if it is a single odd line."""
    end = at + 1
    while end < scan.size and end - at < MAX_REGION and scan.bare[end]:
        if not (
            is_drawn(scan, end) or _has_signs(scan, end) or (end + 1 < scan.size and is_drawn(scan, end + 1))
        ):
            break
        end += 1
    if scan.bare[end - 1] in ("|", "v", "V", "▼", "▲") and scan.get(end):
        end += 1  # what the last arrow points to
    if MYSQL_COUNT.match(scan.get(end)):
        end += 1
    first = at
    while first > floor and at - first < 40 and scan.bare[first - 1] and _has_signs(scan, first - 1):
        first -= 1
    if first > floor and (_is_root(scan, first) or _is_head(scan, first)):
        first -= 1
    has_box = bool(BOXES.search(scan.texts[at])) and not scan.bare[at][0].isalnum()
    return (first, end) if end - first > 1 or has_box else None


def _has_signs(scan: Scan, at: int) -> bool:
    bare = scan.bare[at]
    if is_rule(bare) and bare[0] not in "+|*":
        return False
    signs, filled = len(SIGNS.findall(bare)), len(bare) - bare.count(" ")
    return signs * 3 >= filled or bare in ("|", "v", "V", "▼", "▲", "^")


def _is_root(scan: Scan, at: int) -> bool:
    # Above the first branch: a folder, or what the tree grows from.
    above = scan.bare[at - 1]
    is_branch = scan.bare[at][0] in "├└│|`+\\"
    return (
        is_branch
        and 0 < len(above) < MAX_ROOT
        and (
            " " not in above
            or (above.count(" ") < 4 and scan.bare[at] in ("|", "│") and not MARK.match(above))
        )
        and (above == "." or above[-1] not in ":.?!;")
    )


def _is_head(scan: Scan, at: int) -> bool:
    # Names above the lines of a sequence: `Client      Server`.
    above, bare = scan.bare[at - 1], scan.bare[at]
    return bare[0] == bare[-1] == "|" and bool(COLUMNS.search(above)) and "|" not in above
