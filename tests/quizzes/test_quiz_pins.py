"""Options that refer to others keep their position."""

import json
from random import Random

import pytest
from quiz_examples import FRONT_MATTER, question

from lessons.quizzes import QuizSyntaxError, parse, question_view
from lessons.quizzes.pins import names_letters, relates

PLACED = "- [x] a\n- [ ] b {pin}\n- [ ] c\n- [ ] d\n- [ ] All of the above {PIN}"


def source(*options):
    return f"{FRONT_MATTER}## What? {{#q}}\n" + "\n".join(options) + "\n> So.\n"


def test_pinned_options_keep_their_place_and_the_others_are_shuffled():
    asked, rng = question(PLACED), Random(1)
    orders = set()
    for _ in range(100):
        layout = json.loads(json.dumps(asked.lay_out(rng)))
        orders.add("".join(entry.text[0] for entry in question_view(asked, layout).options))
    assert orders == {f"{x}b{y}{z}A" for x, y, z in ("acd", "adc", "cad", "cda", "dac", "dca")}


def test_answers_to_pinned_options_are_read_and_marked_by_their_place():
    asked = question(PLACED)
    layout = asked.lay_out(Random(2))
    assert asked.read_response(layout, {"answer": [layout["options"][4]]}) == [4]
    assert asked.credit([0]) == 1


def test_pin_may_follow_the_last_line_of_an_option_and_is_not_part_of_it():
    options = question("- [x] a\n  more {pin}\n- [ ] `{pin}`\n- [ ] c { pin }").options
    assert [(each.text, each.pinned) for each in options] == [
        ("a\nmore", True),
        ("`{pin}`", False),
        ("c", True),
    ]


RELATIVE = (
    """All of the above|None of the above|Both of the above|**All of the above.**|all of these|None of these.
Any of the above|Neither of the above|Either of the above|All the above|all above|The above|Everything above
All of them are right|None of the above are true|All answers are correct|None of the other answers|All options
Both options|Two of the above|More than one of the above|All of the listed|Both|Neither|None|the former|the first two
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
LETTERED = """A and B|A, B and C|Both A and B|Only A and C|(a) and (c)|1 and 2|options 1 and 2|A & B|neither A nor B
A or B|answers b and d are right|a, b, and d""".replace("\n", "|").split("|")
PLAIN = """Git|A commit|All branches|Both branches move|None of the files is lost|a and the index|Merge A into B
All commits of the branch|Continuous delivery and deployment|nothing to commit|1|One branch|The first commit
A version above 2|x and y|git add . and git commit|None of the tests ran""".replace("\n", "|").split("|")


def test_options_that_need_the_others_are_told_apart():
    assert [text for text in RELATIVE if not relates(text)] == []
    assert [text for text in LETTERED if not names_letters(text)] == []
    assert [text for text in PLAIN if relates(text) or names_letters(text)] == []


def test_author_is_warned_about_a_missing_pin_and_may_publish():
    plain = parse(source("- [x] a", "- [ ] b", "- [ ] All of the above"))
    assert [(each.line, each.message) for each in plain.warnings] == [
        (
            10,
            "Options are shuffled, but this one depends on its position. Pin it: - [ ] All of the above {pin}",
        )
    ]
    assert parse(source("- [x] a", "- [ ] b", "- [ ] All of the above {pin}")).warnings == ()
    lettered = parse(source("- [x] a", "- [ ] b", "- [ ] A and B {pin}"))
    assert [(each.line, "refers to others by letter" in each.message) for each in lettered.warnings] == [
        (10, True)
    ]
    assert parse(source("- [x] a {pin}", "- [ ] b {pin}", "- [ ] A and B {pin}")).warnings == ()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("- [x] a\n- [ ] {pin} All of the above", "Write: - [ ] All of the above {pin}"),
        ("- [x] a\n- [ ] b {pinned}", "Write: - [ ] b {pin}"),
        ("- [x] a\n- [ ] b {pin=last}", "Write: - [ ] b {pin}"),
        ("1. a\n2. b {pin}", "Only options can be pinned."),
        ("| L | R |\n|---|---|\n| a | b |\n| c | d {pin} |", "Only options can be pinned."),
    ],
)
def test_invalid_pin_is_reported_and_stays_text_in_stored_quizzes(body, message):
    text = source(body)
    with pytest.raises(QuizSyntaxError) as refused:
        parse(text)
    (problem,) = refused.value.problems
    assert (problem.line, message in problem.message) == (8 + body.count("\n"), True)
    assert parse(text, stored=True)


def test_option_as_long_as_a_file_is_checked_quickly():
    parse(source("- [x] " + "a, " * 50_000, "- [ ] " + "all of the above " * 5_000))
