"""W38, W39: contents of the audit log, and what must never be in it."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from labs import actions, tokens
from labs.models import State
from portal.accounts.audit import Event, record
from portal.accounts.models import AuditEntry
from tests.factories import make_course, make_staff, make_submission, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def entries(*events: str) -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.filter(event__in=events) if events else AuditEntry.objects.all()
    return list(found.order_by("pk").values_list("event", "who", "what"))


@pytest.fixture
def administrator(client):
    user = make_user("admin@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_sign_ins_failures_and_denials_are_logged_with_their_address(client):
    make_user("first@example.org", password=PASSWORD)
    for password in ("a wrong long phrase", PASSWORD):
        client.post(
            "/accounts/login/", {"login": "first@example.org", "password": password}, REMOTE_ADDR="192.0.2.7"
        )
    client.get("/courses/tiny/draft/as-learner/")
    assert entries() == [
        ("sign-in-failed", "first@example.org", "wrong email or password"),
        ("signed-in", "first@example.org", ""),
        ("denied", "first@example.org", "GET /courses/tiny/draft/as-learner/"),
    ]
    assert set(AuditEntry.objects.exclude(event="denied").values_list("address", flat=True)) == {"192.0.2.7"}


def test_pages_hidden_from_a_user_by_a_404_are_denials_too(client, monkeypatch):
    monkeypatch.setattr("portal.accounts.audit.MAX_DENIALS_PER_HOUR", 4)
    foreign = make_submission(state=State.GRADED, lab=None)
    client.get(f"/submissions/{foreign.public_id}/")  # by a visitor who is not signed in
    teacher = make_user(is_staff=True)
    make_staff(make_course(), teacher)
    client.force_login(teacher)
    lab = foreign.lab
    addresses = [
        f"/submissions/{foreign.public_id}/",
        f"/submissions/{foreign.public_id}/live/",
        f"/courses/{lab.course.slug}/quizzes/first/1/of/{foreign.enrollment.user_id}/",
        "/staff/nothing/here/",
    ]
    for address in ["/no-such-page/", f"/courses/{lab.course.slug}/no-such-lesson/", *addresses, *addresses]:
        assert client.get(address).status_code == 404, address
    assert entries("denied") == [("denied", teacher.email, f"GET {address}") for address in addresses]


def test_newline_starts_no_second_entry_and_nothing_is_too_long(caplog):
    record(Event.DENIED, "a\nb\u2028c\x1b[31m" + "x" * 1000, who="eve\r\nsigned-in by admin")
    entry = AuditEntry.objects.get()
    assert entry.who == "eve\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}signed-in by admin"
    assert entry.what.isprintable()
    assert len(entry.what) == 300
    (line,) = [record.getMessage() for record in caplog.records if record.name == "portal.accounts.audit"]
    assert line.isprintable()


def test_tokens_grades_and_passwords_leave_an_entry_without_a_secret(client):
    course = make_course()
    submission = make_submission(state=State.GRADED, lab=None)
    teacher = make_staff(submission.lab.course)
    actions.grade_again(submission=submission, by=teacher)
    user = make_user("first@example.org", password=PASSWORD)
    token = tokens.new_token(user=user, name="Laptop")
    tokens.revoke_token(token=user.access_tokens.get())
    tokens.new_token(user=user)
    client.force_login(user)
    new = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    client.post("/accounts/password/change/", new)
    assert entries("grade") == [
        (
            "grade",
            teacher.email,
            f"submission {submission.public_id} by {submission.enrollment.user} queued again",
        )
    ]
    said = [what for _, _, what in entries("token", "password")]
    assert [what.split(",")[0] for what in said] == [
        "created 'Laptop'",
        "revoked 'Laptop'",
        "created 'Access token'",
        "1 token of first@example.org revoked: the password was changed",
        "changed",
    ]
    text = str(list(AuditEntry.objects.values()))
    assert not [secret for secret in (token, PASSWORD, "another long phrase") if secret in text]
    assert course


def test_roles_are_logged_with_who_gave_them(client, administrator):
    user, course = make_user("first@example.org"), make_course("tiny", title="Tiny")
    form = {"email": user.email, "time_zone": "Asia/Kolkata", "job": "instructor", "is_active": "on"}
    assert client.post(f"/staff/accounts/user/{user.pk}/change/", form).status_code == 302
    assert (
        client.post(f"/staff/accounts/user/{user.pk}/change/", {**form, "is_active": ""}).status_code == 302
    )
    assert entries("role") == [
        ("role", "admin@example.org", "first@example.org: learner to instructor"),
        ("role", "admin@example.org", "first@example.org: closed"),
    ]
    make_staff(course, user)
    client.post(f"/staff/lessons/coursestaff/{user.teaches.get().pk}/delete/", {"post": "yes"})
    assert entries("role")[-1][2] == "removed: first@example.org, Instructor of Tiny"


def test_password_and_second_factor_removed_by_an_administrator_are_logged(client, administrator):
    user = make_user("first@example.org", password=PASSWORD)
    factor = Authenticator.objects.create(user=user, type="totp", data={})
    client.post(f"/staff/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    new = {"usable_password": "true", "password1": "another long phrase", "password2": "another long phrase"}
    client.post(f"/staff/accounts/user/{user.pk}/password/", new)
    assert entries("second-factor", "password") == [
        ("second-factor", "admin@example.org", "totp of first@example.org removed by an administrator"),
        ("password", "admin@example.org", "Password of first@example.org changed by an administrator"),
    ]


def test_log_is_read_by_administrators_and_changed_by_nobody(client, administrator):
    record(Event.DENIED, "GET /somewhere/")
    row = AuditEntry.objects.latest("pk").pk
    assert "GET /somewhere/" in client.get("/staff/accounts/auditentry/").content.decode()
    for page in (f"{row}/change/", f"{row}/delete/", "add/"):
        assert client.post(f"/staff/accounts/auditentry/{page}", {"post": "yes"}).status_code == 403
    other = Client()
    other.force_login(make_user(is_staff=True))
    assert other.get("/staff/accounts/auditentry/").status_code == 403
