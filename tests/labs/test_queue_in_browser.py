"""The queue page in Chromium: it fits, and *Retry now* queues a submission that needs a person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from labs.grading import lifecycle, tasks
from labs.models import Delivery, LabTimes, State
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_lab, make_learner, make_submission
from tests.github.signing import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
LONG_FAULT = (
    "G-12AB: OSError: No space left on device: /srv/portal/practice/abcdefghijklmnop.git\n  labs/x.py:1 in f"
)


@pytest.mark.parametrize("look", LOOKS)
def test_queue_page_fits_and_a_submission_is_retried_from_it(look, browser, live_server, monkeypatch):
    monkeypatch.setattr(tasks, "wake", lambda: None)
    lab, now = make_lab(), timezone.now()
    staff = make_instructor(lab.course)
    failed = make_submission(lab=lab, state=State.FAULT, last_fault=LONG_FAULT, ended_at=now, tries=3)
    make_submission(lab=lab, state=State.CHECKING, worker="portal-worker-1.example.org 12345")
    make_submission(lab=lab, queued_at=now - timedelta(minutes=3))
    LabTimes.objects.create(lab=lab, results=40, half=3.4, most=125.2, counted_at=now)
    heard = make_connection(make_learner(lab.course), lab=lab, last_heard_at=now)
    Delivery.objects.create(connection=heard, guid="1", event="push", outcome=Delivery.Outcome.FAILED)
    with open_context(browser, live_server, staff, **look()) as context:
        page = context.new_page()
        page.goto(reverse("teach_queue"))
        assert (axe_violations(page), widens(page)) == ([], False)
        name = page.get_by_role("region", name="Messages from GitHub").get_by_role("link").bounding_box()
        assert name["width"] > 40  # not one letter on each line
        expect(page.get_by_role("region", name="Needs a person")).to_contain_text("labs/x.py:1 in f")
        page.get_by_role("button", name="Retry now").click()
        expect(page.get_by_text("1 needs a person")).to_have_count(0)
    failed.refresh_from_db()
    assert failed.state == State.QUEUED
    assert lifecycle.claim() is not None
