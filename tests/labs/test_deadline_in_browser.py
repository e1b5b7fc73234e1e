"""Pages with deadlines in a real browser, as a learner and as an instructor."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labs.models import LabDeadline, LabExtension, State
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_lab, make_submission
from tests.labs.late_work import costly_lab, graded, learner
from tests.reports import make_engine_report
from tests.staff.conftest import add_address, change_address

__all__ = ["costly_lab", "learner"]

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def late(learner, costly_lab):
    """A late submission of a learner who has an extension for another lab."""
    lab = costly_lab
    learner.course.late_days = 3
    learner.course.save()
    due = timezone.now() - timedelta(days=2, hours=3)
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due - timedelta(hours=1))
    LabExtension.objects.create(enrollment=learner, lab=lab, until=due, reason="You were ill.")
    data = make_engine_report(readable="passed", commits="passed", readme="needs_work").to_json()
    return graded(learner, lab, 80, due + timedelta(days=4, hours=2), data)


@pytest.fixture
def locked(learner, late):
    """A lab that refuses late pushes, after its cut-off."""
    lab = make_lab(late.lab.course, title="Locked lab")
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now() - timedelta(days=9))
    return lab


@pytest.fixture
def waiting(learner, late):
    """A submission that has waited for an hour, since before the deadline."""
    now = timezone.now()
    lab = make_lab(late.lab.course, title="Waiting lab")
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=now - timedelta(minutes=30))
    return make_submission(learner, lab, state=State.QUEUED, queued_at=now - timedelta(hours=1))


def visit(browser, live_server, user, look, addresses):
    with open_context(browser, live_server, user, **look()) as context:
        page = context.new_page()
        for name, address in addresses.items():
            assert page.goto(address).ok, address
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{look.__name__}.png", full_page=True)
            assert axe_violations(page) == [], address
            assert not widens(page), address


@pytest.mark.parametrize("look", [small_dark, wide_light])
def test_pages_of_a_learner_are_accessible_and_fit(
    browser, live_server, learner, late, locked, waiting, look
):
    course = late.lab.course
    addresses = {
        "lab": late.lab.get_absolute_url(),
        "locked": locked.get_absolute_url(),
        "waiting-lab": waiting.lab.get_absolute_url(),
        "waiting": waiting.get_absolute_url(),
        "result": late.get_absolute_url(),
        "home": "/",
        "course": reverse("course", args=[course.slug]),
        "progress": reverse("progress", args=[course.slug]),
    }
    visit(browser, live_server, learner.user, look, addresses)


@pytest.mark.parametrize("look", [small_dark, wide_light])
def test_forms_of_staff_are_accessible_and_fit(browser, live_server, learner, late, look):
    addresses = {
        "deadline": change_address(LabDeadline.objects.get()),
        "extension": change_address(LabExtension.objects.get()),
        "new-extension": add_address("labs_labextension"),
        "extensions": reverse("admin:labs_labextension_changelist"),
        "lab-form": change_address(late.lab),
    }
    visit(browser, live_server, make_instructor(late.lab.course), look, addresses)
