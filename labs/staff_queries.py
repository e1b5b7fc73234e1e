"""Read queries for staff: the repositories of a lab's learners, and what was received and not graded."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from labs.models import Lab, Receipt, Repository, Submission
from lessons.queries import Visitor, teaches
from lessons.rights import cohorts_taught, teaches_cohort, teaches_whole


def get_lab_taught(user: Visitor, course_slug: str, lab_slug: str) -> Lab:
    """Return a lab of a course that `user` teaches. Raises Http404."""
    found = Lab.objects.select_related("course", "current").filter(course__slug=course_slug, slug=lab_slug)
    lab: Lab | None = found.first()
    if lab is None or not teaches(user, lab.course):
        raise Http404
    return lab


def get_lab_to_regrade(user: Visitor, course_slug: str, lab_slug: str) -> Lab:
    """Return the lab for staff of all cohorts of the course: a regrade concerns them all. Raises Http404."""
    lab = get_lab_taught(user, course_slug, lab_slug)
    if not teaches_whole(user, lab.course):
        raise Http404
    return lab


def get_repository_taught(user: Visitor, course_slug: str, lab_slug: str, folder: str) -> Repository:
    """Return a practice repository for a lab of a course that `user` teaches. Raises Http404."""
    lab = get_lab_taught(user, course_slug, lab_slug)
    found = Repository.objects.filter(lab=lab, host=None, folder=folder).select_related("enrollment").first()
    if found is None or not teaches_cohort(user, found.enrollment.cohort_id, lab.course_id):
        raise Http404
    return found


def receipts_not_graded(lab: Lab, user: Visitor) -> QuerySet[Receipt]:
    """Return the states of a lab that were received and not graded, because only certain tags are; newest first.

    They are those of the learners of `user`.
    """
    submitted = Submission.objects.filter(
        enrollment=OuterRef("repository__enrollment"), lab=lab, digest=OuterRef("digest")
    )
    rows = Receipt.objects.filter(
        ~Exists(submitted), repository__lab=lab, repository__enrollment__cohort__in=cohorts_taught(user)
    ).order_by("-pk")
    return rows.select_related("repository__enrollment__user")


def repositories_of(lab: Lab, user: Visitor) -> QuerySet[Repository]:
    """Return the repositories of a lab that something was received from, with the learners of `user`, by email."""
    received = Receipt.objects.filter(repository=OuterRef("pk"))
    rows = Repository.objects.filter(Exists(received), lab=lab, enrollment__cohort__in=cohorts_taught(user))
    return rows.select_related("enrollment__user", "enrollment__cohort").order_by(
        "enrollment__user__email", "pk"
    )
