"""A role in one cohort gives rights on its learners alone, on every page, in the admin and in marking."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from labs.models import Submission
from lessons.admin.scope import CourseScopedAdmin
from lessons.models import Cohort, CourseStaff, Enrollment
from lessons.queries import leads, teaches
from lessons.rights import cohorts_taught, leads_cohort, teaches_cohort, teaches_whole
from portal.accounts.roles import instructors
from tests.factories import make_cohort, make_course, make_enrollment, make_lab, make_submission, make_user
from tests.web.routes import routes
from tests.web.world import World, make_world

pytestmark = pytest.mark.django_db
ASSISTANT = CourseStaff.Role.ASSISTANT


def make_role(cohort: Cohort, role: str = ASSISTANT, **fields):
    user = make_user(is_staff=True, **fields)
    user.groups.add(instructors())
    CourseStaff.objects.create(course=cohort.course, cohort=cohort, user=user, role=role)
    return user


def test_role_in_a_cohort_gives_rights_on_its_learners_only():
    course = make_course()
    own, other = make_cohort(course), make_cohort(course)
    user = make_role(own, CourseStaff.Role.INSTRUCTOR)
    assert list(cohorts_taught(user)) == [own]
    assert (
        teaches(user, course) and teaches_cohort(user, own.pk, course) and leads_cohort(user, own.pk, course)
    )
    assert not teaches_cohort(user, other.pk, course)
    assert not teaches_whole(user, course) and not leads(user, course)


def test_one_person_has_a_different_role_in_each_cohort():
    course = make_course()
    learns, assists, leads_here = make_cohort(course), make_cohort(course), make_cohort(course)
    user = make_role(assists)
    CourseStaff.objects.create(course=course, cohort=leads_here, user=user, role=CourseStaff.Role.INSTRUCTOR)
    make_enrollment(user, learns)
    assert set(cohorts_taught(user)) == {assists, leads_here}
    assert leads_cohort(user, leads_here.pk, course) and not leads_cohort(user, assists.pk, course)
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseStaff.objects.create(course=course, cohort=assists, user=user)


def test_cohort_of_a_different_course_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseStaff.objects.create(course=make_course(), cohort=make_cohort(), user=make_user())
        connection.check_constraints()


def test_admin_of_each_row_of_a_learner_has_the_path_to_the_cohort():
    missing = []
    for model, options in admin.site._registry.items():
        fields = {field.name: field.related_model for field in model._meta.fields if field.is_relation}
        of_learner = {Enrollment, Cohort, Submission} & set(fields.values()) or "attempt" in fields
        is_scoped = isinstance(options, CourseScopedAdmin) and model is not CourseStaff
        if is_scoped and of_learner and not options.cohort_path:
            missing.append(model._meta.label)
    assert missing == []


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.mark.heavy
def test_no_page_shows_a_learner_of_another_cohort_to_an_assistant(world: World):
    user = make_role(world.peer.cohort, email="other-assistant@here.example")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    leaks, seen = [], 0
    for route in routes():
        answer = client.get(route.address(world.values(route)))
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content])
        seen += answer.status_code == 200
        if answer.status_code >= 500 or b"learner@here.example" in text or b"Learner here" in text:
            at = max(text.find(b"learner@here.example"), text.find(b"Learner here"))
            leaks.append(f"{answer.status_code} {route.text}: {text[max(0, at - 300) : at + 40]!r}")
    assert leaks == []
    assert seen > 40  # otherwise, the pages were refused for a different reason


def test_submission_of_another_cohort_is_not_found(client):
    lab = make_lab()
    own, other = make_cohort(lab.course), make_cohort(lab.course)
    client.force_login(make_role(own))
    for cohort, status in ((own, 200), (other, 404)):
        submission = make_submission(make_enrollment(cohort=cohort), lab)
        assert client.get(submission.get_absolute_url()).status_code == status
        again = reverse("submission_grade_again", args=[submission.public_id])
        assert client.post(again).status_code == (302 if status == 200 else 404)
    listed = client.get(reverse("admin:labs_submission_changelist"))
    assert listed.context["cl"].result_count == 1
