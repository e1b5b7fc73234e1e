"""Inline text: plain text is escaped, so that Markdown shows its characters as they were typed."""

import re

# What the renderer turns into links; escapes inside would break them.
ADDRESS = re.compile(
    r"(?:(?<![^\W_])https?://(?=[^\W_])|www\.(?=[\w-]{1,63}\.))[^\s<>`\"“”\[\]{}^|\\]{1,2000}"
    r"|(?<![\w.+/:@-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?![\w:/@-])"
)
CODE = re.compile(r"(?<![`\\])(`{1,3})(?!`)([^`\n]{1,500})(?<!`)\1(?!`)")
KEPT = re.compile(f"{CODE.pattern}|(?P<address>{ADDRESS.pattern})")
# Each alternative is one sign that would mean something, in a place where it would.
SIGNS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"
    r"|[`*\[]|\](?=[(\[:])"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,31};)"
    r"|~(?=\S)|(?<=\S)~"
    r"|\$(?=\S)"
    r"|\{(?=[{%:.#+\-~=>A-Za-z\s])"
    r"|=(?==)"
    r"|%(?=%)"
    r"|\+(?=\+)"
    r"|\^"
    r"|:(?=[a-z+-][a-z0-9_+-]{1,49}:)"
    r"|!(?=\[)"
)
ENTITIES = {"\\": "&#92;", "]": "&#93;"}  # after a backslash, they would look like a formula
AT_START = re.compile(
    r"(?P<sign>`{3}|[#>|•‣◦▪●○]|[-+](?=\s|$|[-+]{2})|=(?==)|:(?=:|\s)|~|!(?=!!)|\?(?=\?\?)|\.(?=\. )|(?<!.)\[)"
    r"|(?P<number>\d{1,9})(?=[.)](?:\s|$))|===|---"
)
PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ,;()'\"/?-]|\.(?! ))*")  # no sign that needs a closer look
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
RIGHT, LEFT, BOTH = "→", "←", "↔"
ARROWS = re.compile(r"<[-=]{1,40}>|[-=]{1,40}>|<[-=]{2,40}|<-(?=\s|$)|[→⇒➜➔⟶➡]\ufe0f?|[←⇐]|[↔⇔]")


def escape(text: str, *, starts_line: bool = True) -> str:
    """Return Markdown that renders as `text`; code spans and addresses stay as they are."""
    if PLAIN.fullmatch(text):
        return text
    text = CONTROL.sub("", text)
    parts, done = [], 0
    for found in KEPT.finditer(text):
        parts += [_escape_signs(text[done : found.start()]), _keep(found)]
        done = found.end()
    parts.append(_escape_signs(text[done:]))
    return protect_start("".join(parts)) if starts_line else "".join(parts)


def _escape_signs(text: str) -> str:
    return SIGNS.sub(lambda found: ENTITIES.get(found[0]) or f"\\{found[0]}", text)


def _keep(found: re.Match[str]) -> str:
    address = found["address"]
    if not address:
        return found[0]
    # in angle brackets, no sign of it is emphasis
    is_plain = not re.search(r"[*~^\\\[\]|_]", address) or "://" not in address
    return address if is_plain else f"<{address}>"


def protect_start(markdown: str) -> str:
    """Escape a start of a line that would make it a heading, list, quote, rule or block."""
    found = AT_START.match(markdown)
    if not found:
        return markdown
    if found["number"]:
        end = found.end("number")
        return f"{markdown[:end]}\\{markdown[end:]}"
    return f"\\{markdown}"


def spell_arrows(text: str) -> str:
    """Write arrows of typed signs as one sign each."""
    return text if text.isascii() and ">" not in text and "<" not in text else ARROWS.sub(_arrow, text)


def _arrow(found: re.Match[str]) -> str:
    sign = found[0]
    points_left, points_right = sign[0] in "<←⇐↔⇔", sign[-1] in ">→⇒➜➔⟶➡\ufe0f↔⇔"
    return BOTH if points_left and points_right else RIGHT if points_right else LEFT


def code_span(text: str) -> str:
    """Return `text` as inline code, whatever backticks it has."""
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def hide(words: str) -> str:
    """Return a comment: words that are said elsewhere on the page, and are kept for the order of the notes."""
    safe = words.replace("--", "- -").replace(">", "&gt;")
    return f"<!-- {safe} -->"
