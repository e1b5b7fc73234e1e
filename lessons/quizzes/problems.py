"""What is wrong in a quiz file, and where."""

from typing import Protocol

from lessons.texts.problem import Problem


class QuizSyntaxError(ValueError):
    """The source is no quiz. `problems` holds all of them, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Report(Protocol):
    """Notes a problem. A parser reports and goes on, so that one run shows every problem.

    `only_new`: it keeps a text from being saved, and what was saved before it was a problem is still read.
    `warns`: it is worth a look, and keeps nothing from being saved.
    """

    def __call__(self, line: int, message: str, *, only_new: bool = False, warns: bool = False) -> None: ...
