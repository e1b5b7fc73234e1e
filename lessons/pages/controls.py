"""The form controls of a question: the context of its template in `templates/lessons/controls/`."""

from collections.abc import Sequence
from dataclasses import dataclass

from lessons.quiz_text import inline, option, plain
from lessons.quizzes import PublicQuestion, QuestionLayout, Response, form_fields, question_view
from lessons.quizzes.question import AnswerField, AnyQuestion

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Control:
    """One option, item, row or blank: the name and value of its form field, and its label."""

    name: str
    value: str
    html: str
    chosen: bool
    letter: str


@dataclass(frozen=True)
class Controls:
    """`heads` and `choices` are for matching: the two column titles, and the (token, text) of each option."""

    template: str
    hint: str
    view: PublicQuestion
    entries: list[Control]
    heads: list[str]
    choices: list[tuple[str, str]]
    max_words: int = 0
    given_files: Sequence[tuple[str, str]] = ()

    @property
    def positions(self) -> list[str]:
        return [str(position) for position in range(1, len(self.entries) + 1)]

    @property
    def last_letter(self) -> str:
        return max(entry.letter for entry in self.entries)


def controls(
    question: AnyQuestion, layout: QuestionLayout, response: Response | None, course: str
) -> Controls:
    """Return the controls of a question, with a saved response filled in. They reveal no right answer."""
    view = question_view(question, layout)
    entries = question.entries(view, form_fields(question, layout, response))
    return Controls(
        template=question.template,
        hint=question.hint,
        view=view,
        entries=[_control(entry, place, course) for place, entry in enumerate(entries)],
        heads=[inline(text, course) for text in view.headers],
        choices=[(shown.token, plain(shown.text, course)) for shown in view.options] if view.rows else [],
        max_words=question.max_words,
        given_files=question.given_files,
    )


def _control(entry: AnswerField, place: int, course: str) -> Control:
    # Boxes have letters, which are keyboard shortcuts.
    letter = "" if entry.chosen is None else LETTERS[place : place + 1]
    return Control(entry.name, entry.value, option(entry.text, course), bool(entry.chosen), letter)
