"""Prepare the pages of peer review: of the learner, of a reviewer, and of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from labs.feedback_queries import MAX_ROWS
from labs.grader.review import Review
from labs.grader.rubric import points_of
from labs.grading.peer_marks import counted_reviews, marks_of
from labs.models import Lab, PeerReview, ReviewedWork, ReviewNote, ReviewRound, Submission
from labs.pages.marking import CriterionRow, criterion_rows
from labs.pages.peer_files import note_address
from labs.peer_review import queries
from labs.peer_review.deadlines import due_of_round, dues_for, review_of, rule_due
from labs.peer_review.owners import own_submissions
from labs.peer_review.reviewing import (
    closed_words,
    is_author,
    may_review_as_staff,
    works_for_volunteer,
)
from labs.peer_review.rounds import works_to_draw
from labs.queries import OpenLab, reviews_address
from lessons.models import Cohort, Enrollment
from lessons.pages.breadcrumb import course_crumbs, staff_crumbs
from lessons.pages.context import Context
from lessons.points import show_exactly
from lessons.pseudonyms import name_in
from lessons.templatetags.times import opening_brief
from portal.accounts.models import User

CLOSED, DRAFT, SUBMITTED = "Closed", "To write", "Submitted"


@dataclass(frozen=True)
class OwnReview:
    """A review that a learner writes; `state` is a word, `glyph` its sign."""

    review: PeerReview
    name: str
    state: str
    glyph: str


@dataclass(frozen=True)
class ReceivedReview:
    """A review as the author of the work sees it."""

    review: PeerReview
    rows: list[CriterionRow]
    notes: list[ReviewNote]


# --- the section of a lab's page -------------------------------------------------------------------------------------


def review_section(found: OpenLab) -> Context:
    """Return the context of the peer review on a lab page; empty without one."""
    review = review_of(found.lab)
    if review is None:
        return {}
    page: Context = {
        "peer_review": review,
        "peer_criteria": review.criteria,
        "peer_points": points_of(review.criteria),
        "peer_address": reviews_address(found.lab),
    }
    learner = found.learner
    if learner is None or not learner.pk:
        return page
    due = dues_for(learner).get(found.lab.pk)
    own = queries.reviews_by(learner, found.lab)
    left = sum(each.submitted_at is None and not closed_words(each) for each in own)
    return {
        **page,
        "peer_due": opening_brief(due.at, found.lab.course) if due and due.at else "",
        "peer_left": left,
        "peer_own": own,
        "peer_passes_later": _count_owed(learner, found.lab),
    }


def _count_owed(learner: Enrollment, lab: Lab) -> int:
    rows = Submission.objects.of_learners([learner.pk]).filter(lab=lab, is_best=True)
    return rows.values_list("reviews_owed", flat=True).first() or 0


# --- the page of a learner -------------------------------------------------------------------------------------------


def learner_page(found: OpenLab, learner: Enrollment, typed: Mapping[str, str] | None = None) -> Context:
    lab, review = found.lab, review_of(found.lab)
    due, work = dues_for(learner).get(lab.pk), queries.own_work(learner, lab)
    own = [_own(each, number) for number, each in enumerate(queries.reviews_by(learner, lab), 1)]
    is_free = all(each.review.submitted_at or closed_words(each.review) for each in own)
    return {
        "lab": lab,
        "course": lab.course,
        "review": review,
        "due": opening_brief(due.at, lab.course) if due and due.at else "",
        "work": work,
        "is_closed": work is not None and work.round.closed_at is not None,
        "own": own,
        "left": sum(each.state == DRAFT for each in own),
        "owed": _count_owed(learner, lab),
        "may_volunteer": is_free and _may_volunteer(lab, learner),
        "received": [_prepare_received(each, review) for each in queries.reviews_of(learner, lab)],
        "result": _result(work, review),
        "typed": typed or {},
        "crumbs": course_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Peer review", "")),
    }


def _may_volunteer(lab: Lab, learner: Enrollment) -> bool:
    if learner.cohort.is_over:
        return False
    return works_for_volunteer(lab, learner).exists()


def _own(review: PeerReview, number: int) -> OwnReview:
    name = f"Work {number}"
    if review.submitted_at:
        return OwnReview(review, name, SUBMITTED, "done")
    return (
        OwnReview(review, name, CLOSED, "skip")
        if closed_words(review)
        else OwnReview(review, name, DRAFT, "todo")
    )


def _prepare_received(review: PeerReview, block: Review | None) -> ReceivedReview:
    rows = criterion_rows(block.criteria, review.marks) if block else []
    return ReceivedReview(review, rows, list(review.notes.all()))


def _result(work: ReviewedWork | None, block: Review | None) -> list[CriterionRow]:
    # the marks that count
    if work is None or block is None or not (reviews := counted_reviews(work=work)):
        return []
    marks = marks_of(reviews, block)
    return [_with_median(row, marks) for row in criterion_rows(block.criteria, {})]


def _with_median(row: CriterionRow, marks: Mapping[str, object]) -> CriterionRow:
    given = marks.get(row.id)
    text = "" if given is None else show_exactly(given)  # type: ignore[arg-type]  # a Decimal
    return CriterionRow(row.id, row.says, row.out_of, text, [], has_levels=False)


# --- the page of a review --------------------------------------------------------------------------------------------


def review_page(
    review: PeerReview, user: User, typed: Mapping[str, str] | None = None, text: str = ""
) -> Context:
    """Show the form of a review to whoever writes it, and the stored review to staff."""
    lab, block = review.work.lab, review_of(review.work.lab)
    may_write = is_author(review, user) and not closed_words(review)
    stored = review.marks
    marks = stored if typed is None else typed
    return {
        **base_page(review, user),
        "rows": criterion_rows(block.criteria if block else (), marks, stored),
        "text": review.text if typed is None else text,
        "notes": [(each, note_address(review, each.path, each.line)) for each in review.notes.all()],
        "closed": closed_words(review),
        "may_write": may_write,
        "due": _due_words(review.work.round, lab),
        "may_set_aside": may_review_as_staff(review.work, user),
        "seen": review.version,
    }


def base_page(review: PeerReview, user: User) -> Context:
    """Return the context that all pages of a review share."""
    lab, is_staff = review.work.lab, may_review_as_staff(review.work, user)
    above = [(lab.title, lab.get_absolute_url())]
    address = reviews_address(lab, "staff/" if is_staff else "")
    crumbs = staff_crumbs if is_staff else course_crumbs
    return {
        "review": review,
        "lab": lab,
        "course": lab.course,
        "submission": review.work.submission,
        "is_staff": is_staff,
        "is_writer": is_author(review, user),
        "author": name_in(review.work.enrollment, lab.course) if is_staff else "",
        "reviewer": reviewer_name(review, lab) if is_staff else "",
        "crumbs": crumbs(lab.course, *above, ("Peer review", address), ("Review", "")),
    }


def reviewer_name(review: PeerReview, lab: Lab) -> str:
    """Return the name of a reviewer for staff."""
    if review.reviewer:
        return name_in(review.reviewer, lab.course)
    return review.staff.get_full_name() if review.staff else "A former member"


def _due_words(round: ReviewRound, lab: Lab) -> str:
    due = due_of_round(round) if round.closed_at is None else None
    return opening_brief(due, lab.course) if due else ""


# --- the page of staff -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffCohort:
    """The rounds of a cohort, and the works that are not drawn yet."""

    cohort: Cohort
    rounds: list[tuple[ReviewRound, datetime | None]]
    undrawn: int
    due: datetime | None


@dataclass(frozen=True)
class StaffWork:
    """A work with its reviews and the names of their reviewers; `lacks` reviews or not."""

    work: ReviewedWork
    name: str
    reviews: list[tuple[PeerReview, str]]
    lacks: bool
    may_review: bool


def staff_page(lab: Lab, user: User) -> Context:
    cohorts = queries.cohorts_of_staff(user, lab)
    rounds = queries.rounds_of(lab, cohorts)
    for each in rounds:
        each.lab = lab
    listed, own = queries.list_works(user, lab)[: MAX_ROWS + 1], own_submissions(user, lab)
    works = [_staff_work(each, lab, is_own=each.submission_id in own) for each in listed]
    return {
        "lab": lab,
        "course": lab.course,
        "review": review_of(lab),
        "cohorts": [_staff_cohort(each, lab, rounds) for each in cohorts],
        "works": sorted(works[:MAX_ROWS], key=lambda each: not each.lacks),
        "is_cut": len(works) > MAX_ROWS,
        "lacking": sum(each.lacks for each in works),
        "now": timezone.now(),
        "crumbs": staff_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Peer review", "")),
    }


def _staff_cohort(cohort: Cohort, lab: Lab, rounds: list[ReviewRound]) -> StaffCohort:
    own = [(each, due_of_round(each)) for each in rounds if each.cohort_id == cohort.pk]
    return StaffCohort(cohort, own, works_to_draw(lab, cohort).count(), rule_due(lab, cohort))


def _staff_work(work: ReviewedWork, lab: Lab, *, is_own: bool) -> StaffWork:
    reviews = list(work.reviews.all())
    counted = [each for each in reviews if each.submitted_at and not each.set_aside_at]
    is_open = work.round.closed_at is None
    expected = [each for each in reviews if is_open and not each.submitted_at and _is_present(each)]
    by_staff = any(each.origin == PeerReview.Origin.STAFF for each in counted)
    lacks = work.enrollment.is_active and not by_staff
    return StaffWork(
        work,
        name_in(work.enrollment, lab.course),
        [(each, "" if is_own else reviewer_name(each, lab)) for each in reviews],
        lacks=lacks and len(counted) + len(expected) < work.round.works_each,
        may_review=not is_own,
    )


def _is_present(review: PeerReview) -> bool:
    return review.reviewer is not None and review.reviewer.is_active
