"""Options of several lines, and misspelt options."""

import pytest
from quiz_examples import FRONT_MATTER, question

from lessons.quizzes import QuizSyntaxError, parse

HEAD = f"{FRONT_MATTER}## What is it? {{#q}}\n"
FIRST = HEAD.count("\n")


def problems(body):
    with pytest.raises(QuizSyntaxError) as caught:
        parse(f"{HEAD}{body}\n> Why.\n")
    return [(problem.line - FIRST, problem.message) for problem in caught.value.problems]


# Source, and the texts of its options.
SEVERAL_LINES = [
    ("- [x] a\n  more\n- [ ] b", ["a\nmore", "b"]),
    ("- [x] a\n      more\n- [ ] b", ["a\nmore", "b"]),
    ("- [x] a\n\tmore\n- [ ] b", ["a\nmore", "b"]),
    ("- [x] a\n\n  more\n\n- [ ] b", ["a\n\nmore", "b"]),
    ("- [x] Run\n  ```bash\n  git add .\n    x\n\n  ## no heading\n  - [x] no option\n  > no note\n  ```\n- [ ] b",
     ["Run\n```bash\ngit add .\n  x\n\n## no heading\n- [x] no option\n> no note\n```", "b"]),
    ("- [x]\n  ~~~\n  a\n  ~~~\n- [ ]\n  ~~~\n   a\n  ~~~", ["\n~~~\na\n~~~", "\n~~~\n a\n~~~"]),
    ("- [x] a\n  more\n  > note\n- [ ] b", ["a\nmore", "b"]),
]  # fmt: skip


def test_option_goes_on_with_indented_lines_and_code():
    found = [[option.text for option in question(body).options] for body, _ in SEVERAL_LINES]
    assert found == [texts for _, texts in SEVERAL_LINES]


BULLET, HYPHEN = "Start an option with a hyphen and a space.", "There is no space between - and the box."
BOX = "The box is [x] for a correct option and [ ] for an incorrect one."
# Two lines that were meant as options, and the message about them.
SLIPS = [
    ("* [x] a", "* [ ] b", BULLET),
    ("+ [x] a", "+ [ ] b", BULLET),
    ("1. [x] a", "2. [ ] b", BULLET),
    ("1) [x] a", "2) [ ] b", BULLET),
    ("a) [x] a", "b) [ ] b", BULLET),
    ("– [x] a", "– [ ] b", BULLET),
    ("• [x] a", "• [ ] b", BULLET),
    ("[x] a", "[ ] b", BULLET),
    ("☑ a", "☐ b", BULLET),
    ("-[x] a", "-[ ] b", HYPHEN),
    ("-  [x] a", "-  [ ] b", "Put one space between - and the box."),
    ("-\t[x] a", "-\t[ ] b", "Put one space between - and the box."),
    ("- [x]a", "- [ ]b", "There is no space after the box."),
    (" - [x] a", " - [ ] b", "Do not indent an option."),
    ("- (x) a", "- ( ) b", BOX),
    ("- \\[x\\] a", "- \\[ \\] b", BOX),
]


@pytest.mark.parametrize(("right", "wrong", "cause"), SLIPS)
def test_line_that_was_meant_as_an_option_is_shown_as_it_should_be(right, wrong, cause):
    assert problems(f"{right}\n{wrong}") == [(1, f"{cause} Write: - [x] a"), (2, f"{cause} Write: - [ ] b")]


@pytest.mark.parametrize(
    ("slip", "cause"),
    [
        ("- [] b", "Put a space in the box of an incorrect option. Write: - [ ] b"),
        ("- [✓] b", f"{BOX} Write: - [x] b"),
        ("- [х] b", f"{BOX} Write: - [x] b"),  # Cyrillic
        ("- [ x ] b", f"{BOX} Write: - [x] b"),
        ("- [y] b", f"{BOX} Write: - [x] b"),
        ("- [-] b", f"{BOX} Write: - [ ] b"),
        ("* [ ] b", f"{BULLET} Write: - [ ] b"),
        ("1. [ ] b", f"{BULLET} Write: - [ ] b"),
        ("  - [ ] b", "Options can’t be nested. Write: - [ ] b"),
        ("  * [x] b", "Options can’t be nested. Write: - [x] b"),
    ],
)
def test_slip_among_options_is_reported_wherever_it_is(slip, cause):
    below = problems(f"- [x] a\n- [ ] c\n{slip}")
    assert [(line, message.endswith(cause)) for line, message in below] == [(3, True)]
    if not slip.startswith("  "):
        above = problems(f"{slip}\n- [x] a\n- [ ] c")
        assert (1, cause) in above


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        (
            "- [x] a\nmore\n- [ ] b",
            2,
            "To continue the option above, indent this line by two spaces. Write:   more",
        ),
        (
            "- [x] a\n```\nx\n```\n- [ ] b",
            2,
            "Indent the code of an option by two spaces, like all its other lines.",
        ),
        ("- [x] a\n  ```\n  x\n- [ ] b", 2, "The code block that starts here is not closed in its option."),
        ("- [x] a\n- [ ] b\n  ```\n  x", 3, "The code block that starts here is not closed in its option."),
        (
            "- [x] a\n  - list\n- [ ] b",
            2,
            "An option can contain only text and code. Write this as text or code.",
        ),
        (
            "- [x] a\n  | table |\n- [ ] b",
            2,
            "An option can contain only text and code. Write this as text or code.",
        ),
        ("- [x] a\n  > note\n  more\n- [ ] b", 3, "All lines of an option come before its explanation."),
        ("= a\n  more", 2, "Each answer of this kind must be a single line."),
        ("1. a\n   more\n2. b", 2, "Each answer of this kind must be a single line."),
    ],
)
def test_line_that_no_option_can_show_is_reported(body, line, message):
    (found,) = problems(body)
    assert (found[0], message in found[1]) == (line, True)


@pytest.mark.parametrize(
    "prompt",
    ["See [x](lesson:git).", "[x]: http://x", "- [link](http://x)", "```\n* [ ] a\n```", "1. one\n2. two"],
)
def test_prompt_may_show_links_lists_and_code(prompt):
    assert question(f"{prompt}\n\n- [x] a\n- [ ] b").prompt.endswith(prompt)


@pytest.mark.parametrize("body", ["* [ ] shown\n\n- [x] a\n- [ ] b", "1. [ ] a\n2. [x] b"])
def test_version_that_was_saved_before_is_read_as_it_was(body):
    assert parse(f"{HEAD}{body}\n> Why.\n", stored=True).questions


# Lines of a question without any recognised answer, and the message about the first of them.
GUESSES = [
    ("- [yes] a\n- [no] b", "This is not an answer. Write: - [x] a"),
    ("- [1] a\n- [0] b", "This is not an answer. Write: - [x] a"),
    ("( ) a\n(x) b", "This is not an answer. Write: - [ ] a"),
    ("- {x} a\n- {} b", "This is not an answer. Write: - [x] a"),
    ("=2,000", "This is not an answer. Write: = 2,000"),
    ("- a\n- b", "An option needs a box. Write - [x] a if it is correct, or - [ ] a if it is not."),
    ("a) x\nb) y", "An option needs a box. Write - [x] x if it is correct, or - [ ] x if it is not."),
]


@pytest.mark.parametrize(("body", "message"), GUESSES)
def test_question_without_any_answer_says_at_the_line_what_to_write(body, message):
    assert problems(body)[0] == (1, message)


def test_question_that_only_has_a_prompt_says_so_at_its_heading():
    for prompt in ("Look at [the page](https://example.org).", "- [a link](https://example.org)", "f(x) = 2"):
        assert problems(prompt)[0] == (0, "This question has no answers.")
