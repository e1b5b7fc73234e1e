"""Answers as text, for the review."""

import pytest
from quiz_examples import RIGHT, one_of_each, question

from lessons.quizzes import given_answer, right_answer

QUESTIONS = {question.key: question for question in one_of_each().questions}

RIGHT_TEXTS = {
    "approval": ["The product owner"],
    "vcs": ["Git", "Mercurial"],
    "phases": ["1. Requirements", "2. Design", "3. Code", "4. Test"],
    "roles": [
        "Data engineer → prepares data",
        "ML engineer → deploys models",
        "Analyst → prepares data",
    ],
    "branch": ["git branch"],
    "hours": ["3 ± 0.1"],
    "cloze": ["free or open-source", "distributed"],
}


@pytest.mark.parametrize("key", RIGHT_TEXTS)
def test_right_answer_is_given_in_words(key):
    assert right_answer(QUESTIONS[key]) == RIGHT_TEXTS[key]


def test_right_answer_shows_an_expression_only_when_there_is_nothing_else():
    assert right_answer(question("= /a+/\n= /b+/")) == ["/a+/", "/b+/"]


@pytest.mark.parametrize("key", ["approval", "vcs", "phases", "roles"])
def test_right_response_reads_as_the_right_answer(key):
    assert given_answer(QUESTIONS[key], RIGHT[key]) == RIGHT_TEXTS[key]


@pytest.mark.parametrize(
    ("key", "response", "texts"),
    [
        ("vcs", [2], ["Subversion"]),
        ("phases", [3, 1, None, 3], ["1. Design", "3. Requirements", "3. Test"]),
        (
            "roles",
            [1, None, 0],
            ["Data engineer → deploys models", "ML engineer → –", "Analyst → prepares data"],
        ),
        ("branch", "git *log*", ["git *log*"]),
        ("hours", "three", ["three"]),
        ("cloze", ["", "central"], ["–", "central"]),
    ],
)
def test_given_answer_is_shown_as_given(key, response, texts):
    assert given_answer(QUESTIONS[key], response) == texts


@pytest.mark.parametrize("key", RIGHT_TEXTS)
def test_missing_answer_is_empty_text(key):
    assert given_answer(QUESTIONS[key], None) == []


def test_typed_answers_are_plain_text_and_chosen_ones_markdown():
    plain = {key for key, question in QUESTIONS.items() if not question.answers_are_markdown}
    assert plain == {"branch", "hours", "cloze"}
