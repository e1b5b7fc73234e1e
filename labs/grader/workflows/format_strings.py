"""The first argument of `format()`: texts with `{0}`, `{1}` and so on for the others."""

import re

_PLAIN = re.compile(r"[{}]")


def format_pieces(template: str) -> list[str | int] | None:
    """Split a template into texts and the numbers of its values; None where GitHub cannot read it."""
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
