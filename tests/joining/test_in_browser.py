"""The pages of joining in a real browser: what axe finds, and whether a page scrolls sideways on a phone."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from lessons.models import Cohort, Meeting, RosterEntry, WaitingPlace
from portal import dev_mail
from tests.accounts.oidc_server import CLIENT, SECRET, oidc_server
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_cohort, make_course, make_enrollment, make_session, make_staff, make_user
from tests.teams.making import make_class, make_team, make_team_lab

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
LONG = "an-address-that-is-as-long-as-those-of-some-schools@students.department.example.org"
ROSTER = f'identifier,github_username,github_id,name\n007,octocat,583231,"Surname, Given"\n{LONG},,,\nwrong\n'
Opened = Callable[..., Page]


@pytest.fixture(params=LOOKS)
def opened(browser, live_server, request) -> Iterator[Opened]:
    """A function that opens a browser for a person, in one of the looks. Limits of sign-up begin anew."""
    cache.clear()
    contexts = []

    def open_page(user: Any = None, **options: Any) -> Page:
        contexts.append(open_context(browser, live_server, user, **request.param(**options)))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def faults_of(page: Page, name: str) -> list[str]:
    """Return what axe finds on the page that is open, and whether it scrolls sideways."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    return axe_violations(page) + (["scrolls sideways"] if widens(page) else [])


def look_at(page: Page, *addresses: str) -> dict[str, list[str]]:
    """Return the faults of pages, by address."""
    found = {}
    for number, address in enumerate(addresses):
        page.goto(address)
        found[address] = faults_of(page, f"{address.strip('/').replace('/', '-')[-60:]}-{number}")
    return {address: faults for address, faults in found.items() if faults}


@pytest.fixture
def cohort() -> Cohort:
    """A cohort with two meetings in India, two places, and a list of things to prepare."""
    course = make_course(summary="Train, ship and watch a model, in six evenings.")
    found = make_cohort(course, capacity=2, time_zone="Asia/Kolkata")
    for day, needed in ((5, [{"key": "git", "html": "A computer with <code>git</code>"}]), (12, [])):
        session = make_session(course, prepare_html=needed)
        starts_at = datetime(2031, 1, day, 15, 0, tzinfo=UTC)
        Meeting.objects.create(cohort=found, session=session, starts_at=starts_at)
    return found


def test_people_roster_and_moving_of_a_cohort(opened, cohort):
    staff = make_staff(cohort.course, make_user(is_staff=True))
    make_cohort(cohort.course)
    learner = make_enrollment(make_user(LONG, name="Learner A"), cohort)
    make_enrollment(make_user(), cohort)
    for number in range(2):
        WaitingPlace.objects.create(cohort=cohort, user=make_user(), position=number)
    RosterEntry.objects.create(
        cohort=cohort, key="a", email=LONG, state="refused", problem="The mail server refused this address."
    )
    RosterEntry.objects.create(cohort=cohort, key="b", identifier="007", name="Learner B")
    page, place = opened(staff), (cohort.course.slug, cohort.slug)
    addresses = (
        reverse("cohort_people", args=place),
        reverse("cohort_roster", args=place),
        reverse("change_learner", args=[cohort.course.slug, learner.pk]),
    )
    assert look_at(page, *addresses) == {}

    page.get_by_role("button", name="Move or end").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert faults_of(page, "move-error") == []
    page.goto(addresses[1])
    file = {"name": "classroom_roster.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    page.locator("input[type=file]").set_input_files([file])
    page.get_by_role("button", name="Preview the rows").click()
    expect(page.get_by_role("heading", name="2 rows to import from GitHub Classroom")).to_be_visible()
    assert faults_of(page, "roster-preview") == []
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("007")).to_have_count(2)


def test_new_deadline_of_a_learner_has_a_label(opened, cohort):
    staff = make_staff(cohort.course, make_user(is_staff=True))
    learner = make_enrollment(make_user(), cohort)
    page = opened(staff)
    page.goto(reverse("gradebook_learner", args=[cohort.course.slug, cohort.slug, learner.pk]))
    group = page.get_by_role("group", name="New deadline")
    expect(group.get_by_label("Date")).to_be_visible()
    expect(page.locator("label[for='']")).to_have_count(0)
    assert faults_of(page, "learner") == []


def test_invitation_and_leaving(opened, cohort):
    invitation = reverse("join_with_code", args=[cohort.invite_code])
    signed_out = opened(timezone_id="America/New_York")
    assert look_at(signed_out, invitation) == {}
    expect(signed_out.get_by_text("Sunday 5 January, 20:30 to 23:30 IST")).to_be_visible()
    own = re.compile(r"Sunday,? 5 January 2031.*10:00.*13:00 your time \(America/New_York\)")
    expect(signed_out.locator("[data-starts]").first).to_have_text(own)
    expect(signed_out.get_by_text("A computer with git")).to_have_count(1)
    same = opened(timezone_id="Asia/Calcutta")
    same.goto(invitation)
    expect(same.get_by_label("Time zone")).to_have_value("Asia/Kolkata")
    expect(same.get_by_text("your time")).to_have_count(0)
    learner = make_enrollment(make_user(time_zone="America/New_York"), cohort)
    leaving = reverse("leave_course", args=[cohort.course.slug])
    assert look_at(opened(learner.user), leaving) == {}
    visitor = opened(make_user(time_zone="Europe/London"))
    assert look_at(visitor, invitation) == {}
    make_enrollment(make_user(), cohort)
    assert look_at(visitor, invitation) == {}
    visitor.get_by_role("button", name="Join the waiting list").click()
    expect(visitor.get_by_text("You are number 1 on the waiting list")).to_be_visible()
    assert faults_of(visitor, "waiting") == []


def test_signing_up_and_confirming_the_email(opened, cohort):
    page = opened(timezone_id="Asia/Calcutta")
    page.goto(reverse("join_with_code", args=[cohort.invite_code]))
    page.get_by_label("Email").fill(LONG)
    page.get_by_label("Create a password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Create account and join").click()
    page.get_by_role("link", name="Confirm your email").click()
    expect(page.get_by_role("heading", name="Confirm your email")).to_be_visible()
    assert faults_of(page, "confirm") == []
    page.get_by_role("link", name="Enter the code").click()
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    assert faults_of(page, "code") == []


def test_first_sign_in_with_an_account_elsewhere(opened, cohort, settings):
    make_user("known@school.example", password="correct horse battery")
    with oidc_server() as server:
        settings.OIDC_NAME, settings.OIDC_SERVER_URL = "Example School", server.url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        for subject in ("new", "known"):
            client, page = Client(), opened()
            data = {"next": reverse("join_with_code", args=[cohort.invite_code])}
            went = client.post(reverse("oidc_login", args=["oidc"]), data)
            client.get(server.consent(went.url, subject))
            name = django_settings.SESSION_COOKIE_NAME
            page.goto("/healthz")
            page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": page.url}])
            page.goto(reverse("first_sign_in"))
            expect(page.get_by_text("You signed in to Example School")).to_be_visible()
            assert faults_of(page, f"first-{subject}") == []


def test_email_of_a_development_portal(opened, settings, tmp_path):
    settings.DEBUG, settings.VAR, settings.EMAIL_BACKEND = True, tmp_path, dev_mail.BACKEND
    page = opened()
    assert look_at(page, reverse("dev_mail")) == {}
    send_mail("Your code", f"Enter ABC123: http://localhost/{'long' * 40}/", None, [LONG])
    assert look_at(page, reverse("dev_mail")) == {}


def test_teams_of_a_lab(opened):
    lab = make_team_lab()
    first, second, third = make_class(lab, 3)
    make_team(lab, first, second)
    team, teams = (reverse(name, args=[lab.course.slug, lab.slug]) for name in ("lab_team", "lab_teams"))
    for learner in (first, third):
        assert look_at(opened(learner.user), team) == {}
    assert look_at(opened(make_staff(lab.course, make_user(is_staff=True))), teams) == {}
