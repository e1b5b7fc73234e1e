"""All problems are reported at once, each with its line."""

import pytest
from quiz_examples import FRONT_MATTER, ONE_OF_EACH

from lessons.quizzes import QuizSyntaxError, parse
from lessons.texts.problem import Problem

HEAD = "## What is it? {#q}"
FIRST = FRONT_MATTER.count("\n") + 1


def problems(source):
    with pytest.raises(QuizSyntaxError) as caught:
        parse(source)
    return caught.value.problems


def only_problem(*lines):
    """Return the only problem, as (line, message), of a quiz with these lines; 1 is the line after the front matter."""
    (problem,) = problems(FRONT_MATTER + "\n".join(lines))
    return problem.line - FIRST + 1, problem.message


OPTIONS = ("- [x] a", "- [ ] b", "> Why.")


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("## What is it?", "no key"),
        ("## What is it? {}", "no key"),
        ("## What is it? {points=2}", "no key"),
        ("## What is it? {#Upper}", "#Upper is not a key. Use up to 64 characters: a-z, 0-9, - and _."),
        ("## What is it? {#a #b}", "#b is not a key. Use up to 64 characters: a-z, 0-9, - and _."),
        ("## What is it? {#}", "# is not a key. Use up to 64 characters: a-z, 0-9, - and _."),
        ("## What is it? {#" + "k" * 65 + "}", "is not a key. Use up to 64 characters: a-z, 0-9, - and _."),
        ("## What is it? {#q level=3}", "Unknown attribute level=3"),
        ("## What is it? {#q points=1 points=2}", "Unknown attribute points=2"),
        ("## What is it? {#q points=0}", "points=0 is not a number above 0"),
        ("## What is it? {#q points=-1}", "points=-1 is not a number above 0"),
        ("## What is it? {#q points=NaN}", "points=NaN is not a number above 0"),
        ("## What is it? {#q points=1e9}", "points=1e9 is not a number above 0"),
        ("## {#q}", "This question is empty"),
        ("##  {#q}", "This question is empty"),
    ],
)
def test_heading_with_a_fault_is_reported(heading, message):
    line, text = only_problem("", heading, *OPTIONS)
    assert line == 2
    assert message in text


CASES = {
    "no right option": (["- [ ] a", "- [ ] b"], 1, "No option is marked as correct"),
    "one option": (["- [x] a"], 1, "fewer than two options"),
    "same option": (["- [x] a b", "- [ ] c", "- [ ] a  b"], 4, "“a b” is in this question twice"),
    "same option in another normal form": (["- [x] é", "- [ ] e\u0301"], 3, "is in this question twice"),
    "empty option": (["- [x] a", "- [ ]"], 3, "This line is empty"),
    "box misspelt": (["- [x] a", "- [ ] b", "- [y] c"], 4, "neither an answer nor"),
    "paragraph between options": (["- [x] a", "more", "- [ ] b"], 3, "neither an answer nor"),
    "code between options": (["- [x] a", "```", "x", "```", "- [ ] b"], 3, "neither an answer nor"),
    "note without an option": (["1. a", "  > why", "2. b"], 3, "neither an answer nor"),
    "wrong answer without a note": (["= a", "!= b"], 3, "has no explanation"),
    "wrong answer that is right": (["= a", "!= a", "  > why"], 3, "is accepted above"),
    "wrong answer of a list": (["1. a", "2. b", "!= c"], 4, "neither an answer nor"),
    "one item": (["1. a"], 1, "fewer than two items"),
    "same item": (["1. a", "2. b", "3. a"], 4, "“a” is in this question twice"),
    "empty item": (["1. a", "2."], 3, "This line is empty"),
    "table without header": (
        ["| a | b |", "| c | d |", "| e | f |", "| g | h |"],
        2,
        "This table has no header.",
    ),
    "one pair": (["| L | R |", "|---|---|", "| a | b |"], 1, "fewer than two pairs"),
    "three cells": (["| L | R |", "|---|---|", "| a | b |", "| c | d | e |"], 5, "two filled cells"),
    "empty cell": (["| L | R |", "|---|---|", "| a | b |", "| c | |"], 5, "two filled cells"),
    "same left text": (
        ["| L | R |", "|---|---|", "| a | b |", "| a | c |"],
        5,
        "“a” is in this question twice",
    ),
    "empty answer": (["= a", "="], 3, "This line is empty"),
    "empty expression": (["= //"], 2, "This line is empty"),
    "open parenthesis": (["= a", "= /(b/"], 3, "is not an RE2 regular expression: missing ): (b"),
    "back-reference": ([r"= /(a)\1/"], 2, "invalid escape sequence"),
    "look-ahead": (["= /a(?=b)/"], 2, "is not an RE2 regular expression"),
    "tolerance that is none": (["= 3 ± some"], 2, "“some” is not a tolerance"),
    "tolerance missing": (["= 3 ±"], 2, "“” is not a tolerance"),
    "tolerance below 0": (["= 3 ± -1"], 2, "“-1” is not a tolerance"),
    "number that is none": (["= 3 ± 1", "= three"], 3, "“three” is not a number"),
    "number with a comma": (["= 1,000"], 2, "“1,000” is not a number"),
    "boxes and =": (
        ["- [x] a", "- [ ] b", "= c"],
        4,
        "This line has a different kind of answer than the lines above.",
    ),
    "= and boxes": (["= c", "- [x] a"], 3, "This line has a different kind of answer than the lines above."),
    "list directly before boxes": (
        ["1. a", "- [x] b"],
        3,
        "This line has a different kind of answer than the lines above.",
    ),
    "list and table": (
        ["1. a", "2. b", "", "| c | d |"],
        5,
        "This line has a different kind of answer than the lines above.",
    ),
}


@pytest.mark.parametrize(("body", "line", "message"), CASES.values(), ids=CASES)
def test_answers_with_a_fault_are_reported(body, line, message):
    found, text = only_problem(HEAD, *body, "> Why.")
    assert found == line
    assert message in text


@pytest.mark.parametrize(
    ("heading", "count"),
    [("A ___ and a ___.", "Blanks: 2, = lines: 1."), ("___ ____ ___", "Blanks: 3, = lines: 1.")],
)
def test_cloze_with_more_blanks_than_lines_is_reported(heading, count):
    assert count in only_problem(f"## {heading} {{#q}}", "= a", "> Why.")[1]


def test_cloze_with_more_lines_than_blanks_is_reported():
    assert "Blanks: 1, = lines: 2." in only_problem("## A ___ {#q}", "= a", "= b", "> Why.")[1]


def test_cloze_with_an_empty_alternative_is_reported():
    assert only_problem("## A ___ {#q}", "= a | ", "> Why.") == (
        2,
        "This line has an empty alternative. Write one, or delete the |.",
    )


@pytest.mark.parametrize("end", [[], [">"], ["", "> "], ["  > indented"]])
def test_missing_explanation_is_reported(end):
    line, message = only_problem("", HEAD, "- [x] a", "- [ ] b", *end)
    assert line == 2
    assert "This question has no explanation." in message


def test_question_without_answers_is_reported():
    assert only_problem("", "", HEAD, "", "Text.") == (3, "This question has no answers.")


@pytest.mark.parametrize("late", ["text", "- [ ] c", "  > note", "# Part two", "```\n## x\n```"])
def test_line_after_the_explanation_is_reported(late):
    line, message = only_problem(HEAD, *OPTIONS, "", late)
    assert line == 6
    assert "The explanation ends the question. Move this line above it, or delete it." in message


def test_text_outside_any_question_is_reported_once():
    line, message = only_problem("", "# Part one", "text", HEAD, *OPTIONS)
    assert line == 2
    assert "This text is not part of a question." in message


def test_duplicate_key_names_the_first():
    assert only_problem(HEAD, *OPTIONS, HEAD, *OPTIONS) == (
        5,
        f"The key #q is already used by the question on line {FIRST}.",
    )


def test_duplicate_right_texts_are_allowed():
    parse(FRONT_MATTER + "\n".join([HEAD, "| L | R |", "|-|-|", "| a | c |", "| b | c |", "> Why."]))


def test_code_that_is_never_closed_is_the_only_problem_of_its_question():
    line, message = only_problem("## Fine {#a}", *OPTIONS, HEAD, "```", *OPTIONS, "## Lost", "~~~")
    assert line == 6
    assert "The code block that starts here is not closed. Close it with the same ``` or ~~~." in message


def test_file_above_the_limit_is_refused_in_bytes():
    assert problems(FRONT_MATTER + "é" * 140_000) == [
        Problem(1, "", "The quiz is larger than 256 KB. Shorten it.")
    ]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u2028", "\ud800"])
def test_control_character_is_reported(character):
    assert only_problem(HEAD, f"- [x] {character}", *OPTIONS[1:]) == (
        2,
        f"This line contains the control character U+{ord(character):04X}. Delete it.",
    )


def test_all_problems_are_reported_at_once_in_the_order_of_lines():
    source = ONE_OF_EACH.replace("pass_mark: 70", "pass_mark: most").replace("- [x] Mercurial", "- [x] Git")
    source = source.replace("= distributed\n", "").replace("> As written.", "")
    found = problems(source)
    assert [problem.line for problem in found] == [3, 17, 22, 46]
    with pytest.raises(QuizSyntaxError, match=r"(?s)line 3: .*line 46: ") as caught:
        parse(source)
    assert str(caught.value).count("\n") == 3


def test_no_prefix_of_a_quiz_breaks_the_parser():
    for length in range(0, len(ONE_OF_EACH), 3):
        try:
            parse(ONE_OF_EACH[:length])
        except QuizSyntaxError as error:
            assert error.problems
            assert all(1 <= problem.line <= ONE_OF_EACH.count("\n") + 1 for problem in error.problems)


def test_more_points_than_an_attempt_can_hold_are_reported_once():
    question = "## What is it? {{#q{} points=9999}}\n- [x] a\n- [ ] b\n> Why.\n"
    most = FRONT_MATTER + "\n".join(map(question.format, range(10)))
    assert sum(each.points for each in parse(most).questions) == 99_990
    (problem,) = problems(most + "\n".join(map(question.format, range(10, 13))))
    assert problem.line == FIRST + 10 * 5 - 1
    assert problem.message == (
        "The questions up to here are worth 109,989 points. The limit is 99,999."
        " Give fewer points, or split the quiz."
    )
