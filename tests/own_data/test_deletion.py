"""A deleted account leaves points under a pseudonym, and nothing of the person."""

import html
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.grade_changes import Kind, record_grade_change
from lessons.models import Enrollment, Message, Thread
from portal.accounts.models import AuditEntry, User
from portal.progress.models import Certificate, Leaving, Override
from portal.progress.own_data import erasing, leaving
from portal.progress.own_data.part import Fate
from portal.progress.own_data.parts import PARTS
from portal.progress.score_queries import score_enrollments
from tests.own_data.people import EMAIL, NAME, NAMES


def texts_of_database():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for column, value in zip(cursor.description, row, strict=True):
                    yield (
                        f"{table}.{column[0]}",
                        value.decode(errors="replace") if isinstance(value, bytes) else str(value),
                    )


def places_with_names(folder):
    """Return the columns and files in which a name of the busy person is."""
    names = {
        form.lower()
        for name in NAMES
        for form in (name, html.escape(name), name.encode("unicode_escape").decode())
    }
    found = {where for where, text in texts_of_database() if any(name in text.lower() for name in names)}
    files = (path for path in folder.rglob("*") if path.is_file() and "clone" not in path.parts)
    return found | {
        str(path) for path in files if any(name.encode() in path.read_bytes().lower() for name in names)
    }


def leave(user, **choices):
    leaving.ask_to_leave(user=user, by=user, **choices)
    User.objects.filter(pk=user.pk).update(leaves_at=timezone.now() - timedelta(seconds=1))
    return leaving.delete_due()


def test_nothing_in_the_database_or_on_disk_names_a_person_who_left(busy, stores):
    user, course = busy.learner.user, busy.course
    record_grade_change(
        kind=Kind.OVERRIDE, enrollment=busy.learner, item="lab:1", title="Lab", old=None, new=Decimal(1),
        out_of=Decimal(2), why=f"{NAME} asked",
    )  # fmt: skip
    browser = Client()
    browser.force_login(user)
    before = score_enrollments(course, [busy.learner], with_held=True)[busy.learner.pk]
    assert before.points > 0
    assert len(places_with_names(stores)) > 20
    assert leave(user) == 1
    assert places_with_names(stores) == set()
    learner = Enrollment.objects.select_related("user").get(pk=busy.learner.pk)
    assert not learner.is_active and learner.user.name.startswith("Former learner ")
    assert score_enrollments(course, [learner], with_held=True)[learner.pk].points == before.points
    assert not Session.objects.exists() and browser.get(reverse("account")).status_code == 302
    assert not list((stores / "practice_root").glob("*.git")) and not list((stores / "export_root").iterdir())
    left = {part.model for part in PARTS if part.fate is Fate.GO and part.owner and part.rows(user).exists()}
    assert left == set() and not Leaving.objects.exists()
    assert Certificate.objects.get(enrollment=learner).state == "withdrawn"
    assert set(Override.objects.filter(enrollment=learner).values_list("reason", flat=True)) == {erasing.WHY}
    assert Thread.objects.get(enrollment=learner).is_public
    assert Message.objects.filter(text__startswith=f"I am {learner.user.name}").exists()
    assert AuditEntry.objects.filter(what="account deleted", who=learner.user.name).count() == 1
    assert leaving.delete_due() == 0


def test_certificates_stay_valid_if_their_owner_wants_that(busy):
    leave(busy.learner.user, keeps_certificates=True)
    kept = Certificate.objects.get(enrollment=busy.learner)
    assert (kept.state, kept.name) == ("valid", NAME)
    assert NAME in html.unescape(Client().get(kept.path).content.decode())


@pytest.mark.parametrize("step", ["keep_points", "remove_files", "remove_rows", "become_pseudonym"])
def test_deletion_goes_on_after_a_worker_died(busy, stores, monkeypatch, step):
    real = getattr(erasing, step)

    def die(*args, **kwargs):
        if step != "become_pseudonym":
            real(*args, **kwargs)
        raise MemoryError

    before = score_enrollments(busy.course, [busy.learner], with_held=True)[busy.learner.pk].points
    monkeypatch.setattr(erasing, step, die)
    assert leave(busy.learner.user) == 0
    monkeypatch.setattr(erasing, step, real)
    assert leaving.delete_due() == 0  # the dead worker's lease
    assert not leaving.keep_account(user=busy.learner.user)
    Leaving.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert leaving.delete_due() == 1
    assert places_with_names(stores) == set()
    assert score_enrollments(busy.course, [busy.learner], with_held=True)[busy.learner.pk].points == before
    assert User.objects.get(pk=busy.learner.user.pk).email != EMAIL
