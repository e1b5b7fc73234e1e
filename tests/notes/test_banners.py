"""Spellings of a day's banner, and lines that only look like one."""

import pytest

from .comparing import number
from .importing import import_file
from .unmet import mark_unmet

HEAD = "Evening course\nStart Date: 5th Jan 2026\n\n"
# {n} is the number, {d} the day of January.
BANNERS = [
    ("Day{n}: {d}th Jan. 2026", True),
    ("Day {n}", False),
    ("DAY-{n} (0{d}/01/2026)", True),
    ("Day {n} - 0{d}/01", True),
    ("day 0{n} : {d} january 2026", True),
    ("Session {n} :", False),
    ("Session #{n} | 2026-01-0{d}", True),
    ("SESSION-0{n} 0{d}-Jan-26", True),
    ("session-{n} {d}th jan", True),
    ("Class {n}: January {d}, 2026", True),
    ("Lecture {n} ({d}.1.2026)", True),
    ("## Day {n}", False),
    ("# Session {n} - Introduction", False),
    ("**Day {n} - {d} Jan 2026**", True),
    ("==== Day {n} ====", False),
    ("*** DAY {n} ***", False),
    ("--- Session {n} (Jan {d}, 2026) ---", True),
    ("[Day {n}] {d}/1/2026", True),
    ("{d}th Jan 2026 (Day {n})", True),
    ("Week 1 / Session {n} - January {d}", True),
    ("########\nDay {n}\n########", False),
    ("********\n  Day : {n}\n********", False),
    ("~~~~~~~~~~~~~\nDay {n} {d}th jan\n~~~~~~~~~~~~~", True),
    ("Day {n} - {d}th Jan\n===============", True),
    ("Session {n} -- 0{d}.01.2026\n~~~~~~~~~~~~~~~~~~~~~~~", True),
    ("────────\nDay {n} │ {d} Jan 2026\n────────", True),
    ("\tDay {n} : {d}th Jan 2026\t\t", True),
]
LINES = [
    "Day to day operations",
    "Session beans in Java",
    "Session ID : 5",
    "SESSION_TIMEOUT=30",
    "Day 2 was about git, today we go on with docker.",
    "session 2 is only practice, bring your laptop",
    "see day 3 for more",
    "- Day 3 we do the project",
    "1 day = 24 hours",
    "day = 3",
    "\t\tfor d in 1 2 3; do\n\t\t  # Day 3\n\t\t  echo $d\n\t\tdone",
    "Class 3 network addresses are private.",
    "####################",
    "--------",
    "Days : 5",
]


def sessions_of(text, folder):
    path = folder / "notes.txt"
    path.write_text(text)
    return list(dict.fromkeys((number(each["session"]), each["date"]) for each in import_file(path)))


@pytest.mark.parametrize(("group", "banner", "dated"), [mark_unmet("banners", *row) for row in BANNERS])
def test_a_banner_is_read(tmp_path, group, banner, dated):
    first, second = (banner.format(n=number, d=number + 4) for number in (1, 2))
    text = f"{HEAD}{first}\n\n\tGit :::\n\n\t\t- a tool\n\n{second}\n\n\tDocker :::\n\n\t\t- containers\n"

    found = sessions_of(text, tmp_path)

    assert [day for day, _ in found] == [1, 2]
    if dated:
        assert [date for _, date in found] == ["2026-01-05", "2026-01-06"]


@pytest.mark.parametrize(("group", "line"), [mark_unmet("banners", line) for line in LINES])
def test_a_line_that_looks_like_a_banner_is_text(tmp_path, group, line):
    first = f"{HEAD}Day 1 : 5th Jan 2026\n\n\tGit :::\n\n\t\t- a tool"
    text = f"{first}\n\n{line}\n\n\t\t- of many\n\nDay 2\n\n\tDocker :::\n\n\t\t- x\n"

    assert [day for day, _ in sessions_of(text, tmp_path)] == [1, 2]


@pytest.mark.parametrize(
    ("head", "written", "dates"),
    [
        # 11/30 says how 12/06 is meant.
        ("", ["11/29/2025", "11/30/2025", "12/06/2025"], ["2025-11-29", "2025-11-30", "2025-12-06"]),
        # So does the start, whatever the year of a banner.
        ("Start Date: 29th Nov. 2025\n\n", ["12/6"], ["2025-12-06"]),
        ("Start Date: 3rd Jan 2026\n\n", ["03/01/2026", "04/01/2025"], ["2026-01-03", "2026-01-04"]),
        ("Start Date: Dec 27, 2025\n\n", ["12/27/2025", "1/3/2025"], ["2025-12-27", "2026-01-03"]),
        ("", ["06/12/2025", "07/12/2025"], ["2025-12-06", "2025-12-07"]),
    ],
)
def test_order_of_day_and_month_is_that_of_dates_close_together(tmp_path, head, written, dates):
    days = [f"Day{n}: {date}\n\n\tTopic {n} :::\n\t\t- words\n\n" for n, date in enumerate(written, start=1)]
    assert [date for _, date in sessions_of(head + "".join(days), tmp_path)] == dates


@pytest.mark.parametrize(
    ("banners", "numbers"),
    [
        (["Day1: 5th Jan 2026", "Day 2 - 6/1", "Session 3 :"], [1, 2, 3]),
        (["Day1: 5th Jan 2026", "Session 2 :", "Day 3", "Session 4"], [1, 2, 3, 4]),
        # A day with sessions of its own.
        (["Day 1", "Session 1", "Session 2", "Session 3", "Day 2"], [1, 2]),
        (["Day 1", "Day 3", "Session 5"], [1, 3]),
        (["Session 1 : 10/01/2026", "Session 2: 11/1/26", "Day 0"], [1, 2]),
    ],
)
def test_a_banner_with_another_word_counts_on_or_is_text(tmp_path, banners, numbers):
    days = [f"{banner}\n\n\tTopic {n} :::\n\t\t- words\n\n" for n, banner in enumerate(banners, start=1)]
    assert [day for day, _ in sessions_of(HEAD + "".join(days), tmp_path)] == numbers
