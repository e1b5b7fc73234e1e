"""Each rule W9 to W28 of the security design has a test, whose docstring begins with the label of the rule."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LABELLED = re.compile(r'^def test_\w+\([^:]*\):.*\n    """((?:W\d+[,:. ]+)+)', re.M)


def labels() -> set[str]:
    """Return the labels at the beginning of the docstrings of all tests."""
    texts = (path.read_text() for folder in TESTS.iterdir() for path in folder.glob("test_*.py"))
    return {
        label for text in texts for found in LABELLED.findall(text) for label in re.findall(r"W\d+", found)
    }


def test_each_rule_about_people_and_pages_has_a_test():
    assert {f"W{number}" for number in range(9, 29)} - labels() == set()
