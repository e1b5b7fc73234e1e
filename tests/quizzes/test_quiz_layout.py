"""Tokens and orders for one attempt, and the part that a page may see."""

import json
import re
from dataclasses import asdict
from decimal import Decimal
from random import Random

import pytest
from quiz_examples import one_of_each, question

from lessons.quizzes import lay_out, question_view, right_answer

QUESTIONS = one_of_each().questions


def views(rng):
    quiz = one_of_each()
    layout = lay_out(quiz, rng)
    return {question.key: question_view(question, layout[question.key]) for question in quiz.questions}


def test_layout_survives_json_that_forgets_the_order_of_keys():
    layout = lay_out(one_of_each(), Random(1))
    assert json.loads(json.dumps(layout, sort_keys=True)) == layout


def test_layout_is_the_same_for_the_same_seed_and_differs_for_another():
    assert views(Random(1)) == views(Random(1))
    assert views(Random(1)) != views(Random(2))


def test_tokens_are_twelve_digits_and_all_different():
    tokens = [
        token
        for question_layout in lay_out(one_of_each(), Random(3)).values()
        for column in question_layout.values()
        for token in column
    ]
    assert len(tokens) == len(set(tokens)) == 3 + 4 + 4 + 3 + 2
    assert all(re.fullmatch("[0-9a-f]{12}", token) for token in tokens)


def test_duplicate_token_is_drawn_again():
    class Stuck(Random):
        drawn = [7, 7, 7, 1]

        def getrandbits(self, k, /):
            return self.drawn.pop(0)

    layout = question("- [x] a\n- [ ] b").lay_out(Stuck())
    assert layout == {"options": ["000000000007", "000000000001"]}


@pytest.mark.heavy
def test_each_option_comes_first_about_as_often():
    rng = Random(4)
    first = [views(rng)["approval"].options[0].text for _ in range(600)]
    assert all(150 < first.count(option.text) < 250 for option in QUESTIONS[0].options)


def test_ordering_is_never_shown_as_written():
    rng = Random(5)
    items = question("1. b\n2. a")
    for _ in range(50):
        shown = question_view(items, items.lay_out(rng)).options
        assert [entry.text for entry in shown] == ["a", "b"]


def test_view_of_a_table_shows_each_right_text_once_and_rows_in_order():
    roles = views(Random(6))["roles"]
    assert sorted(entry.text for entry in roles.options) == ["deploys models", "prepares data"]
    assert [entry.text for entry in roles.rows] == ["Data engineer", "ML engineer", "Analyst"]
    assert roles.headers == ("Role", "Work")


def test_view_of_a_cloze_counts_its_blanks():
    assert views(Random(7))["cloze"].blanks == 2


def test_view_repeats_prompt_kind_and_points():
    approval = views(Random(8))["approval"]
    assert (approval.kind, approval.prompt) == ("single-choice", "Who approves a *release*?")
    assert approval.points == Decimal(2)


@pytest.mark.parametrize("right", range(4))
@pytest.mark.parametrize("seed", range(5))
def test_view_is_the_same_whichever_option_is_right(right, seed):
    options = [f"- [{'x' if place == right else ' '}] option {place}" for place in range(4)]
    options.insert(right + 1, "  > secret")
    choice = question("\n".join(options))
    plain = question("- [x] option 0\n- [ ] option 1\n- [ ] option 2\n- [ ] option 3")
    seen = question_view(choice, choice.lay_out(Random(seed)))
    assert seen == question_view(plain, plain.lay_out(Random(seed)))


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.key)
def test_view_contains_neither_explanation_nor_answer(asked):
    text = json.dumps(asdict(question_view(asked, asked.lay_out(Random(9)))), default=str)
    assert asked.explanation not in text
    assert "waits for the approval" not in text
    assert "right" not in text
    assert not re.search("open-source|git branch|3 ±|0\\.1", text)
    if asked.answers_are_markdown:
        assert all(answer.split("→")[-1].split(". ")[-1].strip() in text for answer in right_answer(asked))


def test_order_of_tokens_reveals_nothing_about_the_order_in_the_source():
    rng = Random(10)
    roles = QUESTIONS[3]
    layouts = [roles.lay_out(rng) for _ in range(400)]
    same_order = sum(layout["right"] == sorted(layout["right"]) for layout in layouts)
    assert 150 < same_order < 250
