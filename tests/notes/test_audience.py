"""Blocks that a trainer keeps for staff, and lists that the notes call objectives or key points."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.notes import import_notes, read_source
from lessons.notes.audience import may_be_for_staff, staff_marks, wrap_for_staff
from lessons.notes.keeping import count_kept
from lessons.notes.model import Block
from lessons.rendering import render
from lessons.rendering.hidden import part

NOTES = """\
Day1: 29th Nov. 2025

Branches :::

	Public words of the lesson.

Plan of the evening :
	- zebra one
	- zebra two

	git checkout zebra
	git push origin zebra

This sentence about a zebra is for the trainer and nobody else.

Zebra zone --> 3 months
Other zone --> 4 months

Next :::
	- install zebra
	- bring zebra
"""


def imported(text: str, decisions=None):
    return import_notes(read_source("notes.txt", text.encode()), None, decisions)


def mark_all(text: str) -> dict[str, bool]:
    found = imported(text)
    blocks = [place.block for lesson in found.lessons for place in lesson.places]
    marks: dict[str, bool | None] = {}
    for block in blocks:
        if may_be_for_staff(block):
            marks |= staff_marks(found.source.lines, block, is_for_staff=True)
    return {name: value for name, value in marks.items() if value is not None}


def mark(text: str, words: str, *, is_for_staff: bool = True) -> dict[str, bool | None]:
    found = imported(text)
    lines = found.source.lines
    (block,) = [
        place.block
        for lesson in found.lessons
        for place in lesson.places
        if may_be_for_staff(place.block)
        and any(words in line.text for line in lines[place.block.first - 1 : place.block.last])
    ]
    return staff_marks(lines, block, is_for_staff=is_for_staff)


def for_learners(text: str, decisions) -> str:
    rendered = [render(lesson.markdown, link=lambda *_: None) for lesson in imported(text, decisions).lessons]
    assert [each.verdict.errors for each in rendered] == [[] for _ in rendered]
    return "\n".join(each.html for each in rendered)


def test_every_kind_of_block_can_be_for_staff_alone():
    decisions = {name: value for name, value in mark_all(NOTES).items() if "Public" not in name}
    decisions |= mark(NOTES, "Public words", is_for_staff=False)
    decisions = {name: value for name, value in decisions.items() if value is not None}
    shown = for_learners(NOTES, decisions)
    assert "zebra" not in shown.lower().replace("zebra zone", "")
    assert "Public words of the lesson." in shown
    kept = count_kept(imported(NOTES, decisions))
    assert kept.kept == kept.total


def test_a_block_stays_with_staff_when_it_grows_changes_in_part_or_moves():
    marks = mark(NOTES, "zebra one")
    for grown in (
        NOTES.replace("\t- zebra two", "\t- zebra two\n\t- zebra three"),
        NOTES.replace("zebra two", "zebra 2, said in other words"),
        NOTES.replace("\t- zebra one\n\t- zebra two\n", "").replace(
            ":::\n", ":::\n\t- zebra two\n\t- zebra one\n", 1
        ),
    ):
        shown = for_learners(grown, marks)
        assert not re.search("zebra (one|two|three|2)", shown)
    back = {**marks, **mark(NOTES, "zebra one", is_for_staff=False)}
    assert "zebra one" in for_learners(
        NOTES, {name: value for name, value in back.items() if value is not None}
    )


def test_no_question_and_no_title_comes_from_a_block_for_staff():
    text = "Day 1 - 29/11/2025\n\n- zebra plan\n  - zebra detail\n\nTerm : a zebra meaning\nOther : a zebra thing\n"
    decisions = mark_all(text)
    offered = [each for each in imported(text).suggestions if each.kind == "question"]
    found = imported(text, {**decisions, **{each.id: True for each in offered}})
    assert offered
    assert not any(lesson.questions for lesson in found.lessons)
    assert "zebra" not in found.lessons[0].title.lower()


def test_a_repeated_outline_is_hidden_in_both_places():
    text = "Branches :::\n\t- zebra one\n\t- zebra two\n\nWords between.\n\nRecap :::\n\t- zebra one\n\t- zebra two\n"
    found = imported(text)
    first = next(
        place.block for lesson in found.lessons for place in lesson.places if place.block.kind == "list"
    )
    assert "zebra" not in for_learners(text, staff_marks(found.source.lines, first, is_for_staff=True))


TEXTS = [
    *(
        "zebra",
        ":::",
        "::: note",
        "::::",
        "```",
        "```text",
        "~~~",
        "<!--",
        "-->",
        "- zebra",
        "> zebra",
        "    zebra",
    ),
    *("::: staff", "!!! staff"),
]


@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=10), st.sampled_from(["paragraph", "code", "list"])
)
def test_whatever_a_block_contains_learners_see_nothing_of_it(rows, kind):
    block = Block("x", kind, 1, 1, "\n".join(rows), for_staff=True)
    parted = part(f"above\n\n{wrap_for_staff(block)}\n\nbelow")
    assert parted.problems == []
    assert [row for row in parted.learners.split("\n") if row] == ["above", "below"]


@pytest.mark.heavy
def test_all_of_real_notes_can_be_for_staff():
    text = Path(__file__).with_name("mlops-edu.txt").read_text("utf-8")
    found = imported(text, mark_all(text))
    for lesson in found.lessons:
        learners = part(lesson.markdown).learners.split("\n")
        left = [row for row in learners if row and not row.startswith(("#", "<!--", "**"))]
        assert left == []
    assert count_kept(found).lost == count_kept(imported(text)).lost


OUTCOMES = """\
Day 1 - 29/11/2025

Branches :::

Objectives :
	- Record a change
	- Undo  it

What a branch is, in words that learners read.

Key points :
	- A branch is a name
"""


def test_lists_that_the_notes_call_so_are_offered_and_never_reworded():
    first = imported(OUTCOMES)
    offered = {each.kind: each for each in first.suggestions if each.kind in ("objectives", "keypoints")}
    assert {kind: each.default for kind, each in offered.items()} == {"objectives": False, "keypoints": False}
    assert "::: objectives" not in first.lessons[0].markdown

    found = imported(OUTCOMES, {each.id: True for each in offered.values()})
    (lesson,) = found.lessons
    assert "::: objectives Objectives\n- Record a change\n- Undo it\n:::" in lesson.markdown
    assert "::: key-points Key points\n- A branch is a name\n:::" in lesson.markdown
    assert "## Objectives" not in lesson.markdown
    rendered = render(lesson.markdown, link=lambda *_: None)
    assert rendered.verdict.errors == []
    assert rendered.text.startswith("Objectives\nRecord a change\nUndo it")
    assert count_kept(found).lost == ()


@pytest.mark.parametrize("title", ["Objectives of Git", "Goals for sales", "Points", "Summaries"])
def test_other_lists_are_not_offered(title):
    text = OUTCOMES.replace("Objectives", title).replace("Key points", title)
    assert not {each.kind for each in imported(text).suggestions} & {"objectives", "keypoints"}
