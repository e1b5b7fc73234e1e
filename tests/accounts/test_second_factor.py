"""W15 to W17: staff and their second factor."""

import re
import time
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.checks import run_checks
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import Job, give_job
from tests.factories import (
    make_cohort,
    make_course,
    make_learner,
    make_lesson,
    make_session,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
STAFF_PAGES = (
    "/staff/",
    "/staff/lessons/lesson/",
    "/courses/tiny/draft/",
    "/courses/tiny/draft/as-learner/",
    "/teach/tiny/gradebook/autumn/",
    "/",
)


@pytest.fixture(autouse=True)
def asked_for(settings, time_machine):
    settings.STAFF_SECOND_FACTOR = True
    time_machine.move_to("2026-11-28T10:00Z", tick=False)


@pytest.fixture
def course():
    course = make_course("tiny")
    make_lesson(make_session(course), "draft", status="draft")
    make_cohort(course, slug="autumn")
    return course


@pytest.fixture
def instructor(course):
    user = make_staff(course, make_user("teacher@example.org", password=PASSWORD))
    give_job(user=user, job=Job.INSTRUCTOR)
    return user


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, email="teacher@example.org"):
    return client.post("/accounts/login/?next=/staff/", {"login": email, "password": PASSWORD})


def set_up_app(client) -> str:
    """Set up an app through the pages, as a person does; return its secret."""
    client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    # as without the test's transaction
    with mock.patch("django.db.transaction.on_commit", lambda call: call()):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


def test_staff_pages_open_only_after_a_second_factor_is_set_up(client, instructor):
    """W15."""
    assert sign_in(client).url == "/staff/"
    for page in STAFF_PAGES:
        assert client.get(page).url.startswith("/accounts/2fa/?next="), page
    assert client.post("/markdownx/markdownify/", {"content": "kept"}).status_code == 403
    assert client.get("/staff/", headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/2fa/"
    for page in ("/account/settings/", "/accounts/2fa/", "/accounts/email/", "/help/", "/account/tokens/"):
        assert client.get(page).status_code == 200, page
    set_up_app(client)
    assert [client.get(page).status_code for page in STAFF_PAGES] == [200] * len(STAFF_PAGES)


def test_sign_in_asks_for_a_code_that_works_once(client, instructor, time_machine):
    """W16."""
    sign_in(client)
    secret = set_up_app(client)
    again = Client()
    assert sign_in(again).url == "/accounts/2fa/authenticate/"
    assert again.get("/account/settings/").status_code == 302  # not signed in yet
    assert (
        "not correct" in again.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).content.decode()
    )
    time_machine.shift(30)
    code = code_of(secret)
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).url == "/staff/"
    assert again.get("/staff/").status_code == 200
    third = Client()
    sign_in(third)
    assert (
        "Each code works once" in third.post("/accounts/2fa/authenticate/", {"code": code}).content.decode()
    )
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert third.post("/accounts/2fa/authenticate/", {"code": recovery}).url == "/staff/"
    fourth = Client()
    sign_in(fourth)
    assert fourth.post("/accounts/2fa/authenticate/", {"code": recovery}).status_code == 200


def test_password_reset_keeps_the_second_factor(client, instructor):
    """W17."""
    sign_in(client)
    set_up_app(client)
    other = Client()
    other.post("/accounts/password/reset/", {"email": instructor.email})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]
    form = other.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    assert other.post(form, new).status_code == 302
    assert other.get("/account/settings/").status_code == 302
    answer = other.post("/accounts/login/", {"login": instructor.email, "password": "another long phrase"})
    assert answer.url == "/accounts/2fa/authenticate/"


def test_role_given_during_a_sign_in_counts_at_once(client, course):
    """A learner with their own app becomes staff of another course and must use it now."""
    user = make_user("teacher@example.org", password=PASSWORD)
    sign_in(client)
    assert client.get("/").status_code == 200
    make_staff(course, user)
    assert client.get("/courses/tiny/draft/").url.startswith("/accounts/2fa/")
    secret = set_up_app(client)
    other = Client()
    other.force_login(user)
    answer = other.get("/courses/tiny/draft/")
    assert answer.url.startswith("/accounts/2fa/reauthenticate/?next=")
    assert other.post(answer.url, {"code": code_of(secret)}).status_code == 200  # used already


def test_another_user_of_the_same_browser_does_not_inherit_the_second_factor(client, instructor):
    sign_in(client)
    set_up_app(client)
    other = make_user("other@example.org", is_staff=True)
    client.force_login(other)
    assert client.get("/staff/").url.startswith("/accounts/2fa/")


def test_learners_are_not_asked(client, course):
    client.force_login(make_learner(course).user)
    assert client.get("/").status_code == 200
    assert client.get("/courses/tiny/").status_code == 200


def test_without_a_second_factor_the_staff_pages_are_closed(client, instructor):
    sign_in(client)
    set_up_app(client)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert client.get("/staff/").url.startswith("/accounts/2fa/")


def test_unconfirmed_address_is_reported_when_a_second_factor_is_set_up(client):
    user = make_user("teacher@example.org", password=PASSWORD, is_staff=True)
    user.emailaddress_set.create(email=user.email, primary=True, verified=False)
    client.force_login(user)
    assert "confirm your email address" in client.get("/accounts/2fa/").content.decode()


@pytest.mark.parametrize(
    ("own", "is_refused"),
    [
        ({"DEBUG": True, "ALLOWED_HOSTS": [], "PUBLIC_URL": "http://localhost:8000"}, False),
        ({"DEBUG": True, "ALLOWED_HOSTS": ["localhost"], "PUBLIC_URL": "http://127.0.0.1:8000"}, False),
        ({"DEBUG": False, "ALLOWED_HOSTS": ["localhost"], "PUBLIC_URL": "http://localhost"}, True),
        ({"DEBUG": True, "ALLOWED_HOSTS": ["portal.example.org"], "PUBLIC_URL": "http://localhost"}, True),
        ({"DEBUG": True, "ALLOWED_HOSTS": ["*"], "PUBLIC_URL": "http://localhost"}, True),
        ({"DEBUG": True, "ALLOWED_HOSTS": [], "PUBLIC_URL": "https://portal.example.org"}, True),
    ],
)
def test_second_factor_can_be_switched_off_only_on_this_machine(settings, own, is_refused):
    settings.STAFF_SECOND_FACTOR = False
    for name, value in own.items():
        setattr(settings, name, value)
    assert ("portal.E008" in {found.id for found in run_checks()}) is is_refused


def test_administrator_removes_the_second_factor_of_somebody_who_lost_it(client, instructor):
    sign_in(client)
    set_up_app(client)
    settings_page = Client()
    settings_page.force_login(User.objects.create_superuser("admin@example.org"))
    session = settings_page.session
    session["second_factor_of"] = User.objects.get(email="admin@example.org").pk
    session.save()
    row = Authenticator.objects.get(type="totp")
    page = settings_page.get(f"/staff/mfa/authenticator/{row.pk}/change/").content.decode()
    assert row.data["secret"] not in page
    settings_page.post(f"/staff/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(type="totp").exists()
