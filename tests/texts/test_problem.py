"""Parsers of course texts report the same fields of a problem as the engine."""

from dataclasses import fields

import pytest

import labs.grader.problem as engine
from labs.grader.spec import SpecError, load_spec
from labs.specs import problems_of
from lessons.texts import problem as texts
from lessons.texts.problem import Problem


def shape(kind):
    return [(item.name, item.type, item.default, item.kw_only) for item in fields(kind)]


def test_the_engine_and_the_lessons_have_one_kind_of_problem():
    assert shape(engine.Problem) == shape(texts.Problem)
    for values in (
        {"line": 3, "key": "", "message": "Write the text first."},
        {"line": 3, "key": "checks.points", "message": "is missing"},
        {"line": 3, "key": "checks.points", "message": "is missing", "path": "labs/a/lab.yaml", "column": 5},
    ):
        own, other = texts.Problem(**values), engine.Problem(**values)
        assert (str(own), own.text) == (str(other), other.text)


def test_a_problem_names_its_file_line_and_key():
    assert str(Problem(3, "", "Write the text first.")) == "line 3: Write the text first."
    assert str(Problem(3, "checks.points", "is missing")) == "line 3: checks.points: is missing"
    assert str(Problem(3, "title", "is missing", path="a/lab.yaml")) == "a/lab.yaml:3: title: is missing"


def test_problems_come_by_file_then_by_line():
    problems = [Problem(1, "", "c", path="b"), Problem(10, "", "b", path="a"), Problem(9, "z", "a", path="a")]
    assert [item.message for item in sorted(problems)] == ["a", "b", "c"]


def test_problems_of_a_lab_become_those_of_a_course_text():
    with pytest.raises(SpecError) as caught:
        load_spec("schema: 2\ntitle: A\npass_mark: 700\nchecks: []\n")
    found, engines = problems_of(caught.value), caught.value.problems
    assert [str(item) for item in found] == [str(item) for item in engines]
    assert found[0] == Problem(3, "pass_mark", engines[0].message)
