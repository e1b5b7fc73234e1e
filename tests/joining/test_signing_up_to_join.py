"""Create an account and join in one form. The email is confirmed later, and shows nobody who has an account."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lessons.models import CourseStaff, Enrollment, WaitingPlace
from lessons.queries import get_course
from portal.accounts.models import User
from portal.notices.actions import notify
from portal.notices.models import Mail
from portal.progress.certificates.queries import get_standing
from portal.progress.models import CertificateRule
from tests.accounts.mails import mailed_code
from tests.factories import make_cohort, make_enrollment, make_staff, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EMAIL = "new@example.org"


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture(autouse=True)
def no_limits():
    cache.clear()


def sign_up(cohort, email=EMAIL, client=None, **fields):
    client = client or Client()
    address = reverse("join_with_code", args=[cohort.invite_code])
    sent = {"email": email, "password1": PASSWORD, "name": "Learner A", "time_zone": "Europe/London"}
    return client, client.post(reverse("account_signup"), {**sent, "next": address, **fields}, follow=True)


def test_one_form_creates_the_account_and_joins_before_the_email_is_confirmed(cohort):
    client, page = sign_up(cohort)
    assert page.redirect_chain[-1][0] == cohort.course.get_absolute_url()
    learner = Enrollment.objects.get().user
    assert (learner.name, learner.time_zone, learner.shown_email) == ("Learner A", "Europe/London", EMAIL)
    assert not learner.has_confirmed_email
    assert "Confirm new@example.org to get emails" in page.content.decode()
    confirmed = client.post(reverse("account_email_verification_sent"), {"code": mailed_code()}, follow=True)
    assert confirmed.status_code == 200
    learner.refresh_from_db()
    assert (learner.email, learner.has_confirmed_email) == (EMAIL, True)
    assert EmailAddress.objects.get().verified
    assert "Confirm new@" not in client.get(cohort.course.get_absolute_url()).content.decode()


def test_full_cohort_puts_the_new_account_on_the_waiting_list(cohort):
    cohort.capacity = 1
    cohort.save()
    make_enrollment(cohort=cohort)
    _, page = sign_up(cohort)
    assert WaitingPlace.objects.get().user.shown_email == EMAIL
    assert "You are number 1 on the waiting list" in page.content.decode()


def shown_to(cohort, email):
    client, page = sign_up(cohort, email)
    texts = [
        page.content,
        client.get("/account/settings/").content,
        client.get(reverse("confirm_email")).content,
    ]
    texts.append(client.post(reverse("account_email_verification_sent"), {"code": "WRONG1"}).content)
    client.logout()
    again = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    texts.append(client.get("/account/settings/").content)
    wrong = Client().post(reverse("account_login"), {"login": email, "password": "another phrase"})
    texts.append(re.sub(rb'value="[^"]+@[^"]+"', b"", wrong.content))
    plain = [re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text.decode()) for text in texts]
    return [page.redirect_chain, again.status_code, again.get("Location"), *plain]


def test_registered_address_is_answered_like_a_new_one(cohort, monkeypatch):
    owner = make_user("known@example.org", password="the password of the owner")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    answers = [
        [str(each).replace(email, "EMAIL") for each in shown_to(cohort, email)]
        for email in ("known@example.org", "fresh@example.org")
    ]
    assert answers[0] == answers[1]
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects["known@example.org"].endswith("You already have an account")
    assert (
        "code" in subjects["fresh@example.org"].lower() or "confirm" in subjects["fresh@example.org"].lower()
    )
    owner.refresh_from_db()
    assert owner.email == "known@example.org" and not owner.enrollments.exists()
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": owner.email, "password": "the password of the owner"})
    assert visitor.get("/account/settings/").context["user"] == owner


@pytest.mark.parametrize("login", ["known@example.org", "fresh@example.org", "nobody@example.org"])
def test_refused_sign_in_hashes_two_passwords_whoever_exists(cohort, login, monkeypatch):
    make_user("known@example.org", password=PASSWORD)
    sign_up(cohort, "fresh@example.org")
    hashed = []
    for name in ("check_password", "set_password"):
        act = getattr(User, name)
        monkeypatch.setattr(User, name, lambda self, raw, act=act: hashed.append(raw) or act(self, raw))
    Client().post(reverse("account_login"), {"login": login, "password": "another phrase"})
    assert hashed == ["another phrase"] * 2


def test_owner_of_an_address_is_not_kept_out_by_somebody_who_typed_it(cohort):
    sign_up(cohort)
    stranger = User.objects.get()
    cache.clear()
    owner, page = Client(), reverse("account_signup")
    code_page = owner.post(page, {"email": EMAIL, "password1": "another good phrase"}).url
    owner.post(code_page, {"code": mailed_code()})
    found = User.objects.exclude(pk=stranger.pk).get()
    assert (found.email, owner.get("/account/settings/").status_code) == (EMAIL, 200)
    Client().post(reverse("account_reset_password"), {"email": EMAIL})
    assert [message.to for message in mail.outbox[-1:]] == [[EMAIL]]
    stranger.refresh_from_db()
    assert not stranger.has_confirmed_email


def test_code_takes_the_address_from_an_account_that_never_confirmed_it(cohort):
    client, _ = sign_up(cohort)
    cache.clear()
    learner, code = User.objects.get(), mailed_code()
    Client().post(reverse("account_signup"), {"email": EMAIL, "password1": "a phrase of a stranger"})
    stranger = User.objects.get(email=EMAIL)
    client.post(reverse("account_email_verification_sent"), {"code": code})
    learner.refresh_from_db()
    stranger.refresh_from_db()
    assert (learner.email, stranger.shown_email, stranger.has_confirmed_email) == (EMAIL, EMAIL, False)
    assert EmailAddress.objects.get().user == learner


def test_unconfirmed_account_gets_no_email_token_or_linked_account(cohort):
    client, _ = sign_up(cohort)
    learner, sent = Enrollment.objects.get().user, len(mail.outbox)
    CertificateRule.objects.create(course=cohort.course)
    reader = get_course(learner, cohort.course.slug)
    assert "Your email address is not confirmed" in str(get_standing(reader).missing)
    notify(user=learner, kind="joining", text="Welcome", link="/")
    assert (Mail.objects.count(), len(mail.outbox)) == (0, sent)
    for page in (reverse("tokens"), reverse("mfa_index"), reverse("account_email")):
        answer = client.get(page)
        assert answer.status_code == 403 and "Confirm new@example.org" in answer.content.decode()
    cache.clear()
    code_page = client.post(reverse("confirm_email"), follow=True)
    assert "We emailed a code to new@example.org" in code_page.content.decode()
    client.post(reverse("account_email_verification_sent"), {"code": mailed_code()})
    assert client.get(reverse("tokens")).status_code == 200
    Client().post(reverse("account_reset_password"), {"email": EMAIL})
    assert "/reset/" in mail.outbox[-1].body


def test_mail_server_that_is_down_does_not_stop_anybody_from_joining(cohort, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    _, page = sign_up(cohort)
    assert "could not be sent now" in page.content.decode()
    assert Enrollment.objects.get().user.shown_email == EMAIL


def test_closed_cohort_leads_to_the_ordinary_sign_up(cohort):
    cohort.open = False
    cohort.save()
    _, page = sign_up(cohort)
    assert "Enter the code from your email" in page.content.decode()
    assert not Enrollment.objects.exists()


def test_invitation_names_the_teachers_of_the_cohort(cohort, client):
    make_staff(cohort.course, make_user(name="Instructor A"))
    CourseStaff.objects.create(course=cohort.course, user=make_user(name="Assistant B"), role="assistant")
    page = client.get(reverse("join_with_code", args=[cohort.invite_code]), follow=True).content.decode()
    assert "<dt>Teacher</dt><dd>Instructor A</dd>" in page
