"""What people ask for. Each function is one change with its transaction; `lifecycle` alone writes states."""

import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from labs.grader.fetching.address import Address
from labs.grading import lifecycle, receipts, tasks
from labs.models import AccessToken, Lab, OutsideReport, Queue, Receipt, Repository, State, Submission
from labs.queries import find_token, history, token_digest, tokens_of
from labs.reports.outside import MOST_KEPT, Sent
from labs.repositories import hosts
from labs.repositories.hosts import Offer
from lessons.models import Enrollment
from lessons.queries import teaches
from portal.accounts.audit import Event, record
from portal.accounts.models import User

logger = logging.getLogger(__name__)

LAST_USE_KEPT_TO = timedelta(hours=1)
MAX_TOKENS = 50
LEARNER_MAY_REPEAT = (State.FAULT, State.SUPERSEDED, State.CANCELLED)


class BranchMoved(Exception):  # noqa: N818 - what it says to the learner
    """The newest commit of the branch is another than the one that was to be graded."""


class TokenRefusedError(Exception):
    """The token is not accepted; the message tells the learner why."""


class TooManyTokensError(Exception):
    """The user has MAX_TOKENS tokens; the message says what to do."""


@transaction.atomic
def receive(
    *,
    repository: Repository,
    refs: Mapping[str, str],
    via: Receipt.Via = Receipt.Via.PUSH,
    head_ref: str = "",
) -> Submission:
    """Write the receipt of what arrived and its submission, and wake a worker up.

    The same state again is the same submission; what else waits of this learner and lab is superseded.
    """
    submission = receipts.record(repository=repository, refs=refs, via=via, head_ref=head_ref)
    transaction.on_commit(tasks.wake, robust=True)
    return submission


def look_up(*, enrollment: Enrollment, address: Address) -> Offer:
    """What a learner could submit from an address now. Nothing is kept. Raises LookUpFailed."""
    hosts.take_turn(enrollment.user_id)
    return hosts.newest(address)


def submit_address(
    *, enrollment: Enrollment, lab: Lab, address: Address, commit: str | None = None
) -> Submission:
    """Submit what is at an address now; with `commit`, only if that is the newest of the branch.

    Raises LookUpFailed, BranchMoved.
    """
    hosts.take_turn(enrollment.user_id)
    refs, head_ref = hosts.snapshot(address)
    if commit is not None and refs[head_ref] != commit:
        raise BranchMoved
    repository = _repository_at(enrollment, lab, address)
    return receive(repository=repository, refs=refs, via=Receipt.Via.ADDRESS, head_ref=head_ref)


def _repository_at(enrollment: Enrollment, lab: Lab, address: Address) -> Repository:
    repository, _ = Repository.objects.get_or_create(
        enrollment=enrollment,
        lab=lab,
        host=address.host,
        owner__iexact=address.owner,
        name__iexact=address.name,
        defaults={"owner": address.owner, "name": address.name},
    )
    return repository


def submit_latest(*, enrollment: Enrollment, lab: Lab) -> Submission | None:
    """Submit what is now where the learner's newest submission came from; None where that was pushed.

    Raises LookUpFailed.
    """
    newest = history(enrollment, lab).first()
    if newest is None or newest.origin is None:
        return None
    return submit_address(enrollment=enrollment, lab=lab, address=newest.origin)


@transaction.atomic
def grade_again(*, submission: Submission, by: User) -> bool:
    """Queue an ended submission again; False where it has not ended. Raises PermissionDenied.

    Staff may always, and it waits for room; a learner after a fault, or what was superseded or cancelled.
    """
    staff = teaches(by, submission.lab.course)
    if not staff and submission.enrollment.user != by:
        raise PermissionDenied
    queued = (
        lifecycle.requeue(submission, queue=Queue.LATER)
        if staff
        else lifecycle.requeue(submission, only_from=LEARNER_MAY_REPEAT)
    )
    if queued:
        record(
            Event.GRADE,
            f"submission {submission.public_id} of {submission.enrollment.user} queued again",
            user=by,
        )
        transaction.on_commit(tasks.wake_regrader if staff else tasks.wake, robust=True)
    return queued


def cancel(*, submission: Submission) -> bool:
    """Withdraw a submission that waits and was never graded; False where it is neither."""
    return lifecycle.cancel(submission)


def keep_outside_report(
    *, enrollment: Enrollment, lab: Lab, place: OutsideReport.Place, sent: Sent
) -> OutsideReport:
    """Keep what labcheck answered elsewhere; the newest of a place and commit replaces the one before.

    Only the newest 100 of a learner and lab stay.
    """
    kept, _ = OutsideReport.objects.update_or_create(
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
    older = OutsideReport.objects.filter(enrollment=enrollment, lab=lab).order_by("-received_at", "-pk")
    OutsideReport.objects.filter(pk__in=list(older.values_list("pk", flat=True)[MOST_KEPT:])).delete()
    return kept


def new_token(*, user: User, name: str = "Access token") -> str:
    """Return a new token for the practice remote. It cannot be read later; only its digest is kept.

    Raises TooManyTokensError.
    """
    if tokens_of(user).count() >= MAX_TOKENS:
        raise TooManyTokensError(f"You have {MAX_TOKENS} access tokens. Revoke one you no longer use.")
    token = secrets.token_urlsafe(32)
    made = AccessToken.objects.create(user=user, name=name[:60], digest=token_digest(token))
    record(Event.TOKEN, f"made {made.name!r}, number {made.pk}", user=user)
    return token


def use_token(*, token: str) -> User:
    """Return the token's user and note the hour of its use. Raises TokenRefusedError."""
    found = find_token(token)
    if found is None:
        raise TokenRefusedError("The access token is missing or incorrect.")
    if not found.user.is_active:
        revoke_token(token=found, why="the account was closed")
        raise TokenRefusedError("This account is closed. Ask the course staff to open it again.")
    if not found.is_live:
        raise TokenRefusedError(token_end(found))
    now = timezone.now()
    if found.last_used_at is None or now - found.last_used_at > LAST_USE_KEPT_TO:
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user


def token_end(token: AccessToken) -> str:
    """Return a sentence that says when and why a token ended."""
    if token.revoked_at:
        why = f" because {token.revoked_because}" if token.revoked_because else ""
        return f"The access token {token.name} was revoked on {token.revoked_at:%-d %B %Y}{why}."
    return f"The access token {token.name} expired on {token.expires_at:%-d %B %Y}."


def revoke_token(*, token: AccessToken, why: str = "") -> None:
    live = AccessToken.objects.filter(pk=token.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now(), revoked_because=why):
        record(Event.TOKEN, f"revoked {token.name!r}, number {token.pk}{f': {why}' if why else ''}")


def end_tokens(user: User, why: str) -> None:
    """Revoke all tokens of `user`."""
    live = AccessToken.objects.filter(user=user, revoked_at=None)
    if count := live.update(revoked_at=timezone.now(), revoked_because=why):
        record(Event.TOKEN, f"revoked {count} of {user.email}: {why}")
