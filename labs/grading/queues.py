"""The queues of submissions: which may be claimed, and whose turn it is. No writes here."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from labs.models import RUNNING, Lab, Queue, State, Submission
from lessons.models import CourseStaff, Enrollment
from lessons.models.release import Status

RECENT = timedelta(minutes=15)
CANDIDATES = 20
JUDGED = (State.GRADED, State.UNREADABLE, State.FAULT)
WAITS_FOR_PUBLICATION = (
    "Staff have set this lab back to a draft. Grading starts by itself when it is published again. "
    "You don’t have to do anything."
)


def claimable(queue: Queue = Queue.LIVE) -> QuerySet[Submission]:
    """Return claimable submissions of a queue, except those that wait after a fault or for their lab.

    The lab may be a draft, or its environment may be missing.

    A partial unique index lets each learner have one running.
    """
    running = Submission.objects.filter(enrollment=OuterRef("enrollment"), state__in=RUNNING)
    unbuilt = Lab.objects.filter(current__environment_missing=True).order_by().values("pk")
    due = Q(not_before=None) | Q(not_before__lte=timezone.now())
    queued = Submission.objects.filter(due, state=State.QUEUED, queue=queue)
    ready = queued.exclude(lab__in=unbuilt).exclude(Exists(running))
    return ready.exclude(of_a_draft()) if queue == Queue.LIVE else ready


def of_a_draft() -> Q:
    """Match the submissions to labs that were set back to drafts, except those of staff, who may try a draft."""
    staff = CourseStaff.objects.filter(user=OuterRef("enrollment__user"), course=OuterRef("course"))
    drafts = Lab.objects.filter(status=Status.DRAFT).order_by().values("pk")
    return Q(lab__in=drafts) & ~Exists(staff) & Q(enrollment__user__is_superuser=False)


def waits_for_publication(submission: Submission) -> bool:
    own = Submission.objects.filter(pk=submission.pk, state=State.QUEUED, queue=Queue.LIVE)
    return submission.lab.is_draft and own.filter(of_a_draft()).exists()


def longest_wait() -> timedelta:
    oldest = claimable().order_by("queued_at").values_list("queued_at", flat=True).first()
    return max(timezone.now() - oldest, timedelta()) if oldest else timedelta()


def in_fair_order(queue: Queue) -> list[Submission]:
    """Return the oldest submissions, one per learner, those of learners with the fewest verdicts in 15 minutes first.

    Runs for each claim, so it looks at CANDIDATES learners only; all others are ordered by age, so nobody is
    overtaken for ever.
    """
    oldest = _oldest_of_each_learner(queue)
    if len(oldest) < 2:
        return oldest
    verdicts = _count_recent_verdicts([row.enrollment_id for row in oldest])
    return sorted(oldest, key=lambda row: verdicts[row.enrollment_id])  # stable, so ties stay ordered by age


def _oldest_of_each_learner(queue: Queue) -> list[Submission]:
    # The oldest submission of each of the first CANDIDATES learners, by age. Most learners wait with one submission,
    # so the first rows suffice. A single statement for each learner's oldest makes PostgreSQL scan every waiting row.
    by_age = claimable(queue).order_by("queued_at", "pk").only("enrollment", "token", "tries")
    found: dict[int, Submission] = {}
    limit = CANDIDATES
    while len(found) < CANDIDATES:
        rows = list(by_age.exclude(enrollment__in=list(found))[:limit])
        for row in rows:
            found.setdefault(row.enrollment_id, row)
        if len(rows) < limit:
            break
        limit = 5 * CANDIDATES
    return list(found.values())[:CANDIDATES]


def _count_recent_verdicts(learners: Sequence[int]) -> dict[int, int]:
    verdicts = Submission.objects.filter(state__in=JUDGED, ended_at__gte=timezone.now() - RECENT).order_by()
    own = verdicts.filter(enrollment=OuterRef("pk")).values("enrollment").annotate(count=Count("pk"))
    # One index lookup per learner: counted for all at once, PostgreSQL scans all submissions.
    counts = Coalesce(Subquery(own.values("count")), 0)
    return dict(Enrollment.objects.filter(pk__in=learners).order_by().values_list("pk", counts))
