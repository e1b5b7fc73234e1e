"""The context of the pages of questions and requests for help."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Course, Enrollment, Message, Thread
from lessons.pages.breadcrumb import course_crumbs, staff_crumbs
from lessons.pages.context import Context
from lessons.pages.durations import age, in_words
from lessons.pseudonyms import Names
from lessons.queries import OpenCourse
from lessons.threads.places import KINDS, Place
from lessons.threads.queries import (
    ListedThread,
    OpenThread,
    asker_of,
    listed,
    messages_of,
    threads_at,
    threads_for_staff,
    threads_in_list,
    with_places,
)
from lessons.threads.queue import cursor_of, place_in_queue, suggestions_for
from portal.accounts.models import User

ON_PAGE = 50
MAX_NEARBY = 10
SHOWN = {"open": "Open", "answered": "Answered", "all": "All"}


@dataclass(frozen=True)
class Said:
    """A message on a page. `name` is “You” for the reader's own."""

    message: Message
    name: str
    initials: str
    html: SafeString
    is_own: bool

    @property
    def may_change(self) -> bool:
        return self.is_own and self.message.copy_of_id is None


def said(messages: Iterable[Message], *, asker: str, reader: int) -> list[Said]:
    """Prepare messages for the reader with this key; `asker` is the asker's name as the reader may know it."""
    return [_said(each, asker, reader) for each in messages]


def _said(message: Message, asker: str, reader: int) -> Said:
    author = message.author
    known = author.get_full_name() if author and message.is_staff else asker
    name = known if author or not message.is_staff else "Staff"
    initials = "".join(word[0] for word in name.split()[:2]).upper()
    is_own = message.author_id == reader
    html = mark_safe(message.html)  # noqa: S308 - sanitised by lessons.rendering when it was saved
    return Said(message, "You" if is_own else name, initials, html, is_own)


# --- one thread -------------------------------------------------------------------------------------------------------


def thread_page(found: OpenThread, reader: User, **typed: object) -> Context:
    thread, now, user = found.thread, timezone.now(), reader.pk
    messages = [] if thread.is_withdrawn else messages_of(thread)
    [here] = with_places([thread])
    ahead = place_in_queue(thread) if thread.is_help and thread.is_waiting else 0
    context: Context = {
        "course": found.reader.course,
        "crumbs": course_crumbs(found.reader.course, ("Question", "")),
        "found": found,
        "thread": thread,
        "here": here,
        "now": now,
        "said": said(messages, asker=found.asker, reader=user),
        "newest": max((each.pk for each in messages), default=0),
        "ahead": ahead,
        "cursor": cursor_of(thread, ahead),
        "polls": found.may_write,
        "is_taker": thread.taken_by_id == user,
        "may_take": found.is_staff and thread.is_waiting and _is_free(thread, user, now),
        "took": in_words(thread.answered_at - thread.asked_at) if thread.answered_at else "",
        "first": messages[0] if messages else None,
        "nearby": _nearby(found, reader),
        **typed,
    }
    if found.is_staff and thread.is_help:
        context["others"] = _others(thread, reader)
    return context


def _is_free(thread: Thread, user: int, now: datetime) -> bool:
    return thread.taken_by_id != user and thread.may_be_taken_over(now)


def _nearby(found: OpenThread, user: User) -> list[Thread]:
    # others at the same place, so that one answer helps with the next question
    thread, enrollment = found.thread, found.reader.enrollment
    if enrollment and not found.is_staff:
        return (
            list(threads_at(enrollment, thread.place_kind, [thread.place_key]))[:MAX_NEARBY]
            if _is_shared(thread)
            else []
        )
    same = {"place_kind": thread.place_kind, "place_key": thread.place_key}
    return list(
        threads_for_staff(user, found.reader.course).filter(**same).select_related("course")[:MAX_NEARBY]
    )


def _is_shared(thread: Thread) -> bool:
    # of a quiz, each question has its own rule
    return thread.place_kind != "quiz"


def _others(thread: Thread, user: User) -> list[Thread]:
    # those that this one may be a duplicate of
    same = threads_for_staff(user, thread.course).filter(kind=Thread.Kind.HELP, duplicate_of=None)
    near = same.exclude(pk=thread.pk).filter(place_kind=thread.place_kind, place_key=thread.place_key)
    return list(near.order_by("-asked_at")[:MAX_NEARBY])


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    listed: ListedThread
    asker: str
    age: str

    @property
    def thread(self) -> Any:  # Any: annotated with `replies`
        return self.listed.thread


def rows_of(threads: Iterable[Thread], reader: User, now: datetime) -> list[Row]:
    """Prepare threads for their asker or for staff, who may know the asker by a pseudonym only."""
    names = Names(reader)
    return [
        Row(
            each,
            asker_of(each.thread, names),
            age(each.thread.waiting_since or each.thread.asked_at, now),
        )
        for each in with_places(threads)
    ]


def list_page(reader: OpenCourse, user: User, show: str, number: str) -> Context:
    """Return a page of questions: those of the learner, or of everybody for staff, the open ones by default."""
    course, now = reader.course, timezone.now()
    show = show if show in SHOWN else ("open" if reader.is_staff else "all")
    every: Any = threads_in_list(user, reader)
    chosen = _chosen(every, show)
    page = Paginator(listed(chosen), ON_PAGE).get_page(number)
    crumbs = (
        staff_crumbs(course, ("Questions", ""))
        if reader.is_staff
        else course_crumbs(course, ("Questions", ""))
    )
    return {
        "course": course,
        "crumbs": crumbs,
        "is_staff": reader.is_staff,
        "page": page,
        "rows": rows_of(page, user, now),
        "show": show,
        "filters": list(SHOWN.items()),
        "waiting": every.waiting().exclude(enrollment=reader.enrollment).count() if reader.is_staff else 0,
    }  # fmt: skip


# Any: a queryset of threads
def _chosen(every: Any, show: str) -> Any:
    if show == "open":
        return every.waiting().order_by("waiting_since", "pk")
    found = every.filter(answered_at__isnull=False) if show == "answered" else every
    return found.order_by("-asked_at", "-pk")


# --- asking -----------------------------------------------------------------------------------------------------------


def ask_page(course: Course, enrollment: Enrollment, place: Place, **typed: object) -> Context:
    kind = KINDS[place.kind]
    return {
        "course": course,
        "crumbs": course_crumbs(course, (place.title, place.url), ("Ask", "")),
        "place": place,
        "kind": kind,
        "suggestions": suggestions_for(enrollment, place),
        **typed,
    }
