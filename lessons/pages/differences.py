"""Two texts side by side for people: which lines went and which came."""

import difflib
from dataclasses import dataclass

WORDS = {"-": "Removed", "+": "Added"}


@dataclass(frozen=True)
class Line:
    """`sign` is -, +, a blank for a line that stayed, or @ where lines that stayed are left out."""

    sign: str
    text: str

    @property
    def word(self) -> str:
        return WORDS.get(self.sign, "")


def differences(old: str, new: str) -> list[Line]:
    """The lines that differ with three around them; empty where none does."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
    return [Line(line[0], _place(line) if line[0] == "@" else line[1:]) for line in lines]


def _place(line: str) -> str:
    """`@@ -12,7 +12,8 @@` as words."""
    return f"Line {line.split('+')[1].split(',')[0].split(' ')[0]}"
