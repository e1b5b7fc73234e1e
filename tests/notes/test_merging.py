from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.notes.merging import END, MAX_LINES, NOTES, YOURS, merge

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8).map("\n".join)


def test_edits_of_different_lines_are_both_kept():
    merged = merge("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nthree\nfour")
    assert (merged.text, merged.conflicts) == ("ONE\ntwo\nthree\nfour", 0)


def test_edits_of_the_same_line_are_a_conflict_that_keeps_both():
    merged = merge("one\ntwo\nthree", "one\nmine\nthree", "one\nnotes\nthree")
    assert merged.conflicts == 1
    assert merged.text.split("\n") == [
        *("one", YOURS, "", "mine", "", NOTES, "", "notes", "", END, "three"),
    ]


@pytest.mark.parametrize(
    ("mine", "notes", "text"),
    [
        ("one\nthree", "one\ntwo\nthree\nfour", "one\nthree\nfour"),  # deleted here, added there
        ("one\ntwo", "one\ntwo", "one\ntwo"),  # the same edit on both sides
        ("", "one\ntwo\nthree", ""),  # all deleted here, unchanged there
    ],
)
def test_what_only_one_side_changed_is_no_conflict(mine, notes, text):
    merged = merge("one\ntwo\nthree", mine, notes)
    assert (merged.text, merged.conflicts) == (text, 0)


@given(base=TEXTS, other=TEXTS)
def test_an_edit_on_one_side_is_the_result(base, other):
    assert merge(base, other, base).text == merge(base, base, other).text == other
    assert merge(base, other, other).text == other


@given(base=TEXTS, mine=TEXTS, notes=TEXTS)
def test_both_sides_can_be_read_from_the_parts(base, mine, notes):
    parts = merge(base, mine, notes).parts
    lines = [line for part in parts for line in (*part.mine, *part.notes)]
    for line in {*mine.split("\n"), *notes.split("\n")} - set(base.split("\n")):
        assert line in lines


def test_a_very_long_text_is_one_conflict():
    base = "\n".join(map(str, range(MAX_LINES + 1)))
    merged = merge(base, f"{base}\nmine", f"notes\n{base}")
    assert merged.conflicts == 1


def test_a_long_text_with_many_equal_lines_is_merged_in_time():
    base = [line for number in range(1_400) for line in (f"line {number}", "")]
    mine, notes = list(base), list(base)
    mine[::40] = [f"{line} of mine" for line in mine[::40]]
    notes[20::40] = [f"{line} of the notes" for line in notes[20::40]]
    start = process_time()
    merged = merge("\n".join(base), "\n".join(mine), "\n".join(notes))
    assert process_time() - start < 3
    assert merged.conflicts == 0
    assert merged.text.split("\n")[:22:20] == ["line 0 of mine", "line 10 of the notes"]
