"""An account that an administrator closes loses everything that signs it in, at once."""

import pytest
from django.test import Client
from django.urls import reverse

from labs.tokens import new_token
from portal.accounts.models import AuditEntry
from portal.progress.calendar.feeds import feed_address, renew_feed
from tests.factories import make_lab, make_learner, make_user
from tests.web.world import authorization

pytestmark = pytest.mark.django_db


@pytest.fixture
def close(client):
    def close(user):
        admin = make_user(is_staff=True, is_superuser=True)
        client.force_login(admin)
        page = reverse("admin:accounts_user_change", args=[user.pk])
        fields = {"email": user.email, "time_zone": user.time_zone, "job": "learner"}
        assert client.post(page, fields).status_code == 302

    return close


def test_closed_account_loses_its_sessions_tokens_and_calendar(close):
    lab = make_lab()
    user = make_learner(lab.course).user
    user.set_password("correct horse battery")
    user.save()
    browser, git = Client(), Client()
    browser.force_login(user)
    token = authorization(new_token(user=user))
    address = feed_address(renew_feed(user=user)).partition("//")[2].partition("/")[2]
    assert browser.get(reverse("settings")).status_code == git.get(f"/{address}").status_code == 200
    remote = reverse("practice_refs", args=[lab.course.slug, lab.slug])
    assert git.get(f"{remote}?service=git-upload-pack", **token).status_code == 200
    close(user)
    assert browser.get(reverse("settings")).status_code == 302
    assert git.get(f"{remote}?service=git-upload-pack", **token).status_code == 401
    assert git.get(f"/{address}").status_code == 404
    sign_in = {"login": user.email, "password": "correct horse battery"}
    browser.post(reverse("account_login"), sign_in)
    assert browser.get(reverse("settings")).status_code == 302
    assert AuditEntry.objects.filter(what=f"{user.email}: closed").exists()


def test_reset_answers_the_same_for_a_known_and_an_unknown_address(client, mailoutbox):
    known = make_user(password="correct horse battery").email
    pages = []
    for email in (known, "nobody@example.org"):
        answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        pages.append((answer.status_code, answer.redirect_chain, answer.content.decode().replace(email, "")))
    assert pages[0] == pages[1]


def test_too_many_sign_ins_say_when_to_try_again(client):
    for _ in range(12):
        answer = client.post(reverse("account_login"), {"login": "a@example.org", "password": "wrong"})
    assert "Try again in" in answer.content.decode()
