"""Write operations on questions and requests for help. Each is one transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lessons import class_actions
from lessons.models import Enrollment, Meeting, MeetingSignal, Message, Thread
from lessons.models.thread import MAX_THREAD_TITLE
from lessons.pseudonyms import name_to_mark
from lessons.threads.limits import refuse_many_messages, refuse_many_threads
from lessons.threads.notices import notify_asker, notify_staff
from lessons.threads.places import KINDS, Place
from lessons.threads.texts import CannotWriteError, as_html, read_quote, read_text, read_title
from portal.accounts.models import User

SAME = timedelta(minutes=5)  # the same question again is a second click
STUCK = MeetingSignal.Kind.STUCK
# the columns of a thread that left the queue
LEFT_QUEUE: dict[str, Any] = {"waiting_since": None, "taken_by": None, "taken_at": None}  # Any: see `change`


class ThreadChangedError(CannotWriteError):
    """Somebody else wrote in the meantime."""


# --- asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    *,
    enrollment: Enrollment,
    place: Place,
    kind: Thread.Kind,
    title: str,
    text: str,
    quote: str = "",
    shows_name: bool = False,
) -> Thread:
    """Ask staff about a place, or for help there. Sending the same twice asks once. Raises CannotWriteError."""
    is_help = kind == Thread.Kind.HELP
    if is_help and not KINDS[place.kind].may_help:
        raise CannotWriteError("Ask a question here instead.")
    title = read_title(title, may_be_empty=is_help)
    title = title or f"Stuck: {place.part_title or place.title}"[:MAX_THREAD_TITLE]
    text, now = read_text(text), timezone.now()
    _lock_learner(enrollment)
    at_place = {"place_kind": place.kind, "place_key": place.key, "part": place.part}
    own = Thread.objects.present().filter(enrollment=enrollment, kind=kind, **at_place)
    if found := own.filter(title=title, asked_at__gt=now - SAME).first():
        return found
    if is_help and own.waiting().exists():
        raise CannotWriteError("You’re already in the queue with this. Add a message to that request.")
    refuse_many_threads(enrollment, now)
    thread = Thread.objects.create(
        **at_place,
        enrollment=enrollment,
        cohort_id=enrollment.cohort_id,
        kind=kind,
        title=title,
        place_title=place.title[:200],
        part_title=place.part_title[:200],
        quote=read_quote(quote),
        evidence=place.evidence,
        evidence_url=place.evidence_url,
        shows_name=shows_name,
        asked_at=now,
        waiting_since=now,
    )
    Message.objects.create(thread=thread, author=enrollment.user, text=text, html=as_html(text), sent_at=now)
    _signal(thread, now)
    name = name_to_mark(enrollment)
    notify_staff(thread, f"{name} needs help with" if is_help else f"{name} asked about")
    return thread


def _lock_learner(enrollment: Enrollment) -> None:
    # so that two requests at once do not both pass the limits
    list(Enrollment.objects.select_for_update().filter(pk=enrollment.pk).values_list("pk"))


def _signal(thread: Thread, now: datetime) -> None:
    # the instructor counts the signals of a class, so a request from there is one
    if thread.is_help and thread.place_kind == "meeting":
        meeting = Meeting.objects.filter(pk=thread.place_key).first()
        if meeting is not None and meeting.is_live(now):
            class_actions.send_signal(meeting=meeting, enrollment=thread.enrollment, kind=STUCK)


def end_signal(thread: Thread) -> None:
    """Withdraw the signal of a class that belongs to this request."""
    if thread.is_help and thread.place_kind == "meeting":
        meeting = Meeting.objects.filter(pk=thread.place_key).first()
        if meeting is not None:
            class_actions.clear_signal(meeting=meeting, enrollment=thread.enrollment, kind=STUCK)


# --- writing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def reply(
    *,
    thread: Thread,
    author: User,
    is_staff: bool,
    text: str,
    newest: int,
    answers: bool = True,
    is_suggested: bool = False,
) -> Message:
    """Add a message; `newest` is the key of the last one that the author has seen.

    Staff answer, or ask back if not `answers`; the answer goes to the duplicates too. The asker's message makes the
    thread wait for staff again. Raises CannotWriteError, or ThreadChangedError if there is a newer message.
    """
    text, now = read_text(text, needed="Write a message."), timezone.now()
    thread = lock(thread)
    refuse_withdrawn(thread)
    _refuse_stale(thread, author, newest)
    if is_staff:
        _refuse_taken(thread, author, now)
    else:
        _lock_learner(thread.enrollment)
    refuse_many_messages(thread, None if is_staff else thread.enrollment, now)
    message = Message(
        thread=thread,
        author=author,
        text=text,
        html=as_html(text),
        sent_at=now,
        is_staff=is_staff,
        answers=is_staff and answers,
        is_suggested=is_staff and answers and is_suggested and thread.is_help,
    )
    message.save()
    if not is_staff:
        wait = thread.waiting_since or now
        change(thread, waiting_since=wait, closed_at=None)
        notify_staff(thread, f"{name_to_mark(thread.enrollment)} wrote about")
        return message
    _settle(thread, message, now)
    if message.answers:
        for duplicate in thread.duplicates.present().select_related("course", "enrollment__user"):
            copy_answer(message, duplicate, now)
    return message


def _settle(thread: Thread, message: Message, now: datetime) -> None:
    # after a message of staff
    answered = thread.answered_at or (now if message.answers else None)
    change(thread, **LEFT_QUEUE, answered_at=answered)
    end_signal(thread)
    notify_asker(thread, "Your question was answered:" if message.answers else "Staff ask back about")


def copy_answer(answer: Message, duplicate: Thread, now: datetime) -> None:
    """Give an answer to the asker of a duplicate as well, once."""
    if answer.copies.filter(thread=duplicate).exists():
        return
    copied = Message.objects.create(
        thread=duplicate,
        author=answer.author,
        text=answer.text,
        html=answer.html,
        is_staff=True,
        answers=True,
        copy_of=answer,
        sent_at=now,
    )
    _settle(duplicate, copied, now)


def _refuse_stale(thread: Thread, author: User, newest: int) -> None:
    later = thread.messages.filter(pk__gt=newest, withdrawn_at=None).exclude(author=author)
    if later.exists():
        raise ThreadChangedError(
            "Not sent: somebody wrote in the meantime. Read their message above, and send yours again."
        )


def _refuse_taken(thread: Thread, author: User, now: datetime) -> None:
    if thread.taken_by_id not in (None, author.pk) and not thread.may_be_taken_over(now):
        raise ThreadChangedError("Not sent: a colleague has taken this request.")


@transaction.atomic
def edit_message(*, message: Message, by: User, text: str) -> None:
    """Change one's own message, and the copies of an answer. Raises CannotWriteError."""
    thread = lock(message.thread)
    refuse_withdrawn(thread)
    first = thread.messages.values_list("pk", flat=True).first()
    text = read_text(text, needed="" if message.pk == first else "Write a message, or withdraw this one.")
    now = timezone.now()
    own = Message.objects.filter(pk=message.pk, author=by, withdrawn_at=None, copy_of=None)
    if not own.update(text=text, html=as_html(text), edited_at=now):
        raise CannotWriteError("You can only change your own messages.")
    message.copies.update(text=text, html=as_html(text), edited_at=now)
    change(thread)


@transaction.atomic
def edit_question(*, thread: Thread, by: User, title: str, shows_name: bool) -> None:
    """Change the title of one's own thread, and the choice of the name. Raises CannotWriteError."""
    title, thread = read_title(title), lock(thread)
    refuse_withdrawn(thread)
    if thread.enrollment.user_id != by.pk:
        raise CannotWriteError("You can only change your own questions.")
    change(thread, title=title, shows_name=shows_name)


@transaction.atomic
def withdraw_message(*, message: Message, by: User) -> None:
    """Withdraw one's own message, and the copies of an answer. Without an answer, a thread waits again."""
    thread, now = lock(message.thread), timezone.now()
    own = Message.objects.filter(pk=message.pk, author=by, withdrawn_at=None, copy_of=None)
    if not own.update(withdrawn_at=now, text="", html=""):
        raise CannotWriteError("You can only withdraw your own messages.")
    message.copies.update(withdrawn_at=now, text="", html="")
    copied = Thread.objects.filter(messages__copy_of=message).distinct()
    for each in [thread, *copied.select_related("course", "enrollment__user")]:
        _wait_without_answer(each, message)


def _wait_without_answer(thread: Thread, message: Message) -> None:
    has_answer = thread.messages.filter(answers=True, withdrawn_at=None).exists()
    if message.answers and not has_answer and not thread.is_withdrawn:
        change(thread, answered_at=None, waiting_since=thread.asked_at, closed_at=None)
    else:
        change(thread)


@transaction.atomic
def withdraw_thread(*, thread: Thread, by: User) -> None:
    """Withdraw one's own question or request. Nobody but the asker and staff sees it any more."""
    thread = lock(thread)
    if thread.enrollment.user_id != by.pk:
        raise CannotWriteError("You can only withdraw your own questions.")
    if thread.is_withdrawn:
        return
    change(thread, **LEFT_QUEUE, withdrawn_at=timezone.now(), is_public=False)
    end_signal(thread)


@transaction.atomic
def set_public(*, thread: Thread, by: User, is_public: bool) -> None:
    """Show an answered thread to the cohort of its asker, with their name if they chose so. Raises CannotWriteError."""
    thread = lock(thread)
    refuse_withdrawn(thread)
    if is_public and thread.answered_at is None:
        raise CannotWriteError("Answer the question first. Then you can make it public.")
    if thread.is_public == is_public:
        return
    change(thread, is_public=is_public, public_at=timezone.now(), public_by=by)
    if is_public:
        notify_asker(thread, "Your cohort can read this question now:")


def refuse_withdrawn(thread: Thread) -> None:
    if thread.is_withdrawn:
        raise CannotWriteError("This question was withdrawn.")


def lock(thread: Thread) -> Thread:
    """Return the thread as it is now, locked until the end of the transaction."""
    rows = Thread.objects.select_for_update(of=("self",)).select_related("course", "enrollment__user")
    return rows.get(pk=thread.pk)


# Any: values of columns
def change(thread: Thread, **values: Any) -> None:
    """Write these columns, and note that the page of the thread has changed."""
    for name, value in values.items():
        setattr(thread, name, value)
    Thread.objects.filter(pk=thread.pk).update(**values, version=F("version") + 1)
