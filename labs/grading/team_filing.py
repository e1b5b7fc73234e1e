"""Keep the work of a team under one of its members, also if the holder leaves."""

from django.db.models import Exists, Max, OuterRef

from labs.models import (
    Choice,
    MetCheck,
    Outage,
    Receipt,
    Repository,
    ReviewedWork,
    Submission,
    Team,
    TeamMember,
)
from labs.team_queries import is_locked
from lessons.models import Enrollment

_FILED = (Repository, Submission, Choice, MetCheck, Outage, ReviewedWork)  # have an enrollment and a lab


class LastMemberError(Exception):
    """The only member of a team that has submitted cannot leave it: its work would have no owner."""


def follow_enrollment(learner: Enrollment) -> None:
    """Follow a learner who left or moved, and is locked.

    Learners who left the course keep their place and their result. A move to another cohort ends both, but a team of
    one moves along with its work.
    """
    for place in TeamMember.objects.filter(enrollment=learner).select_related("team"):
        team = place.team
        if team.cohort_id != learner.cohort_id:
            _leave_cohort(place, learner)
        elif team.holder_id == learner.pk and not learner.is_active:
            file_under_another(team)


def _leave_cohort(place: TeamMember, learner: Enrollment) -> None:
    try:
        remove_member(place)
    except LastMemberError:
        number = next_number(place.team.lab_id, learner.cohort_id)
        Team.objects.filter(pk=place.team_id).update(cohort=learner.cohort_id, number=number)


def next_number(lab: int, cohort: int) -> int:
    last = Team.objects.filter(lab=lab, cohort=cohort).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def remove_member(place: TeamMember) -> None:
    """Take a learner out of a team, which keeps its work. A team without members and work is removed.

    Raises LastMemberError.
    """
    team = place.team
    if team.holder_id == place.enrollment_id and not file_under_another(team):
        if is_locked(team):
            raise LastMemberError
        team.delete()
        return
    place.delete()


def file_under_another(team: Team) -> bool:
    """File the work of a team under its next member, active ones first. Return False if it has no other member."""
    others = Enrollment.objects.filter(team_places__team=team).exclude(pk=team.holder_id)
    to = others.order_by("-is_active", "team_places__joined_at", "team_places__pk").first()
    if to is None:
        return False
    list(
        Enrollment.objects.select_for_update(no_key=True)
        .filter(pk__in=[team.holder_id, to.pk])
        .order_by("pk")
    )
    _remove_empty_repositories(team.lab_id, to)
    for model in _FILED:
        model._default_manager.filter(lab=team.lab_id, enrollment=team.holder_id).update(enrollment=to)
    Team.objects.filter(pk=team.pk).update(holder=to)
    team.holder = to
    return True


def _remove_empty_repositories(lab: int, learner: Enrollment) -> None:
    # from before they had a team: nothing was received from these
    received = Receipt.objects.filter(repository=OuterRef("pk"))
    Repository.objects.filter(~Exists(received), lab=lab, enrollment=learner).delete()
