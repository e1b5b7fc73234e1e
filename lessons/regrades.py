"""Regrades of quizzes and labs: rehearse, apply, undo. Only these functions change the state of a regrade.

People change the state with one conditional UPDATE; a worker does the work, one result in one transaction. So a worker
that dies loses nothing, and submissions wait for one result at most.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons import leases
from lessons.models.regrade import UNDO_TIME, UNFINISHED, WORKING, Move, Regrade, RegradeState
from portal.accounts import audit
from portal.accounts.models import User
from portal.outages import is_outage

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=7)  # more than the time limit of the task
TURN_SECONDS = 20  # then other tasks have their turn
BATCH = 50
MAX_REASON = 300
MAX_KEPT = 20  # regrades of one quiz or lab
AT_WORK = "A regrade is at work already. Wait until it is done."
AnyRegrade = Any  # of a quiz or a lab: Django has no type for two models of one shape
Wake = Callable[[], object]
State, Way, Fate = RegradeState, Move.Way, Move.Fate
DONE_BY = {State.REHEARSING: State.REHEARSED, State.APPLYING: State.APPLIED, State.UNDOING: State.UNDONE}


class CannotRegradeError(Exception):
    """The regrade cannot go on; the message says why and what to do."""


class Regrading(ABC):
    """The part that differs between quizzes and labs. `subject` is the field of the quiz or lab.

    `rehearse`, `apply` and `undo` change one result, and do nothing if that is done already.
    """

    regrades: ClassVar[type[Any]]  # Any: one of two models
    moves: ClassVar[type[Any]]  # Any: one of two models
    subject: ClassVar[str]

    @abstractmethod
    def keys_to_rehearse(self, regrade: AnyRegrade) -> Iterable[int]:
        """Return keys of results that were not rehearsed, at most BATCH."""

    @abstractmethod
    def rehearse(self, regrade: AnyRegrade, key: int) -> None: ...

    @transaction.atomic
    def apply(self, regrade: AnyRegrade, move: int) -> None:
        locked = self._lock(move)
        if locked and locked[1].fate == Fate.WAITING and self._is_in(regrade, State.APPLYING):
            self._apply(regrade, *locked)

    @transaction.atomic
    def undo(self, regrade: AnyRegrade, move: int) -> None:
        locked = self._lock(move)
        if locked and locked[1].fate == Fate.APPLIED and self._is_in(regrade, State.UNDOING):
            self.moves.objects.filter(pk=move).update(fate=Fate.UNDONE)
            self._undo(regrade, *locked)

    def _is_in(self, regrade: AnyRegrade, state: RegradeState) -> bool:
        return bool(self.regrades.objects.filter(pk=regrade.pk, state=state).exists())

    @abstractmethod
    def _lock(self, move: int) -> tuple[Any, Any] | None:  # Any: either model of results and its moves
        """Lock a result and then its move. None if either is gone."""

    @abstractmethod
    def _apply(self, regrade: AnyRegrade, result: Any, move: Any) -> None: ...  # Any: as above

    @abstractmethod
    def _undo(self, regrade: AnyRegrade, result: Any, move: Any) -> None: ...  # Any: as above

    @abstractmethod
    def note_problem(self, regrade: AnyRegrade, key: int, problem: str) -> None:
        """Store that this result could not be rehearsed."""

    def learners_to_notify(self, regrade: AnyRegrade) -> Iterable[int]:
        """Return keys of enrollments to notify once all results are done; none if each result has its own notice."""
        return ()

    def notify(self, regrade: AnyRegrade, enrollment: int) -> None:
        """Send that notice, unless it was sent."""
        raise NotImplementedError

    @abstractmethod
    def is_outdated(self, regrade: AnyRegrade) -> bool:
        """True if the quiz or lab has changed since the rehearsal."""


# --- people ---------------------------------------------------------------------------------------------------------


# Any: values of fields, and a row of either model
def begin(work: Regrading, *, by: User, wake: Wake, **fields: Any) -> AnyRegrade:
    """Begin a rehearsal, in place of one that was not applied. Raises CannotRegradeError.

    Here and below, `wake` asks a worker to go on; it is called after the transaction.
    """
    try:
        with transaction.atomic():
            own = work.regrades.objects.filter(**{work.subject: fields[work.subject]})
            _discard_rehearsed(own)
            regrade = work.regrades.objects.create(by=by, **fields)
            stale = own.exclude(state__in=(*UNFINISHED, State.APPLIED)).order_by("-pk")
            work.regrades.objects.filter(pk__in=list(stale.values_list("pk", flat=True)[MAX_KEPT:])).delete()
            transaction.on_commit(wake, robust=True)
    except IntegrityError:
        raise CannotRegradeError(AT_WORK) from None
    return regrade


def _discard_rehearsed(own: QuerySet[Any]) -> None:  # Any: either model
    own.filter(state=State.REHEARSED).update(state=State.DISCARDED, changed_at=timezone.now())


@transaction.atomic
def apply(work: Regrading, regrade: AnyRegrade, *, by: User, policy: str, reason: str, wake: Wake) -> None:
    """Apply a rehearsal. Raises CannotRegradeError."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > MAX_REASON:
        raise CannotRegradeError(f"Write a reason for learners, of at most {MAX_REASON} characters.")
    if policy not in Regrade.Policy.values:
        raise CannotRegradeError("Choose what happens to results that would be lower.")
    if work.is_outdated(regrade):
        raise CannotRegradeError("A newer version was saved after this rehearsal. Rehearse again.")
    now = timezone.now()
    values = {"policy": policy, "reason": reason, "applied_by": by, "applied_at": now}
    _change(work, regrade, State.REHEARSED, State.APPLYING, **values)
    transaction.on_commit(wake, robust=True)
    audit.record(audit.Event.GRADE, f"applied: {regrade}, {policy}: {reason}", user=by)


def discard(work: Regrading, regrade: AnyRegrade) -> None:
    _change(work, regrade, State.REHEARSED, State.DISCARDED)


@transaction.atomic
def undo(work: Regrading, regrade: AnyRegrade, *, by: User, wake: Wake) -> None:
    """Put every result back as it was, within 24 hours. Raises CannotRegradeError."""
    own = work.regrades.objects.filter(**{work.subject: getattr(regrade, work.subject)})
    if own.filter(pk__gt=regrade.pk, state__in=(State.APPLYING, State.APPLIED)).exists():
        raise CannotRegradeError("A later regrade was applied since. Undo that one first.")
    if regrade.applied_at is None or timezone.now() >= regrade.applied_at + UNDO_TIME:
        raise CannotRegradeError("A regrade can be undone for 24 hours. Change the key and regrade again.")
    try:
        with transaction.atomic():
            _discard_rehearsed(own)  # it compares with results that change now
            _change(work, regrade, State.APPLIED, State.UNDOING, undone_by=by)
    except IntegrityError:
        raise CannotRegradeError(AT_WORK) from None
    transaction.on_commit(wake, robust=True)
    audit.record(audit.Event.GRADE, f"undone: {regrade}", user=by)


# Any: values of fields, and a row of either model
def _change(work: Regrading, regrade: AnyRegrade, before: str, after: str, **values: Any) -> None:
    # One conditional UPDATE: of two people, or of two tabs, one wins.
    own = work.regrades.objects.filter(pk=regrade.pk, state=before)
    if not own.update(state=after, changed_at=timezone.now(), **values):
        regrade.refresh_from_db()
        now = regrade.get_state_display().lower()
        raise CannotRegradeError(f"Nothing was changed: somebody was faster. The regrade is now {now}.")
    regrade.refresh_from_db()


# --- a worker's side ------------------------------------------------------------------------------------------------


def waiting(work: Regrading) -> QuerySet[Any]:  # Any: either model
    """Return the regrades with work to do that no worker has. Those of a deleted quiz or lab wait for its return."""
    present = work.regrades.objects.filter(**{f"{work.subject}__deletion": None})
    return leases.free(present.filter(state__in=WORKING)).order_by("pk")


def run_next(work: Regrading) -> bool:
    """Work on one regrade for a turn. Return True if there is more to do."""
    for key, tries in waiting(work).values_list("pk", "tries"):
        if leases.take(waiting(work), pk=key, tries=tries, lease=LEASE):
            _take_turn(work, key, tries + 1)
            return waiting(work).exists()
    return False


def _take_turn(work: Regrading, key: int, tries: int) -> None:
    ends, mine = time.monotonic() + TURN_SECONDS, work.regrades.objects.filter(pk=key, tries=tries)
    regrade = work.regrades.objects.get(pk=key)
    while regrade.state in WORKING and time.monotonic() < ends:
        for step in _steps(work, regrade):
            if not mine.update(leased_until=timezone.now() + LEASE):
                return  # the lease ended, and another worker has it
            step()
            if time.monotonic() >= ends:
                break
        else:
            if not _has_more_to_rehearse(work, regrade):
                _finish(work, regrade)
        regrade = work.regrades.objects.get(pk=key)
    mine.update(leased_until=None)


def _steps(work: Regrading, regrade: AnyRegrade) -> Iterable[Callable[[], None]]:
    if regrade.state != State.UNDOING:
        # While it applies, too: results that came in since the rehearsal.
        while keys := list(work.keys_to_rehearse(regrade)):
            for key in keys:
                yield partial(_rehearse, work, regrade, key)
    if regrade.state == State.REHEARSING:
        return
    is_undoing = regrade.state == State.UNDOING
    fate, act = (Fate.APPLIED, work.undo) if is_undoing else (Fate.WAITING, work.apply)
    own = work.moves.objects.filter(regrade=regrade, fate=fate).exclude(way=Way.PROBLEM)
    while keys := list(own.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for key in keys:
            yield partial(_act, work, act, regrade, key)
    if not _has_more_to_rehearse(work, regrade):
        for enrollment in list(work.learners_to_notify(regrade)):
            yield partial(_notify, work, regrade, enrollment)


def _has_more_to_rehearse(work: Regrading, regrade: AnyRegrade) -> bool:
    # A result that only counts since others were lowered is tried, too.
    return regrade.state == State.APPLYING and bool(list(work.keys_to_rehearse(regrade)))


def _rehearse(work: Regrading, regrade: AnyRegrade, key: int) -> None:
    try:
        work.rehearse(regrade, key)
    except Exception as error:
        if is_outage(error):
            raise  # another worker tries again when the lease is over
        # One result that cannot be marked must not keep the others back.
        logger.exception("result %s of regrade %s cannot be rehearsed", key, regrade.pk)
        work.note_problem(regrade, key, "A fault on our side. It keeps its result.")


def _act(work: Regrading, act: Callable[[Any, int], None], regrade: AnyRegrade, move: int) -> None:
    try:
        act(regrade, move)
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("move %s of regrade %s failed", move, regrade.pk)
        problem = "A fault on our side. It stays as it is."
        work.moves.objects.filter(pk=move).update(way=Way.PROBLEM, problem=problem)


def _notify(work: Regrading, regrade: AnyRegrade, enrollment: int) -> None:
    try:
        work.notify(regrade, enrollment)
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("learner %s gets no notice of regrade %s", enrollment, regrade.pk)


def _finish(work: Regrading, regrade: AnyRegrade) -> None:
    own = work.regrades.objects.filter(pk=regrade.pk, state=regrade.state)
    own.update(state=DONE_BY[regrade.state], changed_at=timezone.now())


def forget_old(work: Regrading) -> None:
    """Delete what only undoing needs, once that is over."""
    over = timezone.now() - UNDO_TIME - LEASE
    own = work.moves.objects.filter(regrade__applied_at__lt=over, before__isnull=False)
    own.exclude(regrade__state__in=WORKING).update(before=None)
