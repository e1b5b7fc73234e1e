"""A problem that a reader of a file reports, with its place."""

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to correct in a file.

    `path` is empty if the reader got only text. `line` and `column` count from 1; `column` is 0 if only the line is
    known. `key` is dotted, such as `starter.commit`, and empty for the file as a whole.
    """

    path: str = field(default="", kw_only=True)
    line: int
    key: str
    message: str
    column: int = 0

    @property
    def text(self) -> str:
        # the message, after its key
        return f"{self.key}: {self.message}" if self.key else self.message

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.path else f"line {self.line}"
        return f"{place}: {self.text}"
