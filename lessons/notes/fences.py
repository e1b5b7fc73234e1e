"""Fences around code, and colons around blocks, that nothing inside can close."""

import re


def fence(text: str, info: str) -> str:
    """Return a Markdown fence that `text` cannot close; `info` is written behind it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"


def box(opening: str, text: str) -> str:
    """Return a block of more colons than any in `text`; `opening` is its name, and its title if it has one."""
    longest = max(map(len, re.findall(":{3,}", text)), default=2)
    colons = ":" * (longest + 1)
    return f"{colons} {opening}\n{text}\n{colons}"
