"""Find where a program, a script or commands end, once their first line is known."""

import re

from .commands import is_command
from .languages import PROMPT, PYTHON_PROMPT, continues, guess_line
from .rows import MARK, is_rule
from .scan import MAX_REGION, Scan, balance

COMMENT = re.compile(r"#(?:\s|!)\s*\S|//\s?\S|--\s\S")
HEREDOC = re.compile(r"<<-?\s?['\"]?(\w+)")
UNDERLINED = re.compile(r"[-=]+(?:\s+[-=]+)+$")
COLUMNS = re.compile(r"\S {2,}\S")
NESTED = frozenset(
    {
        *("python", "dockerfile", "text", "java", "javascript", "go", "c", "hcl", "groovy", "bash", "batch"),
        *("powershell", "r"),
    }
)
CLOSED = re.compile(r"[$#>]\s?(?:exit|logout|quit\(?\)?|exit\(\)|\\q)$")
OPENS = re.compile(
    r"(?:day|session|class)\s?[-#:]?\s?\d{1,2}\b|(?:assignment|home\s?work|task|note)s?\s*:", re.IGNORECASE
)
SHELLS = ("bash", "batch")
# What a command prints right below it: columns with a head in capitals, files, times.
PRINTED = re.compile(
    r"[A-Z][A-Z0-9()%/_-]*(?: [A-Z0-9()%/_-]+){0,3}(?: {2,}[A-Z][A-Z0-9()%/_-]*(?: [A-Z0-9()%/_-]+){0,3})+$"
    r"|(?:openjdk|git|java|Docker|go|Python|pip|psql|node) (?:version )?\"?v?\d+\.\d|v\d+\.\d+\.\d+$"
    r"|[A-Z][\w ]{2,40} \[[\w*-]{1,40}\]:(?: \S*)?$"
    r"|[-dlcbps][-rwxsStT]{9}[.+@]?\s|total \d+$|\d{4}-\d\d-\d\d[ T]\d\d:\d\d"
)
GOES_ON = {
    "bash": ("|", "&"),
    "batch": ("|", "&", "^"),
    "powershell": ("|", "&", "`"),
    "r": ("%>%", "|>", "+", ",", "~"),
}


def terminal_end(scan: Scan, at: int, prompt: str) -> int:
    """Return the position after a transcript: prompts, and what commands print, up to a blank line."""
    if prompt.strip() == "$" and re.match(r"\d", scan.bare[at][len(prompt) :]):
        return 0
    end = at + 1
    while end < scan.size and end - at < MAX_REGION:
        if scan.bare[end]:
            if is_rule(scan.texts[end]) and scan.bare[end][0] in "#*=":
                break
            if _is_over(scan, end):
                break
            end += 1
            continue
        after = scan.next_filled(end)
        if after is None or not (
            _is_terminal(scan, after, prompt)
            or _is_printed(scan, end - 1, after)
            or (prompt[0] == ">" and R_PRINTS.match(scan.bare[after]))
        ):
            break
        end = after
    return end


def _is_over(scan: Scan, at: int) -> bool:
    # Notes go on right below a transcript: the terminal was closed, or a day or a task begins.
    bare = scan.bare[at]
    if PROMPT.match(bare):
        return False
    return bool(CLOSED.search(scan.bare[at - 1]) and PROMPT.match(scan.bare[at - 1])) or bool(
        OPENS.match(bare)
    )


def terminal_language(prompt: str) -> str:
    if prompt.startswith(PYTHON_PROMPT):
        return "pycon"
    if prompt.startswith("> "):
        return "rconsole"
    if prompt.startswith("PS "):
        return "powershell"
    if re.match(r"[A-Z]:\\", prompt):
        return "batch"
    return "sql" if re.match(r"mysql>|sqlite>|\w+=[#>]", prompt) else "console"


# What Windows prints between blank lines.
WINDOWS_PRINTS = re.compile(
    r"(?:Windows IP Configuration|[\w ]{1,60} adapter .{1,60}:|Pinging |Reply from|Ping statistics|Approximate round"
    r"|Request timed out|Tracing route|Active Connections|Volume (?:in|Serial)|Directory of|Server: |Non-authoritative"
    r"|Trace complete|\s*\d+ (?:File|Dir)\(s\)|.{1,60}(?: \.){3,})"
)


# What R prints between blank lines: tests and models.
R_PRINTS = re.compile(
    r"(?:(?:Welch|One|Two|Paired|Pearson|Spearman|Wilcoxon|Shapiro|Kruskal)\b.{0,60}(?:test|correlation)\b|data:  \S"
    r"|\S{1,20} = -?[\d.]+,? .*p-value|alternative hypothesis: |sample estimates:|Call:$|Residuals:$|Coefficients:$"
    r"|Residual standard error: |Multiple R-squared: |\[\d+\] )"
)


def _is_terminal(scan: Scan, at: int, prompt: str) -> bool:
    # A prompt, or a table that a command printed: its second line underlines the columns.
    bare = scan.bare[at]
    if PROMPT.match(bare) or (prompt == "# " and bare.startswith(prompt) and is_command(bare[2:])):
        return True
    below = scan.get(at + 1)
    is_column = prompt.startswith("PS ") and len(below) > 2 and not below.strip("-")
    return bool(UNDERLINED.match(below)) or is_column


def _is_printed(scan: Scan, last: int, after: int) -> bool:
    # Below a prompt, a blank line and then columns: what the command printed.
    if WINDOWS_PRINTS.match(scan.bare[after]) and scan.bare[after][-1] != "?":
        return True
    if not PROMPT.match(scan.bare[last]):
        return False
    rows = [scan.get(place) for place in range(after, min(after + 4, scan.paragraph_end(after)))]
    is_head = bool(rows) and (":" in rows[0] or bool(COLUMNS.search(rows[0])))  # no words of the trainer
    return is_head and sum(bool(COLUMNS.search(row)) for row in rows) > 1


def indented_end(scan: Scan, at: int, floor: int) -> int:
    """Return the position after a block of code that Markdown marks by four blanks, 0 if it is none."""
    if scan.indent(at) < 4 or scan.get(at - 1) or at <= floor or MARK.match(scan.bare[at]):
        return 0
    above = next((place for place in range(at - 1, max(at - 4, floor - 1), -1) if scan.bare[place]), -1)
    if above < 0 or scan.indent(above) > 0 or MARK.match(scan.bare[above]) or scan.bare[above][0] == ":":
        return 0  # what is indented below an item or a term belongs to it
    end = at
    while end < scan.size and end - at < MAX_REGION and scan.bare[end] and scan.indent(end) >= 4:
        end += 1
    return end


def code_end(scan: Scan, at: int, language: str) -> int:
    """Return the position after code that starts with this line, 0 if it is none after all."""
    bare = scan.bare[at]
    end = at + 1
    if bare[-1] == "{" and language not in (*SHELLS, "python"):
        end = scan.balanced_end(at)
        if not end:
            return 0
    if bare.startswith("#!"):
        end = scan.paragraph_end(at)
    end = _extend(scan, at, end, language)
    return 0 if language == "text" and end - at < 2 and bare[-1] != ";" else end


def _extend(scan: Scan, at: int, end: int, language: str) -> int:
    base = scan.indent(at)
    depth = sum(balance(scan.bare[place]) for place in range(at, end))
    while end < scan.size and end - at < MAX_REGION:
        if stop := _heredoc_end(scan, end - 1, language):
            end = stop
            continue
        if language in SHELLS and (stop := _printed_end(scan, end)):
            end = stop
            continue
        place = scan.next_filled(end)
        if place is None or not _belongs(scan, place, end, base, language, depth):
            break
        depth = max(depth + balance(scan.bare[place]), 0)
        end = place + 1
    return end


def _printed_end(scan: Scan, at: int) -> int:
    """Return the position after what the command above printed, 0 if it printed nothing."""
    if not PRINTED.match(scan.get(at)):
        return 0
    end = at + 1
    while scan.get(end) and (PRINTED.match(scan.bare[end]) or COLUMNS.search(scan.bare[end])):
        if guess_line(scan.bare[end]):
            break
        end += 1
    return end


def _heredoc_end(scan: Scan, at: int, language: str) -> int:
    found = HEREDOC.search(scan.bare[at]) if language == "bash" else None
    if not found:
        return 0
    for place in range(at + 1, min(at + 500, scan.size)):
        scan.looks -= 1
        if scan.looks < 0:
            return 0
        if scan.bare[place] == found[1]:
            return place + 1
    return 0


def _belongs(scan: Scan, place: int, end: int, base: int, language: str, depth: int) -> bool:
    bare, before = scan.bare[place], scan.bare[end - 1]
    follows = place == end
    if follows and ((before[-1] == "\\" and language != "batch") or (depth > 0 and language not in SHELLS)):
        return True
    if is_rule(scan.texts[place]) or (MARK.match(bare) and not (language == "sql" and bare.startswith("--"))):
        return False
    if language == "sql" and follows and not _ends_statement(before):
        return True
    if follows and before.endswith(GOES_ON.get(language, ())):
        return True
    indent = scan.indent(place)
    if indent > base and _is_nested(scan, end - 1, indent, base, language, follows=follows):
        return True
    if _is_same(guess_line(bare), language) and (follows or abs(indent - base) < 4):
        return True
    if before == "}" and language not in ("css", "powershell"):
        return False
    if COMMENT.match(bare):
        if language in SHELLS and not follows:
            return False  # it opens the next commands
        after = scan.get(place + 1)
        is_code = bool(after) and (guess_line(after) == language or continues(language, after))
        is_last = follows and bare[0] == "#" and not after and not scan.lines[place].is_markdown
        return is_code or is_last or (follows and language == "sql")
    return follows and continues(language, bare)


def _is_nested(scan: Scan, at: int, indent: int, base: int, language: str, *, follows: bool) -> bool:
    # Deeper than the first line: the body of what the line above opens, or more of such a body.
    if language not in NESTED or not (follows or language == "python"):
        return False
    before = scan.bare[at]
    is_opened = before[-1] in ":{([,\\" or before.endswith((" do", "then", *GOES_ON.get(language, ())))
    return (
        is_opened
        or indent >= scan.indent(at) > base
        or (follows and language == "python" and scan.indent(at) > base)
    )


def _is_same(found: str, language: str) -> bool:
    # Commands of both systems stand together where both are taught.
    return found == language or {found, language} == {"bash", "batch"}


def _ends_statement(bare: str) -> bool:
    return bool(re.search(r";\s*(?:--.*)?$", bare)) or bare.startswith("--")
