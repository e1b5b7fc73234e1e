"""Conditions of a caller and of what it calls, taken together."""

import re

_WHOLE = re.compile(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)


def both(outer: str, inner: str) -> str:
    """A condition that holds if both do; an empty one always holds."""
    parts = [_WHOLE.sub(r"\1", text).strip() for text in (outer, inner) if text.strip()]
    # Text around `${{ }}` makes a string, which is always true.
    parts = [part for part in parts if "${{" not in part]
    return " && ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
