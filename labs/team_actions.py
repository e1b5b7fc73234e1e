"""Make teams, join, invite, leave, move. Each function is one change with its transaction.

Each change of members locks the row of the team first, so that two learners never take the last place.
"""

import random
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.urls import reverse

from labs.grading import counting
from labs.grading.team_filing import LastMemberError, next_number, remove_member
from labs.models import Lab, Team, TeamInvitation, TeamMember, TeamsBy
from labs.team_queries import is_locked, learners_without_team, team_members
from lessons.models import Cohort, Enrollment
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify_all

MAX_INVITATIONS = 30  # that wait, of one team


class TeamError(Exception):
    """The team cannot be changed like this; the message says why, and what to do."""


# --- learners --------------------------------------------------------------------------------------------------------


@transaction.atomic
def found_team(*, lab: Lab, learner: Enrollment) -> Team:
    """Make a team of one. Raises TeamError."""
    _require_learners_choice(lab)
    _require_cohort(learner, learner.cohort)
    team = _make(lab, learner.cohort, [learner], TeamsBy.LEARNERS)
    record(Event.JOINING, f"{learner.user.email} made {team} for {lab}", user=learner.user)
    return team


@transaction.atomic
def join_team(*, lab: Lab, learner: Enrollment, code: str) -> Team:
    """Join the team with this code. Raises TeamError."""
    _require_learners_choice(lab)
    wanted = "".join(code.split()).lower()
    known = Team.objects.filter(lab=lab, cohort=learner.cohort_id, code=wanted).first() if wanted else None
    if known is None:
        raise TeamError("No team of your cohort has this code. Copy it again from a member of the team.")
    team = _lock(known.pk)
    _require_cohort(learner, team.cohort)
    if is_locked(team):
        raise TeamError(f"{team} has already submitted, so only staff can add people to it.")
    if team_members(team).count() >= (lab.team_most or 0):
        raise TeamError(f"{team} is full: it has {lab.team_most} people. Join another team, or make one.")
    _add(team, [learner])
    _notify(team, f"{learner.user.get_full_name()} joined {team} of {lab}.", but=learner)
    record(Event.JOINING, f"{learner.user.email} joined {team} for {lab}", user=learner.user)
    return team


@transaction.atomic
def invite(*, team: Team, by: Enrollment, learner: Enrollment) -> None:
    """Invite a learner of the cohort who has no team. A second invitation sends no second notice. Raises TeamError."""
    lab, locked = team.lab, _lock(team.pk)
    _require_learners_choice(lab)
    if is_locked(locked):
        raise TeamError(f"{team} has already submitted, so only staff can add people to it.")
    if not learners_without_team(lab, locked.cohort).filter(pk=learner.pk).exists():
        raise TeamError(f"{learner.user.get_full_name()} has a team by now. Invite somebody else.")
    if locked.invitations.count() >= MAX_INVITATIONS:
        raise TeamError(f"{team} has invited {MAX_INVITATIONS} people, which is the limit.")
    _, is_new = TeamInvitation.objects.get_or_create(team=locked, enrollment=learner, defaults={"by": by})
    if is_new:
        text = f"{by.user.get_full_name()} invites you to {team} of {lab}."
        notify_all(texts={learner.user_id: text}, kind="team", link=_page(lab))


@transaction.atomic
def accept(*, invitation: TeamInvitation, learner: Enrollment) -> Team:
    """Join the team of an invitation. Raises TeamError."""
    return join_team(lab=invitation.team.lab, learner=learner, code=invitation.team.code)


@transaction.atomic
def leave_team(*, team: Team, learner: Enrollment) -> None:
    """Leave before the first submission. The last member takes the team along. Raises TeamError."""
    lab, locked = team.lab, _lock(team.pk)
    _require_learners_choice(lab)
    if is_locked(locked):
        raise TeamError(f"{team} has already submitted, so only staff can change it. Ask them.")
    place = locked.members.select_related("team").filter(enrollment=learner).first()
    if place is None:
        return
    others = [each for each in team_members(locked) if each.pk != learner.pk]
    remove_member(place)
    text = f"{learner.user.get_full_name()} left {team} of {lab}."
    notify_all(texts={each.user_id: text for each in others}, kind="team", link=_page(lab))
    record(Event.JOINING, f"{learner.user.email} left {team} for {lab}", user=learner.user)


def _require_learners_choice(lab: Lab) -> None:
    if not lab.is_for_teams:
        raise TeamError("This lab is not done in teams.")
    if lab.teams_by != TeamsBy.LEARNERS:
        raise TeamError("The staff of the course make the teams of this lab. Ask them.")


def _require_cohort(learner: Enrollment, cohort: Cohort) -> None:
    if not Enrollment.objects.active().filter(pk=learner.pk, cohort=cohort).exists():
        raise TeamError(f"{learner.user.get_full_name()} is not a learner of {cohort}.")
    if cohort.is_over:
        raise TeamError(f"{cohort.title} is over, so its teams stay as they are.")


# --- staff -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_by_staff(*, lab: Lab, cohort: Cohort, learners: Sequence[Enrollment], by: User) -> Team:
    """Make a team of learners who have none. It may be below the minimum size. Raises TeamError."""
    if not learners:
        raise TeamError("Choose at least one learner.")
    if len(learners) > (lab.team_most or 0):
        raise TeamError(f"A team of this lab has at most {lab.team_most} people. Choose fewer.")
    for learner in learners:
        _require_active(learner, cohort)
    team = _make(lab, cohort, learners, TeamsBy.STAFF)
    record(Event.JOINING, f"{team} for {lab}: {_names(learners)}", user=by)
    _notify(team, f"You are in {team} of {lab}. The staff made it.")
    return team


@transaction.atomic
def make_at_random(*, lab: Lab, cohort: Cohort, seed: str, by: User) -> list[Team]:
    """Put the learners without a team into teams at random. The same seed and learners give the same teams.

    It makes as few teams as the maximum size allows. Their sizes differ by one at most. Raises TeamError.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    waiting = list(learners_without_team(lab, cohort).order_by("pk"))
    if not waiting:
        raise TeamError("Every learner of this cohort has a team already.")
    found = [
        _make(lab, cohort, group, TeamsBy.RANDOM) for group in draw(waiting, seed, most=lab.team_most or 1)
    ]
    record(Event.JOINING, f"{len(found)} teams for {lab} at random, seed {seed!r}", user=by)
    for team in found:
        _notify(team, f"You are in {team} of {lab}. It was drawn at random.")
    return found


def draw(learners: Sequence[Enrollment], seed: str, *, most: int) -> list[list[Enrollment]]:
    """Return groups of at most `most`, drawn with this seed. Their sizes differ by one at most."""
    order = sorted(learners, key=lambda each: each.pk)
    random.Random(seed).shuffle(order)  # noqa: S311 - to be repeated, not to be secret
    groups = -(-len(order) // most)
    return [order[start::groups] for start in range(groups)]


@transaction.atomic
def move_member(*, learner: Enrollment, lab: Lab, to: Team | None, reason: str, by: User) -> None:
    """Move a learner to a team, or out of theirs. Teams that have submitted need a reason. Raises TeamError.

    From then on, the result of the new team is theirs; that of the old team stays with its other members.
    """
    place = TeamMember.objects.filter(enrollment=learner, lab=lab).select_related("team").first()
    keys = sorted({each.pk for each in (place and place.team, to) if each})
    teams = {key: _lock(key) for key in keys}
    if place and to and place.team_id == to.pk:
        return
    if not reason.strip() and any(is_locked(team) for team in teams.values()):
        raise TeamError("This changes a team that has submitted. Enter a reason; its members see it.")
    before = place.team if place else None
    if place:
        _take_out(place, learner)
    if to:
        _put_into(teams[to.pk], learner, lab)
    _tell_of_move(learner, lab, before, teams[to.pk] if to else None, reason, by)
    for team in Team.objects.filter(pk__in=keys).order_by("holder"):
        counting.recount(team.holder_id)  # a deadline follows the latest extension of the members


def _take_out(place: TeamMember, learner: Enrollment) -> None:
    try:
        remove_member(place)
    except LastMemberError:
        raise TeamError(
            f"{learner.user.get_full_name()} is the last member of {place.team}, which has submitted. "
            "Move somebody else into it first, or move the others here."
        ) from None


def _put_into(team: Team, learner: Enrollment, lab: Lab) -> None:
    _require_active(learner, team.cohort)
    if team_members(team).count() >= (lab.team_most or 0):
        raise TeamError(f"{team} is full: it has {lab.team_most} people.")
    _add(team, [learner])


def _tell_of_move(
    learner: Enrollment, lab: Lab, before: Team | None, to: Team | None, reason: str, by: User
) -> None:
    name, why = learner.user.get_full_name(), f" Reason: {reason.strip()}" if reason.strip() else ""
    if before and before.pk and Team.objects.filter(pk=before.pk).exists():
        _notify(before, f"The staff took {name} out of {before} of {lab}.{why}")
    if to:
        _notify(to, f"The staff put {name} into {to} of {lab}.{why}", but=learner)
    own = (
        f"The staff put you into {to} of {lab}.{why}" if to else f"You are no longer in a team of {lab}.{why}"
    )
    notify_all(texts={learner.user_id: own}, kind="team", link=_page(lab))
    record(
        Event.JOINING,
        f"{learner.user.email}, {lab}: {before or 'no team'} to {to or 'no team'}{why}",
        user=by,
    )


def _require_active(learner: Enrollment, cohort: Cohort) -> None:
    if not Enrollment.objects.active().filter(pk=learner.pk, cohort=cohort).exists():
        raise TeamError(f"{learner.user.get_full_name()} is not a learner of {cohort}. Reload the page.")


# --- shared ----------------------------------------------------------------------------------------------------------


def _lock(key: int) -> Team:
    rows = Team.objects.select_for_update(of=("self",), no_key=True).select_related("cohort", "lab__course")
    team = rows.filter(pk=key).first()
    if team is None:
        raise TeamError("This team is gone. Reload the page.")
    return team


def _make(lab: Lab, cohort: Cohort, learners: Sequence[Enrollment], made_by: TeamsBy) -> Team:
    # one at a time, so that numbers and the place of a learner are taken once
    if not lab.is_for_teams:
        raise TeamError("This lab is not done in teams.")
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    taken = Team.objects.filter(lab=lab).values("holder")
    holder = Enrollment.objects.filter(pk__in=[each.pk for each in learners]).exclude(pk__in=taken).first()
    if holder is None:
        raise TeamError("Somebody has a team by now. Reload the page.")
    team = Team.objects.create(
        lab=lab,
        cohort=cohort,
        holder=holder,
        number=next_number(lab.pk, cohort.pk),
        made_by=made_by,
    )
    _add(team, learners)
    return team


def _add(team: Team, learners: Sequence[Enrollment]) -> None:
    rows = [TeamMember(team=team, lab_id=team.lab_id, enrollment=each) for each in learners]
    try:
        with transaction.atomic():
            TeamMember.objects.bulk_create(rows)
    except IntegrityError:
        names = "You are" if len(learners) == 1 else "Somebody is"
        raise TeamError(f"{names} in a team of this lab already. Reload the page.") from None
    TeamInvitation.objects.filter(enrollment__in=learners, team__lab=team.lab_id).delete()


def _notify(team: Team, text: str, but: Enrollment | None = None) -> None:
    people = [each for each in team_members(team) if but is None or each.pk != but.pk]
    notify_all(texts={each.user_id: text for each in people}, kind="team", link=_page(team.lab))


def _page(lab: Lab) -> str:
    return reverse("lab", args=[lab.course.slug, lab.slug])


def _names(learners: Sequence[Enrollment]) -> str:
    return ", ".join(each.user.email for each in learners)
