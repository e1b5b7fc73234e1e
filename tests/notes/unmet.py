"""Expectations of the cases that the import does not meet yet. `BY_REASON` lists pairs of a case and a check.

Each pair is a test that is known to fail. It is strict: when the import does it, delete the pair.
"""

import pytest

BY_REASON: dict[str, list[tuple[str, str]]] = {}
UNMET = {pair: reason for reason, pairs in BY_REASON.items() for pair in pairs}


def unmet_checks(name, checks):
    """Return those of the checks that are known to find faults in a case."""
    return {check for check in checks if (name, check) in UNMET}


def mark_unmet(name, check, *more):
    """Return the parameters of a test, marked as an expected failure if the import does not do that yet."""
    reason = UNMET.get((name, check))
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(name, check, *more, id="-".join(map(str, (name, check, *more))), marks=marks)
