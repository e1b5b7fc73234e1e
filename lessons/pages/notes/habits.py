"""The table of a trainer's habits: what each sign of the notes becomes."""

from collections.abc import Mapping
from dataclasses import dataclass

from lessons.notes import HABITS, Habits
from lessons.notes_import.planning import habits_of

FORM_WORDS = {
    "topic": "a topic, which may start a lesson",
    "section": "a section heading",
    "label": "a label in bold",
    "term": "a term with what it means",
    "list": "a list",
    "paragraph": "paragraphs",
    "code": "code",
    "checklist": "a checklist to tick",
    "relation": "a relation, A → B",
    "note": "an example in a box",
    "plain": "plain text",
}
SMALL = (("join", "join the next one"), ("alone", "stand alone"))


@dataclass(frozen=True)
class HabitRow:
    """`choices` are (value, words, is chosen)."""

    name: str
    about: str
    example: str
    choices: list[tuple[str, str, bool]]


def habit_rows(stored: Mapping[str, object]) -> list[HabitRow]:
    habits = habits_of(stored)
    rows = [
        HabitRow(
            habit.sign,
            habit.about,
            habit.example,
            [(each, FORM_WORDS.get(each, each), habits.form(habit.sign) == each) for each in habit.choices],
        )
        for habit in HABITS
    ]
    small = [(value, words, habits.small_topics == value) for value, words in SMALL]
    about = f"Topics of fewer than {habits.least_words} words"
    return [*rows, HabitRow("small_topics", about, "", small)]


def read_habits(given: Mapping[str, str], stored: Mapping[str, object]) -> dict[str, object] | None:
    """Return the habits of a form with `habit-<sign>` fields; None if it has none. Unknown values are left out."""
    if not any(f"habit-{row.name}" in given for row in habit_rows(stored)):
        return None
    habits: Habits = habits_of(stored)
    for habit in HABITS:
        form = given.get(f"habit-{habit.sign}", "")
        if form in habit.choices:
            habits = habits.with_form(habit.sign, form)
    small = given.get("habit-small_topics", habits.small_topics)
    return {
        "forms": dict(habits.forms),
        "small_topics": small if small in dict(SMALL) else habits.small_topics,
    }
