"""Submit, grade again, cancel. Each function is one change with its transaction; only `lifecycle` writes states."""

import logging
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from labs.counted_pushes import explain_uncounted
from labs.grader.fetching.address import Address
from labs.grading import counting, lifecycle, receipts, tasks
from labs.models import (
    ENDED,
    LEARNER_MAY_REPEAT,
    Choice,
    Lab,
    LocalReport,
    Queue,
    Receipt,
    Repository,
    State,
    Submission,
)
from labs.queries import history, teaches_learner_of
from labs.queue_queries import submissions_seen_by
from labs.reports.local_report import MAX_KEPT, UploadedReport
from labs.repositories import hosts
from labs.repositories.hosts import LookUpFailedError, Offer
from labs.specs import parse_spec
from labs.team_queries import is_own_submission, people_of, too_small_words
from lessons.grade_changes import Kind, record_grade_change
from lessons.models import Enrollment
from lessons.rights import teaches_cohort
from portal.accounts.audit import Event, record
from portal.accounts.models import User

logger = logging.getLogger(__name__)

MAX_RETRIED = 500  # faults at a time


class BranchMovedError(Exception):
    """The newest commit of the branch is no longer the one to be graded."""


@transaction.atomic
def receive(
    *,
    repository: Repository,
    refs: Mapping[str, str],
    via: Receipt.Via = Receipt.Via.PUSH,
    head_ref: str = "",
    received_at: datetime | None = None,
    queued_at: datetime | None = None,
    by: User | None = None,
) -> Submission | None:
    """Write the receipt of a received state and its submission, and wake a worker up.

    Return None if the lab grades only pushes of certain tags, and this is none. A state that was received before has
    its submission already. Other waiting submissions of this learner and lab are superseded. `received_at` is the time
    of the message that announced the state, if there was one, and `queued_at` that of the first one that still waits.
    `by` is the person who pushed or submitted it, if known.
    """
    submission = receipts.record(
        repository=repository,
        refs=refs,
        via=via,
        head_ref=head_ref,
        received_at=received_at,
        queued_at=queued_at,
        by=by,
    )
    transaction.on_commit(tasks.wake, robust=True)
    return submission


def look_up(*, enrollment: Enrollment, address: Address) -> Offer:
    """Return what a learner could submit from an address now. Stores nothing. Raises LookUpFailedError."""
    hosts.check_lookup_rate(enrollment.user_id)
    return hosts.newest(address)


def submit_address(
    *, enrollment: Enrollment, lab: Lab, address: Address, commit: str | None = None, by: User | None = None
) -> Submission:
    """Submit the current state of an address; with `commit`, only if that is the newest of the branch.

    Raises LookUpFailedError, BranchMovedError.
    """
    if enrollment.cohort.is_over:
        raise LookUpFailedError(f"{enrollment.cohort.title} is over, so new submissions are not graded.")
    if words := too_small_words(enrollment, lab):
        raise LookUpFailedError(words)
    hosts.check_lookup_rate(enrollment.user_id)
    own = Repository.objects.filter(
        **_at(enrollment, lab, address)
    ).first()  # the App may open it if it is private
    refs, head_ref = hosts.snapshot(address, of=own)
    if commit is not None and refs[head_ref] != commit:
        raise BranchMovedError
    repository = repository_at(enrollment, lab, address)
    received = receive(repository=repository, refs=refs, via=Receipt.Via.ADDRESS, head_ref=head_ref, by=by)
    if received is None:
        raise LookUpFailedError(_no_tag_message(lab, refs))
    return received


def _no_tag_message(lab: Lab, refs: Mapping[str, str]) -> str:
    spec = parse_spec(lab.current.source) if lab.current else None
    if spec is None:
        return "This repository is not graded."
    return f"{explain_uncounted(spec, refs)}, and submit again."


def repository_at(enrollment: Enrollment, lab: Lab, address: Address) -> Repository:
    repository, _ = Repository.objects.get_or_create(
        **_at(enrollment, lab, address), defaults={"owner": address.owner, "name": address.name}
    )
    return repository


# Any: values of fields
def _at(enrollment: Enrollment, lab: Lab, address: Address) -> dict[str, Any]:
    place = {"host": address.host, "owner__iexact": address.owner, "name__iexact": address.name}
    return {"enrollment": enrollment, "lab": lab, **place}


def submit_latest(*, enrollment: Enrollment, lab: Lab, by: User | None = None) -> Submission | None:
    """Submit the current state of the place that the learner's newest submission came from; None if it was pushed.

    Raises LookUpFailedError.
    """
    newest = history(enrollment, lab).first()
    if newest is None or newest.origin is None:
        return None
    return submit_address(enrollment=enrollment, lab=lab, address=newest.origin, by=by)


@transaction.atomic
def grade_again(*, submission: Submission, by: User) -> bool:
    """Queue an ended submission again; return False if it has not ended. Raises PermissionDenied.

    Staff may always do so, at low priority unless our fault keeps a learner waiting; a learner only after a fault, or
    if it was superseded or cancelled.
    """
    staff = teaches_learner_of(submission, by)
    if not staff and not is_own_submission(submission, by):
        raise PermissionDenied
    queue = Queue.LATER if staff and submission.state != State.FAULT else Queue.LIVE
    only_from = ENDED if staff else LEARNER_MAY_REPEAT
    queued = lifecycle.requeue(submission, only_from=only_from, queue=queue)
    if queued:
        record(
            Event.GRADE,
            f"submission {submission.public_id} by {submission.enrollment.user} queued again",
            user=by,
        )
        transaction.on_commit(tasks.wake if queue == Queue.LIVE else tasks.wake_regrader, robust=True)
    return queued


@transaction.atomic
def choose(*, submission: Submission, reason: str, by: User) -> Choice:
    """Make this the submission that counts for its learner and lab, and queue it if it has no report.

    A choice of another one is replaced. Raises PermissionDenied for anyone but the staff of the course.
    """
    _lock_for_choosing(submission, by)
    before = _counted_points(submission)
    Choice.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id).delete()
    choice = Choice.objects.create(submission=submission, reason=reason, by=by)
    if submission.reports.exists():
        counting.keep_best(submission)
    elif lifecycle.requeue(submission):
        transaction.on_commit(tasks.wake, robust=True)
    record(Event.GRADE, f"submission {submission.public_id} chosen to count: {reason}", user=by)
    _record_choice(submission, before, why=reason, by=by)
    return choice


@transaction.atomic
def choose_received(*, receipt: Receipt, reason: str, by: User) -> Choice:
    """Grade a received state that the lab did not grade, and make it the one that counts.

    It counts from when it was first received. Raises PermissionDenied for anyone but the staff of the course.
    """
    repository = receipt.repository
    if not teaches_cohort(by, repository.enrollment.cohort_id, repository.lab.course):
        raise PermissionDenied
    submission = receipts.submit_received(receipt)
    transaction.on_commit(tasks.wake, robust=True)
    return choose(submission=submission, reason=reason, by=by)


@transaction.atomic
def withdraw_choice(*, submission: Submission, by: User) -> bool:
    """Let the best submission count again; return False if this one was not chosen. Raises PermissionDenied."""
    _lock_for_choosing(submission, by)
    before = _counted_points(submission)
    withdrawn, _ = Choice.objects.filter(submission=submission).delete()
    submission.refresh_from_db(fields=["is_best"])
    if withdrawn and submission.is_best:
        counting.keep_best(submission)
    if withdrawn:
        record(Event.GRADE, f"submission {submission.public_id} no longer chosen to count", user=by)
        _record_choice(submission, before, why="No longer chosen to count", by=by)
    return bool(withdrawn)


def _counted_points(submission: Submission) -> tuple[Decimal | None, Decimal | None]:
    own: Any = Submission.objects.filter(  # Any: annotated with points
        enrollment=submission.enrollment_id, lab=submission.lab_id
    )
    return own.best().values_list("points", "max_points").first() or (None, None)


def _record_choice(
    submission: Submission, before: tuple[Decimal | None, Decimal | None], *, why: str, by: User
) -> None:
    points, out_of = _counted_points(submission)
    for learner in people_of(submission):
        record_grade_change(
            kind=Kind.CHOICE,
            enrollment=learner,
            item=f"lab:{submission.lab_id}",
            title=f"{submission.lab}, submission {submission.number}",
            old=before[0],
            new=points,
            out_of=out_of,
            why=why,
            by=by,
        )


def _lock_for_choosing(submission: Submission, by: User) -> None:
    if not teaches_learner_of(submission, by):
        raise PermissionDenied
    # a worker that stores a report of this learner changes what counts, too
    counting.lock_learner(submission.enrollment_id)


def retry_faults(*, by: User) -> int:
    """Queue the submissions that ended in a fault of ours again, in the courses that `by` teaches; return how many."""
    faults = submissions_seen_by(by).filter(state=State.FAULT).order_by("pk")[:MAX_RETRIED]
    related = faults.select_related("lab__course", "enrollment__user")
    return sum(grade_again(submission=fault, by=by) for fault in related)


def cancel(*, submission: Submission) -> bool:
    return lifecycle.cancel(submission)


def store_local_report(
    *, enrollment: Enrollment, lab: Lab, place: LocalReport.Place, sent: UploadedReport
) -> LocalReport:
    """Store a report of labcheck; the newest for a place and commit replaces the previous one.

    Only the newest 100 of a learner and lab are kept.
    """
    kept, _ = LocalReport.objects.update_or_create(
        enrollment=enrollment,
        lab=lab,
        place=place,
        head=sent.head,
        defaults={
            "engine": sent.engine,
            "checks_digest": sent.checks_digest,
            "outcomes": sent.outcomes,
        },
    )
    older = LocalReport.objects.filter(enrollment=enrollment, lab=lab).order_by("-received_at", "-pk")
    LocalReport.objects.filter(pk__in=list(older.values_list("pk", flat=True)[MAX_KEPT:])).delete()
    return kept
