"""A learner never reads a regular expression, whichever check uses one."""

import re
from pathlib import Path

import pytest

from labs.grader import checks
from labs.grader.pattern_words import in_words

CHECKS = Path(checks.__file__).parent


@pytest.mark.parametrize(
    ("pattern", "words", "in_lines"),
    [
        ("v1", "`v1`", "`v1`"),
        ("^Release", "`Release` at the start", "`Release` at the start of a line"),
        (r"\.env$", "`.env` at the end", "`.env` at the end of a line"),
        ("^done$", "`done` alone", "`done` alone on a line"),
        (r"\bwip\b", "`wip` as a word", "`wip` as a word"),
        ("TODO|FIXME", "`TODO` or `FIXME`", "`TODO` or `FIXME`"),
        ("^TODO|FIXME", "`TODO` at the start or `FIXME`", "`TODO` at the start of a line or `FIXME`"),
        (r"a\|b", "`a|b`", "`a|b`"),
        (r"5\$", "`5$`", "`5$`"),
        *(
            (pattern, "the required text", "the required text")
            for pattern in (
                "^[A-Z].{9,}",
                r"^# +\S",
                r"^\d+\.\d+$",
                r"^wip\b",
                "(?i)todo",
                "a.*b|c",
                "^|a",
                "^$",
                "",
            )
        ),
    ],
)
def test_a_pattern_is_described_in_words(pattern, words, in_lines):
    assert in_words(pattern) == words
    assert in_words(pattern, of_lines=True) == in_lines
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
