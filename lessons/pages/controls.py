"""The form controls of a question, by kind: what its template in `templates/lessons/controls/` is given."""

from collections.abc import Callable
from dataclasses import dataclass

from lessons.quiz_text import inline, option, plain
from lessons.quizzes import PublicQuestion, Question, QuestionLayout, Response, filled, question_view
from lessons.quizzes.question import FIELD

LETTERS = "ABCDEF"
Filled = dict[str, list[str]]


@dataclass(frozen=True)
class Control:
    """One option, item, row or blank: the name and value of its form field, and the words beside it."""

    name: str
    value: str
    html: str = ""
    chosen: bool = False
    letter: str = ""


@dataclass(frozen=True)
class Controls:
    """`heads` and `choices` are a matching's: its two column titles, and what each select offers as (token, text)."""

    template: str
    hint: str
    view: PublicQuestion
    entries: list[Control]
    heads: list[str]
    choices: list[tuple[str, str]]

    @property
    def positions(self) -> list[str]:
        return [str(position) for position in range(1, len(self.entries) + 1)]

    @property
    def last_letter(self) -> str:
        return max(entry.letter for entry in self.entries)


def controls(question: Question, layout: QuestionLayout, response: Response | None, course: str) -> Controls:
    """How a page asks the question, with a saved response filled in; nothing in it tells what is right."""
    view = question_view(question, layout)
    template, entries, hint = KINDS[view.kind]
    return Controls(
        template=f"lessons/controls/{template}.html",
        hint=hint,
        view=view,
        entries=entries(view, filled(question, layout, response), course),
        heads=[inline(text, course) for text in view.headers],
        choices=[(shown.token, plain(shown.text, course)) for shown in view.options] if view.rows else [],
    )


def _options(view: PublicQuestion, answered: Filled, course: str) -> list[Control]:
    chosen = answered.get(FIELD, [])
    letters = LETTERS.ljust(len(view.options))
    return [
        Control(FIELD, shown.token, option(shown.text, course), shown.token in chosen, letter.strip())
        for shown, letter in zip(view.options, letters, strict=False)
    ]


def _items(view: PublicQuestion, answered: Filled, course: str) -> list[Control]:
    """In the learner's order as far as there is one, so that they read what they have made."""
    items = [_entry(f"{FIELD}-{shown.token}", answered, inline(shown.text, course)) for shown in view.options]
    return sorted(items, key=lambda item: int(item.value or len(items) + 1))


def _rows(view: PublicQuestion, answered: Filled, course: str) -> list[Control]:
    return [_entry(f"{FIELD}-{shown.token}", answered, inline(shown.text, course)) for shown in view.rows]


def _text(view: PublicQuestion, answered: Filled, course: str) -> list[Control]:
    return [_entry(FIELD, answered, "Your answer")]


def _blanks(view: PublicQuestion, answered: Filled, course: str) -> list[Control]:
    return [_entry(f"{FIELD}-{blank}", answered, f"Blank {blank}") for blank in range(1, view.blanks + 1)]


def _entry(name: str, answered: Filled, html: str) -> Control:
    return Control(name, (answered.get(name) or [""])[-1], html)


# Each kind: its template, its entries, and how to answer it.
KINDS: dict[str, tuple[str, Callable[[PublicQuestion, Filled, str], list[Control]], str]] = {
    "single-choice": ("choice", _options, "Choose one."),
    "multiple-choice": ("choice", _options, "Choose all that are right."),
    "ordering": ("ordering", _items, "Give each item its place. 1 comes first."),
    "matching": ("matching", _rows, "Choose what belongs to each."),
    "short-text": ("text", _text, "Capitals and extra spaces make no difference."),
    "numeric": ("text", _text, "Type a number in digits, such as 3 or 0.5, without a unit."),
    "cloze": ("text", _blanks, "Fill in the blanks. Capitals and extra spaces make no difference."),
}
