"""A changed key in the source, and the questions of one version marked by the key of another."""

import pytest

from lessons.quizzes import parse
from lessons.quizzes.editing import CannotEditError, accept_option, accept_text, drop_question
from lessons.quizzes.formats import export_quiz
from lessons.quizzes.kinds.single_choice import SingleChoice
from lessons.quizzes.problems import QuizSyntaxError
from lessons.quizzes.rekeying import rekey
from tests.quizzes.quiz_examples import FRONT_MATTER

OPTIONS = "- [ ] The pipeline\n  > Why not.\n- [x] The owner\n- [ ] None of these {pin}\n"
CHOICE = f"## Who approves? {{#who}}\n{OPTIONS}> Notes.\n"
TYPED = "## Which command? {#cmd points=2}\n= git branch\n  > Right.\n!= git log\n  > It lists commits.\n> Notes.\n"
SOURCE = FRONT_MATTER + CHOICE + "\n" + TYPED


def question(source: str, key: str):
    return parse(source).find(key)


def test_accepted_option_gets_full_credit_and_stays_a_single_choice():
    edited = accept_option(SOURCE, "who", 0)
    found = question(edited, "who")
    assert isinstance(found, SingleChoice)
    assert [found.credit([place]) for place in range(3)] == [1, 1, 0]
    assert found.answer_lines()[0] == "- [ ] The pipeline {accept}"
    assert edited.replace(" {accept}", "") == SOURCE


def test_accepted_option_can_be_pinned_as_well():
    found = question(accept_option(SOURCE, "who", 2), "who")
    assert (found.options[2].accepted, found.options[2].pinned) == (True, True)
    assert found.options[2].text == "None of these"


@pytest.mark.parametrize(
    "line", ["- [x] The owner {accept}", "- [x] The owner\n- [x] The team\n- [ ] Me {accept}"]
)
def test_accept_is_refused_on_a_right_option_and_in_multiple_choice(line):
    with pytest.raises(QuizSyntaxError, match="one correct answer"):
        parse(SOURCE.replace("- [x] The owner", line))


def test_accepted_text_comes_behind_the_last_accepted_one_and_its_explanation():
    edited = accept_text(SOURCE, "cmd", " git  branch --list ")
    assert "  > Right.\n= git branch --list\n!= git log\n" in edited
    assert question(edited, "cmd").credit("git branch --list") == 1


def test_text_between_slashes_is_accepted_as_text():
    found = question(accept_text(SOURCE, "cmd", "/a.b/"), "cmd")
    assert [found.credit(text) for text in ("/a.b/", "/axb/", "a.b")] == [1, 0, 0]


def test_dropped_question_takes_only_its_own_lines():
    assert drop_question(SOURCE, "who") == FRONT_MATTER + TYPED
    assert drop_question(SOURCE, "cmd") == FRONT_MATTER + CHOICE


def test_last_question_cannot_be_dropped():
    with pytest.raises(CannotEditError, match="at least one"):
        drop_question(FRONT_MATTER + CHOICE, "who")


def test_corrected_key_marks_the_questions_as_they_were_asked():
    asked = parse(SOURCE)
    key = parse(
        accept_text(accept_option(SOURCE, "who", 0), "cmd", "git show").replace("points=2", "points=4")
    )
    found = rekey(asked, key)
    assert [each.key for each in found.corrected] == ["who", "cmd"]
    assert [str(each.points) for each in found.quiz.questions] == ["1", "2"]


def test_reworded_question_and_changed_options_keep_their_key():
    asked = parse(SOURCE)
    for old, new in (("Who approves?", "Who decides?"), ("The pipeline", "A pipeline")):
        found = rekey(
            asked, parse(SOURCE.replace(old, new).replace("[x]", "[ ]", 1).replace("- [ ]", "- [x]", 1))
        )
        assert ([each.key for each in found.left], found.changes) == (["who"], False)
        assert found.quiz.questions == asked.questions


def test_same_key_changes_nothing_even_if_lines_moved():
    found = rekey(parse(SOURCE), parse(FRONT_MATTER + TYPED + "\n" + CHOICE))
    assert (found.changes, found.left) == (False, ())


@pytest.mark.parametrize("name", ["gift", "moodle-xml", "qti21"])
def test_export_names_the_accepted_option_that_no_other_format_has(name):
    exported = export_quiz(parse(accept_option(SOURCE, "who", 0)), name)
    assert any("gets no credit" in str(loss) for loss in exported.losses)
