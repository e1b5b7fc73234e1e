"""Plain text -> Markdown that shows it as it is, in quizzes of the portal."""

import re

from ...slips import as_option

# An address stays whole, so that it becomes a link.
ADDRESS = re.compile(r"https?://[^\s<>\"`]+")
CODE = re.compile(r"(?<!`)`(?!`)([^`\n]{1,1000})`(?!`)")
# Each would begin or end something of Markdown, or of another dialect that the editor warns of.
SPECIAL = re.compile(
    r"[\\`*\[\]~]"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w{1,40};)"
    r"|==|\+\+|%%|\^\^|\^(?=[^\^\s]{1,20}\^)|\$(?=[`$])|\$(?=\S[^$\n]{0,300}\$)"
    r"|\{(?=[{%.#:+=~>-]|[a-z][a-z-]{0,20}=|\s{0,9}pin\s{0,9}\})"
    r"|:(?=[a-z+-][a-z0-9_+-]{1,49}:(?!\w))"
)
AT_START = re.compile(r"(?:#{1,10}|[-+>]|={1,1000}|!!!|\?\?\?|:::+|\||:(?=\s)|[•‣◦▪●○](?=\s)|\.\.(?=\s))")
FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
NUMBERED = re.compile(r"([0-9]{1,9})([.)])(?=\s|$)")
BOX = re.compile(r"\s*(?:\S{1,10}\s*)??(\\?[\[［(（]\\?[^\])］）\n]{0,9}[\]］)）]|[☐☑☒✅❌])")


def escape_text(text: str) -> str:
    """Return inline Markdown. Addresses stay as they are."""
    parts, done = [], 0
    for found in ADDRESS.finditer(text):
        parts += [_escape(text[done : found.start()]), found[0]]
        done = found.end()
    return "".join([*parts, _escape(text[done:])])


def _escape(text: str) -> str:
    return SPECIAL.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)


def escape_address(address: str) -> str:
    """Return an address that can stand between the parentheses of a link."""
    return re.sub(r"[\s<>()]", lambda found: f"%{ord(found[0]):02X}", address)


def escape_start(line: str) -> str:
    """Return a line of inline Markdown that starts no list, heading, table or option where a block may start."""
    stripped = line.lstrip()
    if as_option(stripped) and (box := BOX.match(stripped)):
        bare = box[1].replace("\\", "")
        return f"{stripped[: box.start(1)]}`{bare}`{stripped[box.end(1) :]}"
    if numbered := NUMBERED.match(stripped):
        return f"{numbered[1]}\\{stripped[numbered.end(1) :]}"
    if stripped.startswith("---"):
        return f"\\{stripped}"
    return f"\\{stripped}" if AT_START.match(stripped) else stripped


def plain_text(text: str, *, wraps: bool = False) -> str:
    """Return block Markdown of a text as people type it: `code` and fenced code stay code.

    If the text `wraps`, the lines of a paragraph are one, unless they are indented.
    """
    blocks: list[list[str]] = [[]]
    fence = ""
    for line in text.strip("\n").split("\n"):
        if fence:
            blocks[-1].append(line.rstrip())
            fence = "" if line.strip().startswith(fence) else fence
        elif found := FENCE.match(line):
            fence = found[1]
            blocks.append([line.strip()])
        elif not line.strip() or FENCE.match("".join(blocks[-1][:1])):
            blocks.append([line] if line.strip() else [])
        else:
            blocks[-1].append(line)
    if fence:
        blocks[-1].append(fence)
    return "\n\n".join(_plain_block(lines, wraps=wraps) for lines in blocks if lines)


def _plain_block(lines: list[str], *, wraps: bool) -> str:
    if FENCE.match(lines[0]):
        return "\n".join(lines)
    found: list[str] = []
    for line in lines:
        if wraps and found and line[:2].strip():
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return "\\\n".join(escape_start(plain_line(line)) for line in found)


def plain_line(text: str) -> str:
    """Return inline Markdown of one line. `Code` between backticks stays code."""
    text, parts, done = " ".join(text.split()), [], 0
    for found in CODE.finditer(text):
        parts += [escape_text(text[done : found.start()]), found[0]]
        done = found.end()
    return "".join([*parts, escape_text(text[done:])])


def code_span(text: str) -> str:
    """Return code with as many backticks around it as it needs."""
    text = " ".join(text.split("\n")) if "\n" in text else text
    runs = {len(run) for run in re.findall("`+", text)}
    fence = next("`" * width for width in range(1, len(text) + 2) if width not in runs)
    pad = (
        " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == " " == text[-1:] and text.strip()) else ""
    )
    return f"{fence}{pad}{text}{pad}{fence}" if text.strip() else escape_text(text)


def code_block(text: str, language: str = "") -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    word = language if re.fullmatch(r"[A-Za-z0-9_+#.-]{1,30}", language) else ""
    return f"{fence}{word}\n{text.strip(chr(10))}\n{fence}"
