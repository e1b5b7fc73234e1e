"""Problems in a quiz file."""

from typing import Protocol

from lessons.texts.problem import Problem


class QuizSyntaxError(ValueError):
    """The source is not a valid quiz. `problems` has all of them, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class CannotJudgeError(Exception):
    """There is no verdict on a response, for a reason that is not the learner's; the message is for staff.

    `is_final` is True if another try would give none either.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class ReportProblem(Protocol):
    """Record a problem. Parsers report and continue, so that one run shows every problem.

    An `only_new` problem prevents saving, but a quiz saved before the rule existed can still be read. A
    problem that `warns` prevents nothing.
    """

    def __call__(self, line: int, message: str, *, only_new: bool = False, warns: bool = False) -> None: ...
