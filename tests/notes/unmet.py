"""Expectations of the cases that the import does not meet yet. `BY_REASON` lists pairs of a case and a check.

Each pair is a test that is known to fail. It is strict: when the import does it, delete the pair.
"""

import pytest

BY_REASON: dict[str, list[tuple[str, str]]] = {
    "lines of one form become a table and a list": [
        ("same-day-twice", "together"),
    ],
    "a drawing whose lines begin with words, or a histogram, is cut": [
        ("decorated-topics", "verbatim"),
        ("statistics-r", "verbatim"),
    ],
    "names before -- or : are not one block": [("decorated-topics", "together")],
    "columns by no-break blanks, or with signs in their cells, are no table": [
        ("statistics-r", "tables"),
    ],
    "R and its console are text": [("statistics-r", "code")],
    "a figure with blank lines and levels on its left, or arrows downwards, is cut": [
        ("two-column-figures", "together"),
    ],
}
UNMET = {pair: reason for reason, pairs in BY_REASON.items() for pair in pairs}


def mark_unmet(name, check, *more):
    """Return the parameters of a test, marked as an expected failure if the import does not do that yet."""
    reason = UNMET.get((name, check))
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(name, check, *more, id="-".join(map(str, (name, check, *more))), marks=marks)
