"""Fences around code."""

import re


def fence(text: str, info: str) -> str:
    """Return a Markdown fence that `text` cannot close; `info` is written behind it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"
