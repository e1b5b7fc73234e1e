"""Compare two texts line by line, for display."""

import difflib
from dataclasses import dataclass

WORDS = {"-": "Removed", "+": "Added"}


@dataclass(frozen=True)
class DifferenceLine:
    """`sign` is -, +, a space for an unchanged line, or @ in place of omitted unchanged lines."""

    sign: str
    text: str

    @property
    def word(self) -> str:
        return WORDS.get(self.sign, "")


def differences(old: str, new: str) -> list[DifferenceLine]:
    """Return the changed lines with three lines of context; empty if the texts are equal."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
    return [DifferenceLine(line[0], _place(line) if line[0] == "@" else line[1:]) for line in lines]


def _place(line: str) -> str:
    # Describes `@@ -12,7 +12,8 @@` in words.
    return f"Line {line.split('+')[1].split(',')[0].split(' ')[0]}"
