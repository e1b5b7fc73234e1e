"""Remind learners of what is due tomorrow: unfinished work, by their own deadlines with extensions.

Each person is checked twice a day, at hours of their own zone: before any daily email, and in the evening, for
deadlines that moved since.
"""

import logging
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.models import Lab
from labs.peer_review.deadlines import labs_to_review
from labs.release import lab_opening
from lessons.models import Enrollment
from lessons.queries import OpenCourse, open_courses
from lessons.templatetags.times import opening_time
from portal.accounts.models import User
from portal.notices.actions import notify
from portal.progress.calendar.entries import Due, Kind, labs_due, quizzes_due
from portal.progress.item_queries import lab_results, open_quizzes, quiz_results
from portal.progress.items import Result
from portal.progress.models import ReminderTurn

logger = logging.getLogger(__name__)
HOURS = (6, 18)
MAX_PEOPLE = 200  # in one run, which comes every five minutes
DAY = timedelta(days=1)


def remind() -> int:
    """Send the reminders of people whose turn it is. Return the number of people."""
    now = timezone.now()
    learners = User.objects.filter(pk__in=_learners().values("user"), is_active=True)
    turns = dict(ReminderTurn.objects.values_list("user", "looked_at"))
    people = learners.order_by("pk").values_list("pk", "time_zone")
    due = [key for key, zone in people if (at := _last_turn(now, zone)) and at > turns.get(key, at - DAY)][
        :MAX_PEOPLE
    ]
    for user in User.objects.filter(pk__in=due):
        try:
            _remind(user, turns.get(user.pk), now)
        except Exception:  # a fault with one person must not keep the others waiting
            logger.exception("user %s could not be reminded", user.pk)
    return len(due)


def _learners() -> QuerySet[Enrollment]:
    return Enrollment.objects.active().order_by()


def _last_turn(now: datetime, zone: str) -> datetime:
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    hours = [hour for hour in HOURS if hour <= local.hour]
    day = local.date() if hours else local.date() - DAY
    return datetime.combine(day, time(hours[-1] if hours else HOURS[-1]), local.tzinfo)


@transaction.atomic
def _remind(user: User, looked_at: datetime | None, now: datetime) -> None:
    turn, is_new = ReminderTurn.objects.get_or_create(user=user, defaults={"looked_at": now})
    if not is_new and not _take_turn(turn, looked_at, now):  # somebody else took it
        return
    zone = zoneinfo.ZoneInfo(user.time_zone)
    tomorrow = now.astimezone(zone).date() + DAY
    sent = [name for name in turn.sent if name.rpartition("@")[2] >= now.isoformat()]
    with timezone.override(zone):
        for reader, enrollment, due in _due_on(user, tomorrow, zone):
            name = f"{due.kind}-{enrollment.pk}-{due.target}@{due.due_at.isoformat()}"
            if name not in sent:
                kind = "review" if due.kind == Kind.REVIEW else "deadline"
                notify(user=user, kind=kind, text=_words(reader, enrollment, due), link=due.url)
                sent.append(name)
    ReminderTurn.objects.filter(pk=turn.pk).update(sent=sent)


def _take_turn(turn: ReminderTurn, looked_at: datetime | None, now: datetime) -> bool:
    if looked_at is None:
        return False
    return bool(ReminderTurn.objects.filter(pk=turn.pk, looked_at=looked_at).update(looked_at=now))


def _words(reader: OpenCourse, enrollment: Enrollment, due: Due) -> str:
    return (
        f"Due tomorrow: {due.title} ({reader.course.title}), {opening_time(due.due_at, enrollment.cohort)}."
    )


def _due_on(user: User, day: date, zone: zoneinfo.ZoneInfo) -> Iterator[tuple[OpenCourse, Enrollment, Due]]:
    for reader in open_courses(user):
        if (enrollment := reader.enrollment) and not enrollment.cohort.is_over:
            dues = [*quizzes_due(reader), *labs_due(reader, enrollment)]
            coming = [due for due in dues if due.due_at.astimezone(zone).date() == day]
            done = _done_or_closed(reader, enrollment, coming)
            yield from ((reader, enrollment, due) for due in coming if (due.kind, due.target) not in done)


def _done_or_closed(reader: OpenCourse, enrollment: Enrollment, dues: list[Due]) -> set[tuple[Kind, int]]:
    # what the learner has passed or waits for, and what is not open to them yet
    quizzes = {due.target for due in dues if due.kind == Kind.QUIZ}
    labs = {due.target for due in dues if due.kind == Kind.LAB}
    found: set[tuple[Kind, int]] = set()
    if quizzes:
        results = quiz_results(enrollment, reader.course)
        todo = set(open_quizzes(reader).filter(pk__in=quizzes).order_by().values_list("pk", flat=True))
        found |= {(Kind.QUIZ, key) for key in quizzes if key not in todo or _is_done(results.get(key))}
    if labs:
        results = lab_results(enrollment)
        opening = Lab.objects.filter(pk__in=labs).annotate(opens_at=lab_opening(reader.cohort))
        opens = dict(opening.order_by().values_list("pk", "opens_at"))
        closed = {key for key in labs if not reader.has_opened(opens.get(key))}
        found |= {(Kind.LAB, key) for key in labs if key in closed or _is_done(results.get(key))}
    reviews = {due.target for due in dues if due.kind == Kind.REVIEW}
    if reviews:
        found |= {(Kind.REVIEW, key) for key in reviews - labs_to_review(enrollment)}
    return found


def _is_done(result: Result | None) -> bool:
    return result is not None and result.state("todo") in ("done", "wait")
