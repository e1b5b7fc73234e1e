"""GitHub's globs and filters; the examples are those rules in small, a second reading of them is the oracle."""

import re

import pytest

from labs.grader.findings import Place
from labs.grader.workflows.filters import Moment, matches, selects, starts
from labs.grader.workflows.model import Trigger

YES = [
    ("main", "main"),
    ("releases/**", "releases/beta/3"),
    ("releases/**-alpha", "releases/beta/3-alpha"),
    ("*", "main"),
    ("**", "a/b/c"),
    ("*feature", "ver-10-feature"),
    ("v2*", "v2.9"),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1"),
    ("v[12].[0-9]+.[0-9]+", "v2.0.0"),
    ("*.jsx?", "page.js"),
    ("*.jsx?", "page.jsx"),
    ("**/docs/**", "a/docs/b.md"),
    ("**.js", "src/js/app.js"),
    ("[CB]at", "Bat"),
    (r"a\*b", "a*b"),
    ("ab+", "abbb"),
    ("", ""),
]
NO = [
    ("main", "mainly"),
    ("*", "a/b"),
    ("releases/*", "releases/a/b"),
    ("v[12].[0-9]+.[0-9]+", "v3.1.0"),
    ("*.jsx?", "page.jsxx"),
    ("[CB]at", "cat"),
    (r"a\*b", "axb"),
    ("ab+", "a"),
    ("Main", "main"),
]


@pytest.mark.parametrize(("pattern", "name"), YES)
def test_a_pattern_matches(pattern, name):
    assert matches(pattern, name)


@pytest.mark.parametrize(("pattern", "name"), NO)
def test_a_pattern_does_not_match(pattern, name):
    assert not matches(pattern, name)


def as_regex(pattern):
    text = "".join(f"[^/]{'{0,}'}" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
    return re.compile(text)


@pytest.mark.parametrize("name", ["", "a", "ab", "a/b", "aab", "b/a"])
def test_every_short_pattern_agrees_with_a_regex(name):
    alphabet = ["a", "b", "/", "*"]
    for pattern in (x + y + z for x in ["", *alphabet] for y in ["", *alphabet] for z in ["", *alphabet]):
        if "**" not in pattern:
            assert matches(pattern, name) == bool(as_regex(pattern).fullmatch(name)), pattern


@pytest.mark.parametrize("piece", ["a?", "a+", "*", "**", "[a-z]?", "*a"])
def test_a_hopeless_pattern_ends(piece):
    assert not matches(piece * 3000 + "!", "a" * 60)


@pytest.mark.parametrize(
    ("patterns", "name", "selected"),
    [
        (["releases/**", "!releases/**-alpha"], "releases/10-alpha", False),
        (["releases/**", "!releases/**-alpha"], "releases/10", True),
        (["!releases/**-alpha", "releases/**"], "releases/10-alpha", True),
        (["!main"], "dev", False),
        (["**", "!main"], "dev", True),
        (["**", "!main"], "main", False),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns, name, selected):
    assert selects(patterns, name) is selected


PUSH, PR, TAG = Moment("push", "main"), Moment("pull_request", "main"), Moment("push", tag="v1.0")


@pytest.mark.parametrize(
    ("event", "filters", "moment", "answer"),
    [
        ("push", {}, PUSH, True),
        ("push", {}, TAG, True),
        ("push", {}, PR, False),
        ("push", {"branches": ("main",)}, PUSH, True),
        ("push", {"branches": ("main",)}, TAG, False),
        ("push", {"tags": ("v*",)}, TAG, True),
        ("push", {"tags": ("v*",)}, PUSH, False),
        ("push", {"tags": ("v*",), "branches": ("main",)}, PUSH, True),
        ("push", {"branches_ignore": ("main",)}, PUSH, False),
        ("push", {"branches_ignore": ("dev",)}, PUSH, True),
        ("push", {"branches_ignore": ("dev",)}, TAG, False),
        ("push", {"tags_ignore": ("v1*",)}, TAG, False),
        ("push", {"paths": ("src/**",)}, PUSH, True),
        ("push", {"paths": ("src/**",)}, Moment("push", "main", path="docs/a.md"), False),
        ("push", {"paths_ignore": ("docs/**",)}, Moment("push", "main", path="docs/a.md"), False),
        ("push", {"paths_ignore": ("docs/**",)}, Moment("push", "main", path="src/a.py"), True),
        ("pull_request", {}, PR, True),
        ("pull_request", {"types": ("closed",)}, PR, False),
        ("pull_request", {"types": ("closed",)}, Moment("pull_request", "main", type="closed"), True),
        ("pull_request", {}, Moment("pull_request", "main", type="closed"), False),
        ("pull_request", {"branches": ("dev",)}, PR, False),
        ("release", {"types": ("published",)}, Moment("release", type="published"), True),
        ("workflow_dispatch", {}, Moment("workflow_dispatch"), True),
    ],
)
def test_a_trigger_starts_the_workflow_at_a_moment(event, filters, moment, answer):
    assert starts(Trigger(event, Place("ci.yml"), **filters), moment) is answer
