"""Files as real systems export them."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from lessons.quizzes import parse
from lessons.quizzes.formats import EXPORTS, QuizFileError, export_quiz, import_questions
from tests.quiz_files.packages import PNG, item_21, list_21, make_zip, manifest
from tests.quiz_files.pinning import EXPECTED, SAMPLES, result_of, samples
from tests.quizzes.quiz_examples import one_of_each

NODE_MODULES = Path(__file__).parents[1] / "node_modules"


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_a_sample_becomes_what_was_written_down(path):
    assert result_of(path) == path.with_name(path.name + EXPECTED).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_importing_again_gives_the_same_keys_and_text(path):
    data = path.read_bytes()
    first, second = import_questions(data, name=path.name), import_questions(data, name=path.name)
    assert first == second
    keys = [question.key for question in first.questions]
    assert len(set(keys)) == len(keys)
    assert [q.key for part in first.parts for q in parse(part.source).questions] == keys


def test_each_question_of_a_sample_is_imported_or_named():
    names = {"Before you start", "Mark the branch"}
    imported = import_questions((SAMPLES / "moodle4.xml").read_bytes())
    assert {loss.key for loss in imported.losses if loss.message.startswith("Not imported")} == names
    assert (
        len(imported.questions) + len(names)
        == (SAMPLES / "moodle4.xml").read_text().count("<question type") - 1
    )


def test_a_new_question_before_another_of_the_same_name_keeps_its_key():
    first = "::Name:: One? {=a ~b}\n\n::Name:: Two? {=a ~b}"
    more = "::Other:: Zero? {=a ~b}\n\n" + first
    keys = {question.prompt: question.key for question in import_questions(first.encode()).questions}
    later = {question.prompt: question.key for question in import_questions(more.encode()).questions}
    assert keys.items() <= later.items()


# --- packages -------------------------------------------------------------------------------------------------------


def test_a_package_is_read_in_the_order_of_its_test_with_its_images():
    files = {
        "imsmanifest.xml": manifest("items/a.xml", "items/b.xml", "test.xml"),
        "items/a.xml": item_21("a", image="../img/x.png"),
        "items/b.xml": item_21("b"),
        "test.xml": list_21("items/b.xml", "items/a.xml"),
        "img/x.png": PNG,
        "notes.pdf": b"%PDF",
    }
    imported = import_questions(make_zip(files), name="export.zip")
    assert [question.key for question in imported.questions] == ["b", "a"]
    assert imported.parts[0].title == "A test of two"
    [(name, data)] = imported.images.items()
    assert data == PNG
    assert f"![A picture](imported:{name})" in imported.parts[0].source
    assert "notes.pdf:1: This file was left out." in map(str, imported.losses)


def test_a_test_that_names_a_missing_item_is_refused():
    files = {"test.xml": list_21("items/gone.xml"), "a.xml": item_21("a")}
    with pytest.raises(QuizFileError, match=r"test.xml:1: The item items/gone.xml is not in the package"):
        import_questions(make_zip(files))


def test_a_package_of_canvas_is_read_once_though_it_is_in_it_twice():
    canvas = (SAMPLES / "canvas_qti12.xml").read_bytes()
    files = {
        "imsmanifest.xml": manifest("g1/assessment_qti.xml"),
        "g1/assessment_qti.xml": canvas,
        "g1/assessment_meta.xml": '<quiz xmlns="http://canvas.instructure.com/xsd/cccv1p0"><title>Git</title></quiz>',
        "non_cc_assessments/g1.xml.qti": canvas,
    }
    imported = import_questions(make_zip(files))
    assert len(imported.questions) == len(import_questions(canvas).questions)
    assert "g1/assessment_meta.xml:1: This file was left out." in map(str, imported.losses)


# --- oracles --------------------------------------------------------------------------------------------------------

SCRIPT = """
const { parse } = require("gift-pegjs");
let text = "";
process.stdin.on("data", (part) => (text += part)).on("end", () => {
  console.log(JSON.stringify(parse(text).filter((one) => one.type !== "Category").map((one) => [one.type, one.id])));
});
"""


def gift_types(text: str) -> str:
    if not shutil.which("node") or not (NODE_MODULES / "gift-pegjs").exists():
        pytest.skip("gift-pegjs is missing: npm ci in tests/")
    argv = ["node", "-e", SCRIPT]
    done = subprocess.run(
        argv, input=text, capture_output=True, text=True, cwd=NODE_MODULES.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_reader_of_gift_takes_what_is_exported():
    text = export_quiz(one_of_each(), "gift").data.decode()
    assert gift_types(text) == (
        '[["MC","approval"],["MC","vcs"],["Matching","phases"],["Matching","roles"],["Short","branch"],'
        '["Numerical","hours"]]'
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_the_course_of_the_seed_goes_out_and_in(name):
    for path in sorted(Path("courses/mlops").glob("*/*.quiz.md")):
        quiz = parse(path.read_text())
        exported = export_quiz(quiz, name)
        named = {loss.key for loss in exported.losses}
        back = {question.key: question for question in import_questions(exported.data).questions}
        for question in quiz.questions:
            found = back.get(question.key)
            assert question.key in named or (found and found.prompt == question.prompt), (path, question.key)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("B", [1]),
        ("b.", [1]),
        ("(C)", [2]),
        ("A, C", [0, 2]),
        ("A and C", [0, 2]),
        ("A;B & C", [0, 1, 2]),
        ("B) git commit", [1]),
        ("git  Commit", [1]),
        ("C: X", [2]),
        ("x", [2]),
    ],
)
def test_an_answer_names_options_by_letter_or_by_text(answer, right):
    text = f"Which one?\nA. git add\nB. git commit\nC. x\nANSWER: {answer}\n"
    [question] = import_questions(text.encode()).questions
    assert question.right == right


# --- rules ------------------------------------------------------------------------------------------------------------


def item_12(name, points=1):
    return (
        f'<item ident="{name}" title="{name}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>points_possible'
        f"</fieldlabel><fieldentry>{points}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
        f"<presentation><material><mattext>Why {name}?</mattext></material>"
        '<response_str ident="r" rcardinality="Single"><render_fib><response_label ident="a"/></render_fib>'
        "</response_str></presentation><resprocessing><respcondition>"
        '<conditionvar><varequal respident="r">because</varequal></conditionvar><setvar action="Set">100</setvar>'
        "</respcondition></resprocessing></item>"
    )


def group_12(title, draw, *items, extension=""):
    chosen = f"<selection><selection_number>{draw}</selection_number>{extension}</selection>"
    return (
        f'<section ident="{title}" title="{title}"><selection_ordering>{chosen}</selection_ordering>'
        f"{''.join(items)}</section>"
    )


def fact_12(name, value):
    return f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"


def test_qti_12_brings_time_attempts_and_groups():
    worth = "<selection_extension><points_per_item>2.5</points_per_item></selection_extension>"
    facts = fact_12("qmd_timelimit", 20) + fact_12("cc_maxattempts", "unlimited")
    text = (
        '<questestinterop><assessment ident="a" title="Groups"><qtimetadata>'
        f"{facts}</qtimetadata><section ident='root'>{item_12('one')}"
        f"{group_12('First group', 1, item_12('two'), item_12('three', 9), extension=worth)}"
        f"{group_12('First group', 1, item_12('four'), item_12('five', 9))}"
        f"{group_12('Third', 3, item_12('six'))}"
        "</section></assessment></questestinterop>"
    )
    imported = import_questions(text.encode())
    quiz = parse(imported.parts[0].source)
    assert (quiz.time_limit, quiz.attempts, [pool[:2] for pool in quiz.pools]) == (
        20,
        0,
        [("first-group", 1)],
    )
    assert {each.key: (each.pool, each.points) for each in quiz.questions if each.pool} == {
        "two": ("first-group", Decimal("2.5")),
        "three": ("first-group", Decimal("2.5")),
    }
    left_out = [loss.message for loss in imported.losses if "pool" in loss.message]
    assert left_out == [
        "The pool first-group-2 was left out: its questions have different points. All are asked.",
        "The pool third was left out: it draws 3 of its questions, and 1 could be imported. All are asked.",
    ]


@pytest.mark.parametrize(
    ("rule", "front", "lost"),
    [
        ('<timeLimits maxTime="90"/>', "time_limit: 2", "The time limit was rounded up to 2 minutes."),
        ('<timeLimits maxTime="100000"/>', "", "The time limit of 100000 seconds was left out"),
        ('<timeLimits minTime="9"/>', "", "A rule of the test was left out: timelimits mintime=9."),
        ('<testFeedback access="atEnd"/>', "", "A rule of the test was left out: testfeedback"),
    ],
)
def test_rule_of_a_qti_21_test_comes_in_or_is_named(rule, front, lost):
    listed = list_21("items/a.xml").replace("<testPart>", f"{rule}<testPart>", 1)
    files = {"items/a.xml": item_21("a"), "test.xml": listed}
    imported = import_questions(make_zip(files))
    assert front in imported.parts[0].source
    assert any(loss.message.startswith(lost) for loss in imported.losses), imported.losses
