"""Rounds of peer review: draw the works that count, and close a round, so that its reviews are shown and count."""

import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.feedback_actions import CannotSaveError
from labs.grading import counting
from labs.grading.peer_marks import counted_reviews
from labs.grading.tasks import wake_counter
from labs.models import RUNNING, Lab, PeerReview, ReviewedWork, ReviewRound, State, Submission
from labs.peer_review.deadlines import due_of_round, lab_dues, review_of, rule_due
from labs.peer_review.draw import Work, draw_reviews
from labs.peer_review.owners import owners_of
from labs.peer_review.results import record_round
from labs.queries import reviews_address
from lessons.models import Cohort, Enrollment
from lessons.rights import roles_in
from portal.accounts.models import User
from portal.notices.actions import notify_all

logger = logging.getLogger(__name__)

DAYS = timedelta(days=7)  # for a round without a date by its rule, or with one that is too near
NEAR = timedelta(days=1)
PATIENCE = timedelta(hours=2)  # with submissions that still wait for their result
MAX_WORKS = 2_000  # of a round


# --- drawing ---------------------------------------------------------------------------------------------------------


def draw_due() -> int:
    """Draw every round that is due. A fault in one does not stop the others. Return the number of rounds."""
    now, drawn = timezone.now(), 0
    labs = Lab.objects.filter(current__review_works__gt=0).proved().select_related("current", "course")
    for lab in labs.order_by("pk"):
        for cohort in Cohort.objects.filter(course=lab.course_id, is_over=False).order_by("pk"):
            try:
                drawn += _draw_if_due(lab, cohort, now)
            except Exception:
                logger.exception("the reviews of lab %s in cohort %s were not drawn", lab.pk, cohort.pk)
    return drawn


def _draw_if_due(lab: Lab, cohort: Cohort, now: datetime) -> bool:
    due = lab_dues(cohort).get(lab.pk)
    if due is None or due > now:
        return False
    waits = Submission.objects.filter(lab=lab, enrollment__cohort=cohort, receipt__received_at__lte=due)
    if now < due + PATIENCE and waits.filter(state__in=(State.QUEUED, *RUNNING)).exists():
        return False
    return draw_round(lab=lab, cohort=cohort, is_automatic=True) is not None


@transaction.atomic
def draw_round(
    *, lab: Lab, cohort: Cohort, by: User | None = None, is_automatic: bool = False, seed: int | None = None
) -> ReviewRound | None:
    """Draw the works of a cohort that count now and were not in an earlier round. None if nothing can be drawn.

    `is_automatic` leaves later works alone until the round before is closed and two of them can meet.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)  # two draws take turns
    review, now = review_of(lab), timezone.now()
    works = list(works_to_draw(lab, cohort)[:MAX_WORKS])
    last = ReviewRound.objects.filter(lab=lab, cohort=cohort).order_by("-number").first()
    if review is None or not works or (is_automatic and not _may_follow(last, works)):
        return None
    due = rule_due(lab, cohort)
    round = ReviewRound.objects.create(
        lab=lab,
        cohort=cohort,
        number=last.number + 1 if last else 1,
        seed=secrets.randbits(62) if seed is None else seed,
        works_each=review.works,
        drawn_at=now,
        drawn_by=by,
        closes_at=now + DAYS if due is None or due < now + NEAR else None,
    )
    reviewers = _store(round, works)
    _follow(round)
    _notify_reviewers(round, reviewers)
    return round


def works_to_draw(lab: Lab, cohort: Cohort) -> QuerySet[Submission]:
    """Return the submissions of active learners that count, earn points, and were not in a round yet."""
    rows = Submission.objects.filter(lab=lab, enrollment__cohort=cohort, is_best=True)
    rows = rows.filter(enrollment__is_active=True, enrollment__user__is_active=True)
    drawn = ReviewedWork.objects.filter(lab=lab).values("enrollment")
    return rows.exclude(late_points=0).exclude(head="").exclude(enrollment__in=drawn).order_by("pk")


def _may_follow(last: ReviewRound | None, works: list[Submission]) -> bool:
    return last is None or (last.closed_at is not None and len(works) > 1)


def _store(round: ReviewRound, submissions: list[Submission]) -> Counter[int]:
    # the number of works of each reviewer
    makers = owners_of(submissions)
    rows = ReviewedWork.objects.bulk_create(
        ReviewedWork(round=round, lab=round.lab, enrollment_id=each.enrollment_id, submission=each)
        for each in submissions
    )
    works = [Work(row.enrollment_id, makers[row.submission_id]) for row in rows]
    keys = {row.enrollment_id: row.pk for row in rows}
    # Sorted, so that numbers say nothing about the order of the draw.
    pairs = sorted(draw_reviews(works, round.works_each, round.seed))
    numbers: dict[int, int] = defaultdict(int)
    reviews = []
    for reviewer, work in pairs:
        numbers[work] += 1
        reviews.append(PeerReview(work_id=keys[work], reviewer_id=reviewer, number=numbers[work]))
    PeerReview.objects.bulk_create(reviews)
    return Counter(reviewer for reviewer, _ in pairs)


def _notify_reviewers(round: ReviewRound, reviewers: Counter[int]) -> None:
    users = dict(Enrollment.objects.filter(pk__in=reviewers).values_list("pk", "user"))
    texts = {users[key]: _drawn_words(round.lab, number) for key, number in reviewers.items()}
    notify_all(texts=texts, kind="review", link=reviews_address(round.lab))


def _drawn_words(lab: Lab, number: int) -> str:
    works = "1 work" if number == 1 else f"{number} works"
    return f"You have {works} of “{lab.title}” to review."


# --- closing ---------------------------------------------------------------------------------------------------------


def close_due() -> int:
    """Close the rounds with a deadline in the past. Return their number."""
    now, closed = timezone.now(), 0
    rounds = ReviewRound.objects.filter(closed_at=None, lab__deletion=None)
    for round in rounds.select_related("lab__current", "lab__course", "cohort").order_by("pk"):
        try:
            due = due_of_round(round)
            if due and due <= now:
                closed += close_round(round=round)
        except Exception:
            logger.exception("review round %s was not closed", round.pk)
    return closed


@transaction.atomic
def close_round(*, round: ReviewRound) -> bool:
    """Show the reviews of a round, and let them count. Return False if somebody else closed it."""
    now = timezone.now()
    if not ReviewRound.objects.filter(pk=round.pk, closed_at=None).update(closed_at=now):
        return False
    round.refresh_from_db(fields=["closed_at"])
    _follow(round)
    arrived: Counter[int] = Counter()
    for review in counted_reviews(work__round=round):
        arrived[review.work_id] += 1
    works = list(round.works.select_related("enrollment", "submission"))
    record_round(round)
    owners = owners_of([work.submission for work in works])
    numbers = {owner: arrived[work.pk] for work in works for owner in owners[work.submission_id]}
    people = Enrollment.objects.active().filter(pk__in=[key for key, number in numbers.items() if number])
    texts = {user: arrived_words(round.lab, numbers[key]) for key, user in people.values_list("pk", "user")}
    notify_all(texts=texts, kind="review", link=f"{reviews_address(round.lab)}#received")
    lacking = sum(arrived[work.pk] < round.works_each and work.enrollment.is_active for work in works)
    if lacking:
        _notify_staff(round, lacking)
    return True


def arrived_words(lab: Lab, number: int) -> str:
    reviews = "A review of your work has" if number == 1 else f"{number} reviews of your work have"
    return f"{reviews} arrived: “{lab.title}”."


def _notify_staff(round: ReviewRound, lacking: int) -> None:
    works = "1 work has" if lacking == 1 else f"{lacking} works have"
    text = f"{works} too few reviews: “{round.lab.title}”, {round.cohort.title}."
    staff = roles_in(round.cohort_id, round.course_id).filter(user__is_active=True)
    people = staff.order_by().values_list("user", flat=True)
    notify_all(texts=dict.fromkeys(people, text), kind="review", link=reviews_address(round.lab, "staff/"))


@transaction.atomic
def move_deadline(*, round: ReviewRound, closes_at: datetime) -> None:
    """Set the deadline of a round that is not closed. Raises CannotSaveError."""
    if closes_at <= timezone.now():
        raise CannotSaveError("This time is over. Enter a later one, or close the round.")
    if not ReviewRound.objects.filter(pk=round.pk, closed_at=None).update(closes_at=closes_at):
        raise CannotSaveError(
            "The round is closed. Missing reviews can still be submitted, but are marked as late."
        )


def _follow(round: ReviewRound) -> None:
    # learners may have moved to other cohorts since the draw
    counting.ask_recount({round.cohort_id, *_cohorts(round)})
    transaction.on_commit(wake_counter, robust=True)


def _cohorts(round: ReviewRound) -> Iterable[int]:
    return round.works.order_by().values_list("enrollment__cohort", flat=True).distinct()
