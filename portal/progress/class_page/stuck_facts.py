"""Read the facts of a cohort that the rules of `stuck_rules` need. The number of queries is fixed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from labs.deadlines import terms_of
from labs.models import FailedCheck, Lab, LabExtension, LocalReport, Receipt, State, Submission
from labs.release import lab_opening
from lessons.models import (
    Answer,
    Attempt,
    Attendance,
    Cohort,
    Enrollment,
    Meeting,
    MeetingSignal,
    Reading,
    Tick,
)
from lessons.models.release import Status
from portal.progress.class_page.stuck_rules import (
    BEFORE_DEADLINE,
    MAX_SILENCE,
    MIN_MISSED,
    MIN_SAME,
    Held,
    Try,
)
from portal.progress.models import StuckMark

MAX_TRIES = 20  # the newest ones of a learner for a lab
MAX_AGE = timedelta(days=14)  # of the newest submission of a lab that somebody is stuck in
MAX_HELD = 5  # the newest meetings with attendance

Key = tuple[int, int]  # of an enrollment and a lab


@dataclass(frozen=True)
class Marks:
    """The marks of staff by key of the enrollment, key of the lab or None, and rule."""

    handled: dict[tuple[int, int | None, str], datetime] = field(default_factory=dict)
    snoozed: dict[tuple[int, int | None, str], datetime] = field(default_factory=dict)


def learners(cohort: Cohort) -> dict[int, datetime]:
    """Map the key of each active learner of the cohort to the time at which they joined."""
    return dict(Enrollment.objects.active().filter(cohort=cohort).values_list("pk", "created_at"))


def unfinished_tries(cohort: Cohort, now: datetime) -> dict[Key, list[Try]]:
    """Return the graded submissions, the newest first, for each lab that a learner has sent three to and not passed.

    Submissions that were replaced, met a fault of ours or could not be read have no report, so they do not count.
    """
    rows = _unfinished(cohort, now)
    columns = ("pk", "learner", "lab", "number", "public_id", "receipt__received_at")
    shares = ("reports__points", "reports__max_points")
    listed = list(rows.values_list(*columns, *shares))
    failed = _failed_checks(row[0] for row in listed)
    found: dict[Key, list[Try]] = defaultdict(list)
    for key, enrollment, lab, number, page, at, points, out_of in listed:
        share = float(points / out_of) if out_of else 0.0
        found[enrollment, lab].append(Try(number, at, share, frozenset(failed[key]), page))
    return {key: sorted(tries, key=lambda each: -each.number) for key, tries in found.items()}


# Any: annotated rows
def _unfinished(cohort: Cohort, now: datetime) -> QuerySet[Any]:
    of_pair = Submission.objects.filter(enrollment=OuterRef("enrollment"), lab=OuterRef("lab")).order_by()
    best = of_pair.filter(is_best=True, reports__is_current=True, reports__passed=False)
    recent = of_pair.filter(queued_at__gt=now - MAX_AGE)
    of_cohort: Any = Submission.objects.filter(
        enrollment__cohort=cohort, enrollment__is_active=True, lab__deletion=None
    ).exclude(lab__status=Status.DRAFT)
    graded = of_cohort.filter(Exists(best), Exists(recent), state=State.GRADED, reports__is_current=True)
    pair = [F("learner"), F("lab")]
    counted = graded.by_learner().annotate(
        place=Window(RowNumber(), partition_by=pair, order_by=F("number").desc()),
        of_pair=Window(Count("pk"), partition_by=pair),
    )
    rows: QuerySet[Any] = counted.filter(place__lte=MAX_TRIES, of_pair__gte=MIN_SAME).order_by()
    return rows


def _failed_checks(submissions: Iterable[int]) -> dict[int, set[str]]:
    keys, found = list(submissions), defaultdict(set)
    for start in range(0, len(keys), 5_000):
        rows = FailedCheck.objects.filter(submission__in=keys[start : start + 5_000])
        for submission, name in rows.values_list("submission", "name"):
            found[submission].add(name)
    return found


def open_labs(cohort: Cohort, now: datetime) -> dict[int, Lab]:
    """Return the proved labs that are open to the cohort, without their texts."""
    labs = Lab.objects.filter(course=cohort.course_id).proved().annotate(opens_at=lab_opening(cohort.pk))
    rows = labs.filter(opens_at__lte=now).only("slug", "title", "course")
    return {lab.pk: lab for lab in rows}


def near_deadlines(
    cohort: Cohort, labs: Iterable[int], people: Iterable[int], now: datetime
) -> dict[Key, datetime]:
    """Return the deadlines of the next 48 hours of open labs, for each learner who has submitted nothing.

    An outage moves a deadline only for a learner who has sent something, so outages are left out.
    """
    nobody = Enrollment(pk=0, cohort=cohort, course_id=cohort.course_id)  # no learner, so no extension
    opened, until = set(labs), now + BEFORE_DEADLINE
    due = {lab: terms.deadline.at for lab, terms in terms_of(nobody).items() if lab in opened}
    extended = dict(_extensions(cohort, opened, now))
    of_all = [lab for lab, at in due.items() if at and now < at <= until]
    wanted = {(person, lab): due[lab] for lab in of_all for person in people}
    for (person, lab), at in extended.items():
        own = max(at, due.get(lab) or at)  # an extension never shortens a deadline
        wanted.pop((person, lab), None)
        if own <= until:
            wanted[person, lab] = own
    sent = _pairs_with_submissions(cohort, {lab for _, lab in wanted})
    known = set(people)
    return {key: at for key, at in wanted.items() if at and key not in sent and key[0] in known}


def _extensions(cohort: Cohort, labs: set[int], now: datetime) -> Iterable[tuple[Key, datetime]]:
    rows = LabExtension.objects.filter(enrollment__cohort=cohort, until__gt=now).order_by()
    for person, lab, until in rows.values_list("enrollment", "lab", "until"):
        if lab in labs:
            yield (person, lab), until


def _pairs_with_submissions(cohort: Cohort, labs: set[int]) -> set[Key]:
    own: Any = Submission.objects.filter(enrollment__cohort=cohort, lab__in=labs).order_by()
    return set(own.by_learner().values_list("learner", "lab").distinct()) if labs else set()


def silent_since(cohort: Cohort, now: datetime) -> dict[int, datetime | None]:
    """Map each learner without activity in the last 7 days to their last one, None without any.

    Reading, ticking, answering, a push, a local report and coming to class count as activity.
    """
    sources = _activity()
    recent = Q()
    for rows, at in sources:
        recent |= Q(Exists(rows.filter(**{f"{at}__gt": now - MAX_SILENCE})))
    last = {f"last_{place}": Subquery(_newest(rows, at)) for place, (rows, at) in enumerate(sources)}
    silent = Enrollment.objects.active().filter(~recent, cohort=cohort).annotate(**last)
    times = silent.values_list("pk", *last)
    return {key: max(filter(None, found), default=None) for key, *found in times}


def last_seen(enrollment: int) -> datetime | None:
    """Return the time of a learner's last activity, None without any. One query."""
    last = {f"last_{place}": Subquery(_newest(rows, at)) for place, (rows, at) in enumerate(_activity())}
    times = Enrollment.objects.filter(pk=enrollment).annotate(**last).values_list(*last)
    return max(filter(None, times.get()), default=None)


# Any: rows of different models, each with its time
def _activity() -> list[tuple[QuerySet[Any], str]]:
    own = {"enrollment": OuterRef("pk")}
    answers = Answer.objects.filter(attempt__enrollment=OuterRef("pk"))
    return [
        (Reading.objects.filter(**own), "updated_at"),
        (Tick.objects.filter(**own), "created_at"),
        (Attempt.objects.filter(**own), "started_at"),
        (answers, "saved_at"),
        (Submission.objects.filter(**own), "receipt__received_at"),
        (Receipt.objects.filter(by=OuterRef("user"), repository__course=OuterRef("course")), "received_at"),
        (LocalReport.objects.filter(**own), "received_at"),
        (Attendance.objects.filter(**own), "joined_at"),
        (Attendance.objects.filter(**own, is_present=True), "meeting__starts_at"),
        (MeetingSignal.objects.filter(**own), "sent_at"),
    ]


# Any: as above
def _newest(rows: QuerySet[Any], at: str) -> QuerySet[Any]:
    # one row for each learner: grouped by nothing, MAX reads an index or the learner's own rows
    alone = rows.order_by().annotate(everything=F("pk") - F("pk")).values("everything")
    newest: QuerySet[Any] = alone.annotate(newest=Max(at)).values("newest")
    return newest


def held_meetings(cohort: Cohort, now: datetime) -> list[tuple[Meeting, set[int], set[int]]]:
    """Return the newest meetings with attendance, each with who was present, and for whom it is unknown.

    Somebody who followed the link to join, and whom staff have marked neither way, is unknown.
    """
    taken = Attendance.objects.filter(meeting=OuterRef("pk"), is_present__isnull=False)
    rows = Meeting.objects.planned().filter(Exists(taken), cohort=cohort, starts_at__lt=now)
    rows = rows.select_related("session").only("starts_at", "minutes", "session__title")
    meetings = [each for each in rows.order_by("-starts_at")[: MAX_HELD + 1] if each.ends_at <= now]
    present: dict[int, set[int]] = defaultdict(set)
    unknown: dict[int, set[int]] = defaultdict(set)
    if len(meetings) >= MIN_MISSED:
        known = Attendance.objects.filter(meeting__in=[each.pk for each in meetings])
        known = known.exclude(is_present=False).order_by()
        for meeting, learner, is_present in known.values_list("meeting", "enrollment", "is_present"):
            (present if is_present else unknown)[meeting].add(learner)
    return [(each, present[each.pk], unknown[each.pk]) for each in meetings]


def attendance_of(
    learner: int, joined_at: datetime, meetings: Iterable[tuple[Meeting, set[int], set[int]]]
) -> list[Held]:
    found = []
    for meeting, present, unknown in meetings:
        is_unknown = learner in unknown or meeting.starts_at < joined_at
        is_present = learner in present or (None if is_unknown else False)
        found.append(Held(meeting.session.title, meeting.starts_at, is_present))
    return found


def class_period(cohort: Cohort) -> tuple[datetime, datetime] | None:
    """Return the start of the first meeting and of the last one, None if the cohort has none."""
    starts = Meeting.objects.planned().filter(cohort=cohort).order_by("starts_at")
    times = list(starts.values_list("starts_at", flat=True))
    return (times[0], times[-1]) if times else None


def marks_of(cohort: Cohort) -> Marks:
    """Return the marks “handled” and “snoozed” of staff; of each finding, the newest mark of a kind counts."""
    found = Marks()
    rows = StuckMark.objects.filter(enrollment__cohort=cohort, enrollment__is_active=True).order_by("pk")
    rows = rows.exclude(kind=StuckMark.Kind.WRITTEN)
    for person, lab, rule, until, at in rows.values_list("enrollment", "lab", "rule", "until", "created_at"):
        if until is None:
            found.handled[person, lab, rule] = at
        else:
            found.snoozed[person, lab, rule] = until
    return found
