"""Deadlines of labs on pages, in the terminal, in the staff site and in course files."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from labs.models import Lab, LabDeadline, LabExtension, Receipt, Submission
from labs.practice.reply import push_reply_lines, verdict
from lessons.models import Course
from lessons.templatetags.times import opening_brief
from lessons.texts.due_rules import Rule
from portal.accounts.models import AuditEntry
from tests.authoring.conftest import make_instructor
from tests.courses.conftest import COURSE, folder  # noqa: F401 - a fixture
from tests.factories import (
    make_submission,
)
from tests.labs import late_work
from tests.labs.late_work import costly_lab, learner
from tests.reports import make_engine_report
from tests.staff.conftest import add_address, change_address

__all__ = ["costly_lab", "learner"]

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def lab(costly_lab):
    return costly_lab


@pytest.fixture
def client(learner):
    client = Client()
    client.force_login(learner.user)
    return client


@pytest.fixture
def staff(learner):
    client = Client()
    client.force_login(make_instructor(learner.course))
    return client


def close(lab, learner, closes_at, **more):
    row, _ = LabDeadline.objects.update_or_create(
        lab=lab, cohort=learner.cohort, defaults={"closes_at": closes_at, **more}
    )
    return row


def graded(learner, lab, points, ago):
    data = make_engine_report(readable="passed", commits="passed", readme="needs_work").to_json()
    return late_work.graded(learner, lab, points, timezone.now() - ago, data)


def test_lab_page_says_the_deadline_its_rule_and_what_a_push_now_costs(client, learner, lab):
    address = lab.get_absolute_url()
    assertNotContains(client.get(address), "Deadline:")
    close(lab, learner, timezone.now() + DAY)
    page = client.get(address)
    assertContains(page, "After that, each started day takes 10% of the points, down to 50%.")
    assertNotContains(page, "A push now")
    close(lab, learner, timezone.now() - 30 * HOUR, last_at=timezone.now() + DAY)
    assertContains(client.get(address), "A push now earns 80% of its points.")
    learner.course.late_days = 3
    learner.course.save()
    page = client.get(address)
    assertContains(page, "You have 3 of 3 late days left.")
    assertContains(page, "This push will spend 2 of your 3 late days, if it improves your result.")
    close(lab, learner, timezone.now() - 30 * HOUR, last_at=timezone.now() - HOUR)
    locked = "A push is still received and graded, but it does not count."
    assertContains(client.get(address), locked)
    LabExtension.objects.create(
        enrollment=learner, lab=lab, until=timezone.now() + DAY, reason="You were ill."
    )
    page = client.get(address)
    assertContains(page, "Extended for you from")
    assertContains(page, "Reason: You were ill.")
    assertNotContains(page, "Locked since")


def test_result_list_home_and_progress_show_the_points_that_count(client, learner, lab):
    close(lab, learner, timezone.now() - 3 * HOUR)
    for address in ("/", reverse("course", args=[lab.course.slug])):
        assertContains(client.get(address), "Deadline ")
    late = graded(learner, lab, 80, HOUR)
    assert (late.late_points, late.late_passed) == (72, True)
    page = client.get(late.get_absolute_url())
    assertContains(page, "2 hours late: 80 of 100 points count as 72.")
    assertContains(page, "<h1>72 of ")
    page = client.get(lab.get_absolute_url())
    assertContains(page, "72 points, late")
    assertContains(page, '<span class="fig">72</span>')
    assertContains(client.get(reverse("course", args=[lab.course.slug])), "1 submission. Deadline ")
    assertContains(client.get(reverse("progress", args=[lab.course.slug])), "72")


def test_extension_has_its_reason_wherever_the_deadline_is(client, learner, lab, settings):
    settings.PRACTICE_WAIT_SECONDS = 0
    close(lab, learner, timezone.now() - 2 * HOUR)
    extended = {"until": timezone.now() + HOUR, "reason": "You were ill <at home>."}
    LabExtension.objects.create(enrollment=learner, lab=lab, **extended)
    reason, shown = "Reason: You were ill <at home>.", "Reason: You were ill &lt;at home&gt;."
    addresses = (reverse("course", args=[lab.course.slug]), reverse("progress", args=[lab.course.slug]), "/")
    for address in addresses:
        page = client.get(address).content.decode()
        assert "Extended for you from" in page, address
        assert shown.removesuffix(".") in page, address
    assertContains(client.get(lab.get_absolute_url()), shown)
    early, later = graded(learner, lab, 80, 3 * HOUR), graded(learner, lab, 80, HOUR)
    assertContains(client.get(later.get_absolute_url()), shown)
    assertNotContains(client.get(early.get_absolute_url()), "Extended for you")
    waiting = make_submission(learner, lab)
    text = " ".join(line for line in push_reply_lines(waiting, {}) if line)
    assert "Extended for you from" in text and reason in text
    assert "late" not in text


@pytest.mark.parametrize("late", [Lab.Late.REDUCE, Lab.Late.REFUSE])
def test_lab_is_locked_after_the_cut_off_and_keeps_the_points(client, learner, lab, settings, late):
    settings.PRACTICE_WAIT_SECONDS = 0
    Lab.objects.update(late=late)
    at = timezone.now() - HOUR
    best = graded(learner, lab, 70, 3 * HOUR)
    close(lab, learner, at if late == Lab.Late.REFUSE else at - HOUR, last_at=at)
    locked = f"Locked since {opening_brief(at, lab.course)}"
    course = reverse("course", args=[lab.course.slug])
    assertContains(client.get(lab.get_absolute_url()), f"{locked}. A push is still received and graded")
    assertContains(client.get(course), locked)
    later = graded(learner, lab, 100, timedelta(minutes=5))
    assert (later.late_points, Submission.objects.get(is_best=True)) == (0, best)
    text = " ".join(line for line in push_reply_lines(make_submission(learner, lab), {}) if line)
    assert f"{locked}. A push is still received and graded, but it does not count." in text
    Course.objects.update(late_days=2)
    is_open = late == Lab.Late.REFUSE  # late days may still be spent before a last date only
    assert ("Locked since" not in client.get(lab.get_absolute_url()).content.decode()) is is_open
    assert ("Locked since" not in client.get(course).content.decode()) is is_open


def test_terminal_warns_before_the_verdict_and_says_afterwards_what_counts(learner, lab, settings):
    settings.PRACTICE_WAIT_SECONDS = 0
    learner.course.late_days = 3
    learner.course.save()
    close(lab, learner, timezone.now() - 30 * HOUR)
    submission = make_submission(learner, lab)
    said = " ".join(line for line in push_reply_lines(submission, {}) if line)
    assert "30 hours late. This push will spend 2 of your 3 late days, if it improves your result." in said
    assert "Earlier pushes" not in said
    second = make_submission(learner, lab)
    assert "Earlier pushes" not in " ".join(
        line for line in push_reply_lines(second, {}) if line
    )  # as late as it
    Receipt.objects.filter(pk=submission.receipt_id).update(received_at=timezone.now() - 31 * HOUR)
    said = " ".join(line for line in push_reply_lines(second, {}) if line)
    assert f"Earlier pushes may earn more and are still graded: submission {submission.number}." in said
    second.delete()
    late = graded(learner, lab, 80, HOUR)
    assert "29 hours late: 2 late days were spent. All points count." in " ".join(verdict(late))
    close(lab, learner, timezone.now() + HOUR)
    assert "late" not in " ".join(line for line in push_reply_lines(submission, {}) if line)


def test_staff_set_a_deadline_and_a_last_date_in_the_zone_of_the_cohort(staff, learner, lab):
    posted = {"lab": lab.pk, "cohort": learner.cohort_id, "closes_at_0": "2027-01-09", "closes_at_1": "20:30"}
    refused = staff.post(
        add_address("labs_labdeadline"), {**posted, "last_at_0": "2027-01-08", "last_at_1": "20:30"}
    )
    assert "can’t be before the deadline" in str(refused.context["errors"])
    staff.post(add_address("labs_labdeadline"), {**posted, "last_at_0": "2027-01-11", "last_at_1": "20:30"})
    row = LabDeadline.objects.get()
    assert row.closes_at == datetime(2027, 1, 9, 15, tzinfo=UTC)
    assert row.last_at == datetime(2027, 1, 11, 15, tzinfo=UTC)
    staff.post(change_address(row), {"rule": "session 1 + 6 days 23:59"})
    row.refresh_from_db()
    assert (row.closes_at, row.rule) == (None, Rule(1, 6, "23:59"))


def test_extension_by_staff_counts_points_again_at_once_and_is_recorded(staff, learner, lab):
    close(lab, learner, timezone.now() - 3 * DAY)
    late = graded(learner, lab, 80, HOUR)
    assert late.late_points == 56
    until = timezone.now() + DAY
    posted = {"email": learner.user.email, "cohort": learner.cohort_id, "lab": lab.pk, "reason": "Illness"}
    posted |= {"until_0": f"{until:%Y-%m-%d}", "until_1": f"{until:%H:%M}"}
    assert staff.post(add_address("labs_labextension"), posted).status_code == 302
    late.refresh_from_db()
    assert (late.late_points, late.due_at) == (None, None)
    row = LabExtension.objects.get()
    assert AuditEntry.objects.filter(event="deadline", what__contains="Illness").exists()
    staff.post(reverse("admin:labs_labextension_delete", args=[row.pk]), {"post": "yes"})
    late.refresh_from_db()
    assert late.late_points == 56


def test_form_of_a_lab_takes_a_rule_that_names_a_session(staff, lab):
    page = staff.get(change_address(lab)).content.decode()
    assert "session 3 + 6 days 23:59" in page
    posted = {"status": "draft", "position": 1, "source": lab.source, "brief": "", "late": "reduce"}
    posted |= {"late_percent": 20, "late_floor": 40, "last_days": 7}
    refused = staff.post(change_address(lab), {**posted, "deadline": "6 days"})
    assert "Name the session" in str(refused.context["errors"])
    assert (
        staff.post(change_address(lab), {**posted, "deadline": "session 2 + 6 days 9:00"}).status_code == 302
    )
    lab.refresh_from_db()
    assert (str(lab.rule), lab.late_percent, lab.last_days) == ("session 2 + 6 days 09:00", 20, 7)


RULES = """
late_days: 3
labs:
  - slug: first
    deadline: session 1 + 6 days 23:59
    late: reduce
    late_percent: 20
    last_days: 14
"""


def test_course_files_round_trip_deadlines_and_late_days(folder, tmp_path):  # noqa: F811
    text = COURSE.replace("labs: [first]\n", RULES.lstrip())
    assert text != COURSE
    (folder / "course.yaml").write_text(text)
    call_command("load_course", str(folder))
    lab = Lab.objects.get()
    assert (str(lab.rule), lab.late, lab.late_percent, lab.late_floor, lab.last_days) == (
        *("session 1 + 6 days 23:59", "reduce", 20, 0, 14),
    )
    assert Course.objects.get().late_days == 3
    call_command("dump_course", "tiny", str(tmp_path / "copy"))
    assert (tmp_path / "copy" / "course.yaml").read_text() == text
    lab.rule = Rule(1, 7, "23:59")
    lab.save()
    call_command("dump_course", "tiny", str(tmp_path / "again"))
    written = (tmp_path / "again" / "course.yaml").read_text()
    assert written.replace('"session 1 + 7 days 23:59"', "session 1 + 7 days 23:59") == text.replace(
        "6 days", "7 days"
    )
