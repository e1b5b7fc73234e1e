"""The usual time of a lab: seconds from receipt to first result, over the last 30 days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs.grading import lifecycle, times
from labs.models import LabTimes, Receipt, State, Submission
from labs.pages.presentation import times_in_words
from tests.factories import make_lab, make_submission

pytestmark = pytest.mark.django_db


def answer(lab, seconds, ago=timedelta(0)):
    submission, now = make_submission(lab=lab), timezone.now()
    received = now - ago - timedelta(seconds=seconds)
    Receipt.objects.filter(pk=submission.receipt_id).update(received_at=received)
    Submission.objects.filter(pk=submission.pk).update(state=State.GRADED, answered_at=now - ago)
    return submission


def test_half_and_most_are_ranks_among_the_results_of_30_days():
    lab = make_lab()
    for seconds in range(1, 21):
        answer(lab, seconds)
    answer(lab, 900, ago=timedelta(days=31))
    assert times.count_times() == 1
    row = LabTimes.objects.get(lab=lab)
    assert (row.results, row.half, row.most) == (20, 10, 19)


def test_lab_is_counted_again_only_after_a_newer_result():
    lab = make_lab()
    answer(lab, 3)
    assert [times.count_times() for _ in range(2)] == [1, 0]
    answer(lab, 3, ago=timedelta(seconds=-1))
    assert times.count_times() == 1


def test_times_without_results_of_30_days_are_removed():
    lab = make_lab()
    counted = timezone.now() - timedelta(days=2)
    LabTimes.objects.create(lab=lab, results=1, half=1, most=1, counted_at=counted)
    assert times.count_times() == 1
    assert not LabTimes.objects.exists()


def test_first_result_is_kept_when_a_submission_is_graded_again():
    submission = make_submission()
    lifecycle.mark_unreadable(lifecycle.claim(), "The repository is private.")
    submission.refresh_from_db()
    first = submission.answered_at
    assert first == submission.ended_at
    lifecycle.requeue(submission)
    lifecycle.mark_unreadable(lifecycle.claim(), "The repository is private.")
    submission.refresh_from_db()
    assert submission.answered_at == first < submission.ended_at


@pytest.mark.parametrize(
    ("results", "half", "most", "words"),
    [
        (3, 4, 9, "Results of this lab usually take about 4 seconds."),
        (40, 1, 1, "Results of this lab usually take about a second."),
        (
            *(40, 4, 150),
            "In the last 30 days, half of the results of this lab took about 4 seconds or less, "
            "and 95% took about 2 minutes or less.",
        ),
    ],
)
def test_share_of_95_percent_is_named_only_if_it_was_seen(results, half, most, words):
    assert times_in_words(LabTimes(results=results, half=half, most=most)) == words
