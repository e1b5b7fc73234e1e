"""Read queries of quizzes and labs as items, with what one learner has tried. The number of queries is fixed."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from labs.grading import counting
from labs.late_points import Terms
from labs.models import RUNNING, Lab, State, Submission
from labs.peer_review.deadlines import ReviewDue, dues_for
from labs.release import lab_opening
from labs.reports.late_words import explain_lock
from lessons.deadline_words import due_note
from lessons.deadlines import NO_DEADLINE, Deadline
from lessons.models import Attempt, Course, Enrollment, Quiz
from lessons.models.release import Status
from lessons.queries import OpenCourse
from lessons.release import quiz_opening
from lessons.templatetags.times import opening_brief
from portal.progress.items import NOTHING, Item, Result, lab_item, minutes_of_quiz, quiz_item


def addresses(name: str, *args: str) -> Callable[[str], str]:
    # Takes the last argument later: `reverse` is too slow to call for hundreds of slugs.
    before, after = reverse(name, args=[*args, "0-0"]).rsplit("0-0", 1)
    return lambda last: f"{before}{last}{after}"


# --- one learner's tries --------------------------------------------------------------------------------------------


def quiz_results(enrollment: Enrollment, course: Course) -> dict[int, Result]:
    # By quiz key; two queries over the learner's own attempts.
    own = Attempt.objects.filter(enrollment=enrollment).order_by()
    results: dict[int, Result] = defaultdict(Result)
    totals = ("points", "worth", "passed", "waiting_points")
    best = own.best().values_list("quiz", "quiz__slug", "number", *totals)
    for quiz, slug, number, points, out_of, passed, waiting in best:
        page = reverse("attempt_review", args=[course.slug, slug, number])
        results[quiz] = Result(points or NOTHING, out_of, passed, evidence=page, waiting=waiting)
    for quiz in own.open().values_list("quiz", flat=True):
        results[quiz].under_way = True
    return results


def lab_results(enrollment: Enrollment) -> dict[int, Result]:
    # By lab key; two queries over the learner's own submissions, one row per lab from each.
    own = Submission.objects.of_learners([enrollment.pk]).order_by()
    results: dict[int, Result] = defaultdict(Result)
    page = addresses("submission")
    best: Any = own.best()
    best = best.values_list("lab", "points", "max_points", "passed", "public_id", "rubric_waiting")
    for lab, points, out_of, passed, public_id, waiting in best:
        results[lab] = Result(points, out_of, passed, evidence=page(public_id), waiting=waiting)
    # The newest submission's number is the count, so one row per lab is enough.
    newest = own.filter(lab=OuterRef("pk")).order_by("-number").values("number")[:1]
    # Not a subquery per lab: under load, PostgreSQL would scan the whole queue for each.
    waiting = Q(pk__in=own.filter(state__in=(State.QUEUED, *RUNNING)).order_by().values("lab"))
    labs = Lab.objects.filter(course=enrollment.course_id).order_by()
    counted = labs.annotate(tries=Subquery(newest), waiting=waiting)
    for lab, tries, waits in counted.values_list("pk", "tries", "waiting"):
        if tries:
            results[lab].tries, results[lab].under_way = tries, waits
    return results


def lab_items(reader: OpenCourse) -> list[tuple[int, Item]]:
    """Return the labs that count, in order, each with the session key of the first lesson that names it."""
    homes: dict[str, int] = {}
    naming = reader.lessons().exclude(lab_slugs=[])
    for session, slugs in naming.values_list("session", "lab_slugs"):
        for slug in slugs:
            homes.setdefault(slug, session)
    due = (
        counting.counted_terms(reader.enrollment) if reader.enrollment else {}
    )  # first: it may count points again
    results = lab_results(reader.enrollment) if reader.enrollment else {}
    page = addresses("lab", reader.course.slug)
    labs = Lab.objects.filter(course=reader.course).counted().annotate(opens_at=lab_opening(reader.cohort))
    columns = ("pk", "slug", "title", "current__max_points", "current__proved", "bonus", "opens_at")
    rows = list(labs.values_list(*columns, "current__review_works"))
    reviews = reviews_due(reader) if any(row[-1] for row in rows) else {}
    found = []
    for pk, slug, title, points, proved, bonus, opens_at, _ in rows:
        if slug in homes:
            item = lab_item(title, page(slug), points, results.get(pk, Result()), is_ready=proved)
            item.due, item.key, item.bonus = lab_due_note(due.get(pk), reader), f"lab:{pk}", bonus
            item.due = with_review_note(item.due, reviews.get(pk), reader.course)
            found.append((homes[slug], timed(reader, item, opens_at)))
    return found


def lab_due_note(terms: Terms | None, reader: OpenCourse) -> str:
    """Return the deadline of a lab, or since when it is locked, late days included."""
    if terms is None:
        return ""
    locked = explain_lock(terms, reader.now, reader.course, reader.course.late_days)
    return due_note(terms.deadline, reader.course, locked)


def reviews_due(reader: OpenCourse) -> dict[int, ReviewDue]:
    """Return the deadlines of a learner's peer reviews, by lab."""
    learner = reader.enrollment
    return dues_for(learner) if learner and learner.cohort_id else {}


def with_review_note(due: str, review: ReviewDue | None, course: Course) -> str:
    """Add the deadline of the reviews to that of a lab."""
    if review is None or review.at is None or not review.is_open:
        return due
    return ". ".join(filter(None, [due, f"Reviews until {opening_brief(review.at, course)}"]))


def timed(reader: OpenCourse, item: Item, opens_at: datetime | None) -> Item:
    # Nothing is asked of a learner before it opens; a visitor sees the whole syllabus.
    item.opens_later = not reader.has_opened(opens_at)
    item.opens_at = opens_at if item.opens_later else None
    return item


def known_quizzes(reader: OpenCourse) -> QuerySet[Quiz]:
    of_course = Q(lesson__course=reader.course, lesson__session__course=reader.course)
    quizzes = Quiz.objects.filter(of_course, course=reader.course, current__isnull=False)
    quizzes = quizzes.annotate(opens_at=quiz_opening(reader.cohort))
    if not reader.is_staff:
        quizzes = quizzes.exclude(lesson__status=Status.DRAFT).exclude(status=Status.DRAFT)
    return quizzes.order_by("lesson__session__position", "lesson__position", "lesson__pk")


def open_quizzes(reader: OpenCourse) -> QuerySet[Quiz]:
    quizzes = known_quizzes(reader)
    return quizzes if reader.is_staff else quizzes.filter(Q(opens_at__lte=reader.now))


def quiz_items(
    reader: OpenCourse,
    quizzes: QuerySet[Quiz],
    results: dict[int, Result],
    deadlines: Mapping[int, Deadline] = {},
) -> list[tuple[int, int, Item]]:
    # Tuples of lesson key, session key and item.
    page = addresses("quiz", reader.course.slug)
    fields = ("pk", "lesson", "lesson__session", "slug", "title", "current__question_count")
    rows = quizzes.values_list(
        *(
            *fields,
            "current__max_points",
            "current__counts",
            "current__bonus",
            "current__time_limit",
            "opens_at",
        )
    )
    found = []
    for pk, lesson, session, slug, title, questions, points, counts, bonus, limit, opens_at in rows:
        item = quiz_item(title, page(slug), questions, points, counts, results.get(pk) or Result())
        item.due = due_note(deadlines.get(pk, NO_DEADLINE), reader.course)
        item.key, item.bonus, item.minutes = f"quiz:{pk}", bonus, minutes_of_quiz(questions, limit or 0)
        found.append((lesson, session, timed(reader, item, opens_at)))
    return found
