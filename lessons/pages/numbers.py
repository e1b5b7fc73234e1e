"""Numbers in forms and addresses, which anybody may type."""


def read_number(text: str) -> int:
    """Return the number; -1, which no row has, for anything else or a number longer than a key may be."""
    return int(text) if text.isdecimal() and len(text) < 19 else -1
