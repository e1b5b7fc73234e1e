from pathlib import Path

import pytest

from lessons.notes import HABITS, Habits, import_notes, read_source

NOTES = """Day 1

Containers :::

	Why :
	- one
	- two

VERSION CONTROL

	text about it

Images :

	layers
	tags

Eg: a bakery

Next :::
	- install it

build --> 3 minutes
test --> 9 minutes
"""


def lesson_with(**forms):
    habits = Habits()
    for sign, form in forms.items():
        habits = habits.with_form(sign, form)
    (lesson,) = import_notes(read_source("notes.txt", NOTES.encode()), habits).lessons
    return lesson


@pytest.mark.parametrize(
    ("forms", "has", "has_not"),
    [
        ({}, "## Images", "**Images**"),
        ({"colon": "label"}, "**Images**", "## Images"),
        ({"colons": "label"}, "**Containers**", "## Containers"),
        ({"capitals": "topic"}, "## VERSION CONTROL", "\nVERSION CONTROL"),
        ({"capitals": "term"}, "\nVERSION CONTROL", "## VERSION CONTROL"),
        ({"next": "list"}, "- install it", "::: checklist"),
        ({"example": "plain"}, "Eg: a bakery", "::: note Eg"),
        ({"arrow": "plain"}, "build → 3 minutes", "| build |"),
        ({"indent": "list"}, "- layers", "layers\n\ntags"),
        ({"indent": "paragraph"}, "layers\n\ntags", "- layers"),
    ],
)
def test_a_habit_changes_the_form_of_its_sign(forms, has, has_not):
    markdown = lesson_with(**forms).markdown

    assert has in markdown
    assert has_not not in markdown


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.sign)
def test_every_choice_of_a_habit_keeps_all_words(habit):
    for form in habit.choices:
        markdown = lesson_with(**{habit.sign: form}).markdown
        for word in ("Why", "one", "layers", "bakery", "install", "minutes"):
            assert word in markdown


@pytest.mark.parametrize(("sign", "form"), [("colon", "note"), ("comma", "list")])
def test_an_unknown_form_is_refused(sign, form):
    with pytest.raises(ValueError, match=sign):
        Habits().with_form(sign, form)


def test_small_topics_join_or_stand_alone():
    text = "\n\n".join(
        f"Topic number {name} :::\n\n{'word ' * 120}" for name in ("one", "two", "three", "four")
    )
    source = read_source("notes.txt", text.encode())

    assert [lesson.title for lesson in import_notes(source).lessons] == ["Topic number one"]
    alone = import_notes(source, Habits(small_topics="alone")).lessons
    assert [lesson.title for lesson in alone] == [
        f"Topic number {name}" for name in ("one", "two", "three", "four")
    ]


def test_a_cut_is_taken_and_refused():
    text = "\n\n".join(f"Topic number {name} :::\n\n{'word ' * 400}" for name in ("one", "two"))
    source = read_source("notes.txt", text.encode())
    first = import_notes(source)
    (cut,) = [suggestion for suggestion in first.suggestions if suggestion.kind == "split"]

    assert (cut.default, cut.accepted, len(first.lessons)) == (True, True, 2)
    assert len(import_notes(source, None, {cut.id: False}).lessons) == 1


def test_the_docs_list_every_habit():
    text = (Path(__file__).parents[2] / "docs" / "notes.md").read_text("utf-8")
    rows = [f"| {habit.about} | `{habit.example}` | {', '.join(habit.choices)} |" for habit in HABITS]

    assert text.partition("<!-- habits -->")[2].partition("<!-- end -->")[0].strip().split("\n")[2:] == rows


def test_parts_of_a_long_topic_are_named_after_it():
    paragraphs = "\n\n".join("word " * 60 for _ in range(60))
    lessons = import_notes(read_source("notes.txt", f"Git basics :::\n\n{paragraphs}\n".encode())).lessons
    assert [lesson.title for lesson in lessons] == ["Git basics", "Git basics, part 2", "Git basics, part 3"]
