from decimal import Decimal

import pytest

from labs.authoring.help import REVIEW as HELP
from labs.grader.review import DEADLINE, median_marks
from labs.grader.spec import SpecError, load_spec, public_text
from lessons.texts.due_rules import parse_rule
from tests.factories import LAB_SOURCE
from tests.peer_review.review_work import REVIEW, with_review


def test_review_is_read_and_its_points_are_part_of_the_lab():
    spec = load_spec(with_review())
    assert (spec.review.works, spec.review.deadline, spec.review.must_review) == (2, "7 days 23:59", False)
    assert (spec.max_points, spec.rubric_points, spec.rubric) == (120, 20, ())
    assert load_spec(public_text(with_review())).review == spec.review
    assert load_spec(LAB_SOURCE).review is None
    assert load_spec(with_review(HELP)).review.must_review


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("works: 2", "works: 0", "review.works: expected a whole number from 1 to 10"),
        ("works: 2", "works: 11", "review.works: expected a whole number from 1 to 10"),
        ("works: 2", "works: many", "review.works: expected a whole number"),
        ("  works: 2\n", "", "review.works: is required"),
        ("7 days 23:59", "soon", "review.deadline: expected days after the deadline of the lab"),
        ("7 days 23:59", "366 days", "review.deadline: expected days"),
        ("7 days 23:59", "7 days 24:00", "review.deadline: expected days"),
        ("id: prose", "id: readme", "review.criteria.id: a check or an earlier criterion already has the ID"),
        ("points: 12", "points: 0", "review.criteria.points: expected more than 0 points"),
        ("  works: 2", "  work: 2", "Did you mean `works`?"),
        (REVIEW, "review: 3\n", "review: expected a mapping with the keys"),
    ],
)
def test_mistakes_in_a_review_are_named(before, after, words):
    with pytest.raises(SpecError) as error:
        load_spec(with_review(REVIEW.replace(before, after, 1)))
    assert words in str(error.value)


@pytest.mark.parametrize("session", ["", "session 1 + ", "session 12 + "])
@pytest.mark.parametrize("days", ["0 days", "1 day", "365 days"])
@pytest.mark.parametrize("time", ["", " 00:00", " 23:59"])
def test_deadline_of_a_review_is_a_rule_of_deadlines(session, days, time):
    assert DEADLINE.fullmatch(text := f"{session}{days}{time}")
    assert (parse_rule(text).days, parse_rule(text).time) == (int(days.split()[0]), time.strip())


def test_median_is_taken_for_each_criterion():
    criteria = load_spec(with_review()).review.criteria
    reviews = [{"prose": Decimal(mark)} for mark in ("3", "12", "7.25", "99")]
    assert median_marks(criteria, reviews) == {"prose": Decimal("9.63")}
    assert median_marks(criteria, [*reviews, {"prose": Decimal(0), "names": Decimal(4)}]) == {
        "prose": Decimal("7.25"),
        "names": Decimal(4),
    }
    assert median_marks(criteria, []) == {}
