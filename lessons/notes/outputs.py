"""Find what well-known programs print, by its own shape: psql, systemctl, Ansible, getfacl, events of kubectl."""

import re

from .scan import MAX_REGION, Scan

PSQL_RULE = re.compile(r"-+(?:\+-+)+$")
PSQL_COUNT = re.compile(r"\(\d+ rows?\)$")
UNIT = re.compile(r"[●○×] [\w@.-]+\.(?:service|timer|socket|mount|target|path)\b")
PLAY = re.compile(r"(?:PLAY|TASK|RUNNING HANDLER) \[.*\] \*{3,}$|PLAY RECAP \*{3,}$")
ACL = re.compile(r"# (?:file|owner|group): \S+$")
FRAME_HEAD = re.compile(r"\s+[A-Za-z_][\w.]*(?:\s+[A-Za-z_][\w.]*){1,30}\s*$")
FRAME_ROW = re.compile(r"\d{1,6}\s+\S+\s+\S")
MIN_FRAME = 3  # lines
EVENTS = re.compile(r"Type\s+Reason\s+Age\s+From\s+Message$")


def output_end(scan: Scan, at: int) -> int:
    """Return the position after the output that starts here, 0 if it is none."""
    bare, after = scan.bare[at], scan.get(at + 1)
    if "|" in bare and bare[0] != "|" and PSQL_RULE.match(after) and bare.count("|") == after.count("+"):
        return scan.paragraph_end(at)
    if after[:1] == "-" and not after.strip("-") and scan.texts[at][0] == " " and _is_counted(scan, at):
        return scan.paragraph_end(at)
    if (
        UNIT.match(bare)
        or (ACL.match(bare) and ACL.match(after))
        or (bare == "Events:" and EVENTS.match(after))
    ):
        return scan.paragraph_end(at)
    return _play_end(scan, at) if PLAY.match(bare) else _frame_end(scan, at)


def _frame_end(scan: Scan, at: int) -> int:
    """Return the position after a data frame as R and pandas print it: a head, then counted rows with one word more."""
    if not FRAME_HEAD.match(scan.texts[at]) or not FRAME_ROW.match(scan.get(at + 1)):
        return 0
    columns, end = len(scan.bare[at].split()), at + 1
    count = int(scan.bare[end].split()[0])
    while FRAME_ROW.match(scan.get(end)) and len(scan.bare[end].split()) == columns + 1:
        if int(scan.bare[end].split()[0]) != count:
            break
        count += 1
        end += 1
    return end if end - at >= MIN_FRAME and count - (end - at - 1) in (0, 1) and not scan.get(end) else 0


def _is_counted(scan: Scan, at: int) -> bool:
    # One column of psql: a head, a rule, values, and how many.
    for place in range(at + 2, min(at + 200, scan.size)):
        scan.looks -= 1
        if not scan.bare[place] or scan.looks < 0:
            return False
        if PSQL_COUNT.match(scan.bare[place]):
            return True
    return False


def _play_end(scan: Scan, at: int) -> int:
    end = scan.paragraph_end(at)
    while end < scan.size and end - at < MAX_REGION:
        after = scan.next_filled(end)
        if after is None or not PLAY.match(scan.bare[after]):
            break
        end = scan.paragraph_end(after)
    return end
