"""Format strings of `format()`: texts with `{0}`, `{1}` and so on."""

import re

_PLAIN = re.compile(r"[{}]")


def format_pieces(template: str) -> list[str | int] | None:
    """Split a format string into texts and argument numbers; None if it is not valid."""
    pieces: list[str | int] = []
    at = 0
    while at < len(template):
        character = template[at]
        if template[at : at + 2] in ("{{", "}}"):
            pieces.append(character)
            at += 2
        elif character == "{":
            end = template.find("}", at)
            if end < 0 or not (template[at + 1 : end].isascii() and template[at + 1 : end].isdecimal()):
                return None
            pieces.append(int(template[at + 1 : min(end, at + 6)]))
            at = end + 1
        elif character == "}":
            return None
        else:
            end = at + len(_PLAIN.split(template[at : at + 1_000], maxsplit=1)[0])
            pieces.append(template[at:end])
            at = end
    return pieces
