"""Read queries of questions. Every function returns only what the given user may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from lessons.models import Course, Enrollment, Message, Thread
from lessons.pseudonyms import Names
from lessons.queries import MAX_KEY, OpenCourse, Visitor, get_member_course
from lessons.rights import of_own_learners, teaches_cohort
from lessons.threads.places import KINDS, may_see_place
from portal.accounts.models import User

MAX_NOTES = 50  # public answers at one place
RELATED = ("course", "cohort", "enrollment__user", "enrollment__course", "taken_by", "duplicate_of")


@dataclass(frozen=True)
class OpenThread:
    """A thread as one visitor may see it: its asker, staff of its cohort, or a learner of its cohort."""

    thread: Thread
    reader: OpenCourse
    is_asker: bool
    is_staff: bool
    asker: str  # the name of the asker as the reader may know it

    @property
    def may_write(self) -> bool:
        return (self.is_staff or self.is_asker) and not self.thread.is_withdrawn


def asker_of(thread: Thread, names: Names | None = None) -> str:
    """Return the name of the asker: for staff as in `names`, for others only if the asker chose to show it."""
    if names is not None:
        return names.of(thread.enrollment)
    return thread.enrollment.user.get_full_name() if thread.shows_name else "A learner"


def get_thread(user: Visitor, course: str, key: int) -> OpenThread:
    """Return a thread that `user` may see. Raises Http404."""
    reader = get_member_course(user, course)
    found = None
    if key <= MAX_KEY:
        found = Thread.objects.filter(course=reader.course, pk=key).select_related(*RELATED).first()
    if found is None:
        raise Http404
    is_asker = found.enrollment.user_id == user.pk
    is_staff = reader.is_staff and not is_asker and teaches_cohort(user, found.cohort_id, reader.course)
    if not (is_asker or is_staff or _is_public_to(user, reader, found)):
        raise Http404
    asker = asker_of(found, Names(user) if is_staff else None)
    return OpenThread(found, reader, is_asker, is_staff, asker)


def _is_public_to(user: Visitor, reader: OpenCourse, thread: Thread) -> bool:
    is_shown = thread.is_public and thread.answered_at is not None and not thread.is_withdrawn
    if not is_shown or reader.enrollment is None or thread.cohort_id != reader.cohort:
        return False
    reader.enrollment.course = reader.course
    return may_see_place(user, reader.enrollment, thread.place_kind, thread.place_key, thread.part)


def messages_of(thread: Thread) -> list[Message]:
    return list(thread.messages.filter(withdrawn_at=None).select_related("author"))


def get_own_message(found: OpenThread, user: User, key: int) -> Message:
    """Return a message of the thread that `user` may change. Raises Http404."""
    own = Message.objects.filter(thread=found.thread, author=user, withdrawn_at=None, copy_of=None)
    row = own.filter(pk=key).select_related("thread").first() if key <= MAX_KEY else None
    if row is None or not found.may_write:
        raise Http404
    return row


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListedThread:
    """A thread with the present title and address of its place; the address is "" if the place is gone."""

    thread: Thread
    place: str
    place_url: str


# Any: annotated with `replies`
def listed(threads: QuerySet[Thread]) -> QuerySet[Any]:
    written = Count("messages", filter=Q(messages__withdrawn_at=None))
    return threads.annotate(replies=written - 1).select_related(*RELATED)


def threads_for_staff(user: User, course: Course) -> QuerySet[Thread]:
    """Return the threads of the learners of a course whom `user` teaches."""
    return Thread.objects.filter(of_own_learners(user), course=course).present()


def threads_in_list(user: User, reader: OpenCourse) -> QuerySet[Thread]:
    """Return the threads of a member: those of the learners they teach, and their own."""
    own = Q(enrollment=reader.enrollment) if reader.enrollment else Q(pk=None)
    taught = Q(of_own_learners(user), course=reader.course) if reader.is_staff else Q(pk=None)
    return Thread.objects.filter(own | taught).present()


def threads_of_learner(enrollment: Enrollment) -> QuerySet[Thread]:
    return Thread.objects.filter(enrollment=enrollment).present()


def with_places(threads: Iterable[Thread]) -> list[ListedThread]:
    """Find the places of some threads: one query for each kind of place."""
    rows = list(threads)
    keys: dict[str, set[int]] = {}
    for each in rows:
        keys.setdefault(each.place_kind, set()).add(each.place_key)
    found = {name: KINDS[name].locate(some) for name, some in keys.items() if name in KINDS}
    return [_located(each, found.get(each.place_kind, {})) for each in rows]


def _located(thread: Thread, found: dict[int, tuple[str, str]]) -> ListedThread:
    title, url = found.get(thread.place_key, (thread.place_title, ""))
    words = f"{title}, “{thread.part_title}”" if thread.part_title else title
    anchor = KINDS[thread.place_kind].anchor(thread.part) if url and thread.part else ""
    return ListedThread(thread, words, f"{url}#{anchor}" if anchor else url)


# --- at a place -------------------------------------------------------------------------------------------------------


# Any: annotated
def threads_at(enrollment: Enrollment, kind: str, keys: Iterable[int]) -> QuerySet[Any]:
    """Return what a learner may read at some places that they see: their own threads, and the public ones.

    Each has `is_own` and its messages. Of a quiz, `may_see_place` decides about the public ones.
    """
    own = Q(enrollment=enrollment)
    public = Q(is_public=True, answered_at__isnull=False, cohort=enrollment.cohort_id)
    messages = Message.objects.filter(withdrawn_at=None).select_related("author").order_by("sent_at", "pk")
    mine = Thread.objects.filter(own, pk=OuterRef("pk"))
    found = Thread.objects.present().filter(own | public, place_kind=kind, place_key__in=list(keys))
    found = found.annotate(is_own=Exists(mine)).select_related("course", "enrollment__user")
    return found.prefetch_related(Prefetch("messages", messages, "shown")).order_by("asked_at", "pk")


# Any: threads annotated by the query above
def notes_at(threads: Iterable[Any]) -> list[Thread]:
    """Return those that are notes: public, with an answer."""
    return [each for each in threads if each.is_public and each.answered_at][:MAX_NOTES]
