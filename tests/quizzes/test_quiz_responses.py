"""Posted fields -> a response that can be stored -> the same fields again."""

import json
from random import Random

import pytest
from quiz_examples import RIGHT, one_of_each, random_fields

from lessons.quizzes import form_fields, lay_out, read_response

QUIZ = one_of_each()
LAYOUT = lay_out(QUIZ, Random(1))
QUESTIONS = {question.key: question for question in QUIZ.questions}
ALL = pytest.mark.parametrize("key", QUESTIONS)


def read(key, **fields):
    data = {name.replace("_", "-"): values for name, values in fields.items()}
    return read_response(QUESTIONS[key], LAYOUT[key], data)


def tokens(key, column="options"):
    return LAYOUT[key][column]


def test_single_choice_is_the_place_of_its_token():
    assert read("approval", answer=[tokens("approval")[2]]) == [2]


def test_single_choice_with_two_tokens_counts_as_nothing():
    assert read("approval", answer=tokens("approval")[:2]) is None


def test_multiple_choice_is_all_places_in_order():
    assert read("vcs", answer=[tokens("vcs")[3], tokens("vcs")[0], tokens("vcs")[3]]) == [0, 3]


def test_unknown_tokens_are_ignored():
    assert read("vcs", answer=["0", "", tokens("approval")[0], tokens("vcs")[1]]) == [1]
    assert read("vcs", answer=["0"]) is None


def test_ordering_keeps_the_positions_that_are_given():
    first, second, third, _ = tokens("phases", "items")
    fields = {f"answer_{first}": ["2"], f"answer_{second}": [" 1 "], f"answer_{third}": [""]}
    assert read("phases", **fields) == [2, 1, None, None]


@pytest.mark.parametrize("position", ["0", "5", "-1", "one", "1.0", "²", ""])
def test_ordering_ignores_a_position_outside_the_list(position):
    assert read("phases", **{f"answer_{tokens('phases', 'items')[0]}": [position]}) is None


def test_matching_keeps_the_rows_that_are_matched():
    left, right = tokens("roles", "left"), tokens("roles", "right")
    fields = {f"answer_{left[1]}": [right[0]], f"answer_{left[2]}": ["unknown"]}
    assert read("roles", **fields) == [None, 0, None]


def test_matching_with_the_token_of_a_row_is_ignored():
    left = tokens("roles", "left")
    assert read("roles", **{f"answer_{left[0]}": [left[0]]}) is None


def test_text_is_kept_as_typed_without_outer_spaces():
    assert read("branch", answer=["  Git   Branch\n"]) == "Git   Branch"


def test_text_that_is_not_a_number_is_kept_too():
    assert read("hours", answer=["three"]) == "three"


def test_cloze_keeps_the_blanks_that_are_filled():
    assert read("cloze", answer_2=["distributed "], answer_3=["more"]) == ["", "distributed"]


def test_last_value_of_a_field_counts():
    assert read("branch", answer=["", "git log"]) == "git log"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("x" * 1001, "x" * 1000),
        (" " * 2000 + "x", "x"),
        ("a" + " " * 2000 + "b", "a"),
        ("a\x00b\x1b\ud800", "ab"),
        ("\x00 ", None),
        ("   ", None),
    ],
)
def test_text_is_made_fit_to_be_stored(typed, kept):
    assert read("branch", answer=[typed]) == kept
    assert read("cloze", answer_1=[typed]) == (kept and [kept, ""])


@ALL
@pytest.mark.parametrize(
    "fields", [{}, {"answer": []}, {"answer": [""]}, {"answer_1": [""]}, {"other": ["x"]}]
)
def test_form_without_an_answer_is_none(key, fields):
    assert read(key, **fields) is None


@ALL
def test_nothing_saved_fills_nothing(key):
    assert form_fields(QUESTIONS[key], LAYOUT[key], None) == {}


def test_filled_gives_the_fields_of_the_form():
    left, right = tokens("roles", "left"), tokens("roles", "right")
    expected = {
        "vcs": {"answer": [tokens("vcs")[0], tokens("vcs")[1]]},
        "phases": {f"answer-{token}": [str(n)] for n, token in enumerate(tokens("phases", "items"), 1)},
        "roles": {f"answer-{left[i]}": [right[i % 2]] for i in range(3)},
        "hours": {"answer": ["3"]},
        "cloze": {"answer-1": ["free"], "answer-2": ["distributed"]},
    }
    assert {key: form_fields(QUESTIONS[key], LAYOUT[key], RIGHT[key]) for key in expected} == expected


@ALL
def test_right_response_comes_back_from_its_fields(key):
    assert (
        read_response(QUESTIONS[key], LAYOUT[key], form_fields(QUESTIONS[key], LAYOUT[key], RIGHT[key]))
        == RIGHT[key]
    )


@ALL
def test_any_response_comes_back_from_its_fields_and_from_json(key):
    rng = Random(key)
    question, answered = QUESTIONS[key], 0
    for _ in range(200):
        layout = json.loads(json.dumps(question.lay_out(rng)))
        response = read_response(question, layout, random_fields(question, layout, rng))
        assert read_response(question, layout, form_fields(question, layout, response)) == response
        assert json.loads(json.dumps(response)) == response
        answered += response is not None
    assert 20 < answered < 200
