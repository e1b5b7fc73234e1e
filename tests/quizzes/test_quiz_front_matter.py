"""The four keys between the two ---."""

import pytest
from quiz_examples import FRONT_MATTER

from lessons.quizzes import QuizSyntaxError, parse

GOOD = {"title": "Tags", "pass_mark": "70", "attempts": "0", "release": "deadline"}


def quiz_with(**values):
    lines = [f"{key}: {value}" for key, value in {**GOOD, **values}.items() if value is not None]
    return parse("\n".join(["---", *lines, "---", ""]))


def problems(source):
    with pytest.raises(QuizSyntaxError) as caught:
        parse(source)
    return [(problem.line, problem.text) for problem in caught.value.problems]


@pytest.mark.parametrize("title", ["No", '"2024"', "Ünïcode – and more"])
def test_title_is_text(title):
    assert quiz_with(title=title).title == title.strip('"')


@pytest.mark.parametrize("release", ["now", "deadline", "never"])
def test_release_is_one_of_three(release):
    assert quiz_with(release=release).release == release


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("title", "2024", 2),
        ("title", "", 2),
        ("title", "''", 2),
        ("title", "[a, b]", 2),
        ("pass_mark", "101", 3),
        ("pass_mark", "-1", 3),
        ("pass_mark", "70.5", 3),
        ("pass_mark", "'70'", 3),
        ("attempts", "true", 4),
        ("attempts", "many", 4),
        ("release", "later", 5),
        ("release", "{now: now}", 5),
    ],
)
def test_value_of_the_wrong_type_is_reported(key, value, line):
    with pytest.raises(QuizSyntaxError) as caught:
        quiz_with(**{key: value})
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (line, key)
    assert problem.message.startswith(("must be ", "is empty. Write "))


@pytest.mark.parametrize("key", GOOD)
def test_missing_key_is_reported(key):
    with pytest.raises(QuizSyntaxError, match=f"^line 1: {key}: is missing. Write [^\n]*$"):
        quiz_with(**{key: None})


def test_unknown_and_duplicate_keys_are_reported_together():
    front_matter = FRONT_MATTER.replace("release: now", "release: now\ncolour: yes\ntitle: Again\n? [a]\n: b")
    assert [line for line, _ in problems(front_matter)] == [6, 7, 8]
    known = "Known keys: title, pass_mark, attempts, release, shows, counts, time_limit,"
    assert problems(front_matter)[0] == (
        6,
        f"Unknown front matter key “colour”. {known} deadline_days, deadline, late, bonus, shuffle, pools.",
    )
    assert problems(front_matter)[1] == (7, "title: is given twice")


def test_yaml_that_cannot_be_read_is_the_only_problem():
    ((line, message),) = problems(FRONT_MATTER.replace("title: B", "title: a: b"))
    assert line == 2
    assert message.startswith("cannot be read as YAML: mapping values are not allowed here")


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("- a list", "expected lines of"),
        ("text", "expected lines of"),
        ("title: *unknown", "cannot be read as YAML"),
        ("title: \ufffe", "cannot be read as YAML"),
        ("[" * 1000, "nested too deeply"),
    ],
)
def test_front_matter_that_is_not_a_mapping_is_reported(inner, message):
    ((line, text),) = problems(f"---\n{inner}\n---\n")
    assert line == 2
    assert message in text


def test_empty_front_matter_lacks_all_keys():
    assert [line for line, _ in problems("---\n---\n")] == [1, 1, 1, 1]


@pytest.mark.parametrize("start", ["", "\n" + FRONT_MATTER, "title: Tags\n", "---\ntitle: Tags\n"])
def test_file_without_front_matter_is_reported_with_the_problems_of_its_questions(start):
    first, second = problems(start + "## What is it? {#q}\n- [x] a\n- [ ] b\n")
    assert (first[0], second[0]) == (1, start.count("\n") + 1)
    assert "must start with front matter" in first[1]
    assert "This question has no explanation." in second[1]
