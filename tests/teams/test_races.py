"""Learners who act at the same moment, on both databases, with real transactions."""

import pytest

from labs import team_actions
from labs.models import Team, TeamMember
from labs.team_actions import TeamError
from labs.team_queries import team_members
from tests.factories import make_staff
from tests.servers import in_threads
from tests.teams.making import make_class, make_team_lab

pytestmark = pytest.mark.heavy
PEOPLE = 6


def attempt(action, **what) -> bool:
    try:
        action(**what)
    except TeamError:
        return False
    return True


def test_the_last_place_of_a_team_is_taken_once(database):
    lab = make_team_lab(team_most=2)
    first, *others = make_class(lab, PEOPLE + 1)
    team = team_actions.found_team(lab=lab, learner=first)

    def join(number: int) -> bool:
        return attempt(team_actions.join_team, lab=lab, learner=others[number], code=team.code)

    assert sorted(in_threads(database, join, PEOPLE)) == [False] * (PEOPLE - 1) + [True]
    assert team_members(team).count() == 2


def test_a_learner_who_makes_two_teams_and_is_drawn_at_once_is_in_one(database):
    lab = make_team_lab(team_most=2)
    people = make_class(lab, 4)
    staff = make_staff(lab.course)

    def act(number: int) -> bool:
        if number == 3:
            what = {"cohort": people[0].cohort, "seed": "a", "by": staff}
            return attempt(team_actions.make_at_random, lab=lab, **what)
        return attempt(team_actions.found_team, lab=lab, learner=people[0])

    in_threads(database, act, 4)
    assert TeamMember.objects.filter(enrollment=people[0]).count() == 1
    numbers = list(Team.objects.values_list("number", flat=True))
    assert sorted(numbers) == sorted(set(numbers))
    assert not Team.objects.filter(members=None).exists()
