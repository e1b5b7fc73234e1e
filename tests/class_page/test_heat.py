"""The map of scores: its order, its states, its pages and its file."""

import csv
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lessons import attempt_actions
from lessons.models import Attempt
from portal.progress.class_page.heat import Choice, arrange, heat, percent_of, read_choice
from portal.progress.class_page.heat_page import heat_context
from portal.progress.class_page.heat_queries import HeatItem, Total, heat_items
from portal.progress.models import Override
from tests.factories import make_lab, make_lesson, make_quiz

ITEMS = [HeatItem("quiz", 1, "Q1", "One", "/"), HeatItem("lab", 2, "L1", "Two", "/")]


@pytest.mark.parametrize(
    ("share", "level", "percent"),
    [
        (0, 1, 0),
        (0.25, 1, 25),
        (0.26, 2, 26),
        (0.51, 2, 51),
        (0.52, 3, 52),
        (0.77, 3, 77),
        (0.78, 4, 78),
        (1, 4, 100),
    ],
)
def test_the_level_of_a_score(share, level, percent):
    assert (heat(share), percent_of(share)) == (level, percent)


def test_a_score_just_below_all_points_is_not_100():
    assert percent_of(0.999) == 99


def test_an_unknown_choice_is_left_out():
    given = {"sort": "-lab-9", "state": "made-up", "item": "quiz-9", "page": "x", "columns": "9" * 20}
    assert read_choice(given, ITEMS) == Choice()
    assert read_choice(
        {"sort": "-lab-2", "state": "work", "item": "quiz-1", "columns": "99"}, ITEMS
    ) == Choice("lab-2", True, "work", "quiz-1")


def test_learners_without_a_score_come_before_those_with_nothing_earned():
    totals = {1: Total(0.5, 1, 0), 2: Total(0, 1, 0), 3: Total(2, 2, 2)}
    names = {3: "A", 1: "B", 2: "C", 4: "D"}
    assert arrange(names, Choice(), totals, totals, 2) == [4, 2, 1, 3]
    assert arrange(names, Choice(is_descending=True), totals, totals, 2) == [3, 1, 2, 4]
    assert arrange(names, Choice(sort="name"), totals, totals, 2) == [3, 1, 2, 4]


@pytest.mark.parametrize(
    ("state", "found"), [("none", [4]), ("work", [2, 1]), ("passed", [3]), ("", [4, 2, 1, 3])]
)
def test_learners_are_filtered_by_state(state, found):
    totals = {1: Total(0.5, 2, 1), 2: Total(0, 1, 0), 3: Total(2, 2, 2)}
    assert arrange({1: "", 2: "", 3: "", 4: ""}, Choice(state=state), totals, totals, 2) == found


def take(learner, quiz, points: int) -> Attempt:
    attempt = attempt_actions.submit_attempt(
        attempt=attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    )
    Attempt.objects.filter(pk=attempt.pk).update(points=Decimal(points), passed=points > 0)
    return attempt


@pytest.fixture
def quiz(group):
    return make_quiz(lesson=make_lesson(group.cohort.course.sessions.first()))


def rows(group, **given) -> list[tuple]:
    context = heat_context(group.cohort, given, group.instructor)
    return [
        (row.name, *(None if each is None else percent_of(each.share) for each in row.cells), row.mean)
        for row in context["heat"]
    ]


def test_the_map_has_the_best_scores_of_the_cohort_lowest_first(group, quiz):
    good, poor, idle = group.join("Good"), group.join("Poor"), group.join("Idle")
    other = make_lab(group.cohort.course, title="Another lab")
    for points in (30, 80, 20):
        group.send(good, points=points)
    group.send(good, points=100, lab=other)
    take(good, quiz, 1)
    group.send(poor, points=30)
    assert rows(group) == [
        ("Idle", None, None, None, 0),
        ("Poor", None, 30, None, 10),
        ("Good", 100, 80, 100, 93),
    ]
    by_lab = f"lab-{group.lab.pk}"
    assert [row[0] for row in rows(group, sort=f"-{by_lab}")] == ["Good", "Poor", "Idle"]
    assert [row[0] for row in rows(group, state="work", item=by_lab)] == ["Poor"]
    assert [row[0] for row in rows(group, state="passed")] == ["Good"]
    assert [item.code for item in heat_items(group.cohort.course)] == ["Q1", "L1", "L2"]
    assert idle.is_active


def test_under_five_learners_there_is_a_list_in_place_of_the_map(group):
    for name in "ABCD":
        group.join(name)
    page = group.client.get(group.address()).content.decode()
    assert 'class="heat"' not in page
    assert "0 of 1 quizzes and labs have a score" in page
    group.join("E")
    page = group.client.get(group.address()).content.decode()
    assert '<td class="h0">–</td>' in page


def test_a_big_class_is_shown_in_pages_of_learners_and_items(group):
    for number in range(51):
        group.join(f"Person {number:02}")
    for _ in range(25):
        make_lab(group.cohort.course)
    context = heat_context(group.cohort, {}, group.instructor)
    assert (len(context["heat"]), len(context["heat"][0].cells)) == (50, 25)
    last = heat_context(group.cohort, {"page": "2", "columns": "2"}, group.instructor)
    assert (len(last["heat"]), len(last["heat"][0].cells), last["heat_from"]) == (1, 1, 26)
    page = group.client.get(group.address() + "?page=2&columns=2").content.decode()
    assert "Items 26 to 26 of 26" in page
    assert "Page 2 of 2" in page


def test_the_file_has_all_learners_and_no_formula(group):
    for name in ("=HYPERLINK(1)", "B", "C", "D", "E"):
        group.send(group.join(name), points=60 if name == "B" else 10)
    response = group.client.get(group.address("scores.csv"))
    found = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
    assert found[0] == ["Learner", "Mean", "L1 Resolve a conflict"]
    assert found[1] == ["'=HYPERLINK(1)", "10", "10"]
    assert found[-1] == ["B", "60", "60"]
    passed = group.client.get(group.address("scores.csv") + "?state=passed").content.decode("utf-8-sig")
    assert passed.splitlines() == ["Learner,Mean,L1 Resolve a conflict"]


PINNED = 53


@pytest.mark.parametrize("count", [2, 12])
def test_queries_of_the_class_page(group, count):
    course = group.cohort.course
    for number in range(count):
        lab = make_lab(course)
        make_quiz(lesson=make_lesson(course.sessions.first(), lab_slugs=[lab.slug]))
        learner = group.join(f"Person {number}", days_ago=9)
        for points in (10, 20, 30):
            group.send(learner, "readme", points=points, lab=lab)
        group.meet(30 + number, absent=(learner,))
    with CaptureQueriesContext(connection) as captured:
        assert group.client.get(group.address()).status_code == 200
    assert len(captured) == PINNED


def test_score_changed_by_staff_replaces_the_graded_one(group):
    people = [group.join(name) for name in "ABCDE"]
    group.send(people[0], points=40)
    group.send(people[1], points=50)
    for learner, points in ((people[0], 90), (people[2], 60)):
        Override.objects.create(
            enrollment=learner, lab=group.lab, points=points, out_of=100, reason="Right", is_public=False
        )
    assert rows(group) == [("D", None, 0), ("E", None, 0), ("B", 50, 50), ("C", 60, 60), ("A", 90, 90)]
    assert [row[0] for row in rows(group, state="passed")] == ["A"]
    assert [row[0] for row in rows(group, state="work")] == ["B", "C"]
    assert "90<b" in group.client.get(group.address()).content.decode()
