from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labs import team_actions
from labs.models import Lab, Team, TeamInvitation
from labs.pages.teams import teams_page
from labs.queries import OpenLab, get_open_lab
from labs.staff_queries import get_lab_taught
from labs.team_actions import TeamError
from labs.team_queries import learners_without_team
from lessons.models import Cohort, Enrollment
from lessons.pages.numbers import read_number
from lessons.pseudonyms import Names, sees_names
from lessons.rights import cohorts_taught
from portal.accounts.http import UserRequest

MAX_CHOSEN = 20


@never_cache
@login_required
def lab_team(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """Change the user's own team. A GET, and a POST by anybody else, is redirected to the lab."""
    found = get_open_lab(request.user, course, lab)
    do = _OF_LEARNER.get(request.POST.get("do", "")) if request.method == "POST" else None
    if do is not None and found.learner is not None:
        try:
            messages.success(request, do(request, found, found.learner))
        except TeamError as error:
            messages.error(request, str(error))
    return redirect(found.lab)


def _start(request: UserRequest, found: OpenLab, learner: Enrollment) -> str:
    team = team_actions.found_team(lab=found.lab, learner=learner)
    return f"You made {team}. Invite others, or give them its code."


def _join(request: UserRequest, found: OpenLab, learner: Enrollment) -> str:
    code = request.POST.get("code", "")[:100]
    return f"You are in {team_actions.join_team(lab=found.lab, learner=learner, code=code)}."


def _accept(request: UserRequest, found: OpenLab, learner: Enrollment) -> str:
    own = TeamInvitation.objects.filter(enrollment=learner, team__lab=found.lab)
    invitation = (
        own.select_related("team__lab").filter(pk=read_number(request.POST.get("invitation", ""))).first()
    )
    if invitation is None:
        raise TeamError("This invitation is gone. Ask the team for its code.")
    return f"You are in {team_actions.accept(invitation=invitation, learner=learner)}."


def _invite(request: UserRequest, found: OpenLab, learner: Enrollment) -> str:
    team = _own(found)
    waiting = learners_without_team(found.lab, learner.cohort)
    chosen = waiting.filter(pk=read_number(request.POST.get("learner", ""))).first()
    if chosen is None:
        raise TeamError("Choose somebody of your cohort who has no team.")
    team_actions.invite(team=team, by=learner, learner=chosen)
    return f"You invited {chosen.user.get_full_name()}."


def _leave(request: UserRequest, found: OpenLab, learner: Enrollment) -> str:
    team = _own(found)
    team_actions.leave_team(team=team, learner=learner)
    return f"You left {team}."


def _own(found: OpenLab) -> Team:
    if found.team is None:
        raise TeamError("You are not in a team for this lab.")
    return found.team


_OF_LEARNER: dict[str, Callable[[UserRequest, OpenLab, Enrollment], str]] = {
    "make": _start,
    "join": _join,
    "accept": _accept,
    "invite": _invite,
    "leave": _leave,
}


# --- staff -----------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_teams(request: UserRequest, course: str, lab: str) -> HttpResponse:
    """Show the teams of a cohort and the learners without one, and change them."""
    found = get_lab_taught(request.user, course, lab)
    cohorts = list(cohorts_taught(request.user).filter(course=found.course).order_by("-pk"))
    asked = request.GET.get("cohort", "")
    cohort = next((each for each in cohorts if each.slug == asked), None if asked else _first(cohorts))
    if asked and cohort is None:
        raise Http404
    if request.method == "POST":
        return _change(request, found, cohort)
    context = teams_page(found, cohort, cohorts, request.GET.get("page", ""))
    context["shows_names"] = cohort is not None and sees_names(request.user, found.course, cohort.pk)
    return render(request, "labs/teams.html", context)


def _first(cohorts: list[Cohort]) -> Cohort | None:
    return next((each for each in cohorts if not each.is_over), next(iter(cohorts), None))


def _change(request: UserRequest, lab: Lab, cohort: Cohort | None) -> HttpResponse:
    do = _OF_STAFF.get(request.POST.get("do", ""))
    if cohort is None:
        return redirect("lab_teams", lab.course.slug, lab.slug)
    if do is not None:
        try:
            messages.success(request, do(request, lab, cohort))
        except TeamError as error:
            messages.error(request, str(error))
    page = reverse("lab_teams", args=[lab.course.slug, lab.slug])
    return redirect(f"{page}?cohort={cohort.slug}")


# Any: a queryset of enrollments
def _learners(cohort: Cohort) -> Any:
    return Enrollment.objects.active().filter(cohort=cohort).select_related("user", "course")


def _make(request: UserRequest, lab: Lab, cohort: Cohort) -> str:
    keys = [read_number(each) for each in request.POST.getlist("learner")[: MAX_CHOSEN + 1]]
    chosen = list(_learners(cohort).filter(pk__in=keys))
    team = team_actions.make_by_staff(lab=lab, cohort=cohort, learners=chosen, by=request.user)
    return f"You made {team}."


def _draw(request: UserRequest, lab: Lab, cohort: Cohort) -> str:
    seed = request.POST.get("seed", "")[:60].strip() or cohort.slug
    made = team_actions.make_at_random(lab=lab, cohort=cohort, seed=seed, by=request.user)
    return f"{len(made)} team{'s were' if len(made) > 1 else ' was'} drawn with the seed “{seed}”."


def _move(request: UserRequest, lab: Lab, cohort: Cohort) -> str:
    learner = _learners(cohort).filter(pk=read_number(request.POST.get("learner", ""))).first()
    if learner is None:
        raise TeamError("This learner is no longer in the cohort.")
    typed = request.POST.get("to", "").strip()
    to = Team.objects.filter(lab=lab, cohort=cohort, number=read_number(typed)).first() if typed else None
    if typed and to is None:
        raise TeamError(f"The cohort has no team {typed[:20]} for this lab. Nothing was changed.")
    reason = request.POST.get("reason", "")[:500]
    team_actions.move_member(learner=learner, lab=lab, to=to, reason=reason, by=request.user)
    name = Names(request.user).of(learner)
    return f"{name} is {f'now in {to}' if to else 'no longer in a team'}."


_OF_STAFF: dict[str, Callable[[UserRequest, Lab, Cohort], str]] = {
    "make": _make,
    "draw": _draw,
    "move": _move,
}
