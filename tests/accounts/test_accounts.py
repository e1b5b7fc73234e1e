import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from lessons.models import Enrollment
from portal.accounts.models import User, validate_time_zone
from tests.factories import make_cohort, make_course, make_learner, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def sign_up(client, **fields):
    data = {
        "email": "New@Example.org",
        "password1": PASSWORD,
        "name": "First",
        "time_zone": "Europe/London",
        **fields,
    }
    return client.post(reverse("account_signup"), data)


def test_signing_up_requires_an_email_a_password_and_a_zone(client):
    assert sign_up(client).status_code == 302
    user = User.objects.get()
    assert (user.email, user.name, user.time_zone) == ("new@example.org", "First", "Europe/London")
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"password1": "short"}, "This password is too short. It must contain at least 12 characters."),
        ({"password1": "password1234"}, "This password is too common."),
        ({"email": "no address"}, "Enter an email address, such as name@example.org."),
        (
            {"time_zone": "Mars/Base"},
            "Mars/Base is not a time zone. Enter one such as Asia/Kolkata or Europe/London.",
        ),
    ],
)
def test_an_invalid_sign_up_says_why(client, fields, expected):
    response = sign_up(client, **fields)
    assert expected in response.content.decode()
    assert not User.objects.exists()


def test_files_beside_the_zones_are_not_time_zones(monkeypatch):
    """Some machines have files there that name the machine's own zone, or none."""
    files = {"localtime", "Factory", "posixrules", "leapseconds"}
    monkeypatch.setattr("zoneinfo.available_timezones", lambda: {*files, "UTC", "Asia/Kolkata"})
    for name in files:
        with pytest.raises(ValidationError, match=f"{name} is "):
            validate_time_zone(name)
    validate_time_zone("UTC")
    validate_time_zone("Asia/Kolkata")


def test_an_address_is_in_use_whatever_its_case(client):
    make_user("new@example.org")
    sign_up(client, email="NEW@example.org")
    assert User.objects.count() == 1


def test_a_person_signs_in_and_out(client):
    make_user("first@example.org", password=PASSWORD)
    response = client.post(reverse("account_login"), {"login": "First@example.org", "password": PASSWORD})
    assert response.url == "/"
    assert client.get(reverse("settings")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("settings")).status_code == 302


def test_a_wrong_password_and_an_unknown_address_read_the_same(client):
    """W14."""
    make_user("first@example.org", password=PASSWORD)
    answers = [
        client.post(
            reverse("account_login"), {"login": login, "password": "wrong wrong wrong"}
        ).content.decode()
        for login in ("first@example.org", "second@example.org")
    ]
    errors = [re.search(r'class="error">([^<]+)', answer).group(1) for answer in answers]
    assert errors[0] == errors[1]


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_unknown_address_costs_as_many_hashes_as_a_known_one(client, monkeypatch, page):
    """W14. The hashes are nearly all of the time of an answer."""
    make_user("first@example.org", password=PASSWORD)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    answers = []
    for email in ("first@example.org", "second@example.org"):
        hashed.clear()
        response = client.post(
            reverse(page), {"login": email, "password": "wrong wrong wrong", "email": email}, follow=True
        )
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
        answers.append((response.redirect_chain, text.replace(email, "EMAIL"), len(hashed)))
    assert answers[0] == answers[1]
    assert (answers[0][2] > 0) == (page == "account_login")


def test_a_password_is_reset_by_mail(client):
    """W3; the host of the link is tested in tests/web/test_mails.py."""
    make_user("first@example.org", password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "first@example.org"})
    link = re.search(r"http://\S+/accounts/password/reset/key/\S+", mail.outbox[0].body).group(0)
    form = client.get(link.removeprefix("http://testserver"), follow=True)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    client.post(form.redirect_chain[-1][0], new)
    assert User.objects.get().check_password("another long phrase")


def test_an_invitation_survives_signing_in(client):
    cohort = make_cohort(make_course(title="Tiny"))
    address = reverse("join_with_code", args=[cohort.invite_code])
    response = client.get(address)
    assert response.url.endswith(f"?next={address}")
    client.force_login(make_user())
    page = client.get(address).content.decode()
    assert f'value="{cohort.invite_code}"' in page


def test_joining_enrolls_once_however_often_the_form_is_sent(client):
    cohort = make_cohort(make_course())
    user = make_user()
    client.force_login(user)
    for code in (cohort.invite_code, f"  {cohort.invite_code.upper()} "):
        assert client.post(reverse("join"), {"code": code}).url == cohort.course.get_absolute_url()
    assert Enrollment.objects.get().user == user


def test_a_wrong_code_is_an_error_beside_its_field(client):
    client.force_login(make_user())
    response = client.post(reverse("join"), {"code": "wrong"})
    assert response.status_code == 422
    assert "No cohort has this code" in response.content.decode()


def test_a_closed_cohort_and_a_second_one_are_refused_with_a_reason(client):
    course = make_course()
    client.force_login(make_user())
    closed = make_cohort(course, open=False)
    response = client.post(reverse("join"), {"code": closed.invite_code})
    assert response.status_code == 409
    assert "no longer accepts learners" in response.content.decode()
    client.force_login(make_learner(course).user)
    response = client.post(reverse("join"), {"code": make_cohort(course).invite_code})
    assert "Ask your instructor to move you" in response.content.decode()


def test_the_account_page_changes_name_zone_and_github_name(client):
    user = make_user()
    client.force_login(user)
    data = {"name": "First", "time_zone": "America/New_York", "github_name": "first"}
    client.post(reverse("settings"), data)
    user.refresh_from_db()
    assert (user.name, user.time_zone, user.github_name) == ("First", "America/New_York", "first")
    assert client.post(reverse("settings"), {**data, "time_zone": "Nowhere"}).status_code == 422


@pytest.mark.parametrize(
    ("theme", "back", "kept", "target"),
    [
        ("dark", "/help/", "dark", "/help/"),
        ("light", "https://evil.example/", "light", "/"),
        ("dark", "//evil.example", "dark", "/"),
        ("system", "/", "", "/"),
        ('"><script>', "/", "", "/"),
    ],
)
def test_the_theme_is_a_cookie_and_leads_back_here(client, theme, back, kept, target):
    """W29; more forms are tested in tests/web/test_next.py."""
    response = client.post(reverse("theme"), {"theme": theme, "next": back})
    assert response.url == target
    assert response.cookies["theme"].value == kept
    page = client.get("/").content.decode()
    assert (f'data-theme="{kept}"' in page) == bool(kept)
