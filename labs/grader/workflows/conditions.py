"""Combination of a caller's condition with that of the called job."""

import re

_WHOLE = re.compile(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)


def both(outer: str, inner: str) -> str:
    """Return a condition that holds if both hold; an empty one always holds."""
    parts = [_WHOLE.sub(r"\1", text).strip() for text in (outer, inner) if text.strip()]
    # Text around `${{ }}` makes a string, which is always true.
    parts = [part for part in parts if "${{" not in part]
    return " && ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
