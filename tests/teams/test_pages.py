import pytest
from django.urls import reverse

from labs.models import Team, TeamMember, TeamsBy
from labs.team_queries import members_of, team_of
from lessons.models import CourseStaff
from lessons.pseudonyms import pseudonym_of
from portal.notices.models import Notice
from tests.factories import make_learner, make_report, make_staff, make_submission
from tests.reports import make_engine_report
from tests.teams.making import make_class, make_team, make_team_lab

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_team_lab()


def text_of(client, user, url):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def change(client, who, lab, **data):
    client.force_login(who.user)
    response = client.post(reverse("lab_team", args=[lab.course.slug, lab.slug]), data, follow=True)
    return response.content.decode()


def test_a_learner_makes_a_team_invites_and_the_other_joins(client, lab):
    first, second, third = make_class(lab, 3)
    page = text_of(client, first.user, lab.get_absolute_url())
    assert "You have no team yet." in page and "You can submit once you are in a team." in page
    assert "git push" not in page

    page = change(client, first, lab, do="make")
    assert "A team needs at least 2 people before it can submit." in page
    assert second.user.get_full_name() in page
    change(client, first, lab, do="invite", learner=second.pk)
    invitation = team_of(first, lab).invitations.get()
    assert Notice.objects.get(user=second.user).link == lab.get_absolute_url()
    page = change(client, second, lab, do="accept", invitation=invitation.pk)

    assert members_of(second, lab) == [first, second]
    assert "git push" in page and "before it can submit" not in page
    assert "This invitation is gone." in change(client, third, lab, do="accept", invitation=invitation.pk)
    assert "No team of your cohort has this code." in change(client, third, lab, do="join", code="x")
    assert "You left Team 1." in change(client, second, lab, do="leave")


def test_each_member_sees_the_history_and_result_and_another_team_does_not(client, lab):
    first, second, third, fourth = make_class(lab, 4)
    team = make_team(lab, first, second)
    make_team(lab, third, number=2)
    submission = make_submission(first, lab, team=team)
    make_report(submission, make_engine_report(readable="passed").to_json(), points=80, passed=True)
    url = submission.get_absolute_url()

    assert url in text_of(client, second.user, lab.get_absolute_url())
    assert url not in text_of(client, third.user, lab.get_absolute_url())
    for user, status in (
        (second.user, 200),
        (third.user, 404),
        (fourth.user, 404),
        (make_staff(lab.course), 200),
    ):
        client.force_login(user)
        assert client.get(url).status_code == status
    assert "so only staff can change it" in text_of(client, second.user, lab.get_absolute_url())


def test_a_lab_whose_teams_staff_make_says_so(client):
    lab = make_team_lab(teams_by=TeamsBy.STAFF)
    (first,) = make_class(lab, 1)
    assert "The staff of the course make the teams." in text_of(client, first.user, lab.get_absolute_url())
    assert "The staff of the course make the teams of this lab" in change(client, first, lab, do="make")


def test_staff_make_teams_by_hand_and_at_random_and_move_somebody(client, lab):
    people = make_class(lab, 5)
    staff = make_staff(lab.course)
    url = f"{reverse('lab_teams', args=[lab.course.slug, lab.slug])}?cohort={people[0].cohort.slug}"
    client.force_login(staff)

    client.post(url, {"do": "make", "learner": [people[0].pk, people[1].pk]})
    client.post(url, {"do": "draw", "seed": "autumn"})
    assert Team.objects.count() == 2
    page = client.post(url, {"do": "move", "learner": people[4].pk, "to": "1"}, follow=True).content.decode()
    assert "is now in Team 1." in page
    assert "Every learner of this cohort has a team." in page
    page = client.post(url, {"do": "move", "learner": people[4].pk, "to": "99"}, follow=True).content.decode()
    assert "The cohort has no team 99 for this lab." in page
    assert TeamMember.objects.filter(team__number=1).count() == 3


def test_the_staff_page_takes_as_many_queries_for_one_team_as_for_many(
    client, lab, django_assert_max_num_queries
):
    people = make_class(lab, 12)
    make_team(lab, people[0])
    staff = make_staff(lab.course)
    url = f"{reverse('lab_teams', args=[lab.course.slug, lab.slug])}?cohort={people[0].cohort.slug}"
    client.force_login(staff)
    client.get(url)
    with django_assert_max_num_queries(20) as one:
        client.get(url)
    for number, person in enumerate(people[1:8], 2):
        make_submission(person, lab, team=make_team(lab, person, number=number))
    with django_assert_max_num_queries(len(one)):
        client.get(url)


def test_staff_of_one_cohort_change_no_other(client, lab):
    own, other = make_class(lab, 1), make_class(lab, 1)
    person = make_learner().user
    CourseStaff.objects.create(course=lab.course, cohort=own[0].cohort, user=person)
    client.force_login(person)
    url = reverse("lab_teams", args=[lab.course.slug, lab.slug])
    assert client.get(f"{url}?cohort={other[0].cohort.slug}").status_code == 404
    client.post(f"{url}?cohort={own[0].cohort.slug}", {"do": "make", "learner": [other[0].pk]})
    assert not Team.objects.exists()


def test_assistant_of_a_course_marked_blindly_reads_no_names_on_the_staff_page(client, lab):
    first, second, waiting = make_class(lab, 3)
    make_team(lab, first, second)
    lab.course.marks_blindly = True
    lab.course.save()
    assistant = make_staff(lab.course)
    CourseStaff.objects.filter(user=assistant).update(role=CourseStaff.Role.ASSISTANT)
    page = text_of(client, assistant, reverse("lab_teams", args=[lab.course.slug, lab.slug]))
    for learner in (first, second, waiting):
        assert pseudonym_of(learner.pk) in page
        assert learner.user.email not in page
