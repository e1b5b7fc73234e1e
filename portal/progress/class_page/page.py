"""The heading and the frame that the class pages share; the parts are in files of their own."""

from lessons.models import Cohort
from lessons.pages.breadcrumb import Crumb, staff_crumbs
from lessons.pages.context import Context
from portal.progress.class_page.links import class_address
from portal.progress.class_page.stuck import StuckRow


def crumbs(cohort: Cohort, *steps: Crumb) -> list[Crumb]:
    return staff_crumbs(cohort.course, (cohort.title, class_address(cohort)), *steps)


def frame(cohort: Cohort) -> Context:
    return {
        "course": cohort.course,
        "cohort": cohort,
        "crumbs": staff_crumbs(cohort.course, (cohort.title, "")),
    }


def heading(rows: list[StuckRow], size: int) -> str:
    """Return “3 of 24 are stuck”."""
    count = len({row.learner for row in rows})
    if not count:
        return "Nobody is stuck"
    return f"{count:,} of {size:,} {'is' if count == 1 else 'are'} stuck"
