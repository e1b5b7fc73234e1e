"""Names that people type for themselves prove nothing, so the deletion of an account uses them with care."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from labs.models import Installation
from lessons.models import Announcement, Message, RosterEntry, Thread
from lessons.rendering.comments import render_comment
from portal.accounts.audit import Event, record
from portal.accounts.models import AuditEntry, User
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.progress.models import WaitingMark
from portal.progress.own_data import leaving
from tests.factories import make_cohort, make_course, make_learner, make_user

pytestmark = pytest.mark.django_db
OTHER = "owner@example.org"


def leave(user, **fields):
    User.objects.filter(pk=user.pk).update(**fields)
    user.refresh_from_db()
    leaving.ask_to_leave(user=user, by=user)
    User.objects.filter(pk=user.pk).update(leaves_at=timezone.now())
    assert leaving.delete_due() == 1


@pytest.mark.parametrize("name", ["R-17", "Owner Of It", OTHER, "owner-login"])
def test_rows_about_somebody_else_stay_if_a_person_leaves_under_their_name(name, stores):
    learner, cohort = make_learner(), make_cohort(make_course("other"))
    about = {"identifier": "R-17", "name": "Owner Of It", "github_name": "owner-login"}
    entry = RosterEntry.objects.create(cohort=cohort, key="1", email=OTHER, **about)
    mark = {"origin_key": "x", "person_key": "x", "title": "Sums", "points": 1, "out_of": 2}
    WaitingMark.objects.create(cohort=cohort, **about, **mark)
    Installation.objects.create(installation_id=1, account="owner-login")
    EmailAddress.objects.create(user=learner.user, email=OTHER, verified=False)
    make_user(OTHER)
    record(Event.SIGN_IN_FAILED, "wrong email or password", who=OTHER)
    leave(learner.user, name=name, github_name="owner-login")
    assert RosterEntry.objects.filter(pk=entry.pk, name="Owner Of It").exists()
    assert WaitingMark.objects.count() == 1 and Installation.objects.count() == 1
    assert AuditEntry.objects.filter(who=OTHER).count() == 1


def test_texts_of_other_courses_and_of_the_portal_stay_if_a_name_is_an_ordinary_word(stores):
    cohort = make_cohort(make_course("other"))
    Announcement.objects.create(
        cohort=cohort, course=cohort.course, title="Tomorrow", text="Read the due date."
    )
    reader = make_user()
    notify(user=reader, kind="account", text="Your account will be deleted.", link="/")
    record(Event.DENIED, "GET /will/ of the due date", user=reader)
    for name in ("Will", "due date"):
        leave(make_learner().user, name=name)
    assert Announcement.objects.get(cohort=cohort).text == "Read the due date."
    assert Notice.objects.get(user=reader).text == "Your account will be deleted."
    assert AuditEntry.objects.get(event=Event.DENIED).what == "GET /will/ of the due date"


def test_label_of_an_account_elsewhere_goes_with_the_account(stores):
    user = make_learner().user
    SocialAccount.objects.create(
        user=user, provider="oidc", uid="1", extra_data={"label": "me@elsewhere.example"}
    )
    record(Event.GITHUB, "linked oidc: me@elsewhere.example", user=user)
    leave(user)
    assert not AuditEntry.objects.filter(what__contains="elsewhere").exists()


def test_name_with_quotes_opens_no_tag_in_texts_that_stay(stores):
    learner = make_learner()
    html = render_comment("[me](https://x.example/onfocus=alert(1)/autofocus/) wrote, from me@x.example")
    name = 'a href="https'
    assert f"<{name}://x.example/onfocus" in html
    named = {"kind": "question", "title": "T", "place_kind": "lesson", "place_key": 1, "is_public": True}
    thread = Thread.objects.create(enrollment=learner, **named)
    message = Message.objects.create(thread=thread, author=learner.user, text="me", html=html)
    leave(learner.user, name=name, email="me@x.example")
    message.refresh_from_db()
    assert message.html == html.replace("me@x.example", User.objects.get(pk=learner.user.pk).name)
