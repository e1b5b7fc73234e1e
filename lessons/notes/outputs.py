"""Find what well-known programs print, by its own shape: psql, systemctl, Ansible, getfacl, events of kubectl."""

import re

from .scan import MAX_REGION, Scan

PSQL_RULE = re.compile(r"-+(?:\+-+)+$")
PSQL_COUNT = re.compile(r"\(\d+ rows?\)$")
UNIT = re.compile(r"[●○×] [\w@.-]+\.(?:service|timer|socket|mount|target|path)\b")
PLAY = re.compile(r"(?:PLAY|TASK|RUNNING HANDLER) \[.*\] \*{3,}$|PLAY RECAP \*{3,}$")
ACL = re.compile(r"# (?:file|owner|group): \S+$")
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
    return _play_end(scan, at) if PLAY.match(bare) else 0


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
