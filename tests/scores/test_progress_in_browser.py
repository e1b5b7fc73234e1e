"""The progress page in a browser: accessible, no wider than the screen, and usable without JavaScript."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from lessons.models import Attendance, Meeting, Reading
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import (
    QUIZ_SOURCE,
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
)
from tests.scores.test_score_queries import submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]


@pytest.fixture
def learner():
    course = make_course("tiny", dropped_quizzes=1, attendance_weight=10, quiz_weight=20)
    learner = make_learner(course, time_zone="Europe/London")
    for number, title in enumerate(("DevOps foundations", "From models to a pipeline", "Containers")):
        session = make_session(course, title=title, prepare=[{"key": "git", "text": "Install Git"}])
        starts_at = timezone.now() + timedelta(days=7 * number - 15)
        meeting = Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=starts_at)
        for place in range(3):
            lab = make_lab(course, title=f"Version the project, part {place}")
            lesson = make_lesson(session, lab_slugs=[lab.slug])
            source = (
                QUIZ_SOURCE.replace("release: now", "release: now\nbonus: 5") if place == 2 else QUIZ_SOURCE
            )
            quiz = make_quiz(source, lesson=lesson)
            if number == 0:
                submit(learner, quiz, "1" if place else "0")
                Reading.objects.create(enrollment=learner, lesson=lesson, read_at=timezone.now())
                make_report(make_submission(learner, lab), {}, points=Decimal(65))
        if number < 2:
            Attendance.objects.create(meeting=meeting, enrollment=learner, is_present=not number)
    return learner


@pytest.mark.parametrize("look", [small_dark, wide_light])
def test_progress_is_accessible_and_fits_also_without_javascript(
    browser, live_server, learner, look, tmp_path
):
    address = reverse("progress", args=["tiny"])
    with open_context(browser, live_server, learner.user, **look()) as context:
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_contain_text("of 100 points. You need 70.")
        page.screenshot(path=tmp_path / "progress.png", full_page=True)
        assert axe_violations(page) == []
        assert not widens(page)
        page.goto("/")
        assert axe_violations(page) == []
    with open_context(browser, live_server, learner.user, **look(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("region", name="Table of sessions").get_by_role("link", name="of").last.click()
        expect(page.get_by_role("heading", name="Every quiz and lab")).to_be_visible()
