import time

import pytest

from lessons.pages.differences import MAX_COMPARED, MAX_SHOWN, differences

END = ["@Line 37", " line 37", " line 38", " line 39", "-line 40", "+last"]
BASE = [f"line {number}" for number in range(1, 41)]


def shown(old, new):
    return [f"{line.sign}{line.text}" for line in differences("\n".join(old), "\n".join(new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (BASE, BASE, []),
        ([], ["a"], ["@Line 1", "+a"]),
        (["a"], [], ["@Line 0", "-a"]),
        (["a", "a", "a"], ["a", "a"], ["@Line 1", " a", " a", "-a"]),
        (
            BASE,
            [*BASE[:19], "new", *BASE[20:]],
            ["@Line 17", *(f" line {at}" for at in (17, 18, 19)), "-line 20", "+new"]
            + [f" line {at}" for at in (21, 22, 23)],
        ),
        (
            BASE,
            ["first", *BASE[1:39], "last"],
            [
                "@Line 1",
                "-line 1",
                "+first",
                " line 2",
                " line 3",
                " line 4",
                "@Line 37",
                " line 37",
                " line 38",
                " line 39",
                "-line 40",
                "+last",
            ],
        ),
    ],
)
def test_changed_lines_are_shown_with_three_around_them(old, new, expected):
    assert shown(old, new) == expected


def test_a_long_change_is_shown_whole_and_cut_in_linear_time():
    old = [*BASE, *(f"old {number % 7}" for number in range(20_000)), *BASE]
    new = [*BASE, *(f"new {number % 5}" for number in range(20_000)), *BASE]
    started = time.process_time()
    lines = shown(old, new)
    assert time.process_time() - started < 1
    more = f"@{20_000 - MAX_SHOWN:,} more lines"
    assert lines[:5] == ["@Line 38", " line 38", " line 39", " line 40", "-old 0"]
    assert [line for line in lines if line.startswith("@")] == ["@Line 38", more, more]
    assert lines[-4:] == [more, " line 1", " line 2", " line 3"]
    assert len(old) > MAX_COMPARED
