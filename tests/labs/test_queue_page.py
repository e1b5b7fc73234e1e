"""The queue as staff see it, and what they can do about it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from labs import queue_queries
from labs.grading import lifecycle, queues
from labs.models import Delivery, LabTimes, Queue, State, Submission
from tests.factories import make_lab, make_learner, make_staff, make_submission, make_user
from tests.github.signing import make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_lab()


@pytest.fixture
def instructor(lab, client):
    user = make_staff(lab.course, make_user(is_staff=True))
    client.force_login(user)
    return user


def test_page_shows_only_submissions_of_own_courses(client, lab, instructor):
    own, other = make_submission(lab=lab), make_submission()
    page = client.get(reverse("teach_queue")).content.decode()
    assert own.get_absolute_url() in page
    assert other.get_absolute_url() not in page
    assert "1 waiting, 0 running" in page


def test_fault_is_listed_with_its_trace_and_retried_before_regrades(client, lab, instructor):
    fault = make_submission(
        lab=lab, state=State.FAULT, last_fault="G-12AB: OSError: disk", ended_at=timezone.now()
    )
    other = make_submission(state=State.FAULT, last_fault="G-34CD: OSError", ended_at=timezone.now())
    page = client.get(reverse("teach_queue")).content.decode()
    assert "1 needs a person" in page
    assert "G-12AB: OSError: disk" in page
    assert "G-34CD" not in page
    client.post(reverse("teach_retry_faults"))
    for row in (fault, other):
        row.refresh_from_db()
    assert (fault.state, fault.queue, other.state) == (State.QUEUED, Queue.LIVE, State.FAULT)


def test_fault_of_yesterday_counts_if_the_submission_was_graded_since(lab, instructor):
    now = timezone.now()
    make_submission(lab=lab, state=State.GRADED, last_fault="OSError", ended_at=now)
    make_submission(lab=lab, state=State.GRADED, last_fault="OSError", ended_at=now - timedelta(hours=25))
    make_submission(lab=lab, state=State.GRADED, ended_at=now)
    assert queue_queries.count_queue(queue_queries.submissions_seen_by(instructor), now).faults == 1


def test_numbers_name_the_oldest_wait_and_the_times_of_the_last_hour(lab, instructor):
    now = timezone.now()
    make_submission(lab=lab, queued_at=now - timedelta(minutes=3))
    make_submission(lab=lab, queue=Queue.LATER)
    make_submission(lab=lab, state=State.CHECKING)
    for seconds in (2, 8):
        row = make_submission(lab=lab, state=State.GRADED)
        row.answered_at = row.receipt.received_at + timedelta(seconds=seconds)
        row.save(update_fields=["answered_at"])
    numbers = queue_queries.count_queue(queue_queries.submissions_seen_by(instructor), now)
    assert (numbers.waiting, numbers.later, numbers.running, numbers.need_person) == (1, 1, 1, 0)
    assert (numbers.oldest, numbers.half, numbers.most) == (180, 2, 8)


def test_last_message_of_each_repository_of_own_courses_is_shown(client, lab, instructor):
    connection = make_connection(make_learner(lab.course), lab=lab, last_heard_at=timezone.now())
    for outcome in (Delivery.Outcome.NOTED, Delivery.Outcome.FAILED):
        Delivery.objects.create(connection=connection, guid=outcome, event="push", outcome=outcome)
    quiet = make_connection(make_learner(lab.course), lab=lab)
    make_connection()
    rows = list(queue_queries.connections_seen_by(instructor))
    assert [(row.pk, row.outcome) for row in rows] == [(quiet.pk, None), (connection.pk, "failed")]
    page = client.get(reverse("teach_queue")).content.decode()
    assert ("No message yet" in page, "Could not read the repository" in page) == (True, True)


def test_worker_is_named_with_what_it_runs(lab):
    make_submission(lab=lab)
    claim = lifecycle.claim()
    [row] = queue_queries.workers(timezone.now())
    assert (row.name, row.running, row.results) == (lifecycle.WORKER, 1, 0)
    lifecycle.mark_unreadable(claim, "It is private.")
    [row] = queue_queries.workers(timezone.now())
    assert (row.running, row.results) == (0, 1)


def test_page_needs_as_many_queries_for_many_rows(client, lab, instructor, django_assert_num_queries):
    def count():
        make_connection(make_learner(lab.course), lab=lab, look_fault="L-12AB: OSError: disk")
        with django_assert_num_queries(14):
            assert client.get(reverse("teach_queue")).status_code == 200

    LabTimes.objects.create(lab=lab, results=1, half=1, most=2, counted_at=timezone.now())
    make_submission(lab=lab, state=State.FAULT, last_fault="OSError", ended_at=timezone.now())
    make_submission(lab=lab)
    count()
    for state in (State.FAULT, State.QUEUED, State.CHECKING) * 3:
        make_submission(lab=lab, state=state)
    count()


def test_submission_that_met_a_fault_is_tried_again_later_each_time(monkeypatch):
    monkeypatch.setattr(settings, "GRADING_RETRY_SECONDS", 10)
    submission = make_submission()
    waits = []
    for _ in range(2):
        lifecycle.give_back(lifecycle.claim(), "OSError: disk")
        submission.refresh_from_db()
        waits.append(round((submission.not_before - timezone.now()).total_seconds()))
        assert not queues.claimable().exists()
        Submission.objects.update(not_before=timezone.now())
    assert waits == [10, 40]
    lifecycle.give_back(lifecycle.claim(), "OSError: disk")
    submission.refresh_from_db()
    assert submission.state == State.FAULT
