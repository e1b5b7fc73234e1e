"""Write the syntax of a lesson to `docs/lessons.md`: `python -m lessons.rendering.reference docs`."""

import sys
from pathlib import Path

from .syntax import syntax

_BEGIN, _END = "<!-- made by lessons.rendering.reference -->\n", "<!-- end -->\n"


def example_lesson() -> str:
    return "\n".join(entry.example for entry in syntax())


def with_syntax(page: str) -> str:
    # The fence must be longer than any in the lesson.
    before, _, rest = page.partition(_BEGIN)
    _, _, behind = rest.partition(_END)
    said = "".join(f"- **{entry.name}**: {entry.about}\n" for entry in syntax())
    return f"{before}{_BEGIN}````markdown\n{example_lesson()}````\n\n{said}{_END}{behind}"


def write(docs: Path) -> None:
    page = docs / "lessons.md"
    page.write_text(with_syntax(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
