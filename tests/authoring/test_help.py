"""The help beside each editor: every example can be copied as it is, and every kind has one."""

import re
from html import unescape

import pytest
from django.urls import reverse

from labs.authoring.help import lab_help
from labs.grader.checks import KINDS
from labs.grader.commands.new import starting_texts
from labs.grader.scenarios.steps import STEPS
from labs.grader.spec import load_spec
from lessons.admin.courses import STARTING_LESSON
from lessons.admin.help import lesson_help, quiz_help
from lessons.admin.quizzes import STARTING_QUIZ
from lessons.gate import judge_lesson, judge_quiz
from lessons.links import links_within
from lessons.quizzes import kinds, parse
from lessons.quizzes.reference import FRONT_MATTER
from lessons.rendering.blocks import BLOCKS, Block
from lessons.texts.verdict import Verdict
from tests.factories import make_lab, make_lesson, make_quiz, make_session

LAB = "schema: 2\ntitle: One\npass_mark: 70\nchecks:\n"
SCENARIO = "scenarios:\n- name: one\n  expect: {one: passed}\n  steps:\n"
START = """\
  - {commit: Start, files: {a: "1"}}
  - {commit: Go on, files: {b: "1"}}
"""
BRANCHES = """\
  - branch: fix
  - {commit: Fix, files: {c: "1"}}
  - tag: v1.0.0
  - {branch: feature, at: main}
  - {commit: Add, files: {d: "1"}}
  - switch: main
"""
CHECK = "- {id: one, says: One, readable: {}, points: 1}\n"
ADD = {"lesson": "admin:lessons_lesson_add", "quiz": "admin:lessons_quiz_add", "lab": "admin:labs_lab_add"}


def examples(groups, title: str = "") -> dict[str, str]:
    """Return the examples of the groups whose title begins so, by name."""
    found = [group.entries for group in groups if group.title.startswith(title)]
    return {entry.name: entry.example for entries in found for entry in entries if entry.example}


def refused(texts: dict[str, str], problems) -> dict[str, list]:
    return {name: found for name, text in texts.items() if (found := problems(text))}


def spec_faults(source: str) -> list[str]:
    try:
        load_spec(source)
    except Exception as error:
        return [str(error)]
    return []


def page_of(staff, kind: str) -> str:
    return staff.get(reverse(ADD[kind])).content.decode()


def in_page(page: str) -> list[str]:
    return [unescape(shown) for shown in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]


def test_each_example_of_a_lesson_has_no_problem(course):
    session = make_session(course, title="Git")
    lesson = make_lesson(session, slug="git-basics", title="Git")
    make_quiz(lesson=lesson)
    make_lab(course, slug="first-repository")
    shown = examples(lesson_help())
    assert refused(shown, lambda text: judge_lesson(text, links_within(course)).errors) == {}
    assert {f"::: {name}" for name in BLOCKS} < set(shown)


def test_each_question_of_the_help_is_of_its_kind_and_has_no_problem(course):
    first, *questions = examples(quiz_help()).values()
    assert first == FRONT_MATTER
    links = links_within(course)
    shown = {text: text for text in questions}
    assert refused(shown, lambda text: judge_quiz(f"{first}\n{text}", links).errors) == {}
    asked = [parse(f"{first}\n{text}").questions for text in questions]
    assert [[question.kind for question in each] for each in asked] == [
        [kind.kind] for kind in kinds.all_kinds() for _ in (kind.example, *kind.more_examples)
    ]


def test_each_check_of_the_help_is_a_lab_with_its_parameters():
    checks = {name: LAB + text for name, text in examples(lab_help(), "Checks: ").items()}
    assert refused(checks, spec_faults) == {}
    assert {name: load_spec(lab).checks[0].kind for name, lab in checks.items()} == {
        kind: kind for kind in KINDS
    }
    [merged] = [entry for group in lab_help() for entry in group.entries if entry.name == "merged"]
    assert ("into", "the name of a branch or tag. Default: main.") in merged.details


def test_the_scenario_of_the_help_is_read():
    [scenario] = examples(lab_help(), "Scenarios").values()
    assert spec_faults(f"{LAB}{CHECK}scenarios:\n{scenario}") == []


def test_each_step_of_the_help_works():
    shown = examples(lab_help(), "Scenario steps")
    assert shown.keys() == STEPS.keys()
    refused_by = [
        refused({name: f"{LAB}{CHECK}{SCENARIO}{start}  {text}" for name, text in shown.items()}, spec_faults)
        for start in (START, START + BRANCHES)
    ]
    assert refused_by[0].keys() & refused_by[1].keys() == set()


@pytest.mark.parametrize(("kind", "help"), [("lesson", lesson_help), ("quiz", quiz_help), ("lab", lab_help)])
def test_the_help_is_collapsed_beside_the_editor_as_text(staff, kind, help):
    page = page_of(staff, kind)
    shown = [entry.example for group in help() for entry in group.entries if entry.example]
    assert in_page(page)[: len(shown)] == shown
    assert f"<summary>How to write a {kind}: examples to insert</summary>" in page


def test_a_new_block_is_in_the_help_and_rendered(staff, course, monkeypatch):
    quote = Block("Their words.", "::: quote\nHello.\n:::\n", BLOCKS["checklist"].expand)
    monkeypatch.setitem(BLOCKS, "quote", quote)
    assert quote.example in in_page(page_of(staff, "lesson"))
    assert [item.text for item in judge_lesson("::: quot\n:::", links_within(course)).errors] == [
        "“::: quot” does not open a block. After the colons, write note, tip, warning, checklist, flow, video,"
        " objectives, key-points, minutes, staff or quote."
    ]


def test_a_new_text_starts_with_a_valid_one(staff, course):
    assert judge_lesson(STARTING_LESSON, links_within(course)) == Verdict()
    assert judge_quiz(STARTING_QUIZ, links_within(course)) == Verdict()
    for kind, text in {
        "lesson": STARTING_LESSON,
        "quiz": STARTING_QUIZ,
        "lab": starting_texts()["source"],
    }.items():
        [field] = re.findall(
            r"<textarea[^>]* name=.source.[^>]*>\n(.*?)</textarea>", page_of(staff, kind), re.DOTALL
        )
        assert unescape(field) == text
