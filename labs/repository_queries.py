"""Read queries for repositories of learners, and for the states that were received from them."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from labs.models import Connection, Lab, Receipt, Repository, Submission
from labs.queries import open_labs
from lessons.models import Enrollment
from lessons.models.release import Status
from portal.accounts.models import User


def started_repository(enrollment: Enrollment | None, lab: Lab) -> Repository | None:
    """Return the practice repository if it began with a starter or was pushed to, with both of its versions."""
    if enrollment is None or lab.current is None or not lab.current.starter:
        return None
    received = Exists(Receipt.objects.filter(repository=OuterRef("pk")))
    rows = Repository.objects.filter(
        Q(starter__isnull=False) | received, enrollment=enrollment, lab=lab, host=None
    )
    found = rows.select_related("starter", "update").first()
    if found:
        found.lab = lab
    return found


def repository_of_draft(user: User, course_slug: str, lab_slug: str) -> Repository | None:
    """Return the practice repository that a learner pushed to before its lab became a draft."""
    drafts = Lab.objects.filter(course__slug=course_slug, slug=lab_slug, status=Status.DRAFT)
    own = Enrollment.objects.active().filter(user=user, course__slug=course_slug)
    received = Exists(Receipt.objects.filter(repository=OuterRef("pk")))
    found = Repository.objects.filter(received, enrollment__in=own, lab__in=drafts, host=None)
    return found.select_related("enrollment", "lab__course", "lab__current").first()


def receives_pushes(enrollment: Enrollment, lab: int) -> bool:
    """Return True if the learner may open a lab, by key, or could before it became a draft: then pushes wait."""
    is_draft = Lab.objects.filter(pk=lab, status=Status.DRAFT).exists()
    return (is_draft and enrollment.is_active) or open_labs(enrollment.user).filter(pk=lab).exists()


def connected_repository(enrollment: Enrollment | None, lab: Lab) -> Repository | None:
    """Return the repository on GitHub whose pushes are graded; `was_received` says if a state of it was."""
    if enrollment is None:
        return None
    connected = Repository.objects.filter(
        enrollment=enrollment, lab=lab, connection__in=Connection.objects.active()
    )
    received = Exists(Receipt.objects.filter(repository=OuterRef("pk")))
    return connected.annotate(was_received=received).first()


def last_seen_in(submission: Submission) -> Repository:
    # the repository of the first receipt may be gone by now
    of_lab = Receipt.objects.filter(
        repository__enrollment=submission.enrollment_id, repository__lab=submission.lab_id
    )
    seen = of_lab.filter(digest=submission.digest).select_related("repository").defer("refs")
    return seen[0].repository  # the newest; there is always the submission's own


def repositories_of_state(submission: Submission) -> list[Repository]:
    """Return the learner's repositories that the submitted state was received from, the practice remote first."""
    received = Receipt.objects.filter(repository=OuterRef("pk"), digest=submission.digest)
    own = Repository.objects.filter(
        Exists(received), enrollment=submission.enrollment_id, lab=submission.lab_id
    )
    return list(own.select_related("lab").order_by(F("host").asc(nulls_first=True), "-pk"))


def earlier_push(
    submission: Submission, repository: Repository, digests: Collection[str] | None = None
) -> Submission | None:
    """Return the nearest earlier submission of the same learner and lab that came from the same repository.

    With `digests`, it is one of these states.
    """
    pushed = Receipt.objects.filter(repository=repository, digest=OuterRef("digest"))
    earlier = Submission.objects.filter(
        Exists(pushed),
        enrollment=submission.enrollment_id,
        lab=submission.lab_id,
        number__lt=submission.number,
    )
    if digests is not None:
        earlier = earlier.filter(digest__in=digests)
    return earlier.exclude(head="").order_by("-number").only("public_id", "number", "head").first()


def also_submitted_by(submission: Submission) -> list[User]:
    # of the same course
    if submission.origin is None:
        return []
    same = Repository.objects.at(submission.origin).filter(course=submission.course_id)
    users = User.objects.filter(enrollments__repositories__in=same)
    return list(users.exclude(pk=submission.enrollment.user_id).order_by("email").distinct())


def also_by_others() -> Exists:
    """Return an annotation for repositories: True if a different learner of the course submitted the same address."""
    address = {"host": OuterRef("host"), "owner_in_small": Lower(OuterRef("owner"))}
    address["name_in_small"] = Lower(OuterRef("name"))
    same = Repository.objects.by_address().filter(**address, course=OuterRef("course"))
    return Exists(same.exclude(enrollment__user=OuterRef("enrollment__user")))
