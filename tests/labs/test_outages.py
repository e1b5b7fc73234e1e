"""A wait that was our fault lengthens the deadline of the learner whom it hit, and of nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs import deadlines
from labs.grading import lifecycle, outages
from labs.models import LabDeadline, Outage, Receipt, State, Submission
from tests.factories import make_enrollment, make_report, make_submission
from tests.labs.late_work import lab, learner

__all__ = ["lab", "learner"]

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def received(learner, lab, ago, state=State.QUEUED) -> Submission:
    submission = make_submission(learner, lab, state=state, queued_at=timezone.now() - ago)
    Receipt.objects.filter(pk=submission.receipt_id).update(received_at=submission.queued_at)
    return submission


def ended(learner, lab, began, ended_ago, state, **fields) -> Submission:
    submission = received(learner, lab, began, state)
    Submission.objects.filter(pk=submission.pk).update(ended_at=timezone.now() - ended_ago, **fields)
    return submission


def faulty(learner, lab, began, ended_ago) -> Submission:
    submission = ended(learner, lab, began, ended_ago, State.FAULT)
    outages.note(Submission.objects.get(pk=submission.pk))
    return submission


def finish(submission):
    make_report(submission, {"results": []})
    outages.note(Submission.objects.get(pk=submission.pk))


def test_long_wait_before_the_deadline_lengthens_it_for_that_learner_only(learner, lab):
    due = timezone.now() + HOUR
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    peer = make_enrollment(cohort=learner.cohort)
    faulty(learner, lab, 3 * HOUR, 2.5 * HOUR)
    ended(learner, lab, 2 * HOUR, HOUR - MINUTE, State.SUPERSEDED)
    finish(received(learner, lab, HOUR))
    found = deadlines.terms_of(learner)[lab.pk].deadline
    assert 3 * HOUR <= found.at - due < 3 * HOUR + MINUTE
    assert (found.before, found.reason) == (due, deadlines.OUTAGE)
    finish(received(peer, lab, 10 * MINUTE))
    assert deadlines.terms_of(peer)[lab.pk].deadline.at == due
    finish(received(learner, lab, 30 * MINUTE))  # overlaps, so it counts once
    assert Outage.objects.get().seconds < 3 * 3600 + 60


def test_wait_that_began_after_the_deadline_changes_nothing(learner, lab):
    finish(received(learner, lab, 3 * HOUR))
    assert not Outage.objects.exists()  # without a deadline
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now() - 5 * HOUR)
    finish(received(learner, lab, 3 * HOUR))
    assert not Outage.objects.exists()


def test_wait_after_a_verdict_begins_with_the_next_push(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    faulty(learner, lab, 9 * HOUR, 8.5 * HOUR)
    finish(received(learner, lab, 8 * HOUR))
    first = Outage.objects.get()
    assert 9 * 3600 <= first.seconds < 9 * 3600 + 60


def test_fault_moves_the_deadline_at_once_and_further_until_the_verdict(learner, lab, settings):
    settings.GRADING_MAX_TRIES = 1
    due = timezone.now() + MINUTE
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    submission = received(learner, lab, 5 * MINUTE)
    assert lifecycle.give_back(lifecycle.claim(), "The disk is full.")
    found = deadlines.terms_of(learner)[lab.pk].deadline
    assert timedelta() <= found.at - due - 5 * MINUTE < MINUTE
    hour_ago = timezone.now() - HOUR
    Outage.objects.update(begins_at=hour_ago - 5 * MINUTE, ends_at=hour_ago)
    submission.refresh_from_db()
    assert lifecycle.requeue(submission)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    outage = Outage.objects.get()
    assert 65 * 60 <= outage.seconds < 66 * 60
    # pushed again days later: that was not our fault
    lifecycle.requeue(submission)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    assert Outage.objects.get() == outage


def test_pause_of_the_learner_after_a_replaced_push_is_not_an_outage(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    # The newer push brought a state that had its verdict already, so this one never got its own.
    ended(learner, lab, 90 * HOUR, 89 * HOUR, State.SUPERSEDED)
    finish(received(learner, lab, MINUTE))
    assert not Outage.objects.exists()


def test_state_pushed_again_days_after_its_answer_is_not_an_outage(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    answered = timezone.now() - 88 * HOUR
    ended(learner, lab, 90 * HOUR, 89 * HOUR, State.FAULT)
    again = received(learner, lab, MINUTE)
    Submission.objects.filter(pk=again.pk).update(answered_at=answered)  # unreadable then
    finish(again)
    assert not Outage.objects.exists()


def test_replaced_state_pushed_again_days_after_the_answer_to_a_newer_one_is_not_an_outage(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    ended(learner, lab, 90 * HOUR, 89 * HOUR, State.FAULT)
    again = received(learner, lab, MINUTE)  # was replaced by the next
    answered = timezone.now() - 88 * HOUR
    ended(learner, lab, 89 * HOUR, 88 * HOUR, State.UNREADABLE, answered_at=answered)
    finish(again)
    assert not Outage.objects.exists()


def test_repeated_refusal_after_an_outage_does_not_begin_it_again(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now() + HOUR)
    submission = received(learner, lab, timedelta())
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    Submission.objects.update(answered_at=timezone.now() - 9 * HOUR)
    faulty(learner, lab, 8 * HOUR, 7.5 * HOUR)
    assert lifecycle.requeue(submission)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    Outage.objects.update(ends_at=timezone.now() - 7 * HOUR)
    # the learner pauses for hours, and the next wait is an outage of its own
    assert lifecycle.requeue(submission)
    Submission.objects.filter(pk=submission.pk).update(queued_at=timezone.now() - HOUR)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    lengths = [each.ends_at - each.begins_at for each in Outage.objects.order_by("begins_at")]
    assert [length // HOUR for length in lengths] == [1, 1]


def test_running_outage_moves_the_deadline_before_it_ends(learner, lab):
    due = timezone.now() - 30 * MINUTE
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    peer = make_enrollment(cohort=learner.cohort)
    waiting = received(learner, lab, 40 * MINUTE)
    terms = deadlines.terms_of(learner)[lab.pk]
    assert 40 * MINUTE <= terms.deadline.at - due < 41 * MINUTE
    assert (terms.deadline.before, terms.deadline.reason) == (due, deadlines.RUNNING_OUTAGE)
    assert not terms.is_late(timezone.now())
    assert deadlines.terms_of(peer)[lab.pk].deadline.at == due
    # a newer push replaces it, and the learner goes on waiting
    lifecycle.supersede(received(learner, lab, timedelta()))
    assert deadlines.terms_of(learner)[lab.pk].deadline.at - due >= 40 * MINUTE
    waiting.refresh_from_db()
    assert waiting.state == State.SUPERSEDED
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    assert deadlines.terms_of(learner)[lab.pk].deadline.reason == deadlines.OUTAGE


def test_short_wait_and_one_that_began_late_move_no_deadline(learner, lab):
    due = timezone.now() - HOUR
    own = LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    received(learner, lab, 50 * MINUTE)
    assert deadlines.terms_of(learner)[lab.pk].deadline.at == due
    Submission.objects.update(queued_at=timezone.now() - 10 * MINUTE)
    LabDeadline.objects.filter(pk=own.pk).update(closes_at=timezone.now())
    assert deadlines.terms_of(learner)[lab.pk].deadline.before is None


def test_fault_moves_the_deadline_until_the_verdict_and_no_longer(learner, lab, settings):
    settings.GRADING_MAX_TRIES = 1
    due = timezone.now() + MINUTE
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    submission = received(learner, lab, MINUTE)
    lifecycle.give_back(lifecycle.claim(), "The disk is full.")
    Outage.objects.update(begins_at=timezone.now() - 5 * HOUR)
    assert deadlines.terms_of(learner)[lab.pk].deadline.at - due >= 5 * HOUR
    lifecycle.requeue(submission)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    outage = Outage.objects.get()
    assert (outage.is_open, outage.seconds // 3600) == (False, 5)


def test_outage_ends_with_the_verdict_although_staff_removed_the_deadline_meanwhile(learner, lab):
    due = timezone.now() - 2 * HOUR
    deadline = LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    faulty(learner, lab, 3 * HOUR, 2.5 * HOUR)
    deadline.delete()
    received(learner, lab, MINUTE)
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    deadline.save(force_insert=True)
    assert not Outage.objects.get().is_open
    assert deadlines.terms_of(learner)[lab.pk].deadline.reason == deadlines.OUTAGE


def test_page_of_a_waiting_submission_says_that_the_deadline_moves(client, learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    submission = received(learner, lab, HOUR)
    client.force_login(learner.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "Your deadline keeps moving until you have it." in page
    Submission.objects.update(queued_at=timezone.now())
    assert "keeps moving" not in client.get(submission.get_absolute_url()).content.decode()


def test_wait_counts_if_the_learner_cancels_it_and_pushes_again(learner, lab):
    due = timezone.now() - 30 * MINUTE
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    assert lifecycle.cancel(received(learner, lab, HOUR))
    deadline = deadlines.terms_of(learner)[lab.pk].deadline
    assert (deadline.at - due >= HOUR, deadline.reason) == (True, deadlines.OUTAGE)


def test_outage_by_a_fault_goes_on_if_a_newer_push_is_cancelled(learner, lab):
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now())
    faulty(learner, lab, 3 * HOUR, 2.5 * HOUR)
    assert lifecycle.cancel(received(learner, lab, MINUTE))
    assert Outage.objects.get().is_open


def test_submission_whose_earlier_time_github_may_confirm_is_not_replaced(learner, lab):
    now = timezone.now()
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=now - 5 * MINUTE)
    certain, unconfirmed, late = (received(learner, lab, ago * MINUTE) for ago in (7, 3, 2))
    Receipt.objects.filter(pk=unconfirmed.receipt_id).update(claimed_at=now - 6 * MINUTE)
    lifecycle.supersede(received(learner, lab, MINUTE))
    waiting = Submission.objects.filter(state=State.QUEUED).order_by("number")
    assert list(waiting)[:2] == [certain, unconfirmed]
    assert late not in waiting
