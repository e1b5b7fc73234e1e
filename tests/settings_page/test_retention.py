"""The housekeeping follows the table that the page of what is kept shows."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from labs.models import AccessToken
from labs.tokens import new_token, revoke_token
from lessons.models import GradeChange, RosterEntry
from portal.accounts.audit import Event, record
from portal.accounts.models import AuditEntry, User
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.progress.privacy import kept
from portal.progress.tasks import remove_expired
from tests.factories import make_cohort, make_learner, make_user

pytestmark = pytest.mark.django_db
OLD = timedelta(days=settings.AUDIT_DAYS, minutes=1)
ROWS = {row.name: row for _, rows in kept.GROUPS for row in rows}


def log_entry(user: User) -> LogEntry:
    kind = ContentType.objects.get_for_model(User)
    entry = {"content_type": kind, "object_id": "1", "object_repr": user.email, "action_flag": CHANGE}
    return LogEntry.objects.create(user=user, **entry)


def make_rows() -> None:
    user, learner = make_user(), make_learner()
    record(Event.TOKEN, user=user)
    log_entry(user)
    new_token(user=user, name="Ended")
    revoke_token(token=AccessToken.objects.get(name="Ended"))
    notify(user=user, kind="meeting", text="Moved")
    for key, enrollment in (("no", None), ("yes", learner)):
        RosterEntry.objects.create(
            cohort=learner.cohort, key=key, email=f"{key}@example.org", enrollment=enrollment
        )


def count_rows() -> dict[str, int]:
    return {
        "Audit log": AuditEntry.objects.count(),
        "Changes by staff": LogEntry.objects.count(),
        "Access tokens": AccessToken.objects.filter(name="Ended").count(),
        "Notices and emails": Notice.objects.count(),
        "Rosters": RosterEntry.objects.filter(enrollment=None).count(),
    }


def test_each_row_with_a_remover_deletes_what_is_older_than_it_says_and_nothing_else(time_machine):
    assert set(count_rows()) == {name for name, row in ROWS.items() if row.remove}
    time_machine.move_to("2026-01-01T00:00Z", tick=False)
    make_rows()
    new_token(user=User.objects.first(), name="Live")
    AccessToken.objects.filter(name="Live").update(expires_at=timezone.now() + timedelta(days=5000))
    before = count_rows()
    assert 0 not in before.values()
    days = {name: getattr(settings, row.setting) for name, row in ROWS.items() if row.remove}
    for name in sorted(days, key=days.__getitem__):
        time_machine.move_to("2026-01-01T00:00Z", tick=False)
        time_machine.shift(timedelta(days=days[name]) - timedelta(minutes=1))
        remove_expired()
        assert count_rows()[name] == before[name], name
    time_machine.move_to("2026-01-01T00:00Z", tick=False)
    time_machine.shift(OLD)
    remove_expired()
    assert set(count_rows().values()) == {0}
    assert AccessToken.objects.get().name == "Live"
    assert RosterEntry.objects.get().email == "yes@example.org"


def test_record_of_grades_is_never_cleaned():
    assert ROWS["Grade changes"].remove is None
    assert "never changed or cleaned" in ROWS["Grade changes"].what
    assert not any(row.remove and GradeChange.__name__ in str(row.remove) for row in ROWS.values())


def test_row_that_fails_does_not_keep_the_others(monkeypatch, caplog, time_machine):
    time_machine.move_to("2026-01-01T00:00Z", tick=False)
    log_entry(make_user())
    time_machine.shift(OLD)
    monkeypatch.setattr(AuditEntry.objects, "filter", None)
    remove_expired()
    assert "Audit log could not be cleaned" in caplog.text
    assert not LogEntry.objects.exists()


def test_cleaning_is_bounded(monkeypatch, time_machine):
    monkeypatch.setattr("lessons.roster_import.MAX_REMOVED", 2)
    time_machine.move_to("2026-01-01T00:00Z", tick=False)
    cohort = make_cohort()
    for number in range(3):
        RosterEntry.objects.create(cohort=cohort, key=str(number))
    time_machine.shift(OLD)
    remove_expired()
    assert RosterEntry.objects.get().key == "2"
