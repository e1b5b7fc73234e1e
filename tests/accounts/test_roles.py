"""The first instructor and the first administrator of a portal, made by command and on a page."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from lessons.models import CourseStaff
from portal.accounts.models import User
from portal.accounts.roles import instructors
from tests.factories import make_course, make_user

pytestmark = pytest.mark.django_db
NEW = {"password1": "another long phrase", "password2": "another long phrase"}


def run(capsys, *args, **options) -> str:
    call_command(*args, **options)
    return capsys.readouterr().out


def set_password(client, text: str) -> None:
    link = re.search(r"https?://[^/\s]+(/\S+)", text)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    assert client.post(form, NEW).status_code == 302
    assert b"no longer works" in Client().get(link, follow=True).content


def test_instructor_is_made_by_one_command_and_signs_in(client, capsys):
    course = make_course("tiny", title="Tiny")
    text = run(capsys, "make_instructor", "Teacher@Example.org", course="tiny")
    set_password(client, text)
    form = {"login": "teacher@example.org", "password": NEW["password1"]}
    assert client.post("/accounts/login/?next=/staff/", form).url == "/staff/"
    assert client.get("/staff/lessons/lesson/add/").status_code == 200
    assert client.get("/staff/accounts/user/").status_code == 403
    again = run(capsys, "make_instructor", "teacher@example.org", course="tiny")
    assert "already has a password" in again
    assert "key" not in again
    assert CourseStaff.objects.get().course == course
    assert User.objects.get().emailaddress_set.get().verified


def test_administrator_is_made_by_one_command_and_stays_one(client, capsys):
    set_password(client, run(capsys, "make_administrator", "admin@example.org"))
    run(capsys, "make_instructor", "admin@example.org")
    assert User.objects.get().is_superuser


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["make_instructor", "nobody"], "Enter a valid email address"),
        (["make_instructor", "a@example.org", "--course", "huge"], "There is no course huge. Courses: tiny."),
        (["make_administrator", "@"], "Enter a valid email address"),
    ],
)
def test_command_explains_its_refusal_and_changes_nothing(args, said):
    make_course("tiny")
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command(*args)
    assert not User.objects.exists()


def test_administrator_makes_an_instructor_on_a_page(client):
    client.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    page = client.get("/staff/accounts/user/add/").content.decode()
    assert "Instructor: creates courses and manages their own" in page
    form = {"email": "Teacher@example.org", "job": "instructor", "usable_password": "false"}
    assert client.post("/staff/accounts/user/add/", form).status_code == 302
    user = User.objects.get(email="teacher@example.org")
    assert (user.is_staff, user.is_superuser, user.groups.get().name) == (True, False, "Instructors")
    action = {"action": "show_password_address", "_selected_action": user.pk}
    text = client.post("/staff/accounts/user/", action, follow=True).content.decode()
    set_password(Client(), text.replace("&amp;", "&").replace("<", " "))
    learner = make_user("first@example.org")
    action = {"action": "make_instructors", "_selected_action": [learner.pk, user.pk]}
    assert (
        "Instructors added: 1. Administrators keep their role."
        in client.post("/staff/accounts/user/", action, follow=True).content.decode()
    )
    learner.refresh_from_db()
    assert learner.is_staff
    assert (
        client.post("/staff/accounts/user/add/", form).status_code == 200
    )  # the email is taken, in any case


def test_instructor_who_becomes_a_learner_loses_all_rights(client):
    client.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    user = make_user("first@example.org")
    for job in ("administrator", "instructor", "learner"):
        form = {"email": user.email, "time_zone": "Asia/Kolkata", "job": job, "is_active": "on"}
        assert client.post(f"/staff/accounts/user/{user.pk}/change/", form).status_code == 302
        user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)


def test_a_group_keeps_its_rights_to_models_that_were_renamed():
    renamed = import_module("labs.migrations.0023_failed_check_local_report")
    own = instructors().permissions.filter(codename__regex="failedcheck|localreport").order_by("codename")
    now = list(own.values_list("codename", "name"))
    renamed.restore_permissions(apps, None)
    assert not own.exists()
    renamed.rename_permissions(apps, None)
    assert list(own.values_list("codename", "name")) == now
    assert ("view_failedcheck", "Can view failed check") in now
