"""The course that ships with the portal: complete, linked, within its bounds."""

import re
from collections import Counter
from pathlib import Path

import pytest

from labs.authoring.course_files import read_labs
from lessons.course_files.loading import check_markdown
from lessons.course_files.reading import read_course
from lessons.quizzes import parse
from lessons.rendering import render

MLOPS = Path(__file__).parents[2] / "courses" / "mlops"
TARGET = re.compile(r"\]\(lesson:([a-z0-9-]+)(?:#([^)\s]+))?\)")


@pytest.fixture(scope="module")
def files():
    return read_course(MLOPS)


@pytest.fixture(scope="module")
def headings(files) -> dict[str, set[str]]:
    pages = {
        entry.content["slug"]: render(entry.content["source"], link=files.links()) for entry in files.lessons
    }
    return {slug: {item[1] for item in page.contents} for slug, page in pages.items()}


def test_nothing_is_wrong_in_any_file(files):
    read_labs(files)
    check_markdown(files)
    assert files.problems == []
    assert files.warnings == []


def test_two_sessions_contain_ten_to_twelve_lessons_each_with_a_quiz(files):
    assert len(files.sessions) == 2
    assert 10 <= len(files.lessons) <= 12
    assert len(files.quizzes) == len(files.lessons)


def test_every_lesson_has_400_to_1000_words(files):
    counts = {entry.content["slug"]: len(entry.content["source"].split()) for entry in files.lessons}
    assert {slug: count for slug, count in counts.items() if not 400 <= count <= 1000} == {}


def test_every_quiz_has_four_to_six_questions_and_every_kind_occurs_three_times(files):
    quizzes = [parse(entry.content["source"]) for entry in files.quizzes]
    assert {len(quiz.questions) for quiz in quizzes} <= {4, 5, 6}
    kinds = Counter(question.kind for quiz in quizzes for question in quiz.questions)
    assert len(kinds) >= 6
    assert min(kinds.values()) >= 3


def test_every_link_to_a_heading_finds_it(files, headings):
    texts = [entry.content["source"] for entry in [*files.lessons, *files.quizzes]]
    texts += [path.read_text() for path in MLOPS.glob("labs/*/brief.md")]
    broken = [
        f"{slug}#{heading}"
        for text in texts
        for slug, heading in TARGET.findall(text)
        if slug not in headings or (heading and heading not in headings[slug])
    ]
    assert broken == []


def test_every_check_points_to_a_heading_that_is_there(headings):
    targets = re.findall(
        r"lesson: ([a-z0-9-]+)#(\S+)", "".join(p.read_text() for p in MLOPS.glob("labs/*/lab.yaml"))
    )
    assert targets
    assert [target for target in targets if target[1] not in headings[target[0]]] == []
