"""A quiz that is exported and imported again is the same, or its losses are named."""

import os
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lessons.quizzes import QuizSyntaxError, parse
from lessons.quizzes.formats import EXPORTS, export_quiz, import_questions
from lessons.quizzes.kinds.cloze import Cloze
from lessons.quizzes.kinds.matching import Matching
from lessons.quizzes.kinds.ordering import Ordering
from lessons.quizzes.kinds.short_text import ShortText
from lessons.quizzes.options import Choice
from lessons.quizzes.writing import write_front_matter, write_question
from tests.quiz_files.generated import question as questions
from tests.quizzes.quiz_examples import one_of_each

# Without shrinking, which takes minutes here and finds little: each question is small.
GENEROUS = settings(
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
KEYS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)


@st.composite
def quizzes(draw):
    keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
    written = [write_question(replace(draw(questions), key=key)) for key in keys]
    try:
        return parse("\n".join([write_front_matter('A "quiz": 50% / 2', 70, 3, "now"), *written]))
    except QuizSyntaxError:
        return None  # such as a text that reads as a misspelt answer


def bare(question):
    return replace(question, line=0)


def again(quiz, name):
    exported = export_quiz(quiz, name)
    imported = import_questions(exported.data, name=f"x.{exported.ending}")
    return {
        each.key: bare(each) for part in imported.parts for each in parse(part.source).questions
    }, exported


def may_lose(question, name):
    """Return what the format cannot hold of this question; all else comes back equal."""
    pins = {option.pinned for option in question.options} if isinstance(question, Choice) else set()
    has_patterns = isinstance(question, ShortText) and any(
        text[0] == text[-1] == "/" for text in question.accepted
    )
    typed = [*getattr(question, "accepted", ())]
    arrows = "->" in str(typed) or "->" in str(getattr(question, "pairs", ""))
    return {
        "gift": question.points != 1 or (True in pins and len(question.options) > 2) or has_patterns or arrows
        or (True in pins and question.options[0].text != "True")
        or (isinstance(question, Cloze) and len(question.accepted) > 1)
        or (isinstance(question, Matching) and question.headers != ("Item", "Match"))
        or (isinstance(question, Ordering) and "->" in str(question.items)),
        "moodle-xml": len(pins) > 1 or has_patterns
        or (isinstance(question, Matching) and question.headers != ("Item", "Match")),
        "qti21": False,
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
@GENEROUS
@given(quiz=quizzes().filter(bool))
def test_a_generated_quiz_comes_back_equal_or_its_losses_are_named(name, quiz):
    back, exported = again(quiz, name) if exportable(quiz, name) else ({}, export_quiz(quiz, name))
    named = {loss.key for loss in exported.losses}
    for question in quiz.questions:
        if back.get(question.key) != bare(question):
            assert question.key in named, question
            assert may_lose(question, name), question


def exportable(quiz, name):
    losses = export_quiz(quiz, name).losses
    return len([loss for loss in losses if loss.message.startswith("Not written")]) < len(quiz.questions)


@GENEROUS
@given(quiz=quizzes().filter(bool))
def test_a_written_quiz_is_read_as_it_was(quiz):
    start = write_front_matter(quiz.title, quiz.pass_mark, quiz.attempts, quiz.release)
    read = parse("\n".join([start, *map(write_question, quiz.questions)]))
    assert list(map(bare, read.questions)) == list(map(bare, quiz.questions))
    assert read.title == quiz.title


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("gift", {"approval", "phases", "roles", "branch", "cloze"}),
        ("moodle-xml", {"approval", "roles", "branch"}),
        ("qti21", {"approval", "phases", "branch"}),
    ],
)
def test_a_quiz_of_each_kind_names_what_a_format_does_not_hold(name, lost):
    quiz = one_of_each()
    back, exported = again(quiz, name)
    assert {loss.key for loss in exported.losses} == {"", *lost}
    equal = {question.key for question in quiz.questions if back.get(question.key) == bare(question)}
    assert (
        equal
        == {
            "gift": {"vcs", "phases", "hours"},
            "moodle-xml": {"approval", "vcs", "phases", "hours", "cloze"},
            "qti21": {"approval", "vcs", "phases", "roles", "branch", "hours", "cloze"},
        }[name]
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_a_file_that_was_imported_is_exported_as_it_was(name):
    first = export_quiz(one_of_each(), name)
    imported = import_questions(first.data, name="x")
    quiz = parse(imported.parts[0].source)
    second = export_quiz(quiz, name)
    assert second.data == export_quiz(quiz, name).data
    third = export_quiz(parse(import_questions(second.data, name="x").parts[0].source), name)
    assert third.data == second.data


@pytest.mark.parametrize("name", EXPORTS)
def test_the_explanation_that_an_import_puts_in_place_is_not_exported(name):
    source = "Q: What is Git?\nA) A tool\nB) A tree\nAnswer: A\n"
    imported = import_questions(source.encode())
    exported = export_quiz(parse(imported.parts[0].source), name)
    again = import_questions(exported.data)
    assert b"no explanation yet" not in exported.data
    assert bare(again.questions[0]) == bare(imported.questions[0])
    assert [question.points for question in again.questions] == [Decimal(1)]
