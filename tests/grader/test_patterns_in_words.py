"""A learner never reads a regular expression, whichever check asks with one."""

import re
from pathlib import Path

import pytest

from labs.grader import checks
from labs.grader.pattern_words import in_words

CHECKS = Path(checks.__file__).parent


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^Release", "`Release`"),
        ("v1", "`v1`"),
        (r"\.env$", "`.env`"),
        ("TODO|FIXME", "`TODO` or `FIXME`"),
        (r"a\|b", "`a|b`"),
        (r"\bwip\b", "`wip`"),
        ("^[A-Z].{9,}", "the required text"),
        (r"^# +\S", "the required text"),
        (r"^\d+\.\d+$", "the required text"),
        ("(?i)todo", "the required text"),
        ("a.*b|c", "the required text"),
        ("", "the required text"),
    ],
)
def test_a_pattern_in_words(pattern, words):
    assert in_words(pattern) == words
    assert in_words(pattern, "forbidden") == words.replace("required", "forbidden")


def test_no_check_quotes_a_pattern():
    fields = re.compile(r"^    (\w+): (?:tuple\[)?Regex", re.MULTILINE)
    quoting = [
        f"{path.name}: {name}"
        for path in CHECKS.glob("*.py")
        for name in fields.findall(path.read_text())
        if re.search(rf"(?:quoted|shown)\(self\.{name}\b", path.read_text())
    ]
    assert quoting == []
