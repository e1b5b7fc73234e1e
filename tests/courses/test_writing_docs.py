"""The examples of docs/lessons.md are what they say: they render and parse without a problem."""

import re
from pathlib import Path

from lessons.quizzes import parse, reference
from lessons.quizzes.kinds import KINDS
from lessons.rendering import render

TEXT = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text()
LESSON, QUIZ = (
    found[1] for found in re.findall(r"^(`{3,})markdown\n(.*?)^\1$", TEXT, re.MULTILINE | re.DOTALL)
)


def test_lesson_of_the_docs_has_no_problem():
    rendered = render(LESSON, link=lambda kind, slug, fragment: f"/{kind}/{slug}/#{fragment}")
    assert rendered.problems == []
    for tag in ("aside", "details", "dl", "mark", "sup", "table", "figure", 'li data-key="install-git"'):
        assert f"<{tag}" in rendered.html


def test_quiz_of_the_docs_has_each_kind_and_nothing_to_look_at():
    assert reference.with_example(TEXT) == TEXT, "run `python -m lessons.quizzes.reference docs`"
    quiz = parse(QUIZ)
    assert [question.kind for question in quiz.questions] == [kind.kind for kind in KINDS]
    assert quiz.warnings == ()
