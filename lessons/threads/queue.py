"""Read queries of the help queue: its requests, positions, median times and suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404

from lessons.models import Cohort, Course, CourseStaff, Enrollment, Meeting, MeetingSignal, Message, Thread
from lessons.queries import MAX_KEY, Visitor
from lessons.rights import of_own_learners, staff_of_cohort
from lessons.threads.places import Place, may_see_place
from lessons.threads.queries import RELATED
from portal.accounts.models import User

MAX_QUEUE = 100
MAX_SIGNALS = 100
MAX_SUGGESTED = 3
MEASURED = timedelta(days=28)
MAX_MEASURED = 500


def help_requests(user: User, course: Course, cohort: Cohort | None = None) -> QuerySet[Thread]:
    """Return the requests of learners whom `user` teaches that wait, the oldest first."""
    found = Thread.objects.help().present().waiting().filter(of_own_learners(user), course=course)
    found = found.filter(cohort=cohort) if cohort else found
    return found.select_related(*RELATED).order_by("waiting_since", "pk")


def signals_without_words(
    user: User, course: Course, cohort: Cohort | None, now: datetime
) -> list[MeetingSignal]:
    """Return the learners who pressed “I’m stuck” in a live class without saying more, the first ones first."""
    said = (
        Thread.objects.help()
        .present()
        .waiting()
        .filter(enrollment=OuterRef("enrollment"), place_kind="meeting", place_key=OuterRef("meeting"))
    )
    rows = MeetingSignal.objects.filter(
        ~Exists(said),
        of_own_learners(user, "meeting__cohort"),
        course=course,
        kind=MeetingSignal.Kind.STUCK,
        meeting__starts_at__lte=now,
    ).filter(meeting__starts_at__gt=now - timedelta(days=1), meeting__session__deletion=None)
    rows = rows.filter(meeting__cohort=cohort) if cohort else rows
    found = rows.select_related("meeting__cohort__course", "meeting__session", "enrollment__user")
    return [each for each in found.order_by("sent_at", "pk")[:MAX_SIGNALS] if each.meeting.is_live(now)]


def place_in_queue(thread: Thread) -> int:
    """Return the place of a waiting request among those of its cohort, from 1."""
    return _ahead(thread.cohort_id, thread.waiting_since, thread.pk).count() + 1


# Any: values, or references to those of an outer query
def _ahead(cohort: Any, since: Any, key: Any) -> QuerySet[Thread]:
    waiting = Thread.objects.help().present().waiting().filter(cohort=cohort, taken_by=None)
    return waiting.filter(Q(waiting_since__lt=since) | Q(waiting_since=since, pk__lt=key)).order_by()


# --- polling ----------------------------------------------------------------------------------------------------------


class QueueState(NamedTuple):
    """A short state of the queue, different whenever the page must be redrawn."""

    requests: int
    newest: int
    weight: int
    signals: int

    @property
    def cursor(self) -> str:
        return ".".join(map(str, self))


def get_queue_state(user: Visitor, course: str) -> QueueState:
    """Return the state of the whole queue of a course, for its staff. One query. Raises Http404."""
    if not user.is_authenticated:
        raise Http404
    requests = Thread.objects.help().present().waiting().filter(course=OuterRef("pk"))
    waiting = requests.order_by().values("course")
    stuck = MeetingSignal.objects.filter(course=OuterRef("pk"), kind=MeetingSignal.Kind.STUCK).order_by()
    # Any: annotated
    found: Any = (
        Course.objects.filter(slug=course)
        .annotate(
            taught=Exists(CourseStaff.objects.filter(user=user, course=OuterRef("pk"))),
            count=Subquery(waiting.annotate(found=Count("pk")).values("found")),
            newest=Subquery(waiting.annotate(found=Max("pk")).values("found")),
            # so that one that leaves and one that comes back at once are noticed
            weight=Subquery(waiting.annotate(found=Sum(F("pk") * (F("version") + 1))).values("found")),
            signals=Subquery(stuck.values("course").annotate(found=Count("pk") + Max("pk")).values("found")),
        )
        .only("pk")
        .first()
    )
    if found is None or not (user.is_superuser or found.taught):
        raise Http404
    return QueueState(found.count or 0, found.newest or 0, found.weight or 0, found.signals or 0)


def get_thread_cursor(user: Visitor, course: str, key: int) -> str:
    """Return the state of the page of a thread, for its asker and staff. One query. Raises Http404."""
    if not user.is_authenticated or key > MAX_KEY:
        raise Http404
    before = _ahead(OuterRef("cohort"), OuterRef("waiting_since"), OuterRef("pk")).values("kind")
    rows = Thread.objects.filter(pk=key, course__slug=course, course__deletion=None)
    # Any: annotated
    found: Any = rows.annotate(
        taught=Exists(staff_of_cohort(user)),
        mine=Exists(Enrollment.objects.active().filter(user=user, pk=OuterRef("enrollment"))),
        ahead=Subquery(before.annotate(found=Count("pk")).values("found")),
    ).first()
    if found is None or not (user.is_superuser or found.taught or found.mine):
        raise Http404
    return cursor_of(found, (found.ahead or 0) + 1)


def cursor_of(thread: Thread, place: int) -> str:
    return f"{thread.version}.{place if thread.is_help and thread.is_waiting else 0}"


# --- times ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """Medians of the last four weeks, None if nothing was answered or closed."""

    to_answer: timedelta | None
    to_close: timedelta | None
    answered: int
    closed: int


def times_of(user: User, course: Course, cohort: Cohort | None, now: datetime) -> Times:
    asked = Thread.objects.help().present().filter(of_own_learners(user), course=course)
    asked = asked.filter(asked_at__gt=now - MEASURED)
    asked = asked.filter(cohort=cohort) if cohort else asked
    rows = asked.order_by("-asked_at").values_list("asked_at", "answered_at", "closed_at")[:MAX_MEASURED]
    answered = [answer - start for start, answer, _ in rows if answer]
    closed = [end - start for start, _, end in rows if end]
    return Times(_median(answered), _median(closed), len(answered), len(closed))


def _median(times: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in times)) if times else None


# --- suggestions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """An answer that helped others. `title` and `url` are "" unless its thread is public."""

    html: str
    title: str = ""
    url: str = ""


def suggestions_for(enrollment: Enrollment, place: Place) -> list[Suggestion]:
    """Return answers to others of the cohort at the same place, those about the same part first.

    Of a request for help that is not public, only the answer is used, and only if staff allow it. There are none for
    a learner who may not see the public answers of the place, as during an attempt at a quiz.
    """
    if not may_see_place(enrollment.user, enrollment, place.kind, place.key, place.part):
        return []
    threads = Thread.objects.present().filter(
        cohort=enrollment.cohort_id,
        place_kind=place.kind,
        place_key=place.key,
        answered_at__isnull=False,
    )
    threads = threads.filter(part=place.part) if place.part else threads
    answers = Message.objects.filter(
        Q(thread__is_public=True) | Q(is_suggested=True, thread__kind=Thread.Kind.HELP),
        thread__in=threads.exclude(enrollment=enrollment).order_by(),
        answers=True,
        copy_of=None,
        withdrawn_at=None,
    )
    found = answers.select_related("thread__course").order_by("-thread__is_public", "-sent_at", "-pk")
    return [_suggestion(each) for each in found[:MAX_SUGGESTED]]


def _suggestion(answer: Message) -> Suggestion:
    if answer.thread.is_public:
        return Suggestion(answer.html, answer.thread.title, answer.thread.get_absolute_url())
    return Suggestion(answer.html)


def open_meeting_request(meeting: Meeting, enrollment: Enrollment) -> Thread | None:
    """Return the request of a learner that waits in a class."""
    own = Thread.objects.help().present().waiting().filter(enrollment=enrollment, place_kind="meeting")
    return own.filter(place_key=meeting.pk).select_related("course").first()
