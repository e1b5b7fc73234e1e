"""Learners' progress, computed from readings, attempts and submissions.

The number of queries is fixed. Home and progress read totals for each session and only what the learner has
tried; the database counts the course's lessons and quizzes.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.lookups import GreaterThan, IsNull, LessThanOrEqual
from django.utils import timezone

from lessons.attempt_times import deadlines_in
from lessons.lesson_queries import opening_of
from lessons.models import Enrollment, Lesson, Meeting, Reading, Session, Tick
from lessons.models.release import Release, Status
from lessons.queries import OpenCourse
from lessons.release import lesson_opening, quiz_opening
from portal.progress.certificates.offers import offer_certificate
from portal.progress.item_queries import (
    addresses,
    known_quizzes,
    lab_items,
    open_quizzes,
    quiz_items,
    quiz_results,
    timed,
)
from portal.progress.items import MAX_DUE, Item, Result, lesson_item, most_urgent
from portal.progress.outline import LessonRow, Outline, OutlineSession
from portal.progress.score_queries import score_learner
from portal.progress.scoring import Scores
from portal.progress.set_up import read_checklist, read_steps
from portal.progress.standing import SessionStanding, Standing

WAITS_FOR: dict[str, str] = {Release.START: "At the meeting", Release.END: "After the meeting"}
MAX_MEETING = timedelta(minutes=32_767)  # the maximum of the column
MAX_COMING = 40  # meetings that are read for the next one and for changes of clocks


# --- home and progress ----------------------------------------------------------------------------------------------


def course_standing(reader: OpenCourse) -> Standing:
    """Return the course totals for one learner (or visitor), and what comes next."""
    sessions = _sessions_in_numbers(reader)
    places = {key: place for place, key in enumerate(sessions)}
    standing = Standing(reader, list(sessions.values()))
    labs = lab_items(reader)
    for key, lab in labs:
        sessions[key].add_lab(lab)
    if reader.enrollment is None:
        standing.take_scores(_score(standing))
        return standing
    results = quiz_results(reader.enrollment, reader.course)
    _add_own(reader, reader.enrollment, sessions, results)
    standing.take_scores(_score(standing))
    standing.certificate = offer_certificate(reader, reader.enrollment, is_passed=standing.is_passed)
    _add_meetings(standing, reader.enrollment, reader.now)
    if reader.enrollment.cohort.is_over:  # what is not done is not accepted any more
        return standing
    last = places.get(standing.next_meeting.session_id) if standing.next_meeting else None
    due = _due_lessons(reader, places, standing) + _due_quizzes(reader, places, results, last)
    due += [(places[key], lab) for key, lab in labs if lab.is_due]
    if standing.to_prepare and standing.to_prepare.is_due and not standing.set_up:  # which has it
        due.append((last or 0, standing.to_prepare))
    standing.due = most_urgent(each for each in due if last is None or each[0] <= last)
    return standing


def _score(standing: Standing) -> Scores:
    items = [item for part in standing.sessions for item in part.scorables]
    return score_learner(standing.course, standing.reader.enrollment, items)


def _sessions_in_numbers(reader: OpenCourse) -> dict[int, SessionStanding]:
    quiz_opens = quiz_opening(reader.cohort, "lessons__quiz__", "lessons__")
    present = Q(lessons__deletion__isnull=True)
    has_quiz = present & Q(lessons__quiz__current__isnull=False)
    seen, asked, later = present, has_quiz, Q(pk__isnull=True)
    if not reader.is_staff:
        seen = Q(LessThanOrEqual(lesson_opening(reader.cohort, "lessons__"), reader.now))
        asked = has_quiz & Q(LessThanOrEqual(quiz_opens, reader.now))
        drafts = Q(lessons__status=Status.DRAFT) | Q(lessons__quiz__status=Status.DRAFT)
        later = has_quiz & ~drafts & (Q(GreaterThan(quiz_opens, reader.now)) | Q(IsNull(quiz_opens, True)))
    earning = Q(lessons__quiz__current__bonus=0, lessons__quiz__current__max_points__gt=0)
    rows = Session.objects.filter(course=reader.course).values("pk", "slug", "title")
    counted = rows.order_by("position", "pk").annotate(
        lesson_count=Count("lessons", filter=seen),
        quiz_count=Count("lessons__quiz", filter=asked),
        counted=Count("lessons__quiz", filter=(asked | later) & earning),
    )
    return {
        row["pk"]: SessionStanding(
            *(row["pk"], row["slug"], row["title"]),
            lessons=row["lesson_count"],
            quizzes=row["quiz_count"],
            counted_quizzes=row["counted"],
        )
        for row in counted
    }


def _add_own(
    reader: OpenCourse,
    enrollment: Enrollment,
    sessions: dict[int, SessionStanding],
    results: dict[int, Result],
) -> None:
    read = Reading.objects.filter(enrollment=enrollment, lesson__in=reader.open_lessons().order_by())
    counted = read.values("lesson__session").annotate(begun=Count("pk"), read=Count("read_at"))
    for key, begun, done in counted.values_list("lesson__session", "begun", "read"):
        sessions[key].lessons_begun, sessions[key].lessons_read = begun, done
    tried = open_quizzes(reader).filter(pk__in=list(results))
    for _, key, item in quiz_items(reader, tried, results):
        sessions[key].taken.append(item)


def _due_lessons(reader: OpenCourse, places: dict[int, int], standing: Standing) -> list[tuple[int, Item]]:
    # Unread lessons: those in progress, latest first, then the others in order. The first is the one to resume.
    own = FilteredRelation("readings", condition=Q(readings__enrollment=reader.enrollment))
    order = (F("own__updated_at").desc(nulls_last=True), "session__position", "position", "pk")
    lessons = reader.open_lessons().annotate(own=own)
    # Not by `own`: PostgreSQL would estimate one remaining lesson and scan all sessions for each.
    read = Reading.objects.filter(enrollment=reader.enrollment, lesson=OuterRef("pk"), read_at__isnull=False)
    unread = lessons.exclude(Exists(read)).order_by(*order)
    # Keys first, then columns: sorting 300 lessons with all displayed columns takes longer.
    shown = lessons.filter(pk__in=list(unread.values_list("pk", flat=True)[:MAX_DUE])).order_by(*order)
    page = addresses("lesson", reader.course.slug)
    fields = ("slug", "title", "minutes", "session", "own", "own__heading", "contents")
    found: list[tuple[int, Item]] = []
    for slug, title, minutes, session, begun, heading, contents in shown.values_list(*fields):
        item = lesson_item(title, page(slug), minutes, begun=begun is not None, read=False)
        if not found:
            title = next((each[2] for each in contents if each[1] == heading), "")
            standing.resume, standing.heading = item, title
            standing.resume_session = standing.sessions[places[session]]
            standing.resume_url = f"{item.url}#{heading}" if title else item.url
            standing.minutes_left = _minutes_left(minutes, heading, contents)
        found.append((places[session], item))
    return found


# Any: JSON
def _minutes_left(minutes: int, heading: str, contents: list[Any]) -> int:
    # About: as if the parts of a lesson had the same length.
    place = next((number for number, each in enumerate(contents) if each[1] == heading), 0)
    return max(1, ceil(minutes * (len(contents) - place) / max(1, len(contents))))


def _due_quizzes(
    reader: OpenCourse, places: dict[int, int], results: dict[int, Result], last: int | None
) -> list[tuple[int, Item]]:
    by_state: dict[str, list[int]] = defaultdict(list)
    for pk, result in results.items():
        by_state[result.state("part")].append(pk)
    urgency = Case(
        When(pk__in=by_state["bad"], then=Value(0)),
        When(pk__in=by_state["part"], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    deadlines = deadlines_in(reader.course, reader.cohort, reader.learner)
    closed = [pk for pk, each in deadlines.items() if each.refuses_at(reader.now)]
    waiting = open_quizzes(reader).exclude(pk__in=[*by_state["done"], *by_state["wait"], *closed])
    if last is not None:
        waiting = waiting.filter(lesson__session__in=[key for key, place in places.items() if place <= last])
    waiting = waiting.order_by(urgency, *waiting.query.order_by)[:MAX_DUE]
    items = quiz_items(reader, waiting, results, deadlines)
    return [(places[session], item) for _, session, item in items]


def _add_meetings(standing: Standing, enrollment: Enrollment, now: datetime) -> None:
    # Those that are not over, so perhaps the current one.
    met = Meeting.objects.planned().filter(cohort=OuterRef("cohort"), starts_at__lte=now)
    ahead: Any = Meeting.objects.filter(cohort=enrollment.cohort_id, starts_at__gt=now - MAX_MEETING)
    ahead = ahead.annotate(has_met=Exists(met))
    rows = ahead.select_related("cohort", "session").order_by("starts_at").iterator(chunk_size=MAX_COMING)
    coming = list(islice((meeting for meeting in rows if meeting.ends_at > now), MAX_COMING))
    for meeting in coming:
        meeting.cohort.course = standing.course
    standing.coming = [meeting for meeting in coming if not meeting.is_cancelled]
    first: Any = standing.next_meeting  # Any: annotated
    if first:
        standing.to_prepare = read_checklist(first.session, enrollment)
        if not first.has_met and enrollment.pk:  # staff who view the page as a learner have none
            standing.set_up = read_steps(standing, enrollment)
    standing.cancelled = [
        each for each in coming if each.is_cancelled and (first is None or each.starts_at <= first.starts_at)
    ]


# --- the outline ----------------------------------------------------------------------------------------------------


def course_outline(reader: OpenCourse) -> Outline:
    """Return every session with its lessons, quizzes and labs, and the learner's progress in each."""
    rows = Session.objects.filter(course=reader.course).defer("prepare", "loaded_digest")
    sessions = {session.pk: OutlineSession(session) for session in rows}
    lessons = _lesson_rows(reader, sessions)
    results = quiz_results(reader.enrollment, reader.course) if reader.enrollment else {}
    deadlines = deadlines_in(reader.course, reader.cohort, reader.learner)
    for lesson, _, quiz in quiz_items(reader, known_quizzes(reader), results, deadlines):
        lessons[lesson].quiz = quiz
    for key, lab in lab_items(reader):
        sessions[key].labs.append(lab)
    if reader.enrollment:
        _add_dates(reader.enrollment, sessions)
    outline = Outline(reader, list(sessions.values()))
    outline.take_scores(score_learner(reader.course, reader.enrollment, outline.scorables))
    outline.mark_next()
    return outline


def _lesson_rows(reader: OpenCourse, sessions: dict[int, OutlineSession]) -> dict[int, LessonRow]:
    readings: dict[int, Any] = {}
    if reader.enrollment:
        own = Reading.objects.filter(enrollment=reader.enrollment)
        readings = {
            lesson: at for lesson, *at in own.values_list("lesson", "read_at", "updated_at", "heading")
        }
    page = addresses("lesson", reader.course.slug)
    fields = ("session", "slug", "title", "summary", "minutes", "status", "publish_at", "public", "release")
    lessons = {}
    for row in reader.lessons().only(*fields):
        read_at, touched_at, heading = readings.get(row.pk, (None, None, ""))
        is_begun, is_read = touched_at is not None, read_at is not None
        item = lesson_item(row.title, page(row.slug), row.minutes, begun=is_begun, read=is_read)
        timed(reader, item, opening_of(row))
        is_open = not item.opens_later and (reader.is_member or row.public)
        lessons[row.pk] = LessonRow(
            item, row.summary, row.minutes, is_open, touched_at=touched_at, heading=heading
        )
        if reader.is_staff:
            lessons[row.pk].waits = row.waiting_word(reader.now) or _rule(
                row, sessions[row.session_id].session
            )
            lessons[row.pk].until = row.publish_at if row.status == Status.SCHEDULED else None
        sessions[row.session_id].lessons.append(lessons[row.pk])
    return lessons


def _rule(lesson: Lesson, session: Session) -> str:
    return WAITS_FOR.get("" if lesson.public else lesson.release or session.release, "")


def _add_dates(enrollment: Enrollment, sessions: dict[int, OutlineSession]) -> None:
    for meeting in Meeting.objects.filter(cohort=enrollment.cohort_id).select_related("cohort", "session"):
        if meeting.session_id in sessions:
            sessions[meeting.session_id].meeting = meeting
    ticks = Tick.objects.filter(enrollment=enrollment, session__isnull=False)
    for pk, key in ticks.values_list("session", "key"):
        if pk in sessions:
            sessions[pk].ticked.add(key)


def upcoming_start() -> Meeting | None:
    """Return the first meeting of the open cohort that starts next."""
    planned = Meeting.objects.planned()
    earlier = planned.filter(cohort=OuterRef("cohort"), starts_at__lt=OuterRef("starts_at"))
    ahead = planned.filter(cohort__open=True, cohort__course__deletion=None, starts_at__gt=timezone.now())
    ahead = ahead.exclude(Exists(earlier))
    return ahead.select_related("cohort__course").order_by("starts_at").first()


def public_lessons() -> list[Lesson]:
    """Return the first public lesson of each course that has one."""
    lessons = Lesson.objects.alias(opens_at=lesson_opening(None)).filter(opens_at__lte=timezone.now())
    lessons = lessons.filter(public=True).in_order().select_related("course")
    first: dict[int, Lesson] = {}
    for lesson in lessons.only("slug", "title", "minutes", "course__slug", "course__title"):
        first.setdefault(lesson.course_id, lesson)
    return list(first.values())
