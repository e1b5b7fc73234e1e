"""Prepare a learner's team for the lab page, and the page of all teams for staff."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse

from labs import team_queries
from labs.models import Lab, Submission, Team, TeamMember, TeamsBy
from labs.queries import OpenLab
from lessons.models import Cohort
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context

MAX_NAMED = 200  # learners without a team
TEAMS_ON_PAGE = 50


def team_context(found: OpenLab) -> Context:
    """Return the learner and their team. No query for a lab that is not for teams."""
    lab, learner = found.lab, found.learner
    if learner is None or learner.pk is None or not lab.is_for_teams:
        return {"learner": learner}
    makes = lab.teams_by == TeamsBy.LEARNERS and not learner.cohort.is_over
    if found.team is None:
        invitations = list(team_queries.invitations_of(learner, lab)) if makes else []
        return {
            "learner": learner,
            "makes_teams": makes,
            "invitations": invitations,
            "sizes": size_words(lab),
        }
    return {
        "learner": learner,
        "makes_teams": makes,
        "sizes": size_words(lab),
        **_own_team(found.team, makes),
    }


def _own_team(team: Team, makes: bool) -> Context:
    lab, members = team.lab, list(team_queries.team_members(team))
    is_locked = team_queries.is_locked(team)
    free = max(0, (lab.team_most or 0) - len(members))
    asks = makes and not is_locked and free
    waiting = team_queries.learners_without_team(lab, team.cohort)[:MAX_NAMED] if asks else ()
    return {
        "team": team,
        "members": members,
        "team_is_locked": is_locked,
        "free_places": free if asks else 0,
        "invitable": list(waiting),
        "too_small": team_queries.too_small_words(team.holder, lab),
    }


def size_words(lab: Lab) -> str:
    most, least = lab.team_most, lab.team_least
    return f"{most} people" if least == most else f"{least} to {most} people"


def teams_page(lab: Lab, cohort: Cohort | None, cohorts: list[Cohort], page: str) -> Context:
    crumbs = course_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Teams", ""))
    context = {"lab": lab, "course": lab.course, "cohort": cohort, "cohorts": cohorts, "crumbs": crumbs}
    if cohort is None or not lab.is_for_teams:
        return context
    waiting = list(team_queries.learners_without_team(lab, cohort)[: MAX_NAMED + 1])
    teams = Paginator(_teams(lab, cohort), TEAMS_ON_PAGE).get_page(page)
    return context | {
        "sizes": size_words(lab),
        "teams": teams,
        "waiting": waiting[:MAX_NAMED],
        "waiting_is_cut": len(waiting) > MAX_NAMED,
        "back": f"{reverse('lab_teams', args=[lab.course.slug, lab.slug])}?cohort={cohort.slug}",
    }


def _teams(lab: Lab, cohort: Cohort) -> Any:  # Any: annotated with `is_locked`
    submitted = Exists(Submission.objects.filter(team=OuterRef("pk")))
    places = Prefetch("members", TeamMember.objects.select_related("enrollment__user"))
    return Team.objects.filter(lab=lab, cohort=cohort).annotate(is_locked=submitted).prefetch_related(places)
