"""Mark submitted attempts as in time, or as late again, when a learner gets an extension or loses it."""

from lessons.attempt_times import deadline_for
from lessons.deadlines import Deadline
from lessons.models import Attempt, QuizExtension
from lessons.models.quiz import AttemptQuerySet


def unmark_extended(extension: QuizExtension) -> None:
    if until := _deadline(extension).at:
        _submitted(extension).filter(is_late=True, submitted_at__lt=until).update(is_late=False)


def mark_again(extension: QuizExtension) -> None:
    # only attempts that were in time by the extension, which is deleted
    deadline = _deadline(extension)
    if deadline.at and not deadline.refuses:
        late = _submitted(extension).filter(submitted_at__gte=deadline.at, submitted_at__lt=extension.until)
        late.update(is_late=True)


def _deadline(extension: QuizExtension) -> Deadline:
    return deadline_for(extension.quiz, extension.enrollment.cohort_id, extension.enrollment_id)


def _submitted(extension: QuizExtension) -> AttemptQuerySet:
    return Attempt.objects.submitted().filter(enrollment=extension.enrollment_id, quiz=extension.quiz_id)
