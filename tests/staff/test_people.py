"""A course belongs to whoever makes it, who adds learners and assistants by email; an invitation has one code."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.html import escape

from lessons.models import Cohort, Course, CourseStaff, Enrollment, Meeting
from tests.authoring.conftest import make_instructor
from tests.factories import make_cohort, make_course, make_enrollment, make_session, make_staff, make_user
from tests.staff.conftest import add_address, change_address

pytestmark = pytest.mark.django_db

SCORING = {
    "lab_weight": 70,
    "quiz_weight": 30,
    "attendance_weight": 0,
    "checklist_weight": 0,
    "dropped_labs": 0,
    "dropped_quizzes": 0,
}
COURSE = {
    "title": "Data Basics",
    "summary": "",
    "time_zone": "Europe/London",
    "pass_mark": 70,
    **SCORING,
    "late_days": 0,
    "slug": "",
}
NO_MEETINGS = {"meetings-TOTAL_FORMS": 0, "meetings-INITIAL_FORMS": 0}
COHORT = {"title": "Spring 2027", "slug": "", "time_zone": "Europe/London", "open": "on"}


def errors(response) -> str:
    return " ".join(re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL))


# --- courses ---


def test_whoever_makes_a_course_is_its_instructor(staff, instructor):
    assert staff.post(add_address("lessons_course"), COURSE).status_code == 302
    made = Course.objects.get(slug="data-basics")
    assert made.staff.get(user=instructor).role == CourseStaff.Role.INSTRUCTOR
    assert "Data Basics" in staff.get(reverse("admin:lessons_course_changelist")).content.decode()
    assert staff.get(change_address(made)).status_code == 200
    assert "Data Basics" in staff.get(add_address("lessons_session")).content.decode()


def test_slug_that_is_taken_gets_a_number(staff):
    for slug in ("data-basics", "data-basics-2"):
        staff.post(add_address("lessons_course"), COURSE)
        assert Course.objects.filter(slug=slug).exists()


def test_slug_that_is_taken_is_refused_with_a_next_step(staff, course):
    make_session(course, slug="start")
    answer = staff.post(add_address("lessons_course"), {**COURSE, "slug": "mine"})
    assert errors(answer).endswith("The slug mine is taken. Choose a different one, such as mine-2.</li>")
    fields = {"course": course.pk, "title": "Start", "slug": "start", "summary": "", "prepare": ""}
    assert "Choose a different one, such as start-2." in errors(
        staff.post(add_address("lessons_session"), fields)
    )
    assert Course.objects.count() == 1


# --- learners ---


def enroll(staff, cohort, email, **more):
    return staff.post(add_address("lessons_enrollment"), {"cohort": cohort.pk, "email": email, **more})


def test_instructor_enrolls_a_learner_by_email(staff, course):
    learner, stranger = make_user("learner@example.org"), make_user()
    cohort = make_cohort(course, open=False)
    page = staff.get(add_address("lessons_enrollment")).content.decode()
    assert stranger.email not in page and "autocomplete" not in page.replace('autocomplete="', "")
    answer = enroll(staff, cohort, " LEARNER@example.org ", user=stranger.pk, course=make_course().pk)
    assert answer.status_code == 302
    enrolled = Enrollment.objects.get()
    assert (enrolled.user, enrolled.cohort, enrolled.course, enrolled.is_active) == (
        learner,
        cohort,
        course,
        True,
    )


def test_person_without_an_account_gets_the_invitation_to_send(staff, course, settings):
    settings.PUBLIC_URL = "https://portal.example"
    cohort = make_cohort(course)
    answer = enroll(staff, cohort, "nobody@example.org")
    assert f"https://portal.example/join/{cohort.invite_code}/" in errors(answer)
    assert "No account uses the email" in errors(answer)
    assert not Enrollment.objects.exists()


def test_learner_of_another_cohort_is_moved_on_a_page_that_asks_for_the_reason(staff, course):
    learner = make_enrollment(make_user("learner@example.org"), make_cohort(course, title="Autumn"))
    spring = make_cohort(course, title="Spring")
    assert "This person is already in Mine, Autumn" in errors(enroll(staff, spring, "learner@example.org"))
    page = staff.get(change_address(learner)).content.decode()
    assert reverse("change_learner", args=[course.slug, learner.pk]) in page
    assert 'name="cohort"' not in page and 'name="is_active"' not in page
    staff.post(change_address(learner), {"cohort": spring.pk})
    before = learner.cohort
    learner.refresh_from_db()
    assert (learner.cohort, learner.is_active) == (before, True)


def test_learner_who_left_is_enrolled_again(staff, course):
    left = make_enrollment(make_user("learner@example.org"), make_cohort(course), is_active=False)
    assert enroll(staff, left.cohort, "learner@example.org").status_code == 302
    assert Enrollment.objects.get().is_active
    Enrollment.objects.update(is_active=False)
    assert "add them with their email" in staff.get(change_address(left)).content.decode()


def test_ids_of_other_courses_are_refused_also_when_they_are_sent(staff, course):
    learner = make_user("learner@example.org")
    elsewhere = make_cohort()
    assert "Select a valid choice" in errors(enroll(staff, elsewhere, learner.email))
    assert "Select a valid choice" in errors(enroll(staff, make_cohort(pk=10**6), learner.email))
    mine = make_enrollment(learner, make_cohort(course))
    staff.post(change_address(mine), {"cohort": elsewhere.pk, "is_active": "on", "user": 1})
    theirs = {"email": learner.email, "course": elsewhere.course_id, "role": "assistant"}
    assert "Select a valid choice" in errors(staff.post(add_address("lessons_coursestaff"), theirs))
    assert not learner.teaches.exists() and learner.enrollments.get().cohort == mine.cohort


# --- staff of a course ---


def test_instructor_adds_an_assistant_who_may_then_open_the_admin(staff, course, client):
    helper = make_user("helper@example.org")
    fields = {"email": "Helper@example.org", "course": course.pk, "role": "assistant", "user": make_user().pk}
    assert staff.post(add_address("lessons_coursestaff"), fields).status_code == 302
    assert helper.teaches.get().role == CourseStaff.Role.ASSISTANT
    assert "already an assistant of Mine" in errors(staff.post(add_address("lessons_coursestaff"), fields))
    client.force_login(helper)
    assert client.get(change_address(course)).status_code == 200
    assert client.get(add_address("lessons_coursestaff")).status_code == 403
    assert client.post(change_address(helper.teaches.get()), {"role": "instructor"}).status_code == 403


def test_person_with_an_unconfirmed_address_cannot_become_staff(staff, course):
    helper = make_user("helper@example.org")
    fields = {"email": helper.email, "course": course.pk, "role": "assistant"}
    address = EmailAddress.objects.create(user=helper, email=helper.email, verified=False, primary=True)
    assert "is not confirmed yet" in errors(staff.post(add_address("lessons_coursestaff"), fields))
    assert not helper.teaches.exists()
    address.verified = True
    address.save()
    assert staff.post(add_address("lessons_coursestaff"), fields).status_code == 302
    nobody = {**fields, "email": "nobody@example.org"}
    assert "Ask them to sign up" in errors(staff.post(add_address("lessons_coursestaff"), nobody))


def ways_to_go(of) -> list[tuple[str, dict]]:
    """Each way in which somebody stops being an instructor: an address and what is sent there."""
    of_list = {"action": "delete_selected", "_selected_action": of.pk, "post": "yes"}
    return [
        (reverse("admin:lessons_coursestaff_delete", args=[of.pk]), {"post": "yes"}),
        (reverse("admin:lessons_coursestaff_changelist"), of_list),
        (change_address(of), {"role": "assistant"}),
    ]


def test_last_instructor_of_a_course_stays_until_there_is_another(staff, course, instructor):
    own = instructor.teaches.get()
    CourseStaff.objects.create(course=course, user=make_user(), role=CourseStaff.Role.ASSISTANT)
    for address, data in ways_to_go(own):
        answer = staff.post(address, data, follow=True)
        assert "Mine would have no instructor. Add another instructor first." in answer.content.decode()
        own.refresh_from_db()
        assert own.role == CourseStaff.Role.INSTRUCTOR, address
    make_staff(course)
    both = [staff.pk for staff in course.staff.filter(role=CourseStaff.Role.INSTRUCTOR)]
    address, data = ways_to_go(own)[1]
    assert (
        "Add another instructor"
        in staff.post(address, {**data, "_selected_action": both}, follow=True).content.decode()
    )
    assert course.staff.filter(pk__in=both).count() == 2
    staff.post(change_address(own), {"role": "assistant"})
    own.refresh_from_db()
    assert own.role == CourseStaff.Role.ASSISTANT


def test_administrator_may_leave_a_course_without_instructor(course, instructor, admin_client):
    for place in range(3):
        CourseStaff.objects.all().delete()
        address, data = ways_to_go(make_staff(course, instructor).teaches.get())[place]
        assert admin_client.post(address, data).status_code == 302
        assert not CourseStaff.objects.filter(role=CourseStaff.Role.INSTRUCTOR).exists(), address


# --- cohorts ---


def test_cohort_has_one_invitation_with_an_absolute_url_and_a_copy_button(staff, course, settings):
    settings.PUBLIC_URL = "https://portal.example"
    page = staff.get(add_address("lessons_cohort")).content.decode()
    assert "/join/" not in page and 'name="invite_code"' not in page
    answer = staff.post(
        add_address("lessons_cohort"), {**COHORT, **NO_MEETINGS, "course": course.pk}, follow=True
    )
    cohort = Cohort.objects.get()
    invitation = f"https://portal.example/join/{cohort.invite_code}/"
    assert cohort.slug == "spring-2027"
    assert f"Learners join at {invitation}" in answer.content.decode()
    page = staff.get(change_address(cohort)).content.decode()
    assert f"<code>{invitation}</code>" in page
    assert "js/copy" in page and "css/components" in page
    assert set(re.findall(r"/join/(\w+)/", page)) == {cohort.invite_code}


@pytest.mark.daily(3)
@pytest.mark.parametrize("code", ["", "short", "With Blanks", "UPPERCASE1", "a/b/c/d/e/f"])
def test_code_that_no_page_could_take_is_refused(staff, course, code):
    cohort = make_cohort(course)
    fields = {**COHORT, **NO_MEETINGS, "slug": cohort.slug, "invite_code": code}
    assert staff.post(change_address(cohort), fields).status_code == 200
    Cohort.objects.update(invite_code=code)
    assert staff.get(change_address(cohort)).status_code == 200
    assert staff.get(reverse("admin:lessons_cohort_changelist")).status_code == 200


def meeting(session, number=0):
    fields = {
        "session": session.pk,
        "starts_at_0": "2027-01-09",
        "starts_at_1": "20:30",
        "minutes": 180,
        "id": "",
    }
    return {f"meetings-{number}-{name}": value for name, value in {**fields, "join_url": ""}.items()}


def test_meeting_with_a_session_of_another_course_is_refused_in_words(staff, course, instructor):
    session, other = make_session(course), make_session(make_course(title="Other"))
    make_staff(other.course, instructor)
    fields = {**COHORT, "course": course.pk, "meetings-TOTAL_FORMS": 2, "meetings-INITIAL_FORMS": 0}
    answer = staff.post(add_address("lessons_cohort"), {**fields, **meeting(session), **meeting(other, 1)})
    assert escape("This session belongs to Other. Choose one from Mine.") in errors(answer)
    assert not Cohort.objects.exists()
    assert str(session) in answer.content.decode()
    cohort = make_cohort(course)
    alone = {"cohort": cohort.pk, **{name[11:]: value for name, value in meeting(other).items()}}
    assert "This session belongs to Other" in errors(staff.post(add_address("lessons_meeting"), alone))
    assert staff.post(add_address("lessons_meeting"), {**alone, "session": session.pk}).status_code == 302
    assert Meeting.objects.get().course == course


def test_form_of_a_cohort_reads_the_sessions_once(staff, course, django_assert_max_num_queries):
    cohort = make_cohort(course)
    for _ in range(12):
        Meeting.objects.create(cohort=cohort, session=make_session(course), starts_at="2027-01-09T20:30Z")
    with django_assert_max_num_queries(18) as few:
        staff.get(change_address(cohort))
    for _ in range(12):
        Meeting.objects.create(cohort=cohort, session=make_session(course), starts_at="2027-01-09T20:30Z")
    with django_assert_max_num_queries(len(few)):
        staff.get(change_address(cohort))


def test_another_instructor_sees_nothing_of_it(client, course):
    client.force_login(make_instructor(make_course()))
    learner = make_enrollment(make_user("learner@example.org"), make_cohort(course))
    for address in (add_address("lessons_enrollment"), add_address("lessons_coursestaff")):
        page = client.get(address).content.decode()
        assert "Mine" not in page and learner.user.email not in page
    assert client.get(change_address(learner)).status_code == 302


def test_meeting_that_no_page_could_show_is_refused(staff, course, client):
    session, cohort = make_session(course), make_cohort(course)
    alone = {"cohort": cohort.pk, **{name[11:]: value for name, value in meeting(session).items()}}
    for wrong in (
        {"minutes": 0},
        {"minutes": 10**9},
        {"starts_at_0": "0001-01-01"},
        {"starts_at_0": "9999-12-31"},
    ):
        assert staff.post(add_address("lessons_meeting"), {**alone, **wrong}).status_code == 200, wrong
    assert not Meeting.objects.exists()
    assert staff.post(add_address("lessons_meeting"), {**alone, "minutes": 1440}).status_code == 302
    learner = make_enrollment(make_user(), cohort)
    client.force_login(learner.user)
    for address in ("/", course.get_absolute_url(), reverse("progress", args=[course.slug])):
        assert client.get(address).status_code == 200
