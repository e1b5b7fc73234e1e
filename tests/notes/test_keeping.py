"""The count of words behind the green band."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.notes import count_kept, import_notes, read_source

from .case_files import NAMES, load

TEXT = "Tables :::\n\n\t- one row\n\t- two rows\n\nKeys :::\n\n\t- a key of a table\n"


def imported(text: str, **decisions: bool):
    return import_notes(read_source("notes.txt", text.encode()), None, decisions)


@pytest.mark.parametrize("name", [name for name in NAMES if load(name).has_lines])
def test_every_word_of_real_notes_is_kept(name):
    text = "\n".join(load(name).lines)
    assert count_kept(imported(text)).lost == ()


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda text: text.replace("two rows", "two"), [(4, "rows")]),
        (
            lambda text: text.replace("one row", "").replace("key of a", "of a"),
            [(3, "one"), (3, "row"), (8, "key")],
        ),
        (lambda text: text.replace("one row", "row one"), [(3, "row")]),
    ],
)
def test_a_word_that_is_missing_or_out_of_order_is_named_with_its_line(change, lost):
    notes = imported(TEXT)
    lessons = tuple(replace(lesson, markdown=change(lesson.markdown)) for lesson in notes.lessons)
    kept = count_kept(replace(notes, lessons=lessons))
    assert list(kept.lost) == lost
    assert kept.kept == kept.total - len(lost)


def test_words_of_a_fold_are_those_of_the_block_that_has_its_lines():
    outline = "\n".join(f"\t- step {word}" for word in ("one", "two", "three", "four"))
    text = f"Plan :::\n\n{outline}\n\nAgain :::\n\n{outline}\n"
    fold = next(made for made in imported(text).suggestions if made.kind == "fold")
    folded = imported(text, **{fold.id: True})
    assert any(place.block.kind == "fold" for lesson in folded.lessons for place in lesson.places)
    assert count_kept(folded).lost == ()


@given(
    st.lists(st.text("ab \t-:#*|>`1.\n", max_size=30), min_size=1, max_size=20)
    .map("\n".join)
    .filter(str.strip)
)
def test_it_never_counts_more_than_there_is(text):
    kept = count_kept(imported(text))
    assert 0 <= kept.kept <= kept.total
