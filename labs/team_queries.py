"""Read teams, and find the learners of a submission. All code about the work of learners asks here."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from labs.models import Lab, Repository, Submission, Team, TeamInvitation, TeamMember, TeamsBy
from lessons.models import Cohort, Enrollment
from portal.accounts.models import User


def team_of(enrollment: Enrollment, lab: Lab) -> Team | None:
    """Return the team of a learner for a lab, with its holder; None without one, or if the lab is not for teams."""
    if not lab.is_for_teams:
        return None
    related = ("holder__user", "holder__cohort__course", "cohort")
    found = Team.objects.filter(lab=lab, members__enrollment=enrollment).select_related(*related).first()
    if found:
        found.lab = lab
    return found


def members_of(enrollment: Enrollment, lab: Lab) -> list[Enrollment]:
    """Return the members of the team of this enrollment for this lab, itself included; itself alone without a team."""
    team = team_of(enrollment, lab)
    return list(team_members(team)) if team else [enrollment]


def team_members(team: Team) -> QuerySet[Enrollment]:
    """Return the active members, in the order in which they joined."""
    found = Enrollment.objects.active().filter(team_places__team=team)
    return found.select_related("user").order_by("team_places__joined_at", "team_places__pk")


def people_of(submission: Submission) -> list[Enrollment]:
    """Return the learners of a submission: its learner, or the active members of its team."""
    if submission.team_id is None:
        return [submission.enrollment]
    return list(team_members(Team(pk=submission.team_id)))


def is_own_submission(submission: Submission, user: User | AnonymousUser) -> bool:
    """Return True for its learner, and for each member of its team."""
    if submission.team_id is None:
        return submission.enrollment.user_id == user.pk
    own = TeamMember.objects.filter(team=submission.team_id, enrollment__user=user.pk)
    return own.filter(enrollment__is_active=True).exists()


def own_enrollment_in(submission: Submission, user: User) -> Enrollment | None:
    """Return the enrollment of this person among `people_of`, None for staff. No query without a team."""
    if submission.team_id is None:
        return submission.enrollment if submission.enrollment.user_id == user.pk else None
    return next((each for each in people_of(submission) if each.user_id == user.pk), None)


def is_locked(team: Team) -> bool:
    """Return True once the team has submitted: only staff change its members then."""
    return Submission.objects.filter(team=team).exists()


def learners_without_team(lab: Lab, cohort: Cohort) -> QuerySet[Enrollment]:
    """Return the active learners of a cohort without a team for a lab, by name."""
    placed = TeamMember.objects.filter(lab=lab).values("enrollment")
    found = Enrollment.objects.active().filter(cohort=cohort).exclude(pk__in=placed)
    return found.select_related("user").order_by("user__name", "user__email", "pk")


def invitations_of(enrollment: Enrollment, lab: Lab) -> QuerySet[TeamInvitation]:
    """Return the invitations to teams that are not locked, newest first."""
    found = TeamInvitation.objects.filter(enrollment=enrollment, team__lab=lab, by__is_active=True)
    open_teams = found.filter(~Q(team__submissions__isnull=False))
    return open_teams.select_related("team", "by__user").order_by("-pk")


def too_small_words(holder: Enrollment, lab: Lab) -> str:
    """Say why a team that learners made cannot submit yet; "" if it may, and for a lab that is not for teams."""
    if not lab.is_for_teams:
        return ""
    team = Team.objects.filter(lab=lab, holder=holder).first()
    if team is None:
        return "This lab is done in teams. Join a team on the page of the lab first."
    if team.made_by != TeamsBy.LEARNERS or team_members(team).count() >= lab.team_least or is_locked(team):
        return ""
    return f"A team needs at least {lab.team_least} people before it can submit. Invite somebody on the lab page."


def has_work(lab: Lab) -> bool:
    """Return True if somebody has submitted: then teams can no longer be switched on or off."""
    return Submission.objects.filter(lab=lab).exists() or (
        Repository.objects.filter(lab=lab, receipts__isnull=False).exists()
    )
