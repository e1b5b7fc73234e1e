"""Home before, during and after the course in Chromium: accessible and no wider than the window."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import Cohort, Meeting
from portal.progress.models import CertificateRule
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_session,
    make_user,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]


@pytest.fixture
def learner(transactional_db):
    course = make_course(title="MLOps Edu")
    cohort, lab = make_cohort(course), make_lab(course, title="Your first repository")
    prepare = [
        {"key": key, "text": text} for key, text in (("git", "Install Git"), ("docker", "Install Docker"))
    ]
    html = [{"key": each["key"], "html": each["text"]} for each in prepare]
    session = make_session(course, title="Containers", prepare=prepare, prepare_html=html)
    make_lesson(session, title="Images", lab_slugs=[lab.slug])
    CertificateRule.objects.create(course=course)
    starts_at = timezone.now() + timedelta(days=2)
    Meeting.objects.create(
        cohort=cohort,
        session=session,
        starts_at=starts_at,
        minutes=180,
        join_url="https://meet.example.org/1",
    )
    return make_enrollment(make_user("learner@example.org", name="Learner A"), cohort)


@pytest.mark.parametrize("look", LOOKS)
def test_home_before_during_and_after_the_course(browser, live_server, learner, look):
    context = open_context(browser, live_server, learner.user, **look())
    page = context.new_page()
    now = timezone.now()
    states = {
        "Get ready for the course": {},
        "Live now: Containers": {"starts_at": now - timedelta(minutes=5)},
        "The course is over": {"starts_at": now - timedelta(days=30)},
    }
    for words, changes in states.items():
        if changes:
            Meeting.objects.update(**changes)
        Cohort.objects.update(is_over=words == "The course is over")
        page.goto("/")
        assert page.get_by_text(words).first.is_visible(), words
        assert not widens(page), words
        assert axe_violations(page) == [], words
    page.goto(learner.course.get_absolute_url())
    assert not widens(page) and axe_violations(page) == []
    context.close()
