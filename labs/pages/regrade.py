"""Build the pages of the regrades of a lab."""

from django.urls import reverse

from labs.grading.regrades import submissions_to_regrade
from labs.models import Lab, LabRegrade, RegradedSubmission
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.pages.regrade import Row, regrade_context
from lessons.pseudonyms import name_to_mark


def lab_regrades_page(lab: Lab) -> Context:
    count = submissions_to_regrade(lab, lab.current).order_by().count()
    return {**_lab(lab), "to_regrade": count, "proved": lab.is_proved}


def lab_regrade_page(regrade: LabRegrade, show: str, page: str) -> Context:
    lab = regrade.lab
    moves = RegradedSubmission.objects.filter(regrade=regrade)
    moves = moves.select_related("submission__enrollment__user", "submission__enrollment__course").defer(
        "shadow", "before"
    )
    return {
        **_lab(lab),
        **regrade_context(regrade, moves, _row, show=show, page=page),
        "title": lab.title,
        "back": (lab.get_absolute_url(), "Lab"),
        "changes": [],
        "outdated": lab.current_id != regrade.version_id,
    }


def _lab(lab: Lab) -> Context:
    crumbs = course_crumbs(lab.course, (f"Lab: {lab.title}", lab.get_absolute_url()), ("Regrade", ""))
    again = reverse("lab_regrades", args=[lab.course.slug, lab.slug])
    return {"course": lab.course, "lab": lab, "crumbs": crumbs, "again_url": again}


def _row(move: RegradedSubmission) -> Row:
    submission = move.submission
    name = f"submission {submission.number}"
    return Row(name_to_mark(submission.enrollment), name, submission.get_absolute_url(), move)
