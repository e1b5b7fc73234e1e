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
from lessons.quizzes.kinds.free_text import FreeText
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
    typed = [*getattr(question, "accepted", ()), *getattr(question, "hints", ())]
    arrows = "->" in str(typed) or "->" in str(getattr(question, "pairs", ""))
    return {
        "gift": question.points != 1 or (True in pins and len(question.options) > 2) or has_patterns or arrows
        or (True in pins and question.options[0].text != "True")
        or (isinstance(question, Cloze) and len(question.accepted) > 1)
        or (isinstance(question, Matching) and question.headers != ("Item", "Match"))
        or (isinstance(question, Ordering) and "->" in str(question.items))
        or (isinstance(question, FreeText) and (question.notes or question.words != 300)),
        "moodle-xml": len(pins) > 1 or has_patterns
        or (isinstance(question, Matching) and question.headers != ("Item", "Match")),
        "qti21": bool(getattr(question, "hints", ())),
    }[name]  # fmt: skip


@pytest.mark.daily(1)
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


# --- rules ------------------------------------------------------------------------------------------------------------

RULED = """---
title: Rules
pass_mark: 80
attempts: 2
release: passed
counts: last
time_limit: 45
deadline_days: 7
shuffle: true
pools: {deep: 2, wide: 1}
---
"""


def ruled(front=RULED):
    pools = ["", " pool=deep", " pool=deep", " pool=wide", " pool=deep", " pool=wide"]
    texts = [f"## Why {n}? {{#q{n}{pool}}}\n= because\n> So.\n" for n, pool in enumerate(pools)]
    return parse("\n".join([front, *texts]))


def test_qti_carries_time_order_and_pools():
    exported = export_quiz(ruled(), "qti21")
    (part,) = import_questions(exported.data, name="x.zip").parts
    back = parse(part.source)
    assert (back.time_limit, back.shuffle) == (45, True)
    assert {(pool.name, pool.draw) for pool in back.pools} == {("deep", 2), ("wide", 1)}
    assert {each.key: each.pool for each in back.questions} == {
        each.key: each.pool for each in ruled().questions
    }
    (loss,) = [each.message for each in exported.losses if "rules" in each.message]
    assert loss == (
        "The rules stay in the portal: pass mark 80%, attempts 2, answers shown: passed, the last attempt"
        " counts, deadline 7 days after the meeting (refuse later attempts)."
    )


def test_scattered_pool_is_written_together_and_named():
    exported = export_quiz(ruled(RULED.replace("shuffle: true\n", "")), "qti21")
    assert any("together" in loss.message for loss in exported.losses)
    (part,) = import_questions(exported.data, name="x.zip").parts
    assert [each.key for each in parse(part.source).questions] == ["q0", "q1", "q2", "q4", "q3", "q5"]


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_rules_that_a_format_cannot_hold_are_named(name):
    said = " ".join(loss.message for loss in export_quiz(ruled(), name).losses)
    for words in (
        "time limit 45 minutes",
        "random order",
        "2 of the pool deep",
        "1 of the pool wide",
    ):
        assert words in said
