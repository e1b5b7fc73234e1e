"""Explanations of single answers: read, written, found for a response, and carried from and to other systems."""

import pytest

from lessons.quizzes import QuizSyntaxError, parse
from lessons.quizzes.formats import export_quiz, import_questions
from lessons.quizzes.writing import write_question

FRONT = "---\ntitle: Hints\npass_mark: 70\nattempts: 0\nrelease: now\n---\n\n"
TEXT = """## Which command lists the branches? {#branch}
= git branch
  > The short one.
= /git\\s+branch\\s+--list/
!= git checkout
  > It **switches** branches.

  > Read again.
!= /git .*/
  > Another command.
> It has options.
"""
NUMBER = """## How many hours? {#hours}
= 3 ± 0.1
  > Yes.
!= 24
  > That is a day.
> From 20:30.
"""


def question(source):
    return parse(FRONT + source).questions[0]


@pytest.mark.parametrize(
    ("source", "given", "explanation"),
    [
        (TEXT, "Git  Branch", "The short one."),
        (TEXT, "git branch --list", ""),
        (TEXT, "git checkout", "It **switches** branches.\nRead again."),
        (TEXT, "git log", "Another command."),
        (TEXT, "svn", ""),
        (NUMBER, "3.05", "Yes."),
        (NUMBER, "24", "That is a day."),
        (NUMBER, "25", ""),
        (NUMBER, "a day", ""),
    ],
)
def test_the_explanation_of_the_answer_that_was_given(source, given, explanation):
    assert question(source).explain_response(given) == explanation


@pytest.mark.parametrize("source", [TEXT, NUMBER])
def test_written_and_read_again_it_is_the_same(source):
    first = question(source)
    second = question(write_question(first))
    assert (second.accepted, second.hints) == (first.accepted, first.hints)


def test_a_blank_takes_no_explanation_of_its_own():
    with pytest.raises(QuizSyntaxError, match="line 10: An answer to a blank has no explanation"):
        parse(FRONT + "## Git is ___. {#is}\n= free\n  > Yes.\n> It is.\n")


def test_a_line_of_inequality_in_a_prompt_is_text():
    assert (
        question("## When? {#when}\n\n!= is not equal\n\n= never\n> So.\n").prompt
        == "When?\n\n!= is not equal"
    )


@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
@pytest.mark.parametrize("source", [NUMBER, TEXT.replace("= /git\\s+branch\\s+--list/\n", "")])
def test_other_systems_hold_it(name, source):
    quiz = parse(FRONT + source)
    exported = export_quiz(quiz, name)
    [back] = import_questions(exported.data).questions
    assert {loss.key for loss in exported.losses} <= {""}
    assert [(hint.text, hint.explanation.split(), hint.right) for hint in back.hints] == [
        (hint.text, hint.explanation.split(), hint.right) for hint in quiz.questions[0].hints
    ]


def test_an_essay_keeps_its_notes_limit_and_points():
    source = "## Why? {#why points=4}\n```free-text words=50\n2 points: **conflicts**.\n```\n> Because.\n"
    quiz = parse(FRONT + source)
    for name in ("moodle-xml", "qti21"):
        exported = export_quiz(quiz, name)
        [back] = import_questions(exported.data, name=f"x.{exported.ending}").questions
        assert (back.notes, back.words, back.points) == ("2 points: **conflicts**.", 50, 4)
    gift = export_quiz(quiz, "gift")
    assert any(loss.key == "why" and "word limit" in loss.message for loss in gift.losses)
    [back] = import_questions(gift.data).questions
    assert (back.kind, back.explanation) == ("free-text", "Because.")


MOODLE = """<?xml version="1.0"?><quiz><question type="essay"><name><text>E</text></name>
<questiontext format="html"><text><![CDATA[<p>Explain <b>it</b>.</p>]]></text></questiontext>
<defaultgrade>5</defaultgrade><responseformat>editor</responseformat><attachments>2</attachments>
<responsetemplate format="html"><text>Dear</text></responsetemplate><maxwordlimit>5000</maxwordlimit>
<graderinfo format="html"><text><![CDATA[<ul><li>one</li></ul>]]></text></graderinfo></question></quiz>"""


def test_what_an_essay_of_moodle_loses_is_named():
    imported = import_questions(MOODLE.encode())
    [essay] = imported.questions
    assert (essay.prompt, essay.notes, essay.words, essay.points) == ("Explain **it**.", "- one", 2000, 5)
    said = " ".join(loss.message for loss in imported.losses)
    for words in ("the files that learners could attach: 2", "started from: Dear", "limit of 5,000 words"):
        assert words in said
