"""Read the facts from which points are computed. The number of queries is fixed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, QuerySet, Value

from labs.models import Lab, Submission
from lessons.models import Attempt, Attendance, Course, Enrollment, Lesson, Meeting, Quiz, Session, Tick
from lessons.models.release import Status
from portal.progress.models import ExternalMark, Override
from portal.progress.scoring import (
    ATTENDANCE,
    CHECKLISTS,
    LABS,
    NOTHING,
    QUIZZES,
    Outcome,
    Rules,
    Scheme,
    Scorable,
    Scores,
)

MAX_NAMED = 500  # learners that a query names; above that it reads the whole course

Outcomes = dict[int, dict[str, Outcome]]  # by enrollment, then by item


def score_enrollments(
    course: Course, enrollments: Iterable[Enrollment], *, with_held: bool = False
) -> dict[int, Scores]:
    """Return the scores of each learner of the course, by the key of the enrollment.

    Scores that are held back from learners count only `with_held`, for staff.
    """
    learners = list(enrollments)
    return score_outcomes(course, learners, read_outcomes(course, learners, with_held=with_held))


def total_enrollments(course: Course, enrollments: Iterable[Enrollment]) -> dict[int, Decimal]:
    """Return the points of 100 of many learners, including scores held back; faster than reading their scores."""
    learners = list(enrollments)
    outcomes, schemes = read_outcomes(course, learners, with_held=True), _schemes(course, learners)
    return {each.pk: schemes[each.cohort_id].total(outcomes[each.pk]) for each in learners}


def score_outcomes(course: Course, learners: Collection[Enrollment], outcomes: Outcomes) -> dict[int, Scores]:
    """Do the same for results that the caller has read."""
    schemes = _schemes(course, learners)
    return {each.pk: schemes[each.cohort_id].score(outcomes.get(each.pk, {})) for each in learners}


def _schemes(course: Course, learners: Collection[Enrollment]) -> dict[int, Scheme]:
    quizzes, labs = scorable_quizzes(course), scorable_labs(course)
    meetings = scorable_meetings(course, {each.cohort_id for each in learners})
    common = [*quizzes, *labs, *scorable_checklists(course)]
    return {
        cohort: Scheme(rules_of(course), [*common, *meetings.get(cohort, ())])
        for cohort in {each.cohort_id for each in learners}
    }


def score_learner(course: Course, learner: Enrollment | None, items: Iterable[Scorable]) -> Scores:
    """Return the scores of a learner, or of nobody, from quizzes and labs that the caller has read."""
    if learner is None:
        return Scheme(rules_of(course), items).score({})
    meetings = scorable_meetings(course, [learner.cohort_id])[learner.cohort_id] if learner.cohort_id else []
    scheme = Scheme(rules_of(course), [*items, *meetings, *scorable_checklists(course)])
    return scheme.score(read_outcomes(course, [learner])[learner.pk])


def rules_of(course: Course) -> Rules:
    weights = {
        LABS: course.lab_weight,
        QUIZZES: course.quiz_weight,
        ATTENDANCE: course.attendance_weight,
        CHECKLISTS: course.checklist_weight,
    }
    drops = {LABS: course.dropped_labs, QUIZZES: course.dropped_quizzes}
    return Rules(weights, drops, course.pass_mark)


# --- the items of a course -------------------------------------------------------------------------------------------


def listed_quizzes(course: Course) -> QuerySet[Quiz]:
    """Return the quizzes that learners see listed, open or not."""
    quizzes = Quiz.objects.filter(course=course, current__max_points__gt=0)
    listed = quizzes.exclude(status=Status.DRAFT).exclude(lesson__status=Status.DRAFT)
    return listed.filter(lesson__deletion=None, lesson__session__deletion=None).order_by()


def listed_labs(course: Course) -> QuerySet[Lab]:
    """Return the labs that count; of these, learners find those that a lesson names."""
    labs: QuerySet[Lab] = Lab.objects.filter(course=course, current__max_points__gt=0).counted()
    return labs.order_by()


def scorable_quizzes(course: Course) -> list[Scorable]:
    rows = listed_quizzes(course)
    return [Scorable(f"quiz:{pk}", QUIZZES, bonus) for pk, bonus in rows.values_list("pk", "current__bonus")]


def scorable_labs(course: Course) -> list[Scorable]:
    lessons = Lesson.objects.filter(course=course, session__deletion=None).listed().exclude(lab_slugs=[])
    named = {slug for slugs in lessons.order_by().values_list("lab_slugs", flat=True) for slug in slugs}
    rows = listed_labs(course).values_list("pk", "slug", "bonus")
    return [Scorable(f"lab:{pk}", LABS, bonus) for pk, slug, bonus in rows if slug in named]


def scorable_meetings(course: Course, cohorts: Collection[int]) -> dict[int, list[Scorable]]:
    """Return the meetings of each cohort that are not cancelled; none if attendance has no weight."""
    found: dict[int, list[Scorable]] = defaultdict(list)
    if not course.attendance_weight:
        return found
    rows = Meeting.objects.planned().filter(cohort__in=cohorts).order_by()
    for pk, cohort in rows.values_list("pk", "cohort"):
        found[cohort].append(Scorable(f"meeting:{pk}", ATTENDANCE))
    return found


def scorable_checklists(course: Course) -> list[Scorable]:
    """Return the sessions that have something to tick; none if checklists have no weight."""
    if not course.checklist_weight:
        return []
    return [
        Scorable(f"checklist:{session}", CHECKLISTS) for session, keys in checklists(course).items() if keys
    ]


def checklists(course: Course) -> dict[int, set[tuple[str, int, str]]]:
    """Return the items to tick of each session: its own, and those of the lessons that learners see listed."""
    found: dict[int, set[tuple[str, int, str]]] = {}
    for pk, prepare in Session.objects.filter(course=course).order_by().values_list("pk", "prepare"):
        found[pk] = {("session", pk, item["key"]) for item in prepare}
    lessons = Lesson.objects.filter(course=course, session__deletion=None).listed().exclude(checklist=[])
    for pk, session, checklist in lessons.order_by().values_list("pk", "session", "checklist"):
        found[session] |= {("lesson", pk, key) for key, _ in checklist}
    return found


# --- the results of learners -----------------------------------------------------------------------------------------


def read_outcomes(
    course: Course,
    learners: Collection[Enrollment],
    *,
    with_held: bool = False,
    of_sessions: bool = True,
) -> Outcomes:
    """Return the results of learners by the key of the item, in a fixed number of queries.

    Without `of_sessions`, attendance and checklists are left out: the caller has their rows.
    """
    found: Outcomes = {each.pk: {} for each in learners}
    _add_attempts(course, found, Attempt.objects.all())
    _add_submissions(course, found, Submission.objects.all())
    _add_overrides(course, found, with_held=with_held)
    if of_sessions and course.attendance_weight:
        _add_attendance(course, found)
    if of_sessions and course.checklist_weight:
        _add_ticks(course, found)
    return found


def read_shares(course: Course, learners: Collection[int], kind: str, key: int) -> dict[int, Decimal]:
    """Return the shares that learners reached in one quiz or lab, including scores held back, by enrollment."""
    found: Outcomes = {each: {} for each in learners}
    if kind == "quiz":
        _add_attempts(course, found, Attempt.objects.filter(quiz=key))
    else:
        _add_submissions(course, found, Submission.objects.filter(lab=key))
    _add_overrides(course, found, with_held=True)
    return {each: own[f"{kind}:{key}"].share for each, own in found.items() if f"{kind}:{key}" in own}


# Any: rows with an enrollment and a course
def _of_learners(rows: QuerySet[Any], course: Course, found: Outcomes) -> QuerySet[Any]:
    # Not both: SQLite would read the rows of the whole course for one learner.
    if len(found) <= MAX_NAMED:
        return rows.filter(enrollment__in=list(found)).order_by()
    return rows.filter(course=course).order_by()


def _add_attempts(course: Course, found: Outcomes, attempts: QuerySet[Attempt]) -> None:
    rows: Any = _of_learners(attempts, course, found)
    best = rows.best().values_list(
        "enrollment", "quiz", "points", "worth", "waiting_points", "passed", "number"
    )
    for learner, quiz, points, worth, waiting, passed, number in best.iterator():
        if learner in found and worth:
            outcome = Outcome((points or NOTHING) / worth, waiting / worth, passed, str(number))
            found[learner][f"quiz:{quiz}"] = outcome


def _add_submissions(course: Course, found: Outcomes, submissions: QuerySet[Submission]) -> None:
    # A team's result is that of each member. Not both filters, as in `_of_learners`.
    chosen: Any = submissions
    named = len(found) <= MAX_NAMED
    rows = chosen.of_learners(list(found)) if named else chosen.filter(course=course).by_learner()
    best = rows.best().values_list(
        "learner", "lab", "points", "max_points", "rubric_waiting", "passed", "public_id"
    )
    for learner, lab, points, max_points, waiting, passed, public_id in best.iterator():
        if learner in found and max_points:
            outcome = Outcome(points / max_points, waiting / max_points, bool(passed), public_id)
            found[learner][f"lab:{lab}"] = outcome


_PASS_MARKS = ("quiz__current__pass_mark", "lab__current__pass_mark")  # in percent
BY_HAND, EXTERNAL = "by hand", "external"  # say that a learner has such scores; no item has these keys


def _add_overrides(course: Course, found: Outcomes, *, with_held: bool) -> None:
    # A score that staff gave replaces the graded one, and nothing of it waits for marking.
    which = {"is_current": True} if with_held else {"is_public": True}
    columns = ("enrollment", "quiz", "lab", "points", "out_of", *_PASS_MARKS)
    rows: Any = _of_learners(Override.objects.filter(**which, points__isnull=False), course, found)
    rows = rows.values_list(*columns)
    if len(found) == 1:  # in the same query, so that the page of a learner needs no other if there are none
        none = Value(None, output_field=BigIntegerField())
        marks = ExternalMark.objects.filter(enrollment__in=list(found)).order_by()
        marks = marks.values_list("enrollment", none, none, "points", "out_of", none, none)
        rows = rows.union(marks, all=True)
    for learner, quiz, lab, points, out_of, mark_of_quiz, mark_of_lab in rows:
        if learner not in found:
            continue
        found[learner][BY_HAND if quiz or lab else EXTERNAL] = Outcome(NOTHING)
        if (quiz or lab) and out_of:
            key = f"quiz:{quiz}" if quiz else f"lab:{lab}"
            evidence = found[learner][key].evidence if key in found[learner] else ""
            pass_mark = mark_of_quiz if quiz else mark_of_lab
            passed = pass_mark is not None and points * 100 >= pass_mark * out_of
            changed = Outcome(points / out_of, is_passed=passed, evidence=evidence, is_changed=True)
            found[learner][key] = changed


def _add_attendance(course: Course, found: Outcomes) -> None:
    rows = _of_learners(Attendance.objects.filter(is_present__isnull=False), course, found)
    for learner, meeting, is_present in rows.values_list("enrollment", "meeting", "is_present").iterator():
        if learner in found:
            found[learner][f"meeting:{meeting}"] = Outcome(Decimal(bool(is_present)))


def _add_ticks(course: Course, found: Outcomes) -> None:
    lists = checklists(course)
    homes = {item: session for session, items in lists.items() for item in items}
    ticked: dict[tuple[int, int], int] = defaultdict(int)
    rows = _of_learners(Tick.objects.all(), course, found)
    for learner, session, lesson, key in rows.values_list(
        "enrollment", "session", "lesson", "key"
    ).iterator():
        item = ("session", session, key) if session else ("lesson", lesson, key)
        if learner in found and item in homes:
            ticked[learner, homes[item]] += 1
    for (learner, session), count in ticked.items():
        found[learner][f"checklist:{session}"] = Outcome(Decimal(count) / len(lists[session]))
