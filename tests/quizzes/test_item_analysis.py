"""Item analysis, against values computed by hand; the intervals also agree with scipy 1.17."""

from random import Random

import pytest

from lessons.quizzes import parse
from lessons.quizzes.analysis import Sitting, analyse, correlate, wilson
from lessons.quizzes.tally import can_tally, tally
from tests.quiz_pages.examples import quiz_source

QUIZ = parse(quiz_source())
BY_KEY = {question.key: question for question in QUIZ.questions}
TWO = parse(
    "---\ntitle: Two\npass_mark: 70\nattempts: 0\nrelease: now\n---\n"
    "## One? {#one}\n- [x] Right\n- [ ] Wrong\n- [ ] Worse\n> Why.\n\n"
    "## Two? {#two points=3}\n= yes\n> Why.\n"
).questions
WORTH = {"one": 1.0, "two": 3.0}


def sitting(one: float | None, two: float, choice: list[int] | None = None, typed: str = "yes") -> Sitting:
    responses = {"one": choice if choice is not None else [0] if one else [1], "two": typed}
    return Sitting({"one": one, "two": two}, responses, WORTH)


def close(estimate, *values: float) -> bool:
    return (estimate.value, estimate.low, estimate.high) == pytest.approx(values, abs=5e-4)


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [
        (0, 10, (0, 0, 0.2775)),
        (10, 10, (1, 0.7225, 1)),
        (5, 10, (0.5, 0.2366, 0.7634)),
        (17, 24, (0.7083, 0.5083, 0.8509)),
    ],
)
def test_wilson(successes, trials, expected):
    assert close(wilson(successes, trials), *expected)


def test_24_learners_with_a_correlation_of_a_fifth_have_the_interval_of_the_design():
    x = [*range(24)]
    noise = Random(7).sample(range(1000), 24)
    # The mixture of x and the part of the noise that is not correlated with x has exactly this correlation.
    mean_x, mean_n = sum(x) / 24, sum(noise) / 24
    slope = sum((a - mean_x) * (b - mean_n) for a, b in zip(x, noise, strict=True)) / sum(
        (a - mean_x) ** 2 for a in x
    )
    rest = [b - mean_n - slope * (a - mean_x) for a, b in zip(x, noise, strict=True)]
    size_x = sum((a - mean_x) ** 2 for a in x) ** 0.5
    size_rest = sum(b * b for b in rest) ** 0.5
    y = [0.2 * (a - mean_x) / size_x + 0.96**0.5 * b / size_rest for a, b in zip(x, rest, strict=True)]
    found = correlate(x, y)
    assert (round(found.value, 6), round(found.low, 2), round(found.high, 2)) == (0.2, -0.22, 0.56)


def test_correlation_by_hand():
    # Means 0.5 and 0.6. Sums of products of deviations: xy 4 − 3 = 1, xx 5 − 2.5 = 2.5, yy 6 − 3.6 = 2.4.
    x = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    y = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0]
    found = correlate(x, y)
    assert found.value == pytest.approx(1.0 / (2.5 * 2.4) ** 0.5)
    assert close(found, 0.4082, -0.2980, 0.8256)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 1, 1, 1], [0, 1, 0, 1], None),
        ([0, 1, 1], [0, 1, 1], None),
        ([0, 0, 1, 1], [0, 0, 1, 1], (1, 1, 1)),
        ([0, 0, 1, 1], [1, 1, 0, 0], (-1, -1, -1)),
    ],
)
def test_correlation_at_its_edges(x, y, expected):
    found = correlate(x, y)
    assert found is None if expected is None else close(found, *expected)


def test_discrimination_is_with_the_rest_of_the_quiz_not_with_the_total():
    """With the total, two questions that have nothing in common would seem to discriminate."""
    rows = [sitting(a, b) for a in (0, 1) for b in (0, 1)] * 5
    one, two = analyse(TWO, rows).items
    assert close(one.discrimination, 0, -0.4426, 0.4426)
    assert (one.facility.value, one.mean, one.right, one.asked) == (0.5, 0.5, 10, 20)
    assert two.discrimination.value == pytest.approx(0)


def test_halves_and_what_they_chose():
    rows = [sitting(1, 1)] * 6 + [sitting(0, 0, [2])] * 4 + [sitting(0, 0, [1], "No")] * 3
    found = analyse(TWO, rows)
    one, two = found.items
    assert (found.count, found.upper, found.lower) == (13, 7, 6)
    assert [(row.text, row.right, row.counts) for row in one.tally.rows] == [
        ("Right", True, (6, 0)),
        ("Wrong", False, (0, 3)),
        ("Worse", False, (1, 3)),
    ]
    assert [(row.text, row.right, row.counts) for row in two.tally.rows] == [
        ("yes", True, (7, 3)),
        ("No", False, (0, 3)),
    ]


def test_below_ten_attempts_there_are_only_counts():
    nine = analyse(TWO, [sitting(1, 1)] * 4 + [sitting(0, 0, [2])] * 5)
    one = nine.items[0]
    assert not nine.has_estimates
    assert (one.facility, one.discrimination, one.mean, one.flags, one.advice) == (None, None, None, (), ())
    assert (one.asked, one.right, one.answered) == (9, 4, 9)


def test_flags_are_for_negative_values_and_for_wrong_answers_that_beat_the_right_one():
    backwards = [sitting(1, 0)] * 5 + [sitting(0, 1)] * 5
    (flag,) = analyse(TWO, backwards).items[0].flags
    assert flag.startswith("Learners who did well in the rest of the quiz did worse here.")
    beaten = [sitting(1, 1)] * 5 + [sitting(0, 0, [2])] * 6
    assert analyse(TWO, beaten).items[0].flags == (
        "A wrong answer was given more often (6) than a correct one (5).",
    )
    fine = [sitting(1, 1)] * 6 + [sitting(0, 0, [2])] * 5
    assert analyse(TWO, fine).items[0].flags == ()


def test_question_that_was_not_asked_or_not_marked_counts_nowhere():
    without = Sitting({"two": 1.0}, {"two": "yes"}, WORTH)
    unmarked = [sitting(None, 1)] * 2
    one = analyse(TWO, [sitting(1, 1)] * 10 + [without] * 3 + unmarked).items[0]
    assert (one.asked, one.marked, one.right, one.facility.value) == (12, 10, 10, 1)


def test_quiz_with_one_question_has_no_rest():
    rows = [Sitting({"one": value}, {"one": [0]}, WORTH) for value in (0, 1)] * 6
    assert analyse(TWO[:1], rows).items[0].discrimination is None


def test_empty_quiz_and_no_sittings():
    assert analyse((), []).items == ()
    assert [item.asked for item in analyse(TWO, []).items] == [0, 0]


def test_median_time_needs_three_known_times():
    def timed(seconds: float) -> Sitting:
        return Sitting({"one": 1.0}, {}, WORTH, {"one": seconds})

    assert analyse(TWO, [timed(5), timed(9)]).items[0].seconds is None
    assert analyse(TWO, [timed(5), timed(9), timed(70)]).items[0].seconds == 9


def test_kinds_that_are_tallied():
    assert [key for key, question in BY_KEY.items() if can_tally(question)] == [
        "approval", "vcs", "branch", "hours",
    ]  # fmt: skip


def test_typed_answers_are_grouped_as_they_are_compared():
    texts = ["git  branch canary", "Git branch canary", "git log", "git log", "git log"]
    rows = tally(BY_KEY["branch"], texts).rows
    assert [(row.text, row.right, row.counts) for row in rows] == [
        ("git log", False, (3,)),
        ("Git branch canary", True, (2,)),
    ]
    numbers = tally(BY_KEY["hours"], ["765,123", "765123", "2", "2.0", "two"]).rows
    assert [(row.text, row.right, row.counts) for row in numbers] == [
        ("2", False, (2,)), ("765,123", True, (2,)), ("two", False, (1,)),
    ]  # fmt: skip


def test_rare_texts_are_counted_together():
    found = tally(BY_KEY["branch"], [f"text {number}" for number in range(30)], ["text 1"], limit=5)
    assert (len(found.rows), found.rows[0].text, found.others) == (5, "text 1", (25, 0))
