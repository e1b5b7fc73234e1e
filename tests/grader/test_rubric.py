from decimal import Decimal

import pytest

from labs.authoring.help import RUBRIC
from labs.grader.report import Report
from labs.grader.report_text import verdict_line
from labs.grader.rubric import given_points, waiting_points
from labs.grader.spec import SpecError, load_spec, public_text
from tests.factories import LAB_SOURCE
from tests.feedback.rubric_work import SOURCE
from tests.reports import make_engine_report


def problems_of(rubric: str) -> str:
    with pytest.raises(SpecError) as error:
        load_spec(LAB_SOURCE.replace("scenarios:", f"rubric:\n{rubric}scenarios:"))
    return str(error.value)


def test_rubric_is_read_with_the_points_of_its_best_levels():
    spec = load_spec(SOURCE)
    assert [(each.id, each.points) for each in spec.rubric] == [("prose", 12), ("history", 8)]
    assert (spec.max_points, spec.rubric_points) == (120, 20)
    assert load_spec(public_text(SOURCE)).rubric == spec.rubric
    assert load_spec(public_text(SOURCE)).checks_digest == spec.checks_digest
    assert load_spec(LAB_SOURCE).rubric == ()
    assert load_spec(LAB_SOURCE.replace("scenarios:", f"{RUBRIC}scenarios:")).rubric_points == 10


@pytest.mark.parametrize(
    ("rubric", "words"),
    [
        ("  - {id: a, says: b}\n", "either points or levels"),
        ("  - {id: a, says: b, points: 3, levels: [{says: c, points: 1}]}\n", "either points or levels"),
        ("  - {id: a, says: b, points: 0}\n", "expected more than 0 points"),
        ("  - {id: a, says: b, points: -1}\n", "a number from 0 to 1,000"),
        ("  - {id: a, says: b, levels: [{says: c, points: 1}]}\n", "expected 2 to 10 levels, found 1"),
        ("  - {id: a, says: b, levels: [{says: c, points: 1}, {says: d, points: 1}]}\n", "the same points"),
        ("  - {id: readme, says: b, points: 3}\n", "already has the ID `readme`"),
        ("  - {id: a, says: b, points: 3}\n  - {id: a, says: c, points: 3}\n", "already has the ID `a`"),
        ("  - {id: a, says: b, point: 3}\n", "Did you mean `points`?"),
        ("  - text\n", "expected a criterion"),
        ("  {}\n", "expected a list of at least one criterion"),
        ("  - {id: a, says: b, levels: [{points: 1}, {says: d, points: 0}]}\n", "rubric.levels.says"),
    ],
)
def test_mistakes_in_a_rubric_are_named(rubric, words):
    assert words in problems_of(rubric)


def test_marks_are_added_up_and_never_more_than_the_criterion_gives():
    rubric = load_spec(SOURCE).rubric
    marks = {"prose": Decimal(15), "gone": Decimal(4)}
    assert (given_points(rubric, marks), waiting_points(rubric, marks)) == (12, 8)
    allowed = [points for points in ("8", "3", "0", "5", "-1", "2.555") if rubric[1].allows(Decimal(points))]
    assert allowed == ["8", "3", "0"]
    assert not rubric[0].allows(Decimal("2.555"))


def test_points_of_the_rubric_are_part_of_the_whole_and_not_of_the_score():
    report = make_engine_report(pass_mark=80, readme="passed", commits="passed")
    marked = Report.from_json({**report.to_json(), "rubric_points": "20"})
    assert (marked.points, marked.max_points, marked.passed, report.passed) == (40, 60, False, True)
    assert Report.from_json(marked.to_json()) == marked
    assert "A person gives 20 of the points." in verdict_line(marked)
    assert "person" not in verdict_line(report)
