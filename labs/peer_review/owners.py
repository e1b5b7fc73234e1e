"""The learners who made a work, alone or as a team: the only module of peer review that asks about teams."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from labs.models import Lab, Submission, TeamMember
from labs.team_queries import is_own_submission, people_of
from lessons.models import Enrollment
from portal.accounts.models import User

__all__ = ["is_own_submission", "made_by", "own_submissions", "owners_of", "users_of"]


def owners_of(submissions: Collection[Submission]) -> dict[int, frozenset[int]]:
    """Return the keys of the active enrollments that made each submission, by its key. One query."""
    teams = {each.team_id for each in submissions if each.team_id}
    members: dict[int, set[int]] = defaultdict(set)
    rows = TeamMember.objects.filter(team__in=teams, enrollment__is_active=True) if teams else ()
    for row in rows:
        members[row.team_id].add(row.enrollment_id)
    return {
        each.pk: frozenset(members[each.team_id] if each.team_id else {each.enrollment_id})
        for each in submissions
    }


def own_submissions(user: User, lab: Lab) -> set[int]:
    """Return the keys of the submissions that this person made for a lab, alone or in a team."""
    places = TeamMember.objects.filter(enrollment__user=user, enrollment__is_active=True, lab=lab)
    own = Q(team=None, enrollment__user=user) | Q(team__in=places.order_by().values("team"))
    return set(Submission.objects.filter(own, lab=lab).order_by().values_list("pk", flat=True))


def users_of(submission: Submission) -> list[User]:
    """Return the people who made a submission."""
    return [each.user for each in people_of(submission)]


def made_by(learner: Enrollment, work: str = "") -> Q:
    """Match the works of a learner or of their team; `work` is the lookup of the work, such as "work__"."""
    teams = TeamMember.objects.filter(enrollment=learner.pk).values("team")
    return Q(**{f"{work}enrollment": learner.pk}) | Q(**{f"{work}submission__team__in": teams})
