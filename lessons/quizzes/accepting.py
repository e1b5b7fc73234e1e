"""Decide if a typed text is one of the answers that an author wrote."""

import re

from . import numbers, typed

# Long enough to be grouped, and without a leading zero, which matters in 0644.
GROUPABLE = re.compile("[1-9][0-9]{3,17}")


def accepts(accepted: str, given: str) -> bool:
    """Compare as text, and a whole number as a number too: 1000 accepts 1,000."""
    if typed.is_same(given, accepted):
        return True
    number = numbers.read(given) if GROUPABLE.fullmatch(accepted) else None
    return number is not None and number.value == int(accepted)
