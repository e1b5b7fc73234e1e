"""The examples of docs/lessons.md are what they say: they render and parse without a problem."""

import re
from pathlib import Path

from lessons.quizzes import parse, reference
from lessons.quizzes.front_matter import Settings
from lessons.quizzes.kinds import KINDS
from lessons.rendering import reference as syntax_reference
from lessons.rendering import render
from lessons.rendering.blocks import BLOCKS
from lessons.rendering.syntax import syntax

TEXT = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text()
LESSON, QUIZ, *OTHERS = (
    found[1] for found in re.findall(r"^(`{4,})markdown\n(.*?)^\1$", TEXT, re.MULTILINE | re.DOTALL)
)


def link(kind: str, slug: str, fragment: str) -> str:
    return f"/{kind}/{slug}/#{fragment}"


def test_lesson_of_the_docs_has_no_problem():
    assert syntax_reference.with_syntax(TEXT) == TEXT, "run `python -m lessons.rendering.reference docs`"
    rendered = render(LESSON, link=link)
    assert rendered.problems == []
    for tag in ("aside", "details", "dl", "mark", "sup", "table", "figure", 'li data-key="install-git"'):
        assert f"<{tag}" in rendered.html


def test_each_example_has_no_problem_on_its_own():
    assert [entry.name for entry in syntax() if render(entry.example, link=link).problems] == []
    assert {f"::: {name}" for name in BLOCKS} < {entry.name for entry in syntax()}


def test_rules_of_a_quiz_are_all_in_the_docs_and_their_example_is_valid():
    (pooled,) = [each for each in OTHERS if each.startswith("---")]
    assert [pool.name for pool in parse(pooled).pools] == ["merging"]
    table = TEXT[TEXT.index("### The rules of a quiz") : TEXT.index("**Pools**")]
    assert [name for name in Settings._fields if f"`{name}`" not in table] == []


def test_quiz_of_the_docs_has_each_kind_and_no_warning():
    assert reference.with_example(TEXT) == TEXT, "run `python -m lessons.quizzes.reference docs`"
    quiz = parse(QUIZ)
    assert [question.kind for question in quiz.questions] == [kind.kind for kind in KINDS]
    assert quiz.warnings == ()
