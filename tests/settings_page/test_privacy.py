"""The page of what is kept, and its acceptance if the operator asks for it."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.template.loader import get_template, render_to_string
from django.test import Client

from portal.accounts.first_sign_in_forms import FirstSignInForm
from portal.accounts.models import AuditEntry, User
from portal.checks import TAG
from portal.progress.privacy.kept import GROUPS
from tests.factories import make_course, make_learner, make_staff, make_user
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parents[2] / "docs/privacy.md"
ROWS = [row for _, rows in GROUPS for row in rows]
NEW = {"email": "new@example.org", "password1": "correct-horse-battery", "time_zone": "Asia/Kolkata"}


@pytest.fixture
def asks(settings):
    settings.PRIVACY_VERSION = "2026-11"
    return settings


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_page_shows_each_row_of_the_table_to_visitors_without_a_query(django_assert_num_queries, settings):
    settings.NOTICE_DAYS = 77
    with django_assert_num_queries(0):
        text = text_of(Client().get("/privacy/"))
    assert [row.name for row in ROWS if f">{row.name}</h3>" not in text] == []
    assert "<dd>77 days, and the newest 100 notices</dd>" in text
    assert '<a href="/privacy/">What we keep</a>' in text_of(Client().get("/help/"))


def test_document_for_operators_names_each_row_and_its_setting():
    text = DOCUMENT.read_text()
    table = text.split("## ")[0]
    assert [row.name for row in ROWS if row.name not in table] == []
    assert [row.setting for row in ROWS if row.setting and f"`{row.setting}`" not in table] == []


def test_text_of_the_operator_is_shown_without_its_html_and_read_again(settings, tmp_path):
    path = tmp_path / "privacy.md"
    path.write_text("We are the **school**. <script>alert(1)</script> [Rules](https://example.org/rules)")
    settings.PRIVACY_TEXT = str(path)
    text = text_of(Client().get("/privacy/"))
    assert "<strong>school</strong>" in text
    assert 'href="https://example.org/rules"' in text
    assert "<script>alert" not in text
    path.write_text("Somebody else, with a longer text.")
    assert "Somebody else" in text_of(Client().get("/privacy/"))


@pytest.mark.parametrize(
    ("text", "version", "problem"),
    [
        (b"\xff\xfe", "", "PRIVACY_TEXT cannot be read"),
        (b"a" * 100_001, "", "PRIVACY_TEXT has more than 100000 characters"),
        (None, "", "PRIVACY_TEXT cannot be read"),
        (b"ok", "x" * 41, "PRIVACY_VERSION must be one line"),
    ],
)
def test_wrong_setting_is_reported_before_the_start(settings, tmp_path, text, version, problem):
    path = tmp_path / "privacy.md"
    if text is not None:
        path.write_bytes(text)
    settings.PRIVACY_TEXT, settings.PRIVACY_VERSION = str(path), version
    assert any(problem in error.msg for error in run_checks(tags=[TAG]))


def test_nobody_is_asked_without_a_version():
    assert client_of(make_user()).get("/help/").status_code == 200
    assert client_of(make_user()).get("/account/settings/").status_code == 200
    assert 'name="accepts"' not in text_of(Client().get("/accounts/signup/"))


def test_sign_up_needs_the_acceptance_and_records_it(asks, time_machine):
    time_machine.move_to("2026-11-30T12:00Z", tick=False)
    refused = text_of(Client().post("/accounts/signup/", NEW))
    assert "Read what we keep, and accept it to create an account." in refused
    assert not User.objects.exists()
    Client().post("/accounts/signup/", {**NEW, "accepts": "on"})
    user = User.objects.get()
    assert (user.accepted_version, f"{user.accepted_at:%d %H:%M}") == ("2026-11", "30 12:00")
    assert AuditEntry.objects.get(event="privacy").what == "accepted version 2026-11"


@pytest.mark.parametrize("role", ["learner", "staff"])
def test_people_are_asked_before_any_other_page_and_return_to_it(asks, role):
    course = make_course()
    user = make_learner(course).user if role == "learner" else make_staff(course)
    client = client_of(user)
    asked = client.get("/notices/?all")
    assert asked.headers["Location"] == "/privacy/accept/?next=%2Fnotices%2F%3Fall"
    page = text_of(client.get(asked.headers["Location"]))
    assert 'name="version" value="2026-11"' in page
    form = {"version": "2026-11", "next": "/notices/?all"}
    assert client.post("/privacy/accept/", form).headers["Location"] == "/notices/?all"
    assert client.get("/notices/?all").status_code == 200
    asks.PRIVACY_VERSION = "2027-01"
    assert client.get("/notices/").status_code == 302
    assert "What we keep has changed" in text_of(client.get("/privacy/accept/"))


def test_people_who_have_not_accepted_can_read_export_leave_and_sign_out(asks):
    client = client_of(make_user())
    for address in ("/privacy/", "/help/", "/accounts/logout/"):
        assert client.get(address).status_code == 200
    page = text_of(client.get("/privacy/accept/"))
    for address in ("/account/data/", "/account/delete/"):
        assert f'href="{address}"' in page
        assert "/privacy/" not in client.get(address).headers.get("Location", "")
    assert client.get("/account/settings/").status_code == 302


def test_form_of_a_person_who_has_not_accepted_is_not_lost(asks):
    user = make_user(name="Before")
    client = client_of(user)
    response = client.post("/account/settings/", {"name": "After", "time_zone": "Asia/Kolkata"})
    assert response.status_code == 403
    assert "Read and accept it in a new tab" in text_of(response)
    user.refresh_from_db()
    assert user.name == "Before"
    polled = client.get("/notices/", headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == "/privacy/accept/"


@pytest.mark.parametrize("version", ["", "2026-10", "x" * 5000])
def test_version_that_changed_meanwhile_is_not_accepted(asks, version):
    user = make_user()
    response = client_of(user).post("/privacy/accept/", {"version": version, "next": "https://evil.example/"})
    assert "Read it again." in text_of(response)
    assert "evil.example" not in text_of(response)
    user.refresh_from_db()
    assert (user.accepted_version, user.accepted_at) == ("", None)


def test_asking_costs_no_query(asks, django_assert_num_queries):
    client = client_of(make_user(accepted_version="2026-11"))
    client.get("/help/")
    with django_assert_num_queries(3):  # session, user, course
        assert client.get("/privacy/").status_code == 200


def test_first_sign_in_with_an_account_elsewhere_needs_the_acceptance_too(asks):
    form = FirstSignInForm({"email": "new@example.org"}, needs_email=True)
    assert form.errors == {"accepts": ["Read what we keep, and accept it to create an account."]}
    page = render_to_string("accounts/_accepts.html", {"form": form})
    assert 'name="accepts"' in page
    assert "accounts/_accepts.html" in get_template("accounts/first_sign_in.html").template.source
