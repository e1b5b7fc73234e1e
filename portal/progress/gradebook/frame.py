"""The parts that the pages of the gradebook share."""

from django.urls import reverse

from lessons.models import Cohort
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context


def book_address(cohort: Cohort) -> str:
    return reverse("gradebook", args=[cohort.course.slug, cohort.slug])


def frame(cohort: Cohort, title: str) -> Context:
    """Return the context of a page below the gradebook."""
    steps = ("Gradebook", book_address(cohort)), (title, "")
    return {"course": cohort.course, "cohort": cohort, "crumbs": staff_crumbs(cohort.course, *steps)}
