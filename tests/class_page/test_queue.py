"""The queue on the class page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs.grading import pulse
from labs.models import State, Submission
from portal.progress.class_page.queue import is_stalled
from tests.factories import make_submission


@pytest.mark.parametrize(
    ("oldest", "answered", "silence", "stalled"),
    [
        (None, None, 900, False),
        (120, None, 900, False),
        (121, 5, 61, True),
        (121, None, 5, True),
        (121, 121, 5, True),
        (3_600, 120, 60, False),  # a long queue from which results come
    ],
)
def test_a_queue_is_stalled_if_nothing_comes_from_it(oldest, answered, silence, stalled):
    assert is_stalled(oldest, answered, silence) == stalled


def test_a_stalled_queue_shows_the_age_of_the_oldest_push(group, monkeypatch):
    monkeypatch.setattr(pulse, "seconds_since", lambda name: 0.0)
    submission = make_submission(group.join("A"), group.lab)
    page = group.client.get(group.address()).content.decode()
    assert "Grading is stalled" not in page
    assert "1 waiting, 0 running" in page
    Submission.objects.filter(pk=submission.pk).update(queued_at=timezone.now() - timedelta(minutes=14))
    assert "The oldest push has been waiting for 14 min" in group.client.get(group.address()).content.decode()


def test_faults_of_the_cohort_and_of_the_portal_are_counted_apart(group):
    learner = group.join("A")
    for cohort_learner in (learner, None):
        fault = make_submission(cohort_learner, group.lab if cohort_learner else None, state=State.FAULT)
        Submission.objects.filter(pk=fault.pk).update(last_fault="Disk full", ended_at=timezone.now())
    page = group.client.get(group.address()).content.decode()
    assert "1 fault of ours in 24 h" in page
    assert '<dt>Our faults, 24 h</dt><dd class="fig">2</dd>' in page
