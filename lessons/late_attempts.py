"""Mark submitted attempts as in time, or as late again, when a learner gets an extension or loses it."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from lessons.attempt_times import deadline_for
from lessons.deadlines import Deadline
from lessons.models import Attempt, QuizExtension
from lessons.models.quiz import AttemptQuerySet


@receiver(post_save, sender=QuizExtension)
def unmark_extended(instance: QuizExtension, **kwargs: object) -> None:
    if until := _deadline(instance).at:
        _submitted(instance).filter(is_late=True, submitted_at__lt=until).update(is_late=False)


@receiver(post_delete, sender=QuizExtension)
def mark_again(instance: QuizExtension, **kwargs: object) -> None:
    # only attempts that were in time by the extension
    deadline = _deadline(instance)
    if deadline.at and not deadline.refuses:
        late = _submitted(instance).filter(submitted_at__gte=deadline.at, submitted_at__lt=instance.until)
        late.update(is_late=True)


def _deadline(extension: QuizExtension) -> Deadline:
    return deadline_for(extension.quiz, extension.enrollment.cohort_id, extension.enrollment_id)


def _submitted(extension: QuizExtension) -> AttemptQuerySet:
    return Attempt.objects.submitted().filter(enrollment=extension.enrollment_id, quiz=extension.quiz_id)
