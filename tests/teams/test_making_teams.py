import pytest

from labs import team_actions
from labs.models import Team, TeamInvitation, TeamMember, TeamsBy
from labs.team_actions import TeamError, draw
from labs.team_queries import members_of, team_of
from lessons.joining import end_enrollment
from portal.notices.models import Notice
from tests.factories import make_staff, make_submission
from tests.teams.making import make_class, make_team, make_team_lab

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_team_lab(team_most=2)


def notices_of(learner):
    return list(Notice.objects.filter(user=learner.user, kind="team").values_list("text", flat=True))


def test_learners_make_join_and_leave_a_team(lab):
    first, second, third = make_class(lab, 3)
    team = team_actions.found_team(lab=lab, learner=first)
    team_actions.join_team(lab=lab, learner=second, code=f" {team.code.upper()} ")
    assert members_of(first, lab) == [first, second]
    assert len(notices_of(first)) == 1

    with pytest.raises(TeamError, match="full"):
        team_actions.join_team(lab=lab, learner=third, code=team.code)
    with pytest.raises(TeamError, match="already"):
        team_actions.found_team(lab=lab, learner=second)

    team_actions.leave_team(team=team_of(first, lab), learner=first)
    assert members_of(second, lab) == [second]
    assert team_of(second, lab).holder == second
    team_actions.leave_team(team=team_of(second, lab), learner=second)
    assert not Team.objects.exists()


def test_somebody_who_left_the_course_takes_no_place_in_a_team(lab):
    first, second, third = make_class(lab, 3)
    team = make_team(lab, first, second)
    end_enrollment(enrollment=second, reason="", by=second.user)

    team_actions.join_team(lab=lab, learner=third, code=team.code)

    assert members_of(first, lab) == [first, third]


def test_a_code_of_another_cohort_or_lab_is_unknown(lab):
    (first,) = make_class(lab, 1)
    (other,) = make_class(lab, 1)
    team = team_actions.found_team(lab=lab, learner=first)
    another = make_team_lab(lab.course)

    for learner, of in ((other, lab), (first, another)):
        with pytest.raises(TeamError, match="No team"):
            team_actions.join_team(lab=of, learner=learner, code=team.code)


def test_a_team_that_has_submitted_is_closed_to_learners(lab):
    first, second, third = make_class(lab, 3)
    team = make_team(lab, first)
    make_submission(first, lab, team=team)

    with pytest.raises(TeamError, match="submitted"):
        team_actions.join_team(lab=lab, learner=second, code=team.code)
    with pytest.raises(TeamError, match="submitted"):
        team_actions.leave_team(team=team, learner=first)
    with pytest.raises(TeamError, match="submitted"):
        team_actions.invite(team=team, by=first, learner=third)


def test_learners_cannot_make_teams_that_staff_make():
    lab = make_team_lab(teams_by=TeamsBy.STAFF)
    (first,) = make_class(lab, 1)
    with pytest.raises(TeamError, match="staff"):
        team_actions.found_team(lab=lab, learner=first)


def test_an_invitation_is_sent_once_and_ends_with_any_team(lab):
    first, second, third = make_class(lab, 3)
    team = team_actions.found_team(lab=lab, learner=first)
    for _ in range(2):
        team_actions.invite(team=team_of(first, lab), by=first, learner=second)
    assert len(notices_of(second)) == 1

    team_actions.accept(invitation=TeamInvitation.objects.get(), learner=second)
    assert members_of(second, lab) == [first, second]
    assert not TeamInvitation.objects.exists()
    with pytest.raises(TeamError, match="has a team"):
        team_actions.invite(team=team, by=third, learner=second)


@pytest.mark.parametrize(
    ("people", "most", "sizes"), [(7, 3, [3, 2, 2]), (6, 3, [3, 3]), (4, 3, [2, 2]), (1, 3, [1])]
)
def test_a_draw_spreads_the_rest_and_repeats_with_its_seed(people, most, sizes):
    lab = make_team_lab()
    learners = make_class(lab, people)

    groups = draw(learners, "week 3", most=most)

    assert [len(group) for group in groups] == sizes
    assert draw(list(reversed(learners)), "week 3", most=most) == groups
    assert sorted(each.pk for group in groups for each in group) == [each.pk for each in learners]


def test_a_draw_leaves_those_in_a_team_where_they_are(lab):
    learners = make_class(lab, 5)
    make_team(lab, learners[0])
    staff = make_staff(lab.course)

    made = team_actions.make_at_random(lab=lab, cohort=learners[0].cohort, seed="a", by=staff)

    assert [team.number for team in made] == [2, 3]
    assert TeamMember.objects.count() == 5
    assert members_of(learners[0], lab) == [learners[0]]
    assert all(notices_of(each) for each in learners[1:])
    with pytest.raises(TeamError, match="already"):
        team_actions.make_at_random(lab=lab, cohort=learners[0].cohort, seed="a", by=staff)


def test_staff_move_a_member_of_a_team_that_has_submitted_with_a_reason(lab):
    first, second, third = make_class(lab, 3)
    team, other = make_team(lab, first, second), make_team(lab, third, number=2)
    submission = make_submission(first, lab, team=team)
    staff = make_staff(lab.course)

    with pytest.raises(TeamError, match="reason"):
        team_actions.move_member(learner=first, lab=lab, to=other, reason=" ", by=staff)
    team_actions.move_member(learner=first, lab=lab, to=other, reason="They asked", by=staff)

    assert members_of(first, lab) == [third, first]
    submission.refresh_from_db()
    assert (submission.enrollment, submission.team) == (second, team)
    assert all("Reason: They asked" in notices_of(each)[-1] for each in (first, second, third))
    with pytest.raises(TeamError, match="last member"):
        team_actions.move_member(learner=second, lab=lab, to=other, reason="x", by=staff)


def test_staff_move_nobody_into_a_full_team_or_one_of_another_cohort(lab):
    first, second, third = make_class(lab, 3)
    (stranger,) = make_class(lab, 1)
    team = make_team(lab, first, second)
    staff = make_staff(lab.course)

    with pytest.raises(TeamError, match="full"):
        team_actions.move_member(learner=third, lab=lab, to=team, reason="", by=staff)
    team_actions.move_member(learner=second, lab=lab, to=None, reason="", by=staff)
    with pytest.raises(TeamError, match="not a learner"):
        team_actions.move_member(learner=stranger, lab=lab, to=team, reason="", by=staff)
