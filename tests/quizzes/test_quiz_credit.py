"""The credit of a response."""

import time
from decimal import Decimal
from random import Random

import pytest
from quiz_examples import RIGHT, one_of_each, question, random_fields

from lessons.quizzes import credit, read_response

QUESTIONS = {question.key: question for question in one_of_each().questions}
ALL = pytest.mark.parametrize("key", QUESTIONS)
THIRD = Decimal(1) / 3


@ALL
def test_right_response_has_full_credit(key):
    assert credit(QUESTIONS[key], RIGHT[key]) == 1


@ALL
def test_no_response_has_no_credit(key):
    assert credit(QUESTIONS[key], None) == 0


@ALL
def test_any_response_has_credit_from_0_to_1(key):
    rng = Random(key)
    seen = set()
    for _ in range(200):
        layout = QUESTIONS[key].lay_out(rng)
        response = read_response(QUESTIONS[key], layout, random_fields(QUESTIONS[key], layout, rng))
        seen.add(credit(QUESTIONS[key], response))
    assert all(isinstance(worth, Decimal) and 0 <= worth <= 1 for worth in seen)
    assert len(seen) > 1


@pytest.mark.parametrize(("response", "worth"), [([1], 1), ([0], 0), ([2], 0)])
def test_single_choice_is_all_or_nothing(response, worth):
    assert credit(QUESTIONS["approval"], response) == worth


@pytest.mark.parametrize(
    ("response", "worth"),
    [([0, 1], "1"), ([0], "0.5"), ([0, 1, 2], "0.5"), ([0, 2], "0"), ([2, 3], "0"), ([0, 1, 2, 3], "0")],
)
def test_multiple_choice_subtracts_wrong_from_right(response, worth):
    assert credit(QUESTIONS["vcs"], response) == Decimal(worth)


@pytest.mark.parametrize(
    ("response", "worth"),
    [
        ([1, 2, 3, 4], "1"),
        ([2, 1, 3, 4], "0.5"),
        ([4, 3, 2, 1], "0"),
        ([1, None, None, None], "0.25"),
        ([1, 1, 1, 1], "0.25"),
    ],
)
def test_ordering_counts_items_in_their_place(response, worth):
    assert credit(QUESTIONS["phases"], response) == Decimal(worth)


@pytest.mark.parametrize(
    ("response", "worth"),
    [([0, 1, 0], 1), ([0, 1, 1], 2 * THIRD), ([None, 1, None], THIRD), ([1, 0, 1], 0)],
)
def test_matching_counts_rows(response, worth):
    assert credit(QUESTIONS["roles"], response) == pytest.approx(worth, abs=Decimal("1e-27"))


def test_matching_treats_right_texts_as_equal_in_every_normal_form():
    table = question("| L | R |\n|-|-|\n| a | caf\u00e9 |\n| b | cafe\u0301 |")
    assert credit(table, [0, 0]) == 1


@pytest.mark.parametrize(
    ("response", "worth"),
    [
        ("git branch", 1),
        ("  GIT \t Branch ", 1),
        ("git\u00a0branch", 1),
        ("git branch -a", 1),
        ("Git  BRANCH   --ALL", 1),
        ("gitbranch", 0),
        ("git branch -av", 0),
        ("please git branch -a", 0),
        ("/git\\s+branch\\s+(-a|--all)/", 0),
        ("", 0),
    ],
)
def test_short_text_ignores_case_and_spaces(response, worth):
    assert credit(QUESTIONS["branch"], response) == worth


def test_short_text_compares_in_one_normal_form():
    assert credit(question("= Caf\u00e9"), "CAFE\u0301") == 1
    assert credit(question("= /cafe\u0301?s/"), "CAF\u00c9S") == 1
    assert credit(question("= Straße"), "STRASSE") == 1


def test_short_text_takes_a_lone_slash_literally():
    assert credit(question("= /"), "/") == 1
    assert credit(question("= /etc"), "/ETC") == 1


def test_hostile_expression_answers_in_linear_time():
    hostile = question("= /(a*)*(a|aa)+(.*)*b/")
    start = time.perf_counter()
    assert credit(hostile, "a" * 1000) == 0
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize("response", ["3", "3.1", "2.9", "2,9", " 3,10 ", "+3", "3e0", "30e-1", "3."])
def test_number_within_the_tolerance_is_right(response):
    assert credit(QUESTIONS["hours"], response) == 1


@pytest.mark.parametrize(
    "response",
    [
        "3.1" + "0" * 60 + "1",
        "2.89",
        "-3",
        "nan",
        "inf",
        "Infinity",
        "3 hours",
        "1/3",
        "3 ± 0.1",
        "",
        "3e999",
        "0x3",
    ],
)
def test_number_outside_the_tolerance_or_none_is_wrong(response):
    assert credit(QUESTIONS["hours"], response) == 0


def test_number_may_be_below_zero_with_either_minus():
    assert [credit(question("= -4"), given) for given in ("-4", "−4.0", "4")] == [1, 1, 0]


def test_number_may_match_any_of_its_lines():
    both = question("= 10\n= 20 ± 1")
    assert [credit(both, given) for given in ("10", "10.5", "19", "21", "22")] == [1, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("response", "worth"),
    [
        (["FREE", " distributed "], "1"),
        (["open-source", ""], "0.5"),
        (["distributed", "free"], "0"),
        (["free | open-source", ""], "0"),
        (["", ""], "0"),
    ],
)
def test_cloze_counts_blanks(response, worth):
    assert credit(QUESTIONS["cloze"], response) == Decimal(worth)
