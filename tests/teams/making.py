"""Teams for tests."""

from labs.models import Lab, Team, TeamMember, TeamsBy
from lessons.models import Course, Enrollment
from tests.factories import make_cohort, make_course, make_enrollment, make_lab, make_user


def make_team_lab(course: Course | None = None, **fields) -> Lab:
    """A lab for teams of 2 or 3 that learners make."""
    fields = {"team_least": 2, "team_most": 3, "teams_by": TeamsBy.LEARNERS, **fields}
    return make_lab(course or make_course(), **fields)


def make_class(lab: Lab, size: int, **fields) -> list[Enrollment]:
    cohort = make_cohort(lab.course, **fields)
    return [make_enrollment(make_user(), cohort) for _ in range(size)]


def make_team(lab: Lab, *members: Enrollment, number: int = 1) -> Team:
    """A team whose work is filed under the first of its members."""
    team = Team.objects.create(lab=lab, cohort=members[0].cohort, holder=members[0], number=number)
    TeamMember.objects.bulk_create(TeamMember(team=team, lab=lab, enrollment=each) for each in members)
    return team
