"""Count the points of reviewers again when a learner leaves or returns. Former learners neither owe nor get reviews."""

from functools import partial

from django.db import transaction
from django.db.models import Q

from labs.grading import counting
from labs.models import PeerReview, TeamMember
from lessons.models import Enrollment


def follow_reviews(learner: Enrollment) -> None:
    """Count again, after the transaction, the points of all reviewers whom a changed enrollment affects."""
    concerns = Q(reviewer=learner) | Q(work__enrollment=learner)
    rows = PeerReview.objects.filter(concerns, submitted_at=None, reviewer__isnull=False)
    keys = set(rows.order_by().values_list("reviewer", flat=True))
    if not keys:
        return
    teams = TeamMember.objects.filter(enrollment__in=keys).order_by()
    for key in sorted(keys | set(teams.values_list("team__holder", flat=True))):
        # each by itself: two people who leave at once never wait for each other
        transaction.on_commit(partial(counting.recount, key), robust=True)
