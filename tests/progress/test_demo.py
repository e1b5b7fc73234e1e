import zoneinfo
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from lessons.models import Cohort, CourseStaff, Meeting
from portal.accounts.models import User
from portal.progress.management.commands.demo import coming_saturday
from tests.factories import make_course, make_session

pytestmark = pytest.mark.django_db
IST = zoneinfo.ZoneInfo("Asia/Kolkata")


@pytest.fixture(autouse=True)
def debug(settings):
    settings.DEBUG = True


@pytest.fixture
def course():
    course = make_course("mlops", time_zone="Asia/Kolkata")
    make_session(course)
    make_session(course)
    return course


def test_the_demo_makes_three_accounts_and_prints_the_password_it_made_up(course, capsys, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    call_command("demo")
    password = capsys.readouterr().out.rpartition(" ")[2].strip()
    assert User.objects.get(email="learner@example.org").check_password(password)
    assert User.objects.get(email="admin@example.org").is_superuser
    instructor = User.objects.get(email="instructor@example.org")
    assert CourseStaff.objects.get().user == instructor
    assert instructor.has_perm("lessons.change_lesson")
    assert not instructor.has_perm("accounts.change_user")


def test_the_password_can_be_chosen_and_is_not_printed(course, capsys, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "a chosen password")
    call_command("demo")
    assert "a chosen password" not in capsys.readouterr().out
    assert User.objects.get(email="learner@example.org").check_password("a chosen password")


def test_the_demo_keeps_accounts_and_dates_when_it_is_run_twice(course, capsys):
    call_command("demo")
    password = User.objects.get(email="learner@example.org").password
    dates = list(Meeting.objects.values())
    capsys.readouterr()
    call_command("demo")
    assert capsys.readouterr().out == ""
    assert User.objects.get(email="learner@example.org").password == password
    assert list(Meeting.objects.values()) == dates


def test_the_cohort_meets_on_the_coming_saturday_and_rolls_on_when_none_is_ahead(course):
    monday = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
    with time_machine.travel(monday, tick=False):
        call_command("demo")
    first, second = Meeting.objects.filter(cohort=Cohort.objects.get()).order_by("starts_at")
    assert first.starts_at == datetime(2026, 11, 28, 20, 30, tzinfo=IST)
    assert second.starts_at == datetime(2026, 11, 29, 20, 30, tzinfo=IST)
    with time_machine.travel(monday + timedelta(days=6), tick=False):
        call_command("demo")
    assert Meeting.objects.order_by("starts_at").first().starts_at == first.starts_at
    with time_machine.travel(monday + timedelta(days=7), tick=False):
        call_command("demo")
    assert Meeting.objects.order_by("starts_at").first().starts_at == first.starts_at + timedelta(weeks=1)


@pytest.mark.parametrize(
    ("now", "day"),
    [("2026-11-28 20:29", 28), ("2026-11-28 20:30", 5), ("2026-11-29 09:00", 5), ("2026-11-23 00:00", 28)],
)
def test_the_coming_saturday_is_today_until_it_begins(now, day):
    assert coming_saturday(datetime.fromisoformat(now).replace(tzinfo=IST)).day == day


def test_the_demo_is_refused_outside_development(course, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_demo_without_its_course_says_how_to_load_it():
    with pytest.raises(CommandError, match="load_course courses/mlops"):
        call_command("demo")
