"""Find configuration and data that is no program: INI, JSON, lists of paths, ssh, marks of a merge conflict."""

import re

from .commands import is_command
from .rows import is_rule
from .scan import MAX_REGION, Scan

SECTION = re.compile(r"\[[\w.:@/\s-]{1,60}\]$")
PAIR = re.compile(r"[\w.-]+\s?[=:]\s?\S")
HOST = re.compile(r"[\w.-]+(?:\s+\w+=\S+){0,8}$")
COMMENT = re.compile(r"[;#]")
TOKEN = re.compile(r"[^\s:,;()\"'<>]{2,120}$")
TOKEN_SIGN = re.compile(r"[*/~]|==|>=|^\.\w|\w\.\w|_|\\")
BLOCK_KEY = re.compile(r"(?:Host|Match)\s+\S+")
CONFLICT = re.compile(r"<{7} \S")
TRACE = re.compile(r"Exception in thread |Traceback \(most recent call last\)|Caused by: |panic: ")
# Messages of programs, and other lines that are one word with signs.
MESSAGE = re.compile(
    r"(?:fatal|-?(?:bash|zsh|sh)|npm ERR!|E|error\[E\d+\]|remote|hint): \S|Error from server"
    r"|(?:[a-z_]\w*\.){0,6}[A-Z]\w*(?:Error|Exception): "
    r"|(?:HKEY_[A-Z_]+|HK(?:LM|CU|CR)):?\\\S|CONFLICT \(\w+\): "
)
CRON = re.compile(
    r"(?:(?:[\d*,/-]{1,20}\s+){5}|@(?:daily|hourly|reboot|weekly|monthly)\s+)(?:\w+\s+)?[/~.\w]\S*"
)
MIN_TOKENS = 3


def config_end(scan: Scan, at: int) -> tuple[int, str] | None:
    """Return the position after it and the language."""
    bare = scan.bare[at]
    if bare[0] in "[{" and (found := _json(scan, at)):
        return found
    if bare[0] == "[" and SECTION.match(bare) and (end := _ini_end(scan, at)):
        return end, "ini"
    if bare[0] == "<" and CONFLICT.match(bare) and (end := _conflict_end(scan, at)):
        return end, "text"
    if BLOCK_KEY.match(bare) and scan.get(at + 1) and scan.indent(at + 1) > scan.indent(at):
        end = at + 1
        while scan.get(end) and (scan.indent(end) > scan.indent(at) or BLOCK_KEY.match(scan.bare[end])):
            end += 1
        return end, "text"
    if bare == "!" and scan.get(at + 1):
        return scan.paragraph_end(at), "text"
    if TRACE.match(bare) and scan.get(at + 1) and scan.texts[at + 1][:1] in " \t":
        return _trace_end(scan, at), "text"
    for pattern in (MESSAGE, CRON):
        if pattern.match(bare):
            end = at + 1
            while end < scan.size and pattern.match(scan.bare[end]):
                end += 1
            return end, "text"
    if end := _token_end(scan, at):
        return end, "text"
    return None


def _trace_end(scan: Scan, at: int) -> int:
    """Return the position after a trace. One of Python ends with its message; notes go on right below."""
    base, end = scan.indent(at), at + 1
    is_python = scan.bare[at].startswith("Traceback") and scan.indent(end) > base
    while scan.get(end) and scan.indent(end) >= base:
        end += 1
        if is_python and scan.indent(end - 1) == base:
            break
    return end


def _json(scan: Scan, at: int) -> tuple[int, str] | None:
    bare = scan.bare[at]
    if bare in ("{", "[", "[{") and scan.get(at + 1)[:1] in ('"', "{", "}", "["):
        end = scan.balanced_end(at)
        return (end, "json") if end else None
    is_line = bare[:2] in ('{"', "[{", '["') and bare[-1] in "}]"
    return (at + 1, "json") if is_line else None


def _ini_end(scan: Scan, at: int) -> int:
    first = scan.get(at + 1)
    if not (
        PAIR.match(first) or (HOST.match(first) and (any(sign.isdigit() for sign in first) or "=" in first))
    ):
        return 0
    end = at + 1
    while end < scan.size and end - at < MAX_REGION:
        bare = scan.bare[end]
        if bare and (PAIR.match(bare) or SECTION.match(bare) or COMMENT.match(bare) or HOST.match(bare)):
            end += 1
            continue
        after = scan.next_filled(end) if not bare else None
        if after is None or not SECTION.match(scan.bare[after]) or not scan.get(after + 1):
            break
        end = after
    return end


def _conflict_end(scan: Scan, at: int) -> int:
    for end in range(at + 1, min(at + 200, scan.size)):
        if scan.bare[end].startswith(">>>>>>> "):
            return end + 1
    return 0


def _token_end(scan: Scan, at: int) -> int:
    """Lines of one word each, such as patterns of files, paths or pinned packages."""
    if at < scan.no_tokens:
        return 0  # these lines were read in vain
    if not _is_token(scan.bare[at]) and not scan.bare[at].startswith("# "):
        return 0
    end, tokens, pins = at, 0, 0
    while end < scan.size and end - at < 300:
        bare = scan.bare[end]
        if bare.startswith("# ") and not scan.lines[end].is_markdown:
            end += 1
            continue
        if not _is_token(bare):
            break
        tokens += 1
        pins += "==" in bare
        end += 1
    is_whole = end >= scan.size or not scan.bare[end]
    is_enough = tokens >= MIN_TOKENS or (tokens > 1 and pins == tokens)
    if is_enough and is_whole:
        return end
    scan.no_tokens = end
    return 0


def _is_token(bare: str) -> bool:
    if not bare or not TOKEN.match(bare) or not TOKEN_SIGN.search(bare) or bare[-1] in ".?!" or is_rule(bare):
        return False
    return (
        "://" not in bare
        and "@" not in bare
        and not bare.startswith(("www.", "-", "|", "**"))
        and not is_command(bare)
    )
