"""The grammar of valid quizzes."""

from decimal import Decimal

from quiz_examples import FRONT_MATTER, ONE_OF_EACH, one_of_each, question

from lessons.quizzes import parse
from lessons.quizzes.options import Option


def by_key():
    return {question.key: question for question in one_of_each().questions}


def test_front_matter_is_read():
    quiz = one_of_each()
    assert (quiz.title, quiz.pass_mark, quiz.attempts, quiz.release) == (
        "Branches and releases",
        70,
        3,
        "now",
    )


def test_each_kind_is_recognised():
    assert {question.key: question.kind for question in one_of_each().questions} == {
        "approval": "single-choice",
        "vcs": "multiple-choice",
        "phases": "ordering",
        "roles": "matching",
        "branch": "short-text",
        "hours": "numeric",
        "cloze": "cloze",
    }


def test_heading_gives_prompt_key_points_and_line():
    approval = by_key()["approval"]
    assert (approval.prompt, approval.points, approval.line) == ("Who approves a *release*?", Decimal(2), 8)
    assert by_key()["roles"].points == Decimal("1.5")


def test_points_are_one_when_none_are_given():
    assert by_key()["vcs"].points == Decimal(1)


def test_heading_may_contain_braces_of_its_own():
    assert question("= x", heading="What is ${HOME} here?").prompt == "What is ${HOME} here?"


def test_options_carry_flag_and_own_explanation():
    assert by_key()["approval"].options == (
        Option("The pipeline", right=False, explanation="It waits for the approval."),
        Option("The product owner", right=True),
        Option("The `main` branch", right=False),
    )


def test_explanation_of_an_option_may_have_several_lines():
    options = question("- [X] a\n  > one\n  > two\n\n- [ ] b").options
    assert options[0] == Option("a", right=True, explanation="one\ntwo")


def test_explanation_is_markdown_without_its_markers():
    body = "= x\n\n> First.\n>\n> - second\n\n> Third."
    assert question(body).explanation == "First.\n\n- second\n\nThird.\nBecause."


def test_all_options_right_is_multiple_choice():
    assert question("- [x] a\n- [x] b").kind == "multiple-choice"


def test_table_is_read_with_headers_and_escaped_bars():
    table = question("|Command|Does\n|-|-|\n|a \\| b|pipes|\n| ls | lists |")
    assert table.headers == ("Command", "Does")
    assert table.pairs == (("a | b", "pipes"), ("ls", "lists"))


def test_numbers_are_read_with_each_tolerance_sign():
    accepted = question("= 3 ± 0.1\n= -4 +- 2\n= 5+/-1e1\n= .5").accepted
    assert [(item.value, item.tolerance, item.text) for item in accepted] == [
        (3, Decimal("0.1"), "3 ± 0.1"),
        (-4, 2, "-4 ± 2"),
        (5, 10, "5 ± 1e1"),
        (Decimal("0.5"), 0, ".5"),
    ]


def test_one_line_that_is_not_a_number_makes_it_short_text():
    assert question("= 3\n= three").kind == "short-text"
    assert question("= 0\n= 0.0").kind == "numeric"


def test_cloze_alternatives_are_separated_by_bars():
    assert by_key()["cloze"].accepted == (("free", "open-source"), ("distributed",))
    assert question("= a \\| b | c", heading="Pipe: ___").accepted == (("a | b", "c"),)


def test_cloze_blank_may_be_in_code_of_the_prompt():
    assert question("\n```\ngit ____ -b fix\n```\n= checkout").kind == "cloze"


def test_prompt_keeps_its_further_paragraphs():
    body = "\nA paragraph with two spaces  \nand\n\n- a list\n> a quote\n\n- [x] a\n- [ ] b"
    assert question(body).prompt == (
        "What is it?\n\nA paragraph with two spaces  \nand\n\n- a list\n> a quote"
    )


def test_prompt_may_start_with_indented_code():
    assert question("\n    git log\n\n= yes").prompt == "What is it?\n\n    git log"


def test_code_in_the_prompt_is_not_parsed():
    code = "~~~~text\n## none\n- [x] none\n= none\n1. none\n| no | ne |\n> none\n~~~\n```\n~~~~"
    read = question(f"\n{code}\n\n= yes")
    assert read.kind == "short-text"
    assert read.prompt == f"What is it?\n\n{code}"


def test_inline_code_of_three_backticks_opens_no_fence():
    assert question("\n```x``` is code\n= y").accepted == ("y",)


def test_prompt_may_show_a_table_or_a_list_before_boxes_and_equals_lines():
    table = question("\n| | spam | ham |\n|-|-|-|\n| spam | 8 | 2 |\n\n= 0.8")
    assert table.kind == "numeric"
    assert "| spam | 8 | 2 |" in table.prompt
    assert question("\n1. fetch\n2. merge\n\n- [x] a pull\n- [ ] a push").kind == "single-choice"


def test_quiz_without_questions_is_a_draft():
    assert parse(FRONT_MATTER).questions == ()


def test_digest_ignores_the_kind_of_line_ending_and_nothing_else():
    windows = ONE_OF_EACH.replace("\n", "\r\n")
    assert parse(windows) == parse("\ufeff" + ONE_OF_EACH) == one_of_each()
    assert parse(ONE_OF_EACH + "\n").digest != one_of_each().digest
    assert len(one_of_each().digest) == 64
