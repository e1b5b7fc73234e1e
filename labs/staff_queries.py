"""Read queries for staff: the repositories of a lab's learners, and what was received and not graded."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from labs.models import Lab, Receipt, Repository, Submission
from lessons.queries import Visitor, teaches


def get_lab_taught(user: Visitor, course_slug: str, lab_slug: str) -> Lab:
    """Return a lab of a course that `user` teaches. Raises Http404."""
    found = Lab.objects.select_related("course", "current").filter(course__slug=course_slug, slug=lab_slug)
    lab: Lab | None = found.first()
    if lab is None or not teaches(user, lab.course):
        raise Http404
    return lab


def get_repository_taught(user: Visitor, course_slug: str, lab_slug: str, folder: str) -> Repository:
    """Return a practice repository for a lab of a course that `user` teaches. Raises Http404."""
    lab = get_lab_taught(user, course_slug, lab_slug)
    found = Repository.objects.filter(lab=lab, host=None, folder=folder).first()
    if found is None:
        raise Http404
    return found


def receipts_not_graded(lab: Lab) -> QuerySet[Receipt]:
    """Return the states of a lab that were received and not graded, because only certain tags are; newest first."""
    submitted = Submission.objects.filter(
        enrollment=OuterRef("repository__enrollment"), lab=lab, digest=OuterRef("digest")
    )
    rows = Receipt.objects.filter(~Exists(submitted), repository__lab=lab).order_by("-pk")
    return rows.select_related("repository__enrollment__user")


def repositories_of(lab: Lab) -> QuerySet[Repository]:
    """Return the repositories of a lab that something was received from, with their learners, by email."""
    received = Receipt.objects.filter(repository=OuterRef("pk"))
    rows = Repository.objects.filter(Exists(received), lab=lab)
    return rows.select_related("enrollment__user", "enrollment__cohort").order_by(
        "enrollment__user__email", "pk"
    )
