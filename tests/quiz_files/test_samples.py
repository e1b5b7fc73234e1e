"""Files as real systems export them."""

import shutil
import subprocess
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
    names = {"Explain rebase", "Before you start", "Mark the branch"}
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
