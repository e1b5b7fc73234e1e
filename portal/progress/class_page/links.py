from django.urls import reverse

from lessons.models import Cohort


def class_address(cohort: Cohort, name: str = "teach_class", *more: object) -> str:
    """Return the path of a page of a cohort. Reads its course."""
    return reverse(name, args=[cohort.course.slug, cohort.slug, *more])


def learner_address(cohort: Cohort, learner: int) -> str:
    """Return the path of the page of a learner for staff. Reads the course of the cohort."""
    return class_address(cohort, "gradebook_learner", learner)
