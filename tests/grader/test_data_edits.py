"""An edit that sets or removes a value in a file changes nothing else, or is not shown."""

import pytest

from labs.grader.checks._shared import data_edits
from labs.grader.checks._shared.data_edits import deletion, setting
from labs.grader.formats.data import Absent, find, read_data, steps
from tests.grader.fixing import follow, home

SETTINGS = [
    ("yaml", "a: 1\nb: 2\n", "a", 3, "a: 3\nb: 2\n"),
    ("yaml", "a: {b: no, c: 1}\n", "a.b", "yes", 'a: {b: "yes", c: 1}\n'),
    ("yaml", "a: {c: 1}\nb: no\n", "b", "on", 'a: {c: 1}\nb: "on"\n'),
    ("yaml", "x: {b: 1}\na: {b: 1}\n", "a.b", 2, "x: {b: 1}\na: {b: 2}\n"),
    ("yaml", "a:\n  - b: 1\n", "a[0].b", 2, "a:\n  - b: 2\n"),
    ("yaml", "a:\n  - {b: 1}\n", "a[0].b", 2, "a:\n  - {b: 2}\n"),
    ("yaml", "a:\n  - b: 1\n", "a.0.b", 2, ""),
    ("yaml", "a: [1, 2]\n", "a[1]", 3, "a: [1, 3]\n"),
    ("yaml", "a: {c: 1}\n", "a.b", 2, ""),
    ("yaml", "- 1\n", "a", 2, ""),
    ("yaml", "a: &x {b: 1}\nc: *x\n", "a.b", 2, ""),
    ("toml", "a = {b = false}\n", "a.b", True, "a = {b = true}\n"),
    (
        "toml",
        "a = {b = false, c = 1}\n[d]\nb = false\n",
        "d.b",
        True,
        "a = {b = false, c = 1}\n[d]\nb = true\n",
    ),
    ("toml", "[a]\nb = 1\n", "a.c", 2, "[a]\nc = 2\nb = 1\n"),
    ("toml", "a.b = 1\n", "a.b", 2, "a.b = 2\n"),
    ("toml", "[[a]]\nb = 1\n", "a[0].b", 2, "[[a]]\nb = 2\n"),
    ("json", '{"a": {"b": 1}}\n', "a.b", 2, '{"a": {"b": 2}}\n'),
    ("json", '{"a": [1]}\n', "a.b", 2, ""),
    ("json", '{"a": {"b": 1}, "c": {"b": 1}}\n', "c.b", 2, '{"a": {"b": 1}, "c": {"b": 2}}\n'),
    ("ini", "[a]\nb = 1\n", "a.b", 5, "[a]\nb = 5\n"),
]
DELETIONS = [
    ("json", '{"a": 1, "b": 2}\n', "a", '{"b": 2}\n'),
    ("json", '{"a": 1, "b": 2}\n', "b", '{"a": 1}\n'),
    ("json", '{"a": 1}\n', "a", "{}\n"),
    ("json", '{"c": {"a": 1}, "a": 1}\n', "a", '{"c": {"a": 1}}\n'),
    ("yaml", "a: 1\nb: 2\n", "a", "b: 2\n"),
    ("yaml", "a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
    ("yaml", "a:\n  b: 1\n", "a.b", ""),
    ("toml", "a = {b = 1, c = 2}\n", "a.c", "a = {b = 1}\n"),
    ("toml", "[a]\nb = 1\nc = 2\n", "a.c", "[a]\nb = 1\n"),
]


@pytest.mark.parametrize(("form", "text", "place", "value", "after"), SETTINGS)
def test_a_value_is_set_and_nothing_else_changes(tmp_path, form, text, place, value, after):
    way, lines = steps(place), text.rstrip("\n").split("\n")
    found = find(read_data(text, form), way)
    line = None if isinstance(found, Absent) else found.line or None
    assert _edited(tmp_path, text, setting("f", lines, way, value, form, line)) == after


@pytest.mark.parametrize(("form", "text", "place", "after"), DELETIONS)
def test_a_value_is_removed_and_nothing_else_changes(tmp_path, form, text, place, after):
    way, lines = steps(place), text.rstrip("\n").split("\n")
    line = find(read_data(text, form), way).line or None
    assert _edited(tmp_path, text, deletion("f", lines, way, form, line)) == after


def _edited(folder, text, edit):
    """Return the file after the edit, done as its words say; empty if none is shown."""
    if not edit:
        return ""
    (folder / "f").write_text(text)
    follow(edit, folder, home(folder.parent / f"{folder.name}-home"))
    return (folder / "f").read_text()


def test_only_a_few_edits_are_tried(monkeypatch):
    read = []
    monkeypatch.setattr(
        data_edits, "read_data", lambda text, form: read.append(text) or read_data(text, form)
    )
    lines = [f"k{number}: {{a: 1}}" for number in range(150)]
    assert setting("f", lines, ("k149", "a"), 2, "yaml", None) == ""
    assert len(read) <= data_edits.MAX_TRIED + 1
