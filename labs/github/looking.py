"""Look at a connected repository in a worker: read its refs, submit a new state, settle the waiting messages.

The table is the queue: `look_at` is due, a worker claims the connection for the time of LEASE, and a lost wake-up or a
worker that died costs a few seconds. A connection is looked at once for all messages that wait, and by one worker.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from labs import actions
from labs.counted_pushes import explain_uncounted
from labs.github import asking, evidence, look_faults, owner_file
from labs.github.access import address_of
from labs.github.earlier_states import EarlierState, find_earlier_states
from labs.github.first_seen import FirstSeen, Pushes, first_seen_at
from labs.github.look_queue import BACK_OFF, MAX_TRIES, due_connections
from labs.github.proofs import store_proof
from labs.github.reconciling import OldNameError, when_pushed
from labs.grading.results import announce
from labs.models import Connection, Delivery, Lab, Receipt, snapshot_digest
from labs.repositories import hosts
from labs.repositories.hosts import LookUpFailedError
from labs.repository_queries import receives_pushes
from labs.specs import parse_spec
from labs.waits import first_message_at

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=180)  # three answers from GitHub, a listing, and a fetch for the owner's file
MAX_PAUSE = timedelta(hours=1)
NOT_THERE_YET = timedelta(seconds=5)
MAX_LOOKS_FOR_A_COMMIT = 3
OUR_FAULT = (
    "We could not look at the repository because of a fault on our side. Grade the latest commit yourself."
)
Outcome = Delivery.Outcome


def look_at_next(among: QuerySet[Connection] | None = None) -> int | None:
    """Look at the first of the due connections, or `among` these; return its key, None if none is due."""
    waiting = due_connections() if among is None else among
    for key, tries in waiting.values_list("pk", "look_tries")[:20]:
        claimed = due_connections().order_by().filter(pk=key, look_tries=tries)
        if claimed.update(look_at=timezone.now() + LEASE, look_tries=F("look_tries") + 1):
            related = ("repository__enrollment__user", "repository__lab__course")
            _look_safely(Connection.objects.select_related(*related).get(pk=key))
            return key
    return None


def _look_safely(connection: Connection) -> None:
    # A fault of ours with one repository must neither hold up the others nor be tried for ever.
    try:
        if connection.look_tries > MAX_TRIES:  # workers died over it
            _fail(connection, _get_waiting(connection), LookUpFailedError(OUR_FAULT), look_faults.WORKER_DIED)
        else:
            look(connection)
    except Exception as error:
        logger.exception("cannot look at %s", connection)
        fault = f"{type(error).__name__}: {error}"[: look_faults.MAX_FAULT]
        _fail(connection, _get_waiting(connection), LookUpFailedError(OUR_FAULT, may_retry=True), fault)


def _get_waiting(connection: Connection) -> list[Delivery]:
    return list(connection.deliveries.filter(outcome=Outcome.WAITING).order_by("pk"))


def _unanswered(connection: Connection) -> QuerySet[Delivery]:
    return connection.deliveries.filter(outcome__in=(Outcome.WAITING, Outcome.REPLACED), receipt=None)


def look(connection: Connection) -> None:
    """Ask GitHub if that is due, see if the repository is the learner's, and settle the messages that wait."""
    waiting = _get_waiting(connection)
    repository = connection.repository
    user = repository.enrollment.user
    is_open = user.is_active and receives_pushes(repository.enrollment, repository.lab_id)
    if repository.address is None or not is_open:
        _settle(waiting, Outcome.IGNORED, "The lab is not open to you.")
        _release(connection)
        return
    try:
        if connection.asked_at is None or connection.github_id is None:
            asking.ask(connection)
        refs, head_ref = _list_refs(connection)
        if not connection.owner_proved_by:
            _look_for_file(connection, refs, head_ref)
        if waiting:
            _settle_waiting(connection, waiting, refs, head_ref)
        elif missed_at := _find_missed(connection, refs):
            _recover(connection, refs, head_ref, missed_at)
        else:
            _release(connection)
    except LookUpFailedError as error:
        # GitHub's page of the App and the message about it ask for a look at the same moment: neither is a failure.
        if isinstance(error, asking.ChangedMeanwhileError) and connection.look_tries < MAX_TRIES:
            _release(connection, again_in=timedelta())
        else:
            _fail(connection, waiting, error, look_faults.fault_of(error))
    except OldNameError:  # these are refs of whoever has the old name now
        _mark_missed(_unanswered(connection))
        _look_after_move(connection, waiting)


def _look_for_file(connection: Connection, refs: Mapping[str, str], head_ref: str) -> None:
    owner_file.check_file(connection, refs, head_ref)
    proof, connection.owner_proved_by = connection.owner_proved_by, ""
    if proof:
        store_proof(connection, proof)
        return
    own = Connection.objects.filter(pk=connection.pk, secret_number=connection.secret_number)
    own.filter(owner_proved_by="").update(proof_note=connection.proof_note)


def _look_after_move(connection: Connection, waiting: list[Delivery]) -> None:
    try:
        has_moved = asking.find_moved(connection)
    except LookUpFailedError as error:
        _fail(connection, waiting, error)
        return
    _release(connection, again_in=NOT_THERE_YET if has_moved else None)


def _find_missed(connection: Connection, refs: Mapping[str, str]) -> datetime | None:
    # The time of a push whose message did not arrive. What was there before the connection is not submitted by itself.
    # Raises UnconfirmedError: without a message, only GitHub's REST API says that the name is still the repository's.
    newest = connection.repository.receipts.first()
    # A branch or tag that was only deleted leaves no new commit to grade.
    if not connection.is_active or (newest and refs.items() <= newest.refs.items()):
        return None
    pushed_at = when_pushed(connection)
    if newest is None:
        return pushed_at if pushed_at and pushed_at > connection.created_at else None
    return pushed_at or timezone.now()


def _list_refs(connection: Connection) -> tuple[dict[str, str], str]:
    # None of the addresses comes from a message.
    try:
        return hosts.snapshot(address_of(connection), of=connection.repository)
    except LookUpFailedError as error:
        if not error.may_have_moved or not _has_moved(connection):
            raise
    return hosts.snapshot(address_of(connection), of=connection.repository)


def _has_moved(connection: Connection) -> bool:
    # If GitHub refuses as well, the reason that Git found is the better one.
    try:
        return asking.find_moved(connection)
    except asking.UnconfirmedError as error:
        if error.may_retry:
            raise
        return False


def _fail(connection: Connection, waiting: list[Delivery], error: LookUpFailedError, fault: str = "") -> None:
    if error.may_retry and connection.look_tries < MAX_TRIES:
        _mark_missed(_unanswered(connection))
        retry_at = error.retry_at if isinstance(error, asking.UnconfirmedError) else None
        _release(connection, again_in=_pause_until(connection, retry_at))
        return
    if not connection.owner_proved_by:
        Connection.objects.filter(pk=connection.pk).update(proof_note=error.message)
    if fault:
        look_faults.give_up(connection, waiting, fault)
    else:
        _settle(waiting, Outcome.FAILED, error.message)
    _release(connection, keeps_fault=bool(fault))


def _pause_until(connection: Connection, retry_at: datetime | None) -> timedelta:
    pause = _back_off(connection)
    if retry_at:
        pause = max(pause, retry_at - timezone.now())
    return min(pause, MAX_PAUSE)


def _settle_waiting(
    connection: Connection, waiting: list[Delivery], refs: Mapping[str, str], head_ref: str
) -> None:
    # what a message announced and the repository has; the others were overtaken, or are not visible yet
    seen = [each for each in waiting if refs.get(each.ref) == each.commit]
    before = connection.repository.receipts.first()
    is_new = before is None or before.digest != snapshot_digest(refs)
    is_received = is_new or (
        seen and before and before.via not in (Receipt.Via.WEBHOOK, Receipt.Via.RECOVERED)
    )
    pushes = Pushes(connection)
    first = first_seen_at(pushes, seen, refs) if is_received else None
    earlier = find_earlier_states(pushes, refs, first.at) if first else []
    unseen = [each for each in waiting if each not in seen]
    since = first_message_at(connection)  # a wait for us counts also if GitHub has not confirmed the pushes
    may_come = not is_new and connection.look_tries < MAX_LOOKS_FOR_A_COMMIT
    with transaction.atomic():
        for state in earlier:
            _receive(connection, state.refs, head_ref, state, state.messages, since=since)
        if first:
            _receive(connection, refs, head_ref, first, seen, since=since)
        else:
            _settle(seen, Outcome.KNOWN, "", before)
        if unseen and may_come:
            _mark_missed(unseen)
            _release(connection, again_in=NOT_THERE_YET)
            return
        for each in unseen:
            _settle([each], *_overtaken(each, refs))
        _release(connection)


def _mark_missed(deliveries: Iterable[Delivery]) -> None:
    Delivery.objects.filter(pk__in=[each.pk for each in deliveries]).update(is_prompt=False)


def _back_off(connection: Connection) -> timedelta:
    return BACK_OFF * int(2 ** (connection.look_tries - 1))


@transaction.atomic
def _recover(connection: Connection, refs: Mapping[str, str], head_ref: str, missed_at: datetime) -> None:
    before = connection.repository.receipts.first()
    if before is None or before.digest != snapshot_digest(refs):  # nobody submitted it meanwhile
        _receive(connection, refs, head_ref, FirstSeen(timezone.now()), [], Receipt.Via.RECOVERED)
        newest = connection.repository.receipts.values("pk")[:1]
        Receipt.objects.filter(pk__in=newest, missed_at=None).update(missed_at=missed_at)
    _release(connection)


def _receive(
    connection: Connection,
    refs: Mapping[str, str],
    head_ref: str,
    first: FirstSeen | EarlierState,
    seen: Iterable[Delivery],
    via: Receipt.Via = Receipt.Via.WEBHOOK,
    *,
    since: datetime | None = None,
) -> None:
    submission = actions.receive(
        repository=connection.repository,
        refs=refs,
        via=via,
        head_ref=head_ref if head_ref in refs else "",
        received_at=first.at,
        queued_at=since,
    )
    receipt = connection.repository.receipts.first()
    if receipt and first.claimed_at:
        Receipt.objects.filter(pk=receipt.pk).update(claimed_at=first.claimed_at)
    if submission is None:
        _settle(seen, Outcome.NOTED, _uncounted_reason(connection.repository.lab, refs), receipt)
        return
    is_first = receipt is not None and submission.receipt_id == receipt.pk
    if submission.receipt.repository_id != connection.repository_id:
        evidence.grade_after_connecting(connection)  # pushed elsewhere before, and graded without GitHub
    _settle(seen, Outcome.SUBMITTED if is_first else Outcome.KNOWN, "", receipt)
    if report := submission.reports.filter(is_current=True).first():
        announce(report)  # it was graded after it came another way, and GitHub has no status yet


def _uncounted_reason(lab: Lab, refs: Mapping[str, str]) -> str:
    spec = parse_spec(lab.current.source) if lab.current else None
    return f"{explain_uncounted(spec, refs, '{}')}." if spec else "This push is not graded."


def _overtaken(delivery: Delivery, refs: Mapping[str, str]) -> tuple[str, str]:
    now = refs.get(delivery.ref)
    reason = f"It points to {now[:7]} now." if now else "GitHub no longer has this branch or tag."
    return Outcome.REPLACED, reason


def _settle(
    deliveries: Iterable[Delivery], outcome: str, reason: str = "", receipt: Receipt | None = None
) -> None:
    keys = [each.pk for each in deliveries]
    # one that was received has its receipt, even if a newer message replaced it meanwhile
    before = (Outcome.WAITING, Outcome.REPLACED) if receipt else (Outcome.WAITING,)
    waiting = Delivery.objects.filter(pk__in=keys, outcome__in=before)
    waiting.update(outcome=outcome, reason=reason, receipt=receipt)


@transaction.atomic
def _release(connection: Connection, again_in: timedelta | None = None, *, keeps_fault: bool = False) -> None:
    # A lock: a message that arrives now finds either that a look is due, or that none is.
    own = Connection.objects.select_for_update().get(pk=connection.pk)
    if own.look_at != connection.look_at:  # disconnected, or another look was asked for
        return
    now = timezone.now()
    if again_in is not None:
        own.look_at = now + again_in
    else:
        own.look_at = now if own.deliveries.filter(outcome=Outcome.WAITING).exists() else None
        own.look_tries, own.looked_at = 0, now
        own.look_fault = own.look_fault if keeps_fault else ""
    own.save(update_fields=["look_at", "look_tries", "looked_at", "look_fault"])
