"""Write operations of staff on requests for help: take, release, close, mark as a duplicate."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone

from lessons import class_actions
from lessons.models import Enrollment, Meeting, MeetingSignal, Thread
from lessons.models.thread import TAKEN_FOR
from lessons.rights import staff_of_cohort
from lessons.threads.actions import LEFT_QUEUE, change, copy_answer, end_signal, lock, refuse_withdrawn
from lessons.threads.texts import CannotWriteError
from portal.accounts.models import User


def take(*, thread: Thread, by: User) -> None:
    """Take a request, so that nobody else works on it. One at a time. Raises CannotWriteError.

    One conditional UPDATE decides who gets it.
    """
    now = timezone.now()
    _release_lost(by)
    free = Q(taken_by=None) | Q(taken_by=by) | Q(taken_at__lte=now - TAKEN_FOR)
    waiting = Thread.objects.help().present().waiting().filter(free, pk=thread.pk)
    try:
        with transaction.atomic():
            taken = waiting.update(taken_by=by, taken_at=now, version=F("version") + 1)
    except IntegrityError as error:
        raise CannotWriteError("You already have a request. Answer or release that one first.") from error
    if not taken:
        raise CannotWriteError("Somebody else has taken this request, or it is no longer waiting.")


def _release_lost(by: User) -> None:
    # somebody who no longer teaches the cohort of a request can neither answer nor release it
    if not by.is_superuser:
        _put_back(Thread.objects.filter(~Exists(staff_of_cohort(by)), taken_by=by))


def _put_back(threads: QuerySet[Thread]) -> None:
    threads.update(taken_by=None, taken_at=None, version=F("version") + 1)


def release(*, thread: Thread, by: User) -> None:
    """Put a taken request back into the queue, at its old position."""
    _put_back(Thread.objects.filter(pk=thread.pk, taken_by=by))


@transaction.atomic
def close(*, thread: Thread) -> None:
    """Close a request, answered or not. A message of the asker opens it again."""
    thread = lock(thread)
    refuse_withdrawn(thread)
    if thread.is_closed:
        return
    change(thread, **LEFT_QUEUE, closed_at=timezone.now())
    end_signal(thread)


@transaction.atomic
def mark_duplicate(*, thread: Thread, of: Thread) -> None:
    """Mark a request as a duplicate, so that an answer goes to both. Raises CannotWriteError."""
    first = of.duplicate_of or of
    # in one order, so that two people who do this at once do not wait for each other
    locked = {each: lock(Thread(pk=each)) for each in sorted({thread.pk, first.pk})}
    if len(locked) < 2:
        raise CannotWriteError("A request can’t be a duplicate of itself.")
    thread, first = locked[thread.pk], locked[first.pk]
    if first.course_id != thread.course_id or first.duplicate_of_id:
        raise CannotWriteError("Choose a request of this course that is not a duplicate.")
    for each in (thread, first):
        refuse_withdrawn(each)
    thread.duplicates.update(duplicate_of=first)
    change(thread, duplicate_of=first, taken_by=None, taken_at=None)
    now = timezone.now()
    for answer in first.messages.filter(answers=True, withdrawn_at=None).order_by("-pk")[:1]:
        copy_answer(answer, thread, now)


@transaction.atomic
def withdraw_signal(*, meeting: Meeting, enrollment: Enrollment, kind: str) -> None:
    """Withdraw a signal of a class. “I’m stuck” is one with the request from that class, if nobody answered it."""
    class_actions.withdraw_signal(meeting=meeting, enrollment=enrollment, kind=kind)
    if kind != MeetingSignal.Kind.STUCK:
        return
    own = Thread.objects.help().waiting().filter(enrollment=enrollment, place_kind="meeting")
    for thread in own.filter(place_key=meeting.pk, answered_at=None):
        change(lock(thread), **LEFT_QUEUE, withdrawn_at=timezone.now())
