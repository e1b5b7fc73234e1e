"""The analysis of checks, against what submissions show."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs.models import State
from portal.progress.class_page.checks import analyse_checks, needs_of
from tests.factories import make_lab, make_submission

HOUR = timedelta(hours=1)


def history(group, learner, *failed: str, lab=None, every=HOUR) -> None:
    """Graded submissions, the oldest first; each text has the checks that need work."""
    start = timezone.now() - len(failed) * every
    for number, names in enumerate(failed):
        group.send(learner, *names.split(), at=start + number * every, lab=lab)


def figures(group, name="readme", lab=None):
    rows = analyse_checks(group.cohort, [lab or group.lab]).rows
    return next(row.figures for row in rows if row.figures.name == name)


def test_a_check_that_the_next_submission_repairs_stops_nobody(group):
    history(group, group.join(), "readme", "")
    found = figures(group)
    assert (found.met, found.stopped, found.passed) == (1, 0, 1)
    assert (found.followed, found.repaired) == (1, 1)
    assert (found.attempts, round(found.seconds)) == (2, 3600)


def test_a_check_stops_a_learner_until_the_second_submission_after_it(group):
    history(group, group.join(), "readme", "readme", "")
    found = figures(group)
    assert (found.stopped, found.followed, found.repaired) == (1, 2, 1)
    assert (found.attempts, round(found.seconds)) == (3, 7200)


def test_a_check_without_a_submission_after_it_stops_a_learner(group):
    history(group, group.join(), "readme")
    found = figures(group)
    assert (found.stopped, found.passed, found.followed, found.repaired) == (1, 0, 0, 0)
    assert (found.attempts, found.seconds) == (None, None)


def test_submissions_before_the_check_needed_work_do_not_count(group):
    history(group, group.join(), "", "", "readme", "")
    assert figures(group).attempts == 2


def test_medians_are_between_the_two_in_the_middle(group):
    for failed in (["readme", ""], ["readme"] * 3 + [""]):
        history(group, group.join(), *failed)
    found = figures(group)
    assert (found.passed, found.attempts, round(found.seconds)) == (2, 3, 2 * 3600)
    history(group, group.join(), *["readme"] * 9, "")
    assert (figures(group).attempts, round(figures(group).seconds)) == (4, 3 * 3600)


def test_a_learner_who_never_repaired_it_is_not_in_the_medians(group):
    history(group, group.join(), "readme", "")
    history(group, group.join(), *["readme"] * 6)
    found = figures(group)
    assert (found.met, found.passed, found.attempts) == (2, 1, 2)


def test_a_check_that_was_not_run_is_passed_over(group):
    # readme needs readable, so it was not run in the second submission
    history(group, group.join(), "readme", "readable", "readme", "")
    found = figures(group)
    assert (found.followed, found.repaired, found.stopped, found.attempts) == (2, 1, 1, 3)
    assert figures(group, "readable").repaired == 1


def test_needs_are_followed_indirectly():
    texts = {1: {"a": ("", ()), "b": ("", ("a",)), "c": ("", ("b",))}}
    assert list(needs_of(texts)) == [(1, "b", "a"), (1, "c", "a"), (1, "c", "b")]


def test_submissions_without_a_verdict_are_left_out_and_counted(group):
    learner = group.join()
    history(group, learner, "readme")
    for state in (State.SUPERSEDED, State.SUPERSEDED, State.FAULT, State.UNREADABLE, State.QUEUED):
        make_submission(learner, group.lab, state=state)
    history(group, learner, "")
    found = analyse_checks(group.cohort)
    assert (found.left_out.replaced, found.left_out.faults, found.left_out.unreadable) == (2, 1, 1)
    assert found.rows[0].figures.repaired == 1


def test_other_cohorts_and_people_who_left_do_not_count(group):
    left = group.join()
    history(group, left, "readme", "readme")
    left.is_active = False
    left.save()
    assert analyse_checks(group.cohort).rows == []


def test_checks_come_by_the_share_of_people_they_stop_over_all_labs(group):
    other = make_lab(group.cohort.course, title="Another lab")
    for number in range(4):
        learner = group.join()
        history(group, learner, "readme" if number else "")
        if number < 2:
            history(group, learner, "three-commits", lab=other)
    found = analyse_checks(group.cohort)
    assert [(row.lab, row.figures.name, row.share) for row in found.rows] == [
        (other, "three-commits", 1.0),
        (group.lab, "readme", 0.75),
    ]
    assert found.people == {group.lab.pk: 4, other.pk: 2}


@pytest.mark.parametrize("count", [9, 10])
def test_shares_and_intervals_appear_from_ten_learners(group, count):
    for _ in range(count):
        history(group, group.join(), "readme", "")
    found = analyse_checks(group.cohort)
    [row] = found.rows
    has_enough = count >= 10
    assert (row.stopped is not None, row.repaired is not None) == (has_enough, has_enough)
    if has_enough:
        assert found.all_repaired.value == 1
        assert 0.6 < found.all_repaired.low < 0.8
