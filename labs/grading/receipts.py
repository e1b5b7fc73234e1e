"""Receipts of pushes, the submissions made from them, and the repair of receipts that were never written."""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from labs.counted_pushes import counts
from labs.grader.git.processes import RepositoryError
from labs.grader.spec import SpecError
from labs.grading import lifecycle
from labs.models import Receipt, Repository, Submission, snapshot_digest
from labs.repositories import bare, folders, ref_files
from labs.specs import parse_spec
from lessons.models import Enrollment
from portal.accounts.models import User

logger = logging.getLogger(__name__)

MAX_REPAIRS = 50


@transaction.atomic
def record(
    *,
    repository: Repository,
    refs: Mapping[str, str],
    via: Receipt.Via,
    head_ref: str = "",
    received_at: datetime | None = None,
    queued_at: datetime | None = None,
    by: User | None = None,
) -> Submission | None:
    """Write the receipt of the refs (full name to object ID) that a repository has now, and its submission.

    Return None if the lab grades only pushes of certain tags, and this is none. `head_ref` names the submission;
    without it, see `head_of`. Without `received_at`, the state is received now; without `queued_at`, the learner waits
    since then.
    """
    # Submissions are numbered one at a time, across all repositories of a learner.
    Enrollment.objects.select_for_update(no_key=True).get(pk=repository.enrollment_id)
    if repository.lab.is_for_teams:
        _follow_team(repository)
    before = newest_refs(repository)
    receipt = Receipt.objects.create(
        repository=repository,
        via=via,
        refs=dict(refs),
        digest=snapshot_digest(refs),
        received_at=received_at or timezone.now(),
        by=by,
    )
    if repository.enrollment.cohort.is_over or not _counts(receipt, before):
        return None
    head_ref = head_ref or head_of(refs, before)
    received = receipt.received_at  # a message or an interrupted push may have waited for a worker
    submission = lifecycle.submission_for(
        receipt,
        head_ref=head_ref,
        head=refs.get(head_ref, ""),
        queued_at=min(queued_at or received, received),
    )
    lifecycle.supersede(submission)
    return submission


def _follow_team(repository: Repository) -> None:
    # Its holder may have left while the push was read. Who moves the work locks both.
    holder = Repository.objects.values_list("enrollment", flat=True).get(pk=repository.pk)
    if holder != repository.enrollment_id:
        repository.enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=holder)


def submit_received(receipt: Receipt) -> Submission:
    """Return the submission of a received state, made now if the lab did not grade it. Others stay in the queue."""
    Enrollment.objects.select_for_update(no_key=True).get(pk=receipt.repository.enrollment_id)
    own = {
        "repository__enrollment": receipt.repository.enrollment_id,
        "repository__lab": receipt.repository.lab_id,
    }
    same = Receipt.objects.filter(**own, digest=receipt.digest).select_related("repository")
    first = same.order_by("received_at", "pk")[0]
    head_ref = head_of(first.refs, newest_refs(first.repository, before=first.pk))
    return lifecycle.submission_for(first, head_ref=head_ref, head=first.refs.get(head_ref, ""))


def newest_refs(repository: Repository, *, before: int | None = None) -> dict[str, str]:
    """Return the refs of the newest receipt, or of the one before a key, those of the starter without one."""
    earlier = repository.receipts.filter(pk__lt=before) if before else repository.receipts
    refs: dict[str, str] | None = earlier.values_list("refs", flat=True).first()
    return refs or _starter_refs(repository)


def _counts(receipt: Receipt, before: Mapping[str, str]) -> bool:
    # a state that was graded before counts again
    lab = receipt.repository.lab
    try:
        spec = parse_spec(lab.current.source) if lab.current else None
    except SpecError:  # a stored lab that this engine cannot read is our fault, which grading says
        spec = None
    if spec is None or counts(spec, receipt.refs, before):
        return True
    same = Submission.objects.filter(
        enrollment=receipt.repository.enrollment_id, lab=lab, digest=receipt.digest
    )
    return same.exists()


def head_of(refs: Mapping[str, str], before: Mapping[str, str]) -> str:
    """Return the branch that names a submission: `main`, else one of this push, else any; "" without branches."""
    branches = [ref for ref in sorted(refs) if ref.startswith("refs/heads/")]
    if "refs/heads/main" in branches:
        return "refs/heads/main"
    brought = [ref for ref in branches if before.get(ref) != refs[ref]]
    return next(iter(brought or branches), "")


def is_recorded(repository: Repository, refs: Mapping[str, str]) -> bool:
    # a repository that is empty, or as its starter was, needs no receipt
    newest = repository.receipts.values_list("digest", flat=True).first()
    if newest is None:
        return not refs or refs == _starter_refs(repository)
    return newest == snapshot_digest(refs)


def _starter_refs(repository: Repository) -> dict[str, str]:
    refs: dict[str, str] = repository.starter.starter["refs"] if repository.starter else {}
    return refs


def repair() -> int:
    """Write the receipts of pushes that died between git and the database; return how many."""
    interrupted = Repository.objects.in_folders(bare.folders_with_push())
    return sum(repair_one(repository) for repository in interrupted[:MAX_REPAIRS])


def repair_one(repository: Repository) -> bool:
    # does nothing and returns False if the repository is in use or unreadable
    try:
        with bare.hold_lock(repository.path, seconds=0):
            return record_interrupted(repository, folders.owned_path(repository))
    except bare.BusyError:  # a push is in progress
        return False
    except (OSError, RepositoryError) as error:
        logger.error("cannot repair the interrupted push to %s: %s", repository.path, error)
        return False


def record_interrupted(repository: Repository, path: Path) -> bool:
    """Write the receipt of an interrupted push if it is missing, and end that push. Return True if it was missing.

    Call it with the repository locked. Raises RepositoryError, OSError.
    """
    bare.sweep(path)
    refs = ref_files.read_refs(path)
    missing = not is_recorded(repository, refs)
    if missing:
        # The portal had the push then, whatever kept it from the database. A clock may have been set back since.
        began_at = min(bare.push_began_at(path) or timezone.now(), timezone.now())
        record(repository=repository, refs=refs, via=Receipt.Via.REPAIR, received_at=began_at)
    bare.end_push(path)
    return missing
