"""Follow a change of the places or of the end of a cohort."""

from lessons.attempt_actions import submit_attempt
from lessons.joining import give_free_places
from lessons.models import Attempt, Cohort


def settle_cohort(*, cohort: Cohort) -> None:
    """Give free places to those who wait. If the cohort is over, submit its open attempts as they are."""
    if cohort.is_over:
        for attempt in Attempt.objects.open().filter(enrollment__cohort=cohort):
            submit_attempt(attempt=attempt)
    give_free_places(cohort.pk)
