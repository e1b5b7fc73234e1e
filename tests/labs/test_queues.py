"""A push never waits behind work that can wait: two queues, each with its own processes."""

import pytest
from celery import current_app

from labs import actions
from labs.grading import lifecycle, queues, receipts, sandbox, tasks, worker
from labs.models import LabVersion, Queue, Receipt, State
from tests.factories import make_enrollment, make_staff, make_submission

pytestmark = pytest.mark.django_db

LIVE = {
    "labs.grading.tasks.grade_next",
    "labs.grading.tasks.reap",
    "labs.file_questions.tasks.judge_waiting",
    "labs.github.tasks.look",
    "labs.github.tasks.look_again",
    "labs.grading.tasks.grade_after_looks",
}


def test_only_what_learners_wait_for_and_the_reaper_run_in_the_live_queue():
    ours = {name for name in current_app.tasks if not name.startswith("celery.")}
    routed = {name: current_app.amqp.router.route({}, name) for name in ours}
    assert {name for name, options in routed.items() if options["queue"].name == "live"} == LIVE
    assert {options["queue"].name for name, options in routed.items() if name not in LIVE} == {"later"}
    reaper, grading = (
        routed[f"labs.grading.tasks.{name}"].get("priority", 0) for name in ("reap", "grade_next")
    )
    assert reaper < grading  # on Redis the lowest number goes first


def test_regrades_by_staff_are_left_to_the_later_worker(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(tasks, "wake", lambda: woken.append("live"))
    monkeypatch.setattr(tasks, "wake_regrader", lambda: woken.append("later"))
    again = make_submission(state=State.GRADED)
    pushed = make_submission(make_enrollment(cohort=again.enrollment.cohort), again.lab)
    with django_capture_on_commit_callbacks(execute=True):
        actions.grade_again(submission=again, by=make_staff(again.lab.course))
    assert woken == ["later"]
    tasks.reap()
    assert woken == ["later", "later", "live"]
    assert [row.pk for row in queues.claimable()] == [pushed.pk]
    assert [row.pk for row in queues.claimable(Queue.LATER)] == [again.pk]
    assert (lifecycle.claim().submission_id, lifecycle.claim()) == (pushed.pk, None)
    assert (lifecycle.claim(Queue.LATER).submission_id, lifecycle.claim(Queue.LATER)) == (again.pk, None)


def test_recovery_goes_on_after_a_step_that_fails(monkeypatch, caplog):
    def fail() -> None:
        raise RuntimeError("a disk that is gone")

    woken = []
    make_submission()
    monkeypatch.setattr(receipts, "repair", fail)
    monkeypatch.setattr(tasks, "wake", lambda: woken.append("live"))
    tasks.reap()
    assert woken == ["live"]
    assert "recovery of lost work: fail failed" in caplog.text


def test_push_to_a_lab_that_the_engine_cannot_read_is_received_and_retried_as_our_fault():
    submission = make_submission(state=State.GRADED)
    LabVersion.objects.update(source="checks: [")
    repository = submission.receipt.repository
    again = receipts.record(repository=repository, refs={"refs/heads/main": "a" * 40}, via=Receipt.Via.PUSH)
    worker.grade_next()
    again.refresh_from_db()
    assert (again.state, again.tries) == (State.QUEUED, 1)
    assert sandbox.digests_of_published_labs() == frozenset()


def test_regrade_by_a_learner_is_live():
    fault = make_submission(state=State.FAULT)
    actions.grade_again(submission=fault, by=fault.enrollment.user)
    assert lifecycle.claim().submission_id == fault.pk


def test_state_that_waits_in_the_later_queue_is_live_once_it_is_pushed_again():
    again = make_submission(state=State.GRADED, number=1)
    lifecycle.requeue(again, queue=Queue.LATER)
    receipt = again.receipt
    receipts.record(repository=receipt.repository, refs=receipt.refs, via=receipt.via)
    assert lifecycle.claim().submission_id == again.pk
