"""The meaning of the signs in a trainer's notes, set once for a course."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

TOPIC, SECTION, LABEL, TERM, LIST, PARAGRAPH, CODE, CHECKLIST, RELATION, PLAIN = (
    *("topic", "section", "label", "term", "list", "paragraph", "code", "checklist", "relation", "plain"),
)


@dataclass(frozen=True)
class Habit:
    """A sign that notes may have. `choices` are the forms that it may take, the default first."""

    sign: str
    about: str
    example: str
    choices: tuple[str, ...]


HABITS: tuple[Habit, ...] = (
    Habit(
        "colons",
        "Two or more colons at the end of a line",
        "AGILE Methodologies :::",
        (TOPIC, SECTION, LABEL),
    ),
    Habit("colon", "One colon at the end of a line", "Core Project :", (SECTION, TOPIC, LABEL)),
    Habit(
        "question",
        "Question marks at the end of a line",
        "What is DevOps ???",
        (TOPIC, SECTION, LABEL, PLAIN),
    ),
    Habit("capitals", "A line in CAPITALS", "VERSION CONTROL", (TOPIC, SECTION, TERM, PLAIN)),
    Habit(
        "number", "A number before a line that has lines below it", "1. Docker images", (TOPIC, SECTION, LIST)
    ),
    Habit("indent", "Lines indented by tabs or spaces, without a bullet", "Billing", (LIST, PARAGRAPH)),
    Habit("next", "A list below Next, Requirements or Homework", "Next :::", (CHECKLIST, LIST)),
    Habit("example", "Lines below Eg:", "Eg: Banking", ("note", PLAIN)),
    Habit("arrow", "An arrow between two parts of a line", "Testing --> 3 months", (RELATION, PLAIN)),
)
DEFAULTS = {habit.sign: habit.choices[0] for habit in HABITS}


@dataclass(frozen=True)
class Habits:
    """Forms by sign, and the size of a lesson in words.

    `small_topics`: "join" adds a topic under `least_words` to its neighbour, "alone" keeps every topic a lesson.
    """

    forms: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULTS))
    small_topics: str = "join"
    least_words: int = 300
    most_words: int = 1_500

    def form(self, sign: str) -> str:
        return self.forms.get(sign, DEFAULTS[sign])

    def with_form(self, sign: str, form: str) -> "Habits":
        """Return habits with one form changed. Raises ValueError for a form that the sign cannot take."""
        choices = next((habit.choices for habit in HABITS if habit.sign == sign), ())
        if form not in choices:
            raise ValueError(f"“{sign}” can be {', '.join(choices) or 'nothing'}, not “{form}”.")
        return replace(self, forms={**self.forms, sign: form})
