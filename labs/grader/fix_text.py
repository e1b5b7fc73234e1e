"""Tell the sentences of a fix from commands and from lines that go into a file.

Blank lines separate the pieces of a fix. Indented pieces go into a file; commands begin with a program, or with
comment lines and then a program.
"""

import re

COMMAND = re.compile(
    r"(?:#.*\n)*(?:[A-Z_]+=\S* )*"
    r"(git|mkdir|cd|echo|printf|touch|cp|mv|rm|cat|chmod|if|awk|python3?|pip|pytest|jupyter|docker|make|sh|bash)\s"
)


def pieces(fix: str) -> list[str]:
    return [piece for piece in re.split(r"\n[ \t]*\n", fix.strip("\n")) if piece.strip()]


def is_indented(piece: str) -> bool:
    return all(not line or line[0].isspace() for line in piece.split("\n"))


def is_command(piece: str) -> bool:
    return COMMAND.match(piece) is not None
