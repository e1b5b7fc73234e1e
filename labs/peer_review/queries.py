"""Read queries of peer reviews: each returns only what its reader may see."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404

from labs.models import Lab, PeerReview, ReviewedWork, ReviewRound
from labs.peer_review.owners import is_own_submission, made_by
from labs.peer_review.reviewing import is_author, may_review_as_staff
from lessons.models import Cohort, Enrollment
from lessons.queries import Visitor
from lessons.rights import cohorts_taught
from portal.accounts.models import User

_RELATED = (
    *("work__round__cohort", "work__lab__course", "work__lab__current", "work__enrollment__user"),
    *("work__submission__receipt__repository", "reviewer__user", "staff", "set_aside_by"),
)


def get_review(user: User, public_id: str) -> PeerReview:
    """Return a review that `user` writes, or one of a cohort that they teach. Raises Http404."""
    rows = PeerReview.objects.filter(public_id=public_id, work__lab__deletion=None)
    found = rows.select_related(*_RELATED).first()
    if found is None or not (is_author(found, user) or may_review_as_staff(found.work, user)):
        raise Http404
    return found


def get_received(user: User, public_id: str) -> PeerReview:
    """Return a review of the user's own work that they may see. Raises Http404."""
    rows = PeerReview.objects.filter(public_id=public_id, work__lab__deletion=None)
    found = _select_shown(rows).select_related(*_RELATED).first()
    if found is None or not is_own_submission(found.work.submission, user):
        raise Http404
    return found


def get_work(user: User, lab: Lab, key: int) -> ReviewedWork:
    """Return a work of a cohort that `user` teaches. Raises Http404."""
    works = works_taught(user, lab).filter(pk=key)
    work = works.select_related("round", "enrollment", "submission").first()
    if work is None or not may_review_as_staff(work, user):
        raise Http404
    return work


def _select_shown(rows: QuerySet[PeerReview]) -> QuerySet[PeerReview]:
    """Return the reviews that the authors of the works may see: submitted ones of a closed round."""
    return rows.filter(submitted_at__isnull=False, work__round__closed_at__isnull=False)


def reviews_by(learner: Enrollment, lab: Lab) -> list[PeerReview]:
    """Return the reviews that a learner has to write or has written, in a fixed order."""
    rows = PeerReview.objects.filter(reviewer=learner, work__lab=lab)
    return list(rows.select_related("work__round__cohort", "work__enrollment").order_by("pk"))


def reviews_of(learner: Enrollment, lab: Lab) -> list[PeerReview]:
    """Return the reviews of a learner's work that they may see, with notes."""
    rows = PeerReview.objects.filter(made_by(learner, "work__"), work__lab=lab)
    found = _select_shown(rows).select_related("work__submission").prefetch_related("notes")
    return list(found.order_by("number"))


def own_work(learner: Enrollment, lab: Lab) -> ReviewedWork | None:
    works = ReviewedWork.objects.filter(made_by(learner), lab=lab)
    return works.select_related("round__cohort", "round__lab", "submission").first()


# --- staff -----------------------------------------------------------------------------------------------------------


def cohorts_of_staff(user: Visitor, lab: Lab) -> list[Cohort]:
    return list(cohorts_taught(user).filter(course=lab.course_id).order_by("slug"))


def rounds_of(lab: Lab, cohorts: Iterable[Cohort]) -> list[ReviewRound]:
    rows = ReviewRound.objects.filter(lab=lab, cohort__in=list(cohorts)).select_related("cohort", "drawn_by")
    return list(rows.order_by("cohort__slug", "number"))


def works_taught(user: User, lab: Lab) -> QuerySet[ReviewedWork]:
    return ReviewedWork.objects.filter(lab=lab, round__cohort__in=cohorts_taught(user))


def list_works(user: User, lab: Lab) -> QuerySet[ReviewedWork]:
    """Return the works with their reviews and people, those of the newest round first."""
    people = ("round__cohort", "enrollment__user", "submission")
    rows = works_taught(user, lab).select_related(*people)
    reviews = ("reviews__reviewer__user", "reviews__staff")
    return rows.prefetch_related(*reviews).order_by("-round__number", "pk")
