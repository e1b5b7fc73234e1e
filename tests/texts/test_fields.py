"""Read the fields of a YAML mapping by key, and front matter above a text."""

import pytest

from lessons.texts.fields import read_fields
from lessons.texts.front_matter import read_front_matter


def fields(text, **more):
    problems = []
    found = read_fields(text, problems, **more)
    assert found is not None, problems
    return found


def refuse(text):
    raise ValueError(f"{text} is taken")


def test_values_are_read_by_their_types():
    found = fields(
        "title: ' A title '\nnumber: 70\npublic: True\nstatus: draft\nlabs: [a, '1']\nrows: [{a: b}]\n"
        "mixed:\n  - a\n  - b: c\nsame: &x [y]\nagain: *x\n"
    )
    assert (found.text("title"), found.number("number", limit=70)) == ("A title", 70)
    assert (found.flag("public", False), found.choice("status", ["draft"])) == (True, "draft")
    assert (found.texts("labs"), [row.text("a") for row in found.mappings("rows")]) == (["a", "1"], ["b"])
    assert found.texts("again") == found.texts("same") == ["y"]
    text, mapping = found.texts_or_mappings("mixed")
    assert (text, mapping.text("b")) == ("a", "c")
    found.report_unknown()
    assert found.problems == []


def test_a_key_without_a_value_is_its_default():
    found = fields("title:\nlabs: ~\n")
    assert (found.text("title", "A"), found.text("absent", "B"), found.number("n", 3, limit=9)) == (
        "A",
        "B",
        3,
    )
    assert (found.flag("f", True), found.choice("c", ["x"], "x"), found.texts("labs", [])) == (True, "x", [])
    assert found.problems == []


ASK = {
    "text": lambda found: found.text("k"),
    "checked": lambda found: found.text("k", check=refuse),
    "number": lambda found: found.number("k", limit=9),
    "flag": lambda found: found.flag("k", False),
    "choice": lambda found: found.choice("k", ["a", "b"]),
    "texts": lambda found: found.texts("k"),
    "mappings": lambda found: found.mappings("k"),
    "either": lambda found: found.texts_or_mappings("k"),
    "below": lambda found: [row.text("j") for row in found.mappings("k")],
    "nothing": lambda found: None,
}
WRONG = [
    ("text", "k: 3", "f:1: k: must be text: put it in quotes"),
    ("text", "k: 2024-01-02", "f:1: k: must be text: put it in quotes"),
    ("text", "k: !x y", "f:1: k: must be text: put it in quotes"),
    ("text", "\nk: [a]", "f:2: k: must be text"),
    ("text", "a: b\nk:", "f:2: k: is empty. Write text."),
    ("text", "k: ''", "f:1: k: is empty. Write text."),
    ("text", "", "f:1: k: is missing. Write text."),
    ("checked", "k: me", "f:1: k: me is taken"),
    ("number", "k: 10", "f:1: k: must be a whole number from 0 to 9"),
    ("number", "k: -1", "f:1: k: must be a whole number from 0 to 9"),
    ("number", "k: '7'", "f:1: k: must be a whole number from 0 to 9"),
    ("number", "k: true", "f:1: k: must be a whole number from 0 to 9"),
    ("number", "k: " + "9" * 5000, "f:1: k: must be a whole number from 0 to 9"),
    ("number", "k: ٣", "f:1: k: must be a whole number from 0 to 9"),
    ("flag", "k: 'true'", "f:1: k: must be true or false"),
    ("flag", "k: yes", "f:1: k: must be true or false"),
    ("choice", "k: c", "f:1: k: must be one of a, b"),
    ("choice", "k: {a: b}", "f:1: k: must be one of a, b"),
    ("choice", "", "f:1: k: is missing. Write one of a, b."),
    ("texts", "k: a", "f:1: k: must be a list"),
    ("texts", "k:\n- a\n- 3", "f:3: k: each item must be text"),
    ("texts", "k:\n- a\n- b: c", "f:3: k: each item must be text"),
    ("texts", "k: [!!str [a]]", "f:1: k: each item must be text"),
    ("texts", "", "f:1: k: is missing. Write a list."),
    ("mappings", "k: [a]", "f:1: k: each item must be a mapping with keys"),
    ("either", "k: [[a]]", "f:1: k: each item must be text or a mapping with keys"),
    ("below", "k:\n- i: a\n  j: b\n- i: a", "f:4: k.j: is missing. Write text."),
    ("nothing", "a: b\na: c", "f:2: a: is given twice"),
    ("nothing", "? [a]\n: b", "f:1: a key must be one word of text"),
]


@pytest.mark.parametrize(("ask", "text", "problem"), WRONG)
def test_a_wrong_value_is_a_problem_with_its_line_and_key(ask, text, problem):
    found = fields(text, path="f")
    ASK[ask](found)
    assert [str(item) for item in found.problems] == [problem]


def test_an_unknown_key_is_reported_with_the_nearest_or_all_known_ones():
    found = fields("titel: a\nshuffle: b\nrows: [{a: b}]\n", path="f", key_noun="front matter key")
    found.text("title", "")
    for row in found.mappings("rows"):
        row.text("key", "")
        row.report_unknown()
    found.report_unknown()
    assert [str(item) for item in sorted(found.problems)] == [
        "f:1: Unknown front matter key “titel”. Did you mean “title”?",
        "f:2: Unknown front matter key “shuffle”. Known keys: title, rows.",
        "f:3: rows: Unknown front matter key “a”. Known keys: key.",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "line 1: cannot be read as YAML: mapping values are not allowed here"),
        ("a: b\nc: *d", "line 2: cannot be read as YAML: found undefined alias 'd'"),
        ("- a", "line 1: cannot be read as YAML: expected lines of `key: value`"),
        ("a: \ufffe", "line 1: cannot be read as YAML: unacceptable character #xfffe: special characters "
         "are not allowed"),
        ("a: b\nc: " + "[" * 1000, "line 2: cannot be read as YAML: nested too deeply"),
        ("- " * 5000, "line 1: cannot be read as YAML: nested too deeply"),
        ("a: [" + "b," * 11_000, "line 1: cannot be read as YAML: more than 5,000 keys or 10,000 items"),
        ("a: !" + "b" * 70_000, "line 1: cannot be read as YAML: more than 65,536 characters"),
        ("a: &a [*a]", "line 1: cannot be read as YAML: more than 10,000 values"),
        (
            "a: &a [x]\nb: &b [" + "*a," * 200 + "]\nc: [" + "*b," * 200 + "]",
            "line 1: cannot be read as YAML: more than 10,000 values",
        ),
    ],
)  # fmt: skip
def test_yaml_that_cannot_be_read_is_one_problem(text, problem):
    problems = []
    assert read_fields(text, problems) is None
    assert [str(item) for item in problems] == [problem]


def test_front_matter_is_cut_off_and_its_lines_are_those_of_the_file():
    problems = []
    found = read_front_matter("---\r\nslug: a\r\nslug: b\r\n---\r\n\nText\n---\n", problems, path="f")
    assert (found.fields.text("slug"), found.body, found.offset) == ("a", "\nText\n---\n", 4)
    assert [str(item) for item in problems] == ["f:3: slug: is given twice"]


def test_empty_front_matter_has_no_fields():
    problems = []
    found = read_front_matter("---\n---\nText", problems)
    assert (found.fields.text("slug", "none"), found.body, problems) == ("none", "Text", [])


@pytest.mark.parametrize("text", ["", "Text", "\n---\na: b\n---\n", "---\na: b\n", "--- \na: b\n----\n"])
def test_a_text_without_front_matter_is_a_problem(text):
    problems = []
    assert read_front_matter(text, problems) is None
    assert [problem.line for problem in problems] == [1]
    assert problems[0].message.startswith("The file must start with front matter: ")
