"""Results of reading and writing a file of another system, with what it or the portal cannot hold."""

from dataclasses import dataclass, field

from lessons.texts.problem import Problem

from ...question import AnyQuestion


class QuizFileError(ValueError):
    """The file cannot be read as a whole, so nothing of it is imported. `problems` says why, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def fail(message: str, line: int = 1, path: str = "") -> QuizFileError:
    return QuizFileError([Problem(line, "", message, path=path)])


@dataclass(frozen=True)
class Part:
    """One quiz of the portal: `source` is its whole Markdown."""

    title: str
    source: str
    questions: tuple[AnyQuestion, ...]


@dataclass(frozen=True)
class Imported:
    """The content of a file.

    `parts` has one quiz, or several if the questions are too many for one. `losses` names what is left out or
    changed: `key` is the question as the file names it, `line` its line in the file. Without images, their
    addresses in the Markdown begin with `imported:`, and `images` has their data by the rest of the address.
    """

    format: str
    parts: tuple[Part, ...]
    losses: tuple[Problem, ...]
    images: dict[str, bytes] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[AnyQuestion, ...]:
        return tuple(question for part in self.parts for question in part.questions)


@dataclass(frozen=True)
class Exported:
    """A file to download. `losses` has the key of a question as `key`, and its line in the quiz."""

    data: bytes
    ending: str
    media_type: str
    losses: tuple[Problem, ...]
