"""Fences for formats that say what is code."""

import re


def fence(text: str, language: str) -> str:
    """Return a Markdown fence that `text` cannot close."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text.rstrip(chr(10))}\n{ticks}"
