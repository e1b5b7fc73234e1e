"""Mark submitted attempts as late or in time again after their deadline was moved."""

from collections.abc import Collection

from lessons.attempt_times import deadline_for, deadlines_in
from lessons.deadlines import NO_DEADLINE, Deadline
from lessons.models import Attempt, Cohort, Course, Enrollment, Quiz, QuizExtension
from lessons.models.quiz import AttemptQuerySet


def mark_cohorts(course: int, cohorts: Collection[int] = ()) -> None:
    """Mark the attempts of these cohorts of a course, by key, or of all."""
    found = Cohort.objects.filter(course=course)
    for cohort in found.filter(pk__in=cohorts) if cohorts else found:
        _mark(_submitted(enrollment__cohort=cohort), cohort)


def mark_quiz(quiz: Quiz) -> None:
    """Mark the attempts at a quiz, whose rule or policy has changed."""
    if Attempt.objects.filter(quiz=quiz).exists():
        for cohort in Cohort.objects.filter(course=quiz.course_id):
            _mark(_submitted(enrollment__cohort=cohort, quiz=quiz), cohort)


def mark_learner(enrollment: int) -> None:
    learner = Enrollment.objects.select_related("cohort").filter(pk=enrollment).first()
    if learner:
        _mark(_submitted(enrollment=learner), learner.cohort, learner.pk)


def _submitted(**of: object) -> AttemptQuerySet:
    return Attempt.objects.submitted().filter(**of)


def _mark(attempts: AttemptQuerySet, cohort: Cohort, learner: int | None = None) -> None:
    course = Course.with_deleted().get(pk=cohort.course_id)
    deadlines = deadlines_in(course, cohort.pk, learner)
    late = attempts.filter(is_late=True).order_by().values_list("quiz", flat=True).distinct()
    extended = (
        []
        if learner
        else list(QuizExtension.objects.filter(enrollment__cohort=cohort).select_related("quiz"))
    )
    for quiz in {*deadlines, *late}:
        of_quiz = attempts.filter(quiz=quiz)
        own = [each for each in extended if each.quiz_id == quiz]
        others = of_quiz.exclude(enrollment__in=[each.enrollment_id for each in own])
        _mark_by(others, deadlines.get(quiz, NO_DEADLINE))
        for each in own:
            deadline = deadline_for(each.quiz, cohort.pk, each.enrollment_id)
            _mark_by(of_quiz.filter(enrollment=each.enrollment_id), deadline)


def _mark_by(attempts: AttemptQuerySet, deadline: Deadline) -> None:
    in_time = attempts.filter(submitted_at__lt=deadline.at) if deadline.at else attempts
    in_time.filter(is_late=True).update(is_late=False)
    if deadline.at and not deadline.refuses:
        attempts.filter(submitted_at__gte=deadline.at, is_late=False).update(is_late=True)
