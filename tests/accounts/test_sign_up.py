"""W14, F1, F7: from an invitation to a course, without revealing who has an account."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.urls import reverse

from lessons.models import Enrollment, Meeting
from portal.accounts.models import User
from tests.accounts.mails import mailed_code
from tests.factories import make_cohort, make_course, make_session, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def sign_up(client, email, **fields):
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, **fields})


def without_what_differs_each_time(page: bytes, email: str) -> str:
    text = page.decode().replace(email, "EMAIL")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_sign_up_answers_a_registered_address_like_a_new_one(client, monkeypatch):
    """W14."""
    for email in ("known@example.org", "second@example.org"):
        make_user(email, password=PASSWORD)
    hashed, make_password = [], hashers.make_password
    for place in ("django.contrib.auth.base_user", "portal.accounts.sign_up"):
        monkeypatch.setattr(f"{place}.make_password", lambda *args: hashed.append(1) or make_password(*args))
    answers = []
    for email in ("known@example.org", "new@example.org", "SECOND@example.org"):
        hashed.clear()
        response = sign_up(client, email)
        page = client.get(response.url).content
        wrong = client.post(response.url, {"code": "WRONG1"})
        again = client.post(response.url, {"action": "resend"})
        text = without_what_differs_each_time(page, email.lower())
        wrong_text = without_what_differs_each_time(wrong.content, email.lower())
        signed_in = client.get("/account/settings/").status_code
        answers.append(
            (response.status_code, response.url, text, wrong_text, again.status_code, len(hashed), signed_in)
        )
        client.logout()
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][-2:] == (1, 302)
    first = next(message for message in mail.outbox if message.to == ["known@example.org"])
    assert first.subject.endswith("You already have an account")
    assert User.objects.count() == 3


def test_account_is_signed_in_once_its_address_is_confirmed(client):
    page = sign_up(client, "new@example.org").url
    assert client.get("/account/settings/").status_code == 302
    client.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD})
    assert client.get("/account/settings/").status_code == 302  # the password alone is not enough
    assert client.post(page, {"code": mailed_code()}).url == "/"
    assert client.get("/account/settings/").status_code == 200


def test_account_that_an_administrator_made_needs_no_code(client):
    make_user("first@example.org", password=PASSWORD)
    assert client.post("/accounts/login/", {"login": "first@example.org", "password": PASSWORD}).url == "/"
    client.get("/accounts/email/")
    client.logout()
    assert client.post("/accounts/login/", {"login": "first@example.org", "password": PASSWORD}).url == "/"
    assert mail.outbox == []


def test_invitation_names_course_and_cohort_until_it_is_joined(client):
    cohort = make_cohort(make_course(title="Tiny", summary="From a commit to a model"), title="December")
    starts_at = datetime(2026, 12, 5, 15, 0, tzinfo=UTC)
    for days in (0, 7):
        day = starts_at + timedelta(days=days)
        Meeting.objects.create(cohort=cohort, session=make_session(cohort.course), starts_at=day)
    address = reverse("join_with_code", args=[cohort.invite_code])
    signup = client.get(address).url
    assert signup == f"/accounts/signup/?next={address}"
    login = re.search(r'href="(/accounts/login/[^"]+)"', client.get(signup).content.decode())[1]
    for page in (signup, login):
        text = client.get(page).content.decode()
        assert '<h1 id="invitation">You’re invited to Tiny</h1>' in text
        assert text.count("<h1") == 1
        assert re.findall("<dt>(.*?)</dt><dd>(.*?)(?:<br>.*?)?</dd>", text) == [
            ("Cohort", "<b>December</b>"),
            ("Meetings", "2"),
            ("First", "Saturday 5 December, 20:30 to 23:30 IST"),
            ("Last", "Saturday 12 December, 20:30 to 23:30 IST"),
        ]
        assert "From a commit to a model" in text
    assert "Create account and join" in client.get(signup).content.decode()
    broken = client.post(signup, {"email": "", "next": address}).content.decode()
    assert "You’re invited to Tiny" in broken
    client.force_login(make_user("new@example.org"))
    page = client.get(address).content.decode()
    assert '<h1 id="invitation">Join Tiny, December</h1>' in page
    assert "css/forms.css" in page
    assert client.post("/join/", {"code": cohort.invite_code}).url == cohort.course.get_absolute_url()
    assert Enrollment.objects.get().user.email == "new@example.org"
    assert client.get(address).url == cohort.course.get_absolute_url()


@pytest.mark.parametrize(
    "next_", ["/join/unknown/", "/join/", "/join/a/b/", "//evil.example/join/x/", "/help/"]
)
def test_sign_in_without_an_invitation_names_none(client, next_):
    assert "invited" not in client.get("/accounts/login/", {"next": next_}).content.decode()


def test_invitation_that_has_ended_names_the_cohort_when_signed_out(client):
    cohort = make_cohort(make_course(title="Tiny"), title="December", open=False)
    response = client.get(reverse("join_with_code", args=[cohort.invite_code]))
    assert response.status_code == 409
    assert "Tiny, December no longer accepts learners" in response.content.decode()


def test_unknown_code_is_reported_at_once_whether_signed_in_or_not(client):
    assert "No cohort has this code" in client.get("/join/unknown/").content.decode()
    client.force_login(make_user())
    assert "No cohort has this code" in client.get("/join/unknown/").content.decode()


def test_empty_sign_up_names_each_field_and_what_to_enter(client):
    text = client.post("/accounts/signup/", {}).content.decode()
    summary = re.search(r'class="error-summary".*?</ul>', text, re.DOTALL)[0]
    assert re.findall(r'<a href="#(\w+)">(.*?)</a>', summary) == [
        ("id_email", "Enter your email address."),
        ("id_password1", "Choose a password."),
    ]


def errors_on(page: bytes) -> list[str]:
    summary = re.search(r'class="error-summary".*?</ul>', page.decode(), re.DOTALL)[0]
    return re.findall(r"<li[^>]*>(?:<a [^>]*>)?(.*?)(?:</a>)?</li>", summary)


@pytest.mark.parametrize(
    ("page", "form", "errors"),
    [
        ("login", {}, ["Enter your email address.", "Enter your password."]),
        (
            "login",
            {"login": "nobody", "password": "x"},
            ["Enter an email address, such as name@example.org."],
        ),
        (
            "login",
            {"login": "nobody@example.org", "password": "x"},
            ["The email address or password is not correct."],
        ),
        ("password/reset", {}, ["Enter your email address."]),
        ("password/reset", {"email": "nobody"}, ["Enter an email address, such as name@example.org."]),
    ],
)
def test_errors_name_their_field(client, page, form, errors):
    assert errors_on(client.post(f"/accounts/{page}/", form).content) == errors


def test_errors_of_a_password_change_name_their_field(client):
    client.force_login(make_user(password=PASSWORD))
    assert errors_on(client.post("/accounts/password/change/", {}).content) == [
        "Enter your current password.",
        "Choose a password.",
        "Enter the new password again.",
    ]
    wrong = {"oldpassword": "x", "password1": "another long phrase", "password2": "another long phrase"}
    assert errors_on(client.post("/accounts/password/change/", wrong).content) == [
        "The current password is not correct."
    ]


def test_signing_in_and_out_says_only_what_changed(client):
    user = make_user(password=PASSWORD)
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert list(response.context["messages"]) == []
    changed = {
        "oldpassword": PASSWORD,
        "password1": "another long phrase",
        "password2": "another long phrase",
    }
    response = client.post("/accounts/password/change/", changed, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["You changed your password."]


@pytest.mark.parametrize("page", ["/accounts/signup/", "/account/settings/"])
def test_zones_are_in_the_page_before_any_script(client, page):
    if page == "/account/settings/":
        client.force_login(make_user())
    text = client.get(page).content.decode()
    name = re.search(r'<input[^>]*name="time_zone"[^>]*list="([^"]+)"', text)[1]
    zones = re.search(rf'<datalist id="{name}">(.*?)</datalist>', text)[1]
    assert zones.count("<option value=") > 300
    assert "Asia/Kolkata" in zones


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "octocat",
            " octocat ",
            "@octocat",
            "github.com/octocat",
            "github.com/octocat/",
            "https://github.com/octocat",
        ),
        *(
            "http://www.github.com/octocat/",
            "HTTPS://GitHub.com/octocat?tab=repositories",
            "https://github.com/octocat/billing",
        ),
    ],
)
def test_github_name_is_read_from_what_people_paste(client, typed):
    user = make_user()
    client.force_login(user)
    client.post("/account/settings/", {"name": "", "time_zone": "Asia/Kolkata", "github_name": typed})
    user.refresh_from_db()
    assert user.github_name == "octocat"


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "typed",
    [
        *(
            "https://gitlab.com/octocat",
            "learner@example.org",
            "-octocat",
            "octocat-",
            "n--ia",
            "n ia",
            "octocat/",
            "https://github.com/",
        ),
        *("github.com", "n" * 40, "<script>", "ниа", "octocat.dev"),
    ],
)
def test_text_that_is_not_a_github_name_is_refused_in_words(client, typed):
    user = make_user()
    client.force_login(user)
    form = {"name": "", "time_zone": "Asia/Kolkata", "github_name": typed}
    response = client.post("/account/settings/", form)
    assert response.status_code == 422
    assert "This is not a GitHub username." in response.content.decode()
