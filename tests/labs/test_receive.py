"""A push creates a receipt and one submission per state, and supersedes older ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs import actions
from labs.grading import tasks
from labs.models import LabDeadline, Receipt, State, Submission
from tests.factories import make_lab, make_learner, make_refs, make_repository, make_submission
from tests.servers import in_threads

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """A list that gets an item each time a worker is woken up."""
    calls = []
    monkeypatch.setattr(tasks, "wake", lambda: calls.append(1))
    return calls


@pytest.fixture
def repository():
    lab = make_lab()
    return make_repository(make_learner(lab.course), lab)


def test_push_creates_receipt_and_submission_and_wakes_a_worker(repository, woken):
    submission = actions.receive(repository=repository, refs={"refs/heads/main": "a" * 40})
    receipt = Receipt.objects.get()
    assert (receipt.via, receipt.refs) == (Receipt.Via.PUSH, {"refs/heads/main": "a" * 40})
    assert (submission.number, submission.state, submission.receipt) == (1, State.QUEUED, receipt)
    assert woken == [1]


def test_newer_push_supersedes_a_waiting_submission(repository):
    first, second = (actions.receive(repository=repository, refs=make_refs()) for _ in range(2))
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == (State.SUPERSEDED, State.QUEUED, 2)


def test_late_push_does_not_replace_the_newest_in_time(repository, settings):
    settings.OUTAGE_MINUTES = 24 * 60 * 3  # else the wait would lengthen the deadline
    now, lab = timezone.now(), repository.lab
    lab.late, lab.late_percent = lab.Late.REDUCE, 10
    lab.save()
    cohort = repository.enrollment.cohort
    LabDeadline.objects.create(lab=lab, cohort=cohort, closes_at=now - timedelta(hours=50))
    ages = (timedelta(hours=52), timedelta(hours=51), timedelta(hours=49), timedelta(hours=48), timedelta())
    pushed = [actions.receive(repository=repository, refs=make_refs(), received_at=now - age) for age in ages]
    states = [Submission.objects.get(pk=each.pk).state for each in pushed]
    # one in time, one on the first day, and the newest
    assert states == [State.SUPERSEDED, State.QUEUED, State.SUPERSEDED, State.QUEUED, State.QUEUED]


def test_same_state_again_is_the_same_submission_with_its_first_receipt(repository):
    refs = make_refs()
    first = actions.receive(repository=repository, refs=refs)
    again = actions.receive(repository=repository, refs=dict(reversed(refs.items())))
    assert (again, again.receipt, Receipt.objects.count()) == (first, first.receipt, 2)


def test_superseded_state_that_comes_back_is_queued_and_supersedes_the_other(repository):
    refs = make_refs()
    first = actions.receive(repository=repository, refs=refs)
    second = actions.receive(repository=repository, refs=make_refs())
    back = actions.receive(repository=repository, refs=refs)
    second.refresh_from_db()
    assert (back, back.state, second.state) == (first, State.QUEUED, State.SUPERSEDED)


def test_graded_state_that_comes_back_stays_graded(repository):
    graded = make_submission(repository.enrollment, repository.lab, state=State.GRADED)
    back = actions.receive(repository=repository, refs=graded.receipt.refs)
    assert (back, back.state) == (graded, State.GRADED)


def test_added_tag_is_a_new_state_with_the_same_head(repository):
    refs = make_refs()
    first = actions.receive(repository=repository, refs=refs)
    second = actions.receive(repository=repository, refs={**refs, "refs/tags/v1.0": "b" * 40})
    assert (second.number, second.head) == (2, first.head)


def test_simultaneous_pushes_are_numbered_without_gaps_or_duplicates(repository, database):
    states = [make_refs() for _ in range(4)]
    in_threads(database, lambda number: actions.receive(repository=repository, refs=states[number]), 4)
    assert sorted(Submission.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Submission.objects.filter(state=State.QUEUED).count() == 1
