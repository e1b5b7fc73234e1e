"""Numbers follow one rule: typed text, the value it is read as, and the message about it."""

import re
from fractions import Fraction
from random import Random

import pytest
from quiz_examples import FRONT_MATTER, question

from lessons.quizzes import QuizSyntaxError, credit, explain_reading, parse, refusal
from lessons.quizzes.numbers import read

# Typed, read as, and what the learner is told.
READ = [
    ("3", "3", ""),
    ("+3", "3", ""),
    ("3.", "3", ""),
    ("5,", "5", ""),
    ("- 3", "-3", ""),
    ("\u22123", "-3", ""),
    ("–3", "-3", ""),
    ("—3", "-3", ""),
    ("\uff0d3", "-3", ""),
    (".5", "0.5", ""),
    ("２．５", "2.5", ""),
    ("٣", "3", ""),
    ("\u200b3\u00a0", "3", ""),
    ("2e3", "2000", ""),
    ("2E-1", "0.2", ""),
    ("3,05", "3.05", "We read 3,05 as 3.05."),
    (",5", "0.5", "We read ,5 as 0.5."),
    ("0,125", "0.125", "We read 0,125 as 0.125."),
    ("1234,567", "1234.567", "We read 1234,567 as 1234.567."),
    ("2,000", "2000", "We read 2,000 as 2000. For the decimal number, enter 2.000."),
    ("-1,234", "-1234", "We read -1,234 as -1234. For the decimal number, enter -1.234."),
    ("1.234", "1.234", "We read the dot in 1.234 as a decimal point. For the whole number, enter 1234."),
    ("2 000", "2000", "We read 2 000 as 2000."),
    ("2\u202f000", "2000", "We read 2 000 as 2000."),
    ("2.000,5", "2000.5", "We read 2.000,5 as 2000.5."),
    ("2,000.5", "2000.5", "We read 2,000.5 as 2000.5."),
    ("1 234,5", "1234.5", "We read 1 234,5 as 1234.5."),
    ("1'000", "1000", "We read 1'000 as 1000."),
    ("1’000.5", "1000.5", "We read 1'000.5 as 1000.5."),
    ("1,000,000", "1000000", "We read 1,000,000 as 1000000."),
    ("1.000.000", "1000000", "We read 1.000.000 as 1000000."),
    ("1,00,000", "100000", "We read 1,00,000 as 100000."),
    ("12,34,567.8", "1234567.8", "We read 12,34,567.8 as 1234567.8."),
    ("1٬000٫5", "1000.5", "We read 1,000.5 as 1000.5."),
    ("2×10^3", "2000", "We read 2×10^3 as 2e3."),
    ("2 x 10³", "2000", "We read 2 x 10^3 as 2e3."),
    ("2·10⁻³", "0.002", "We read 2·10^-3 as 2e-3."),
]
# Typed, and what the learner is told to type instead.
REFUSED = [
    ("15:00", "“15:00” is a time of day. Enter one number, such as 15."),
    ("3:30 pm", "“3:30 pm” is a time of day. Enter one number, such as 3."),
    ("85%", "“85%” contains more than a number. Enter only the number: 85."),
    ("85 percent", "“85 percent” contains more than a number. Enter only the number: 85."),
    ("3 hours", "“3 hours” contains more than a number. Enter only the number: 3."),
    ("1,000 km", "“1,000 km” contains more than a number. Enter only the number: 1000."),
    ("$5", "“$5” contains more than a number. Enter only the number: 5."),
    ("₹ 1,00,000", "“₹ 1,00,000” contains more than a number. Enter only the number: 100000."),
    ("about 3", "“about 3” contains more than a number. Enter only the number: 3."),
    ("x = 4", "“x = 4” contains more than a number. Enter only the number: 4."),
    ("3pm", "“3pm” contains more than a number. Enter only the number: 3."),
    (
        "minus " * 5000 + "1",
        f"“{('minus ' * 5000)[:40]}…” is too long or too large. Use at most two digits after the e.",
    ),
    ("5k", "Enter “5k” as one number in digits: 5000."),
    ("1.5M", "Enter “1.5M” as one number in digits: 1500000."),
    ("5 lakh", "Enter “5 lakh” as one number in digits: 500000."),
    ("2 crore", "Enter “2 crore” as one number in digits: 20000000."),
    ("5 m", "“5 m” contains more than a number. Enter only the number: 5."),
    ("5 km", "“5 km” contains more than a number. Enter only the number: 5."),
    ("1½", "Enter “1 1/2” as one number in digits: 1.5."),
    ("-2 1/4", "Enter “-2 1/4” as one number in digits: -2.25."),
    ("123456 1/2", "Enter “123456 1/2” as one number in digits: 123456.5."),
    ("1.2345678k", "Enter “1.2345678k” as one number in digits: 1234.5678."),
    ("10^3", "Enter “10^3” as one number in digits: 1000."),
    ("2**8", "Enter “2**8” as one number in digits: 256."),
    ("minus 5", "Enter “minus 5” as one number in digits: -5."),
    ("minus -5", "“minus -5” is not a number. Enter one number in digits, such as 3 or 0.5."),
    ("negative two", "Enter “negative two” as one number in digits: -2."),
    ("twenty-one", "Enter “twenty-one” as one number in digits: 21."),
    ("Forty two", "Enter “Forty two” as one number in digits: 42."),
    ("two", "“two” is a word. Enter the number in digits: 2."),
    ("Ninety", "“Ninety” is a word. Enter the number in digits: 90."),
    ("1/2", "“1/2” is a fraction. Enter a decimal number, such as 0.5."),
    ("½", "“1/2” is a fraction. Enter a decimal number, such as 0.5."),
    ("1_000", "“1_000” has underscores. Enter only the digits: 1000."),
    ("1,00,00", "The separators in “1,00,00” can’t be read. Use at most one decimal point, as in 1234.5."),
    ("20 00", "The separators in “20 00” can’t be read. Use at most one decimal point, as in 1234.5."),
    (
        "1,234 567",
        "The separators in “1,234 567” can’t be read. Use at most one decimal point, as in 1234.5.",
    ),
    ("1.2.3", "The separators in “1.2.3” can’t be read. Use at most one decimal point, as in 1234.5."),
    ("1e400", "“1e400” is too long or too large. Use at most two digits after the e."),
    *(
        (typed, f"“{typed}” is not a number. Enter one number in digits, such as 3 or 0.5.")
        for typed in (
            "many",
            "nan",
            "Infinity",
            "0x1F",
            "3-5",
            "3 ± 0.1",
            "--3",
            ",",
            "e5",
            "five and a half",
        )
    ),
]


def test_typed_text_is_read_by_one_rule_and_the_learner_is_told():
    asked = question("= 3")
    found = {
        typed: (read(typed).value, refusal(asked, typed), explain_reading(asked, typed)) for typed, *_ in READ
    }
    assert found == {typed: (Fraction(value), "", said) for typed, value, said in READ}


def test_text_that_is_not_a_number_gets_a_message_that_says_what_to_type():
    asked = question("= 3")
    assert {typed: (refusal(asked, typed), credit(asked, typed)) for typed, _ in REFUSED} == {
        typed: (said, 0) for typed, said in REFUSED
    }


def test_the_same_number_is_right_however_it_is_written_and_no_other():
    right = [("= 1000", "1,000"), ("= 1000", "1.000,0"), ("= 100000", "1,00,000"), ("= -3", "\u22123"),
             ("= 2000", "2 000"), ("= 0.5", "0,5"), ("= 1234.5 ± 0.1", "1.234,5")]  # fmt: skip
    wrong = [("= 2", "2,000"), ("= 2", "2 000"), ("= 1000", "1.000"), ("= 1.234", "1,234"), ("= 15", "15:00")]
    worth = {pair: credit(question(pair[0]), pair[1]) for pair in [*right, *wrong]}
    assert worth == {**dict.fromkeys(right, 1), **dict.fromkeys(wrong, 0)}


def test_whole_number_among_words_may_be_grouped_too():
    assert credit(question("= 1000\n= a thousand"), "1,000") == 1
    assert credit(question("= 1000", heading="It has ___ pages."), ["1 000"]) == 1
    assert credit(question("= 0644\n= rw-r--r--"), "644") == 0


# What an author writes, and what they are told to write. `True` if it cannot be published.
AUTHORS = [
    ("= 1,000", True, "“1,000” is not a number"),
    ("= 3 ± 1\n= 85%", True, "“85%” is not a number"),
    ("= 85%", True, "write = 85 and name the unit"),
    ("= 85 %", True, "write = 85 and"),
    ("= €5", True, "write = 5 and"),
    ("= 1 000", True, "write = 1000 and"),
    ("= 2.000,5", True, "write = 2000.5 and"),
    ("= 1/2", True, "write = 0.5 and"),
    ("= 3 hours ± 1", True, "write = 3 and"),
    ("= 3 hours", False, "write = /3 hours/"),
    ("= 15:00", False, "write = 15 and"),
    ("= two", False, "write = 2 and"),
    ("= 1.000.000", False, "write = 1000000 and"),
]


@pytest.mark.parametrize(
    "body", ["= 3", "= 0.5 ± 0.1", "= -3", "= \u22123", "= 2e3", "= git", "= 192.168.100.200"]
)
def test_number_and_text_of_an_author_are_left_alone(body):
    assert parse(f"{FRONT_MATTER}## How many? {{#q}}\n{body}\n> So.\n").warnings == ()


@pytest.mark.parametrize(("body", "blocks", "message"), AUTHORS)
def test_text_of_an_author_that_is_not_a_number_is_reported_at_its_line(body, blocks, message):
    source = f"{FRONT_MATTER}## How many? {{#q}}\n{body}\n> So.\n"
    try:
        found = parse(source).warnings
    except QuizSyntaxError as error:
        assert blocks
        found = error.problems
        parse_as_stored(source)
    else:
        assert not blocks
    assert [(each.line, message in each.message) for each in found] == [(8 + body.count("\n"), True)]


def parse_as_stored(source):
    # Text that a later rule refuses must still parse if it is stored, unless it was refused before too.
    if "±" not in source and "1,000" not in source:
        parse(source, stored=True)


def test_number_from_before_the_rule_is_the_same_number_unless_a_comma_groups():
    """No saved answer may lose credit for any other reason."""
    before = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
    rng, seen = Random(8), 0
    for _ in range(20_000):
        typed = "".join(rng.choices("00123456789..,,-+e− ", k=rng.randint(1, 8)))
        plain = typed.strip().replace("−", "-").replace(",", ".")
        if before.fullmatch(plain) and not re.fullmatch(
            r"[+−-]?[1-9][0-9]{0,2},[0-9]{3}(e.*)?", typed.strip()
        ):
            found = read(typed)
            assert found, typed
            assert found.value == Fraction(plain), typed
            seen += 1
    assert seen > 2_000
