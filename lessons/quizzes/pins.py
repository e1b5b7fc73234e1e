"""Handle `{pin}`, which keeps an option in its position, and find options that need one."""

import re

PIN = re.compile(r"[ \t]*\{\s*pin\s*\}[ \t]*(?=\n|$)", re.IGNORECASE)
MISSPELT = re.compile(
    r"\{\s*(?:pin\b[^{}\n]*|pinned|pinning|fix|fixed|lock|locked|keep|last|stay|no-?shuffle)\s*\}",
    re.IGNORECASE,
)
CODE = re.compile(r"`[^`]*`")
MAX_WORDS = 200  # characters; longer options do not refer to others

AMOUNT = (
    "(?:all|none|both|any|neither|either|some|most|each|every(?:thing|one)?|nothing|anything|no|only|not|one|two|three"
    "|four|the (?:first|last|former|latter|other)(?: (?:one|two|three))?)"
)
OTHERS = (
    "(?:above|below|preceding|previous|foregoing|following|options?|answers?|choices?|statements?|these|those|them"
    "|others?|rest|listed|mentioned)"
)
BETWEEN = "(?: (?:of|the|other|two|three|four|more|than|one|answers?|options?|statements?))*"
RELATIVE = re.compile(
    rf"{AMOUNT}\b{BETWEEN} {OTHERS}\b(?: (?:is|are|apply|applies).*)?"
    r"|.*\b(?:of|the) (?:above|below)\b.*"
    r"|(?:all|none|both|neither|everything|nothing)(?: (?:is|are) (?:right|wrong|correct|incorrect|true|false))?"
    r"|(?:the )?(?:former|latter|first two|last two|first one|last one)",
    re.IGNORECASE,
)
BEFORE = "(?:(?:only|both|either|neither|just|all of|none of|options?|answers?|choices?|statements?|not) )*"
LETTER = r"\(?(?:[A-Fa-f]|[1-9])\)?"
BY_LETTER = re.compile(
    rf"{BEFORE}{LETTER}(?:[ ,&+/]{{1,3}}{LETTER})*(?:,? ?(?:and|or|nor|&|\+) ?(?:not )?{LETTER})+"
    r"(?: (?:only|both|(?:is|are) .*))?",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, bool]:
    """Return the text of an option without its pin, and whether it had one."""
    first, newline, more = text.partition("\n")
    if PIN.search(first):
        return f"{PIN.sub('', first)}{newline}{more}", True
    last_line = more.rpartition("\n")[2]
    if PIN.search(last_line):
        return text[: -len(last_line)] + PIN.sub("", last_line), True
    return text, False


def move_pin_to_end(text: str) -> str | None:
    """Return the text with its pin moved to the end, None if there is nothing like a pin elsewhere."""
    plain = CODE.sub("", text)
    found = MISSPELT.search(plain)
    return f"{' '.join(text.replace(found[0], '').split())} {{pin}}" if found else None


def relates(text: str) -> bool:
    """True if the option refers to others by position: “All of the above”, “Both of these”."""
    return RELATIVE.fullmatch(_words(text)) is not None


def names_letters(text: str) -> bool:
    """True if the option refers to others by letter or number: “A and B”."""
    return BY_LETTER.fullmatch(_words(text)) is not None


def _words(text: str) -> str:
    words = " ".join(re.sub(r"[*_`“”\"']", "", text).split()).rstrip(".!:").strip()
    return words if len(words) <= MAX_WORDS else ""
