"""Each change of a submission's state, and its refusals. On SQLite and on PostgreSQL, with real transactions."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from labs.grading import lifecycle
from labs.grading.lifecycle import Claim
from labs.models import RUNNING, Report, State, Submission
from tests.factories import make_lab, make_learner, make_staff, make_submission
from tests.reports import make_engine_report

pytestmark = pytest.mark.usefixtures("database")


def expire(submission: Submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def claimed() -> tuple[Submission, Claim]:
    submission = make_submission()
    claim = lifecycle.claim()
    assert claim
    return submission, claim


def finish(claim: Claim) -> bool:
    version = Submission.objects.select_related("lab__current").get(pk=claim.submission_id).lab.current
    return lifecycle.finish(claim, make_engine_report(), version)


# --- claim ----------------------------------------------------------------------------------------------------------


def test_claim_takes_a_queued_submission_with_a_lease_a_token_and_a_try(settings):
    submission, claim = claimed()
    submission.refresh_from_db()
    assert claim == Claim(submission.pk, token=1, tries=1)
    assert (submission.state, submission.version, submission.token, submission.tries) == (
        State.FETCHING,
        2,
        1,
        1,
    )
    assert submission.lease_until > timezone.now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS - 5)


def test_claim_of_an_empty_queue_is_none():
    assert lifecycle.claim() is None


@pytest.mark.parametrize("state", [state for state in State if state != State.QUEUED])
def test_claim_leaves_submissions_that_are_not_queued(state):
    make_submission(state=state)
    assert lifecycle.claim() is None


def test_claim_skips_a_learner_with_a_running_submission():
    _, claim = claimed()
    learner = Submission.objects.get(pk=claim.submission_id).enrollment
    make_submission(learner)
    assert lifecycle.claim() is None


# --- the way to a verdict -------------------------------------------------------------------------------------------


def test_finish_writes_report_and_state_and_a_later_one_is_refused():
    submission, claim = claimed()
    assert lifecycle.start_checking(claim)
    assert finish(claim)
    assert not finish(claim)
    submission.refresh_from_db()
    assert (submission.state, submission.version, submission.lease_until) == (State.GRADED, 4, None)
    assert Report.objects.get().is_current


def test_start_checking_twice_changes_once():
    submission, claim = claimed()
    assert (lifecycle.start_checking(claim), lifecycle.start_checking(claim)) == (True, False)
    submission.refresh_from_db()
    assert (submission.state, submission.version) == (State.CHECKING, 3)


def test_heartbeat_extends_the_lease_and_shows_nothing():
    submission, claim = claimed()
    expire(submission)
    assert lifecycle.heartbeat(claim)
    assert lifecycle.reap() == 0
    submission.refresh_from_db()
    assert submission.version == 2


def test_unreadable_keeps_the_instructions():
    submission, claim = claimed()
    assert lifecycle.mark_unreadable(claim, "Commit something, then push it.")
    submission.refresh_from_db()
    assert (submission.state, submission.message) == (State.UNREADABLE, "Commit something, then push it.")


def test_late_holder_of_an_old_claim_may_change_nothing():
    submission, late = claimed()
    expire(submission)
    assert lifecycle.reap() == 1
    new = lifecycle.claim()
    assert new == Claim(submission.pk, token=2, tries=2)
    assert not lifecycle.heartbeat(late)
    assert not lifecycle.start_checking(late)
    assert not lifecycle.mark_unreadable(late, "Too late.")
    assert not lifecycle.give_back(late, "Too late.")
    assert not finish(late)
    assert not Report.objects.exists()
    assert finish(new)


# --- faults ---------------------------------------------------------------------------------------------------------


def test_expired_lease_is_queued_again_with_its_fault_and_its_place():
    submission, _ = claimed()
    expire(submission)
    assert lifecycle.reap() == 1
    again = Submission.objects.get()
    assert (again.state, again.version, again.queued_at) == (State.QUEUED, 3, submission.queued_at)
    assert again.last_fault == "The worker stopped without an error, and its lease expired."


def test_lease_from_before_the_clock_was_set_back_has_expired():
    submission, _ = claimed()
    Submission.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    assert lifecycle.reap() == 1
    submission.refresh_from_db()
    assert submission.state == State.QUEUED


def test_reaper_leaves_all_but_expired_leases(settings):
    lease = timezone.now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS)
    for state in State:
        make_submission(state=state, lease_until=lease if state in RUNNING else None)
    before = list(Submission.objects.values())
    assert lifecycle.reap() == 0
    assert list(Submission.objects.values()) == before


def test_third_failed_attempt_is_a_fault_and_staff_are_notified(caplog):
    lab = make_lab()
    staff = make_staff(lab.course)
    submission = make_submission(lab=lab)
    for _ in range(3):
        lifecycle.give_back(lifecycle.claim(), "The disk is full.")
    submission.refresh_from_db()
    reference = submission.last_fault.removesuffix(": The disk is full.")
    assert submission.state == State.FAULT
    assert submission.message == (
        "Grading stopped because of a fault on our side. We told the course staff. "
        f"You don’t have to do anything. Reference {reference}."
    )
    assert (lifecycle.claim(), submission.tries) == (None, 3)
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    assert (reference in letter.body, submission.get_absolute_url() in letter.body) == (True, True)
    assert [r.levelname for r in caplog.records if reference in r.getMessage()] == ["ERROR"]


def test_poison_that_kills_its_worker_stops_after_three_tries():
    submission = make_submission()
    for _ in range(3):
        assert lifecycle.claim()
        expire(submission)
        lifecycle.reap()
    submission.refresh_from_db()
    assert (submission.state, lifecycle.claim()) == (State.FAULT, None)


# --- out of the queue and back --------------------------------------------------------------------------------------


def test_supersede_ends_only_waiting_submissions_of_the_same_learner_and_lab():
    lab = make_lab()
    learner, other = make_learner(lab.course), make_learner(lab.course)
    old, new = make_submission(learner, lab), make_submission(learner, lab)
    elsewhere = [make_submission(learner, make_lab(lab.course)), make_submission(other, lab)]
    assert lifecycle.supersede(new) == 1
    old.refresh_from_db()
    assert (old.state, old.version) == (State.SUPERSEDED, 2)
    queued = Submission.objects.filter(state=State.QUEUED)
    assert set(queued) == {new, *elsewhere}


@pytest.mark.parametrize("state", [*RUNNING, State.GRADED, State.FAULT])
def test_supersede_leaves_submissions_that_do_not_wait(state):
    old = make_submission(state=state)
    assert lifecycle.supersede(make_submission(old.enrollment, old.lab)) == 0


def test_regrading_is_neither_superseded_nor_cancelled():
    submission, claim = claimed()
    finish(claim)
    assert lifecycle.requeue(submission)
    assert lifecycle.supersede(make_submission(submission.enrollment, submission.lab)) == 0
    assert not lifecycle.cancel(submission)


def test_requeue_gives_all_tries_back_and_keeps_the_report_until_the_next():
    submission, claim = claimed()
    finish(claim)
    assert lifecycle.requeue(submission)
    submission.refresh_from_db()
    assert (submission.state, submission.tries, submission.ended_at) == (State.QUEUED, 0, None)
    first = Report.objects.get(is_current=True)
    assert finish(lifecycle.claim())
    assert Report.objects.get(is_current=True) != first
    assert Report.objects.count() == 2


@pytest.mark.parametrize("state", [State.QUEUED, *RUNNING])
def test_requeue_leaves_submissions_that_have_not_ended(state):
    assert not lifecycle.requeue(make_submission(state=state))


def test_cancel_withdraws_a_waiting_submission_but_not_a_running_one():
    submission, other = make_submission(), make_submission(state=State.CHECKING)
    assert (lifecycle.cancel(submission), lifecycle.cancel(other)) == (True, False)
    assert lifecycle.claim() is None
