"""Read the record of one learner in a course: nine queries, however many items and learners the course has."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    ExpressionWrapper,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import TruncDate
from django.http import Http404

from labs.deadlines import LabTerms
from labs.grading import counting
from labs.late_points import Terms, days_to_spend
from labs.models import Submission
from labs.release import lab_opening
from lessons.deadline_words import due_note
from lessons.deadlines import deadline_of
from lessons.models import Attempt, Enrollment, Meeting, Reading, Session, Tick
from lessons.models.quiz_times import deadline_parts
from lessons.models.release import Status
from lessons.queries import OpenCourse
from lessons.release import is_open, lesson_opening, quiz_opening, to_key
from portal.progress.item_queries import addresses, lab_due_note, reviews_due, with_review_note
from portal.progress.items import MINUTES_OF_A_FIX, MINUTES_OF_A_LAB, minutes_of_quiz
from portal.progress.record import Entry, Record, SessionRecord
from portal.progress.score_queries import listed_labs, listed_quizzes, read_outcomes, rules_of
from portal.progress.scoring import ATTENDANCE, CHECKLISTS, LABS, QUIZZES, Outcome, Scheme, Scorable

# True if a question or check names a skill.
_TAGGED_QUIZ = ExpressionWrapper(Q(current__source__contains="skill="), BooleanField())
_TAGGED_LAB = ExpressionWrapper(Q(current__source__contains="skills:"), BooleanField())
Ticked = set[tuple[str, int, str]]


class _Reader:
    """Builds the record of a learner; `keys` are the items to tick of each session."""

    def __init__(self, reader: OpenCourse, learner: Enrollment) -> None:
        self.reader, self.learner, self.course = reader, learner, reader.course
        self.sessions: dict[int, SessionRecord] = {}
        self.homes: dict[str, int] = {}
        self.keys: dict[int, Ticked] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.has_skills = self.gives_certificates = False

    def read(self) -> Record:
        # First, because it may count points again.
        self.terms = counting.counted_terms(self.learner) if self.reader.cohort else LabTerms()
        self.outcomes = read_outcomes(self.course, [self.learner], of_sessions=False)[self.learner.pk]
        self._add_lessons()
        self._add_quizzes()
        self._add_labs()
        self._add_meetings()
        days = self._add_activity()
        scheme = Scheme(rules_of(self.course), [*self._scorables(), *self._of_sessions()])
        sessions = list(self.sessions.values())
        record = Record(self.reader, sessions, scheme, self.outcomes, days, has_skills=self.has_skills)
        record.gives_certificates = self.gives_certificates
        return record

    def _add_lessons(self) -> None:
        own = Q(lessons__readings__enrollment=self.learner.pk)
        rows: Any = Session.objects.filter(course=self.course).annotate(
            own=FilteredRelation("lessons__readings", condition=own),
            opens=lesson_opening(self.reader.cohort, "lessons__"),
        )
        columns = ("lessons__pk", "lessons__slug", "lessons__title", "lessons__minutes", "lessons__status")
        more = (
            "lessons__deletion",
            "lessons__checklist",
            "lessons__lab_slugs",
            "lessons__skills",
            "opens",
            "own__read_at",
        )
        rows = rows.order_by("position", "pk", "lessons__position", "lessons__pk")
        page = addresses("lesson", self.course.slug)
        of_session = ("pk", "slug", "title", "prepare", "course__certificate_rule")
        for pk, slug, title, prepare, rule, *lesson in rows.values_list(*of_session, *columns, *more):
            self.gives_certificates = rule is not None
            if pk not in self.sessions:
                self.sessions[pk] = SessionRecord(pk, slug, title)
                self.keys[pk] = {("session", pk, item["key"]) for item in prepare}
            key, name, words, minutes, status, deletion, checklist, labs, skills, opens, read_at = lesson
            if key is None or deletion is not None or status == Status.DRAFT:
                continue
            entry = Entry("lessons", words, page(name), minutes, is_done=read_at is not None)
            self._open(entry, opens)
            self.sessions[pk].lessons.append(entry)
            self.keys[pk] |= {("lesson", key, item) for item, _ in checklist}
            self.has_skills |= bool(skills)
            for lab in labs:
                self.homes.setdefault(lab, pk)

    def _open(self, entry: Entry, opens_at: Any) -> None:
        entry.opens_later = not is_open(opens_at, self.reader.now)
        entry.opens_at = opens_at if entry.opens_later else None

    def _result(self, entry: Entry, evidence: str) -> None:
        if outcome := self.outcomes.get(entry.key):
            entry.has_result, entry.is_done = True, outcome.is_passed
            if outcome.is_changed:  # new work does not replace a score by hand
                entry.best_share = outcome.share
            entry.evidence = evidence if outcome.evidence else ""

    def _add_quizzes(self) -> None:
        cohort = to_key(self.reader.cohort)
        parts = deadline_parts("", cohort, OuterRef("pk"), self.learner.pk)
        zone = self.learner.cohort.time_zone if self.learner.cohort_id else self.course.time_zone
        rows: Any = listed_quizzes(self.course).annotate(
            opens=quiz_opening(self.reader.cohort), time_zone=Value(zone), tagged=_TAGGED_QUIZ, **parts
        )
        columns = ("pk", "slug", "title", "lesson__session", "current__question_count", "current__time_limit")
        rows = rows.order_by("lesson__session__position", "lesson__position", "lesson__pk")
        page = addresses("quiz", self.course.slug)
        more = ("current__bonus", "current__max_points", "tagged")
        for row in rows.values_list(*columns, *more, "opens", "time_zone", *parts, named=True):
            minutes = minutes_of_quiz(row.current__question_count, row.current__time_limit)
            self.has_skills |= row.tagged
            entry = Entry(QUIZZES, row.title, page(row.slug), minutes, f"quiz:{row.pk}")
            entry.bonus, entry.max_points = row.current__bonus, row.current__max_points
            if outcome := self.outcomes.get(entry.key):
                self._result(entry, f"{entry.url}{outcome.evidence}/review/")
            self._open(entry, row.opens)
            deadline = deadline_of(row)
            entry.due, entry.due_at = due_note(deadline, self.course), deadline.at
            entry.is_closed = deadline.refuses_at(self.reader.now)
            self.sessions[row.lesson__session].items.append(entry)

    def _add_labs(self) -> None:
        terms = self.terms
        rows: Any = listed_labs(self.course).annotate(opens=lab_opening(self.reader.cohort))
        rows = rows.annotate(tagged=_TAGGED_LAB).order_by("position", "slug")
        columns = (
            "pk",
            "slug",
            "title",
            "bonus",
            "current__max_points",
            "current__proved",
            "opens",
            "tagged",
            "current__review_works",
        )
        page, result = addresses("lab", self.course.slug), addresses("submission")
        found = list(rows.values_list(*columns))
        reviews = reviews_due(self.reader) if any(row[-1] for row in found) else {}
        for pk, slug, title, bonus, max_points, proved, opens, tagged, _ in found:
            if slug not in self.homes:
                continue
            self.has_skills |= tagged
            entry = Entry(LABS, title, page(slug), MINUTES_OF_A_LAB, f"lab:{pk}", is_ready=proved)
            entry.bonus, entry.max_points = bonus, max_points
            if outcome := self.outcomes.get(entry.key):
                self._result(entry, result(outcome.evidence))
                entry.minutes = MINUTES_OF_A_FIX
            self._open(entry, opens)
            due = lab_due_note(terms.get(pk), self.reader)
            entry.due = with_review_note(due, reviews.get(pk), self.course)
            if term := terms.get(pk):
                entry.due_at = term.deadline.at
                locks_at = term.locks_at(self.course.late_days)
                entry.is_closed = locks_at is not None and locks_at <= self.reader.now
                entry.best_share = min(entry.best_share, self._share_of_push(term))
            self.sessions[self.homes[slug]].items.append(entry)

    def _share_of_push(self, terms: Terms) -> Decimal:
        # With all late days of the course: those that are left would be one more query.
        days = terms.days_late(self.reader.now)
        spent = days_to_spend(terms, days, self.course.late_days)
        return terms.rate(days - spent) / 100

    def _add_meetings(self) -> None:
        if self.reader.cohort is None:
            return
        mine = FilteredRelation("attendance", condition=Q(attendance__enrollment=self.learner.pk))
        rows: Any = Meeting.objects.planned().filter(cohort=self.reader.cohort).annotate(mine=mine)
        columns = ("pk", "session", "starts_at", "minutes", "cohort__slug", "mine__is_present")
        for pk, session, starts_at, minutes, cohort, present in rows.values_list(*columns):
            if part := self.sessions.get(session):
                part.meeting, part.starts_at, part.cohort = pk, starts_at, cohort
                part.ends_at, part.attended = starts_at + timedelta(minutes=minutes), present
                if present is not None:
                    self.outcomes[f"meeting:{pk}"] = Outcome(_share(int(present), 1))

    def _add_activity(self) -> set[date]:
        days = set()
        ticked: Ticked = set()
        for day, session, lesson, key in _activity(self.learner.pk):
            days.add(day)
            if session or lesson:
                ticked.add(("session", session, key) if session else ("lesson", lesson, key))
        for pk, part in self.sessions.items():
            part.to_tick, part.ticked = len(self.keys[pk]), len(self.keys[pk] & ticked)
            if part.ticked:
                self.outcomes[f"checklist:{pk}"] = Outcome(_share(part.ticked, part.to_tick))
        return days

    def _scorables(self) -> Iterator[Scorable]:
        for part in self.sessions.values():
            yield from (Scorable(each.key, each.kind, each.bonus) for each in part.items)

    def _of_sessions(self) -> Iterator[Scorable]:
        for part in self.sessions.values():
            if self.course.attendance_weight and part.meeting:
                yield Scorable(f"meeting:{part.meeting}", ATTENDANCE)
            if self.course.checklist_weight and part.to_tick:
                yield Scorable(f"checklist:{part.key}", CHECKLISTS)


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole


def _activity(learner: int) -> Any:
    # Days on which something was read, ticked, answered or pushed, and what is ticked; one query.
    nothing, no_text = Value(None, output_field=BigIntegerField()), Value("")

    def days(model: Any, column: str) -> Any:
        rows = model.objects.filter(enrollment=learner, **{f"{column}__isnull": False}).order_by()
        return rows.values_list(TruncDate(column), nothing, nothing, no_text)

    ticks = Tick.objects.filter(enrollment=learner).order_by()
    ticks = ticks.values_list(TruncDate("created_at"), "session_id", "lesson_id", "key")
    others = [(Reading, "read_at"), (Reading, "updated_at"), (Attempt, "started_at")]
    others += [(Attempt, "submitted_at"), (Submission, "queued_at")]
    return ticks.union(*(days(*each) for each in others))


def read_record(reader: OpenCourse) -> Record:
    """Return the record of the learner. Raises Http404 for staff, who have none."""
    if reader.enrollment is None:
        raise Http404
    return _Reader(reader, reader.enrollment).read()
