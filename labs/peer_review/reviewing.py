"""Write reviews, and answer them. Each function is one change with its transaction."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from labs.feedback_actions import (
    MAX_TEXT,
    CannotSaveError,
    ChangedMeanwhileError,
    Line,
    check_text,
    read_marks,
    text_values,
)
from labs.grading import counting
from labs.models import Lab, PeerReview, ReviewedWork, ReviewNote, TeamMember
from labs.peer_review.deadlines import review_of
from labs.peer_review.owners import is_own_submission, made_by, users_of
from labs.peer_review.results import points_of_work, record_result
from labs.peer_review.rounds import arrived_words
from labs.queries import reviews_address
from lessons.models import Enrollment
from lessons.rendering.comments import render_comment
from lessons.rights import teaches_cohort
from portal.accounts.models import User
from portal.notices.actions import notify, notify_all

MAX_NOTES = 50  # of a review
MAX_REASON = 500
Origin = PeerReview.Origin


# --- writing a review ------------------------------------------------------------------------------------------------


@transaction.atomic
def save_review(
    *, review: PeerReview, by: User, typed: Mapping[str, str], text: str, seen: int, submit: bool = False
) -> PeerReview:
    """Save marks and a text as typed, and submit them if asked to. A submitted review stays submitted.

    Raises CannotSaveError, ChangedMeanwhileError, PermissionDenied.
    """
    found = lock_review(review, by)
    if found.version != seen:
        raise ChangedMeanwhileError(found)
    if len(text) > MAX_TEXT:
        raise CannotSaveError(f"The text has {len(text):,} characters. The limit is {MAX_TEXT:,}.")
    block = review_of(found.work.lab)
    criteria = block.criteria if block else ()
    found.marks, found.text, found.html = read_marks(criteria, typed), text, render_comment(text)
    is_submitted = submit or found.submitted_at is not None
    if is_submitted and len(found.marks) < len(criteria):
        raise CannotSaveError(
            "Mark every criterion before you submit. “Save draft” keeps an unfinished review."
        )
    before = points_of_work(found.work)
    is_first = is_submitted and found.submitted_at is None
    if is_first:
        found.submitted_at = timezone.now()
        found.is_late = found.work.round.closed_at is not None and found.origin == Origin.DRAWN
    found.version += 1
    found.save()
    if is_submitted:
        _count_again(found)
        _announce(found, before, by, is_first=is_first)
    return found


def lock_review(review: PeerReview, by: User) -> PeerReview:
    """Lock a review that `by` may still write. Raises CannotSaveError, PermissionDenied."""
    rows = PeerReview.objects.select_for_update(of=("self",), no_key=True)
    related = (
        "work__round__cohort",
        "work__lab__current",
        "work__lab__course",
        "work__enrollment",
        "reviewer",
    )
    found = rows.select_related(*related).get(pk=review.pk)
    if not is_author(found, by):
        raise PermissionDenied
    if closed := closed_words(found):
        raise CannotSaveError(closed)
    return found


def is_author(review: PeerReview, user: User) -> bool:
    """Return True for the reviewer; a review by staff belongs to all staff of the cohort."""
    if review.origin == Origin.STAFF:
        return may_review_as_staff(review.work, user)
    return review.reviewer is not None and review.reviewer.user_id == user.pk and review.reviewer.is_active


def closed_words(review: PeerReview) -> str:
    """Say why a review can't be changed any more, "" if it can."""
    if review.set_aside_at:
        return "Staff have set this review aside, so it can’t be changed."
    if review.origin == Origin.STAFF:
        return ""
    if not review.work.enrollment.is_active and review.submitted_at is None:
        return "The author of this work has left the course. You don’t need to review it."
    if review.submitted_at and review.work.round.closed_at:
        return "The reviews are closed: yours was sent to the author, and can’t be changed any more."
    if review.work.round.cohort.is_over:
        return "The course is over, so nothing new is accepted."
    return ""


def _count_again(review: PeerReview) -> None:
    # in the order of their keys, so that two people who review each other never wait for each other
    reviewers = [review.reviewer_id] if review.reviewer_id else []
    held = TeamMember.objects.filter(enrollment__in=reviewers, lab=review.work.lab_id)
    holders = held.order_by().values_list("team__holder", flat=True)
    for key in sorted({review.work.enrollment_id, *reviewers, *holders}):
        counting.recount_locked(counting.lock_learner(key))


def _announce(review: PeerReview, before: object, by: User, *, is_first: bool) -> None:
    work = review.work
    if work.round.closed_at is None:
        return
    staff = by if review.origin == Origin.STAFF else None
    record_result(work, before, staff)  # type: ignore[arg-type]  # of points_of_work
    if is_first and work.enrollment.is_active:
        texts = {user.pk: arrived_words(work.lab, 1) for user in users_of(work.submission)}
        notify_all(texts=texts, kind="review", link=f"{reviews_address(work.lab)}#received")


@transaction.atomic
def add_note(*, review: PeerReview, by: User, text: str, line: Line) -> ReviewNote:
    """Add a note on a line. Raises CannotSaveError, PermissionDenied."""
    found = lock_review(review, by)
    check_text(text)
    if found.notes.count() >= MAX_NOTES:
        raise CannotSaveError(f"A review has at most {MAX_NOTES} notes. Remove one first.")
    return ReviewNote.objects.create(
        review=found,
        path=line.path,
        line=line.number or 1,
        excerpt=[list(each) for each in line.excerpt],
        **text_values(text),
    )


@transaction.atomic
def remove_note(*, review: PeerReview, by: User, key: int) -> bool:
    """Remove a note. Raises CannotSaveError, PermissionDenied."""
    deleted, _ = lock_review(review, by).notes.filter(pk=key).delete()
    return bool(deleted)


# --- who reviews what nobody has reviewed ----------------------------------------------------------------------------


def lacking_works(lab: Lab, cohort: int) -> QuerySet[ReviewedWork]:
    """Return the works of active learners that have, and can expect, too few reviews; those with fewest first.

    A review that staff wrote is enough.
    """
    submitted = Q(reviews__submitted_at__isnull=False)
    drawn = Q(reviews__origin=Origin.DRAWN, reviews__reviewer__is_active=True, round__closed_at=None)
    taken = Q(reviews__origin=Origin.VOLUNTEER, reviews__reviewer__is_active=True)
    alive = Q(reviews__set_aside_at=None) & (submitted | drawn | taken)
    rows = ReviewedWork.objects.filter(lab=lab, round__cohort=cohort, enrollment__is_active=True)
    rows = rows.annotate(
        expected=Count("reviews", filter=alive, distinct=True),
        by_staff=Count("reviews", filter=Q(reviews__origin=Origin.STAFF) & submitted, distinct=True),
    )
    return rows.filter(expected__lt=F("round__works_each"), by_staff=0).order_by("expected", "pk")


def works_for_volunteer(lab: Lab, learner: Enrollment) -> QuerySet[ReviewedWork]:
    """Return the works of others that lack reviews and that this learner has not reviewed."""
    known = PeerReview.objects.filter(reviewer=learner, work__lab=lab).values("work")
    own = ReviewedWork.objects.filter(made_by(learner), lab=lab).values("pk")
    return lacking_works(lab, learner.cohort_id).exclude(pk__in=known).exclude(pk__in=own)


@transaction.atomic
def volunteer(*, lab: Lab, learner: Enrollment) -> PeerReview:
    """Take another work that lacks reviews. Raises CannotSaveError."""
    own = PeerReview.objects.filter(reviewer=learner, work__lab=lab)
    if own.filter(submitted_at=None, work__enrollment__is_active=True).exists():
        raise CannotSaveError("Submit the reviews that you have before you take another one.")
    work = works_for_volunteer(lab, learner).first()
    if work is None:
        raise CannotSaveError("No other work lacks a review now.")
    return _add(work, origin=Origin.VOLUNTEER, reviewer=learner)


@transaction.atomic
def review_as_staff(*, work: ReviewedWork, by: User) -> PeerReview:
    """Return the staff review of a work; create it if needed. Raises PermissionDenied."""
    if not may_review_as_staff(work, by):
        raise PermissionDenied
    ReviewedWork.objects.select_for_update(no_key=True).get(pk=work.pk)
    found = work.reviews.filter(origin=Origin.STAFF).first()
    return found or _add(work, origin=Origin.STAFF, staff=by)


def may_review_as_staff(work: ReviewedWork, user: User) -> bool:
    """Return True for staff of the cohort, but not for their own work."""
    is_own = is_own_submission(work.submission, user)
    return not is_own and teaches_cohort(user, work.round.cohort_id, work.round.course_id)


def _add(work: ReviewedWork, **values: object) -> PeerReview:
    ReviewedWork.objects.select_for_update(no_key=True).get(pk=work.pk)
    last = work.reviews.aggregate(last=Max("number"))["last"] or 0
    return PeerReview.objects.create(work=work, number=last + 1, **values)


# --- after a review --------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_review(*, review: PeerReview, by: User, text: str, thanks: bool) -> None:
    """Answer a review of one's own work, or thank the reviewer, who gets one notice for each.

    Raises CannotSaveError, PermissionDenied.
    """
    found = PeerReview.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    is_own = is_own_submission(found.work.submission, by)
    if not is_own or found.submitted_at is None or found.work.round.closed_at is None:
        raise PermissionDenied
    now, words = timezone.now(), []
    if thanks and found.thanked_at is None:
        found.thanked_at, words = now, ["thanks you for"]
    if text.strip():
        check_text(text)
        words += ["answered"] if found.answered_at is None else []
        found.answer, found.answer_html, found.answered_at = text, render_comment(text), now
    elif not thanks:
        raise CannotSaveError("Write the answer first.")
    found.save(update_fields=["thanked_at", "answer", "answer_html", "answered_at"])
    if words and found.reviewer and found.reviewer.is_active:
        said = " and ".join(words)
        notify(
            user=found.reviewer.user,
            kind="review",
            text=f"The author of a work in “{found.work.lab.title}” {said} your review.",
            link=found.get_absolute_url(),
        )


@transaction.atomic
def set_aside(*, review: PeerReview, by: User, reason: str) -> None:
    """Stop counting a review, with a reason that author and reviewer see; "" lets it count again.

    Raises CannotSaveError, PermissionDenied.
    """
    found = PeerReview.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if not may_review_as_staff(found.work, by):
        raise PermissionDenied
    if len(reason) > MAX_REASON:
        raise CannotSaveError(f"The reason has {len(reason)} characters. The limit is {MAX_REASON}.")
    if found.submitted_at is None:
        raise CannotSaveError("This review is not submitted, so it does not count.")
    before = points_of_work(found.work)
    found.set_aside_at = timezone.now() if reason else None
    found.set_aside_by, found.set_aside_reason = (by if reason else None), reason
    found.save(update_fields=["set_aside_at", "set_aside_by", "set_aside_reason"])
    _count_again(found)
    if found.work.round.closed_at:
        why = (
            f"Review {found.number} set aside: {reason}" if reason else f"Review {found.number} counts again"
        )
        record_result(found.work, before, by, why)
