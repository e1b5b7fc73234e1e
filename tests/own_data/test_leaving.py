"""Ask to leave, keep the account, and hand over first."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.models import CourseStaff
from portal.accounts.models import AuditEntry, User
from portal.notices.models import MailChoice, Notice
from portal.notices.sending import send_due
from portal.progress.models import Leaving
from portal.progress.own_data import leaving
from tests.factories import make_course, make_learner, make_staff, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
PAGE = "/account/delete/"


def test_person_leaves_after_the_password_and_can_stay():
    user = make_user(password=PASSWORD)
    client = Client()
    client.force_login(user)
    asked = client.get(PAGE)
    assert asked.headers["Location"] == f"{reverse('account_reauthenticate')}?next={PAGE.replace('/', '%2F')}"
    assert client.post(PAGE, {"understood": "on"}).status_code == 302 and not Leaving.objects.exists()
    client.post(asked.headers["Location"], {"password": PASSWORD})
    assert client.post(PAGE, {}).status_code == 422
    assert client.post(PAGE, {"understood": "on"}, follow=True).status_code == 200
    user.refresh_from_db()
    assert timedelta(days=13) < user.leaves_at - timezone.now() <= timedelta(days=14)
    assert "Keep my account" in client.get("/").content.decode()
    client.post(f"{PAGE}cancel/")
    user.refresh_from_db()
    assert user.leaves_at is None and not Leaving.objects.exists()
    assert "Keep my account" not in client.get("/").content.decode()
    whats = AuditEntry.objects.filter(event="own-data").order_by("pk").values_list("what", flat=True)
    assert [what.split(" on ")[0] for what in whats] == [
        f"deletion of {user.email}", f"deletion of {user.email} cancelled",
    ]  # fmt: skip


def test_emails_are_sent_now_and_before_the_end_whatever_was_chosen():
    user = make_learner().user
    MailChoice.objects.create(user=user, kind="account", email="off")
    leaving.ask_to_leave(user=user, by=user)
    leaving.remind_leavers()
    texts = Notice.objects.filter(user=user, mail__isnull=False)
    assert texts.count() == 1
    User.objects.filter(pk=user.pk).update(leaves_at=timezone.now() + timedelta(days=2))
    leaving.remind_leavers()
    leaving.remind_leavers()
    assert texts.count() == 2
    send_due()
    assert all("unsubscribe" not in str(each.extra_headers).lower() for each in mail.outbox)


def test_last_administrator_and_only_instructor_hand_over_first():
    course = make_course(title="Git in the evening")
    only = make_staff(course, make_user(is_staff=True, is_superuser=True))
    assert leaving.list_obstacles(only) == [
        "You are the only administrator. Make somebody else an administrator first.",
        "You are the only instructor of Git in the evening. Give it another instructor first.",
    ]
    second = make_staff(course, make_user(is_staff=True, is_superuser=True))
    leaving.ask_to_leave(user=second, by=second)
    with pytest.raises(leaving.CannotLeaveError, match="only administrator"):
        leaving.ask_to_leave(user=only, by=only)
    assistant = make_user()
    CourseStaff.objects.create(course=course, user=assistant, role=CourseStaff.Role.ASSISTANT)
    assert leaving.list_obstacles(assistant) == []


def test_deletion_waits_if_others_left_meanwhile():
    course = make_course()
    first, second = make_staff(course), make_staff(course)
    leaving.ask_to_leave(user=first, by=first)
    CourseStaff.objects.filter(user=second).delete()
    User.objects.filter(pk=first.pk).update(leaves_at=timezone.now())
    assert leaving.delete_due() == 0
    first.refresh_from_db()
    assert first.is_active and first.leaves_at > timezone.now()
    assert Notice.objects.filter(user=first, text__contains="only instructor").count() == 1


def test_administrator_starts_the_same_deletion_with_a_reason():
    admin, user = make_user(is_staff=True, is_superuser=True), make_learner().user
    page, client = reverse("delete_person", args=[user.pk]), Client()
    client.force_login(admin)
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Asked by letter"}).status_code == 302
    assert AuditEntry.objects.filter(who=admin.email, what__endswith="Asked by letter").exists()
    assert Leaving.objects.get().asked_by == admin
    User.objects.filter(pk=user.pk).update(leaves_at=timezone.now())
    assert leaving.delete_due() == 1
    change = reverse("admin:accounts_user_change", args=[user.pk])
    assert client.post(change, {"email": "a@example.org", "is_active": "on"}).status_code == 403
    assert client.get(page).status_code == 404
