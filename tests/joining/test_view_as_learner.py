"""Staff view a course as a learner: visibly, with nothing written, left by one click, and recorded once."""

import pytest
from django.urls import reverse

from lessons.models import CourseStaff, Reading
from portal.accounts.models import AuditEntry
from tests.factories import make_cohort, make_lesson, make_session, make_staff, make_user

pytestmark = pytest.mark.django_db


def test_view_as_a_learner_is_marked_recorded_once_and_left_by_one_click(client):
    cohort = make_cohort()
    lesson = make_lesson(make_session(cohort.course))
    staff = make_staff(cohort.course, make_user(is_staff=True))
    client.force_login(staff)
    start = reverse("course_as_learner", args=[cohort.course.slug])
    page = client.get(start)
    text = page.content.decode()
    assert "You’re viewing this as a learner of Autumn" in text
    assert f'href="{cohort.course.get_absolute_url()}">Stop viewing' in text
    assert "form-action 'self'" in page["Content-Security-Policy"]
    view = page.context["view"]
    shown = client.get(view.page(lesson.get_absolute_url()))
    assert "form-action 'none'" in shown["Content-Security-Policy"]
    assert "You’re viewing this as a learner" in shown.content.decode()
    assert client.post(view.page(lesson.get_absolute_url())).status_code == 405
    assert not Reading.objects.exists()
    [entry] = AuditEntry.objects.filter(event="view")
    assert (entry.user, entry.what) == (staff, f"views {cohort.course} as a learner of Autumn")


def test_assistant_of_a_cohort_views_as_a_learner_of_that_cohort_only(client):
    own = make_cohort()
    other = make_cohort(own.course)
    user = make_user(is_staff=True)
    CourseStaff.objects.create(course=own.course, cohort=own, user=user, role="assistant")
    client.force_login(user)
    address = reverse("course_as_learner", args=[own.course.slug])
    page = client.get(address).content.decode()
    assert f'value="{own.slug}"' in page and f'value="{other.slug}"' not in page
    assert client.get(address, {"cohort": other.slug}).status_code == 422
