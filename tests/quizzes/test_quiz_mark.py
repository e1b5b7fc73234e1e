"""The score of an attempt."""

from decimal import Decimal

import pytest
from quiz_examples import FRONT_MATTER, RIGHT, one_of_each

from lessons.quizzes import QuestionMark, mark, parse


def choices(*points, pass_mark=70):
    questions = [f"## Q {{#q{n} points={p}}}\n- [x] a\n- [ ] b\n> Why.\n" for n, p in enumerate(points)]
    return parse(FRONT_MATTER.replace("70", str(pass_mark)) + "".join(questions))


def test_all_right_is_all_points():
    marked = mark(one_of_each(), RIGHT)
    assert (marked.points, marked.max_points, marked.score, marked.passed) == (8, 8, 100, True)
    assert marked.per_question["roles"] == QuestionMark(credit=Decimal(1), points=Decimal("1.5"))


def test_nothing_answered_is_no_points_and_lists_every_question():
    marked = mark(one_of_each(), {})
    assert (marked.points, marked.score, marked.passed) == (0, 0, False)
    assert set(marked.per_question) == set(RIGHT)


def test_credit_is_weighed_by_points():
    marked = mark(one_of_each(), {"vcs": [0], "cloze": ["free", ""], "approval": [1]})
    assert marked.points == Decimal("2.75")
    assert marked.per_question["cloze"] == QuestionMark(credit=Decimal("0.5"), points=Decimal("0.25"))
    assert marked.score == 34


def test_response_to_an_unknown_question_is_ignored():
    assert mark(one_of_each(), {**RIGHT, "gone": [0]}).points == 8


@pytest.mark.parametrize(
    ("right", "wrong", "score"),
    [("1", "7", 13), ("69.5", "30.5", 70), ("69.49", "30.51", 69), ("1", "2", 33)],
)
def test_score_is_rounded_half_up(right, wrong, score):
    marked = mark(choices(right, wrong), {"q0": [0], "q1": [1]})
    assert marked.score == score
    assert marked.passed is (score >= 70)


def test_thirds_add_up_to_a_whole():
    table = "| L | R |\n|-|-|\n| a | x |\n| b | y |\n| c | z |\n> Why.\n"
    thirds = parse(FRONT_MATTER + "".join(f"## Q {{#q{n}}}\n{table}" for n in range(3)))
    marked = mark(thirds, {"q0": [0, None, None], "q1": [None, 1, None], "q2": [None, None, 2]})
    assert marked.points == 1


def test_score_at_the_pass_mark_passes():
    assert mark(choices("1", "1", pass_mark=50), {"q0": [0]}).passed
    assert not mark(choices("1", "1", pass_mark=51), {"q0": [0]}).passed


def test_quiz_without_questions_scores_nothing():
    marked = mark(choices(), {})
    assert (marked.score, marked.max_points, marked.passed) == (0, 0, False)
