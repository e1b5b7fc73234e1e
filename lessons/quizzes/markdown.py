"""Extract the Markdown of a quiz, for checks of links, images and characters."""

import re

from .lines import Syntax, read_lines
from .text import BLANK

ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
PIN = re.compile(r"\s*\{\s*pin\s*\}\s*$", re.IGNORECASE)


def markdown_of(source: str) -> str:
    """Return the text of a quiz without quiz syntax, each line at its original number.

    Front matter, keys, pins, cloze blanks and typed answers are left out.
    """
    texts = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ends = [number for number, text in enumerate(texts) if text.rstrip() == "---"][:2]
    start = ends[1] + 1 if len(ends) == 2 and ends[0] == 0 else 0
    lines, _, _ = read_lines(texts[start:], start + 1)
    shown = [""] * start
    for line in lines:
        if line.syntax in (Syntax.EQUALS, Syntax.WRONG, Syntax.PART, Syntax.PART_TEXT):
            shown.append("")
        elif line.syntax is Syntax.HEADING:
            shown.append(BLANK.sub("…", ATTRIBUTES.sub("", line.text)))
        elif line.syntax in (Syntax.CODE, Syntax.MORE_CODE, Syntax.FENCE):
            shown.append(line.text)
        else:
            shown.append(BLANK.sub("…", PIN.sub("", line.text)))
    return "\n".join(shown)
