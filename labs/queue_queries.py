"""Read queries of the queue: the place of a submission, and for staff counts, rows, workers and times."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from labs.grading import pulse, sandbox
from labs.grading.times import rank, seconds_waited
from labs.models import RUNNING, CommitStatus, Connection, Delivery, LabTimes, State, Submission
from lessons.queries import courses_taught
from lessons.rights import of_own_learners
from portal.accounts.models import User

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MAX_ROWS = 50  # of each list
MAX_REASONS = 5
MAX_TIMED = 1_000  # the newest results of the last hour
PULSES = ("live", "later", "reaper")


@dataclass(frozen=True)
class Numbers:
    """The queue in numbers. Waits are seconds; they are None without a row to take them from."""

    waiting: int
    later: int
    running: int
    need_person: int
    faults: int
    oldest: float | None
    half: float | None
    most: float | None


def queue_position(submission: Submission) -> int | None:
    """Return the place in its queue from 1, None if it does not wait. Learners take turns: each ahead counts once."""
    if submission.state != State.QUEUED:
        return None
    queued = Submission.objects.filter(state=State.QUEUED, queue=submission.queue)
    ahead = queued.filter(queued_at__lt=submission.queued_at).order_by()
    own = Q(enrollment=submission.enrollment_id)
    # Counted, not listed: SELECT DISTINCT makes SQLite scan an index of all submissions.
    counts = ahead.aggregate(
        others=Count("enrollment", distinct=True, filter=~own), own=Count("pk", filter=own)
    )
    return int(counts["others"] + counts["own"] + 1)


def _of(user: User, course: str, enrollment: str) -> Q:
    return Q(**{f"{course}__in": courses_taught(user)}) & of_own_learners(user, f"{enrollment}__cohort")


def submissions_seen_by(user: User) -> QuerySet[Submission]:
    """Return the submissions of the learners that `user` teaches; an administrator sees all."""
    found = Submission.objects.filter(lab__deletion=None)
    return found if user.is_superuser else found.filter(_of(user, "course", "enrollment"))


def count_queue(submissions: QuerySet[Submission], now: datetime) -> Numbers:
    """Count in three queries, each over an index of what it counts."""
    queued = submissions.filter(state__in=(State.QUEUED, *RUNNING, State.FAULT)).order_by()
    live = Q(state=State.QUEUED, queue="live")
    counts = queued.aggregate(
        waiting=Count("pk", filter=live),
        later=Count("pk", filter=Q(state=State.QUEUED, queue="later")),
        running=Count("pk", filter=Q(state__in=RUNNING)),
        need_person=Count("pk", filter=Q(state=State.FAULT)),
        oldest=Min("queued_at", filter=live),
    )
    oldest = counts.pop("oldest")
    waits = seconds_waited(submissions.filter(answered_at__gt=now - HOUR).order_by("-answered_at"), MAX_TIMED)
    return Numbers(
        **counts,
        faults=count_faults(submissions, now),
        oldest=max((now - oldest).total_seconds(), 0) if oldest else None,
        half=rank(waits, 0.5) if waits else None,
        most=rank(waits, 0.95) if waits else None,
    )


def count_faults(submissions: QuerySet[Submission], now: datetime) -> int:
    """Return how many submissions met a fault of ours in the last 24 hours, including those graded since."""
    recent = Q(ended_at__gt=now - DAY) | Q(ended_at=None)
    return submissions.exclude(last_fault="").filter(recent).order_by().count()


def waiting_rows(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    # the oldest first, as they are graded
    rows = submissions.filter(state__in=(State.QUEUED, *RUNNING))
    return _with_names(rows).order_by("queued_at", "pk")[:MAX_ROWS]


def rows_that_need_a_person(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    return _with_names(submissions.filter(state=State.FAULT)).order_by("-ended_at", "-pk")[:MAX_ROWS]


def _with_names(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.select_related("lab__course", "enrollment__user", "enrollment__course").defer(
        "lab__source", "lab__brief", "lab__brief_html"
    )


def times_of_labs(user: User) -> QuerySet[LabTimes]:
    """Return the times of the labs that `user` may see, the slowest first."""
    times = LabTimes.objects.filter(lab__deletion=None).select_related("lab__course")
    times = times.defer("lab__source", "lab__brief", "lab__brief_html").order_by("-most", "pk")
    return (times if user.is_superuser else times.filter(lab__course__in=courses_taught(user)))[:MAX_ROWS]


def last_messages(now: datetime) -> tuple[int, float | None]:
    """Return how many connected repositories sent a message ever, and the seconds since the newest; in one query."""
    heard = Connection.objects.active().filter(last_heard_at__isnull=False).order_by()
    found = heard.aggregate(count=Count("pk"), newest=Max("last_heard_at"))
    newest = found["newest"]
    return found["count"], max((now - newest).total_seconds(), 0) if newest else None


def last_message_of_each() -> dict[str, datetime]:
    """Return when GitHub was last heard of each connected repository, by its name: at most MAX_TIMED, the newest."""
    names = ("repository__owner", "repository__name")
    heard = Connection.objects.active().filter(last_heard_at__isnull=False).order_by().values_list(*names)
    rows = heard.annotate(newest=Max("last_heard_at")).order_by("-newest")[:MAX_TIMED]
    return {f"{owner}/{name}": newest for owner, name, newest in rows}


# Any: annotated with the outcome of its last message
def connections_seen_by(user: User) -> QuerySet[Any]:
    """Return connected repositories: first those without a message, then by their latest message, oldest first."""
    active = Connection.objects.active()
    if not user.is_superuser:
        active = active.filter(_of(user, "repository__course", "repository__enrollment"))
    last = Delivery.objects.filter(connection=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    related = ("repository__lab", "repository__enrollment__user", "repository__enrollment__course")
    found = active.select_related(*related).annotate(outcome=Subquery(last))
    heavy = (f"repository__lab__{name}" for name in ("source", "brief", "brief_html"))
    return found.defer(*heavy).order_by(F("last_heard_at").asc(nulls_first=True), "pk")[:MAX_ROWS]


def connections_that_need_a_person(user: User) -> QuerySet[Connection]:
    """Return the repositories that could not be looked at because of a fault of ours, the newest fault first."""
    found = Connection.objects.exclude(look_fault="").filter(disconnected_at=None)
    if not user.is_superuser:
        found = found.filter(_of(user, "repository__course", "repository__enrollment"))
    heavy = (f"repository__lab__{name}" for name in ("source", "brief", "brief_html"))
    related = ("repository__lab__course", "repository__enrollment__user", "repository__enrollment__course")
    found = found.select_related(*related).defer(*heavy)
    return found.order_by("-looked_at", "-pk")


@dataclass(frozen=True)
class StatusBacklog:
    """Results to send to GitHub: how many wait, since when, how many GitHub refused in 24 hours.

    `unsent` are those of 7 days: at most MAX_REASONS rows of state, reason and number, the most frequent first.
    """

    waiting: int
    oldest_at: datetime | None
    refused: int
    unsent: tuple[tuple[str, str, int], ...]


def status_backlog(user: User, now: datetime) -> StatusBacklog:
    """Count in two queries, of the courses that `user` teaches; for an administrator of all."""
    rows = CommitStatus.objects.order_by()
    if not user.is_superuser:
        of = "connection__repository"
        rows = rows.filter(_of(user, f"{of}__course", f"{of}__enrollment"))
    return count_statuses(rows, now)


def count_statuses(rows: QuerySet[CommitStatus], now: datetime) -> StatusBacklog:
    state = CommitStatus.State
    waiting = Q(state=state.WAITING)
    refused = Q(state=state.REFUSED, written_at__gt=now - DAY)
    counts = rows.filter(waiting | refused).aggregate(
        waiting=Count("pk", filter=waiting),
        oldest_at=Min("asked_at", filter=waiting),
        refused=Count("pk", filter=refused),
    )
    unsent = rows.filter(state__in=(state.REFUSED, state.DROPPED), asked_at__gt=now - 7 * DAY)
    reasons = unsent.values_list("state", "reason").annotate(number=Count("pk")).order_by("-number", "reason")
    unsent_rows = [(state(value).label, reason, number) for value, reason, number in reasons[:MAX_REASONS]]
    return StatusBacklog(**counts, unsent=tuple(unsent_rows))


@dataclass(frozen=True)
class WorkerRow:
    name: str
    running: int
    results: int


def workers(now: datetime) -> list[WorkerRow]:
    """Return the workers that are grading, or gave a first result in the last hour."""
    seen = Q(state__in=RUNNING) | Q(answered_at__gt=now - HOUR)
    running = Count("pk", filter=Q(state__in=RUNNING))
    results = Count("pk", filter=Q(answered_at__gt=now - HOUR))
    rows = Submission.objects.filter(seen).exclude(worker="").order_by("worker").values("worker")
    counted = rows.annotate(running=running, results=results)[:MAX_ROWS]
    return [WorkerRow(row["worker"], row["running"], row["results"]) for row in counted]


def silences() -> dict[str, float]:
    """Return the seconds since each kind of worker, and the reaper, was last heard of."""
    return {name: pulse.seconds_since(name) for name in PULSES}


def sandbox_state() -> str:
    return sandbox.state()
