"""Learners who are stuck, found from what the database has, and what staff do about it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from labs.models import LabDeadline, LabExtension, State, Submission
from lessons.actions import mark_read
from lessons.models import Attendance, CourseStaff, Enrollment
from portal.notices.models import Notice
from portal.progress.class_page.stuck import complete_rows, find_stuck
from portal.progress.models import StuckMark
from tests.factories import make_cohort, make_lesson, make_submission, make_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def words(group, now=None) -> list[tuple[str, str, str]]:
    rows = complete_rows(find_stuck(group.cohort, now or timezone.now()).rows)
    return [(row.person.user.name, row.lab_title, row.words) for row in rows]


def test_nobody_is_stuck_in_a_fresh_cohort(group):
    group.join("A")
    assert words(group) == []


def test_a_learner_whose_check_needs_work_in_three_submissions_is_stuck(group):
    learner = group.join("A")
    for points in (10, 20, 30):
        sent = group.send(learner, "readme", points=points)
    [row] = complete_rows(find_stuck(group.cohort, timezone.now()).rows)
    assert row.words == "The same check in 3 submissions: README.md exists"
    assert row.evidence == f"{sent.get_absolute_url()}#check-readme"


def test_a_learner_who_passed_or_left_is_not_stuck(group):
    passed, left = group.join("A"), group.join("B")
    for learner in (passed, left):
        for _ in range(3):
            group.send(learner, "readme")
    group.send(passed, points=100)
    Enrollment.objects.filter(pk=left.pk).update(is_active=False)
    assert words(group) == []


def test_submissions_without_a_verdict_do_not_count(group):
    learner = group.join("A")
    for state in (State.SUPERSEDED, State.FAULT, State.UNREADABLE, State.QUEUED):
        make_submission(learner, group.lab, state=state)
    group.send(learner, "readme", points=10)
    group.send(learner, "readme", points=20)
    assert words(group) == []


def test_no_gain_shows_the_share_of_points(group):
    learner = group.join("A")
    for failed in ("readme", "three-commits", "readme"):
        group.send(learner, failed)
    assert words(group) == [("A", "Resolve a conflict", "No gain in 3 submissions, 40% of the points")]


def test_a_lab_without_a_submission_for_two_weeks_is_not_stuck_now(group):
    learner = group.join("A")
    for number in range(3):
        group.send(learner, "readme", at=timezone.now() - 14 * DAY - number * HOUR)
    assert [row.lab for row in find_stuck(group.cohort, timezone.now()).rows] == []


def test_learners_who_sent_nothing_are_listed_48_hours_before_the_deadline(group):
    idle, sent, extended = group.join("A"), group.join("B"), group.join("C")
    group.send(sent, points=10)
    due_at = timezone.now() + 50 * HOUR
    LabDeadline.objects.create(lab=group.lab, cohort=group.cohort, closes_at=due_at)
    LabExtension.objects.create(
        enrollment=extended, lab=group.lab, until=due_at + 10 * DAY, reason="Illness."
    )
    assert words(group) == []
    near = timezone.now() + 3 * HOUR
    assert words(group, near) == [("A", "Resolve a conflict", "Nothing submitted, 46 h left")]
    assert words(group, due_at + 8 * DAY + HOUR)[0][:2] == ("C", "Resolve a conflict")
    assert idle.is_active


def test_a_draft_lab_asks_nobody_for_a_submission(group):
    group.join("A")
    LabDeadline.objects.create(lab=group.lab, cohort=group.cohort, closes_at=timezone.now() + HOUR)
    group.lab.status = "draft"
    group.lab.save()
    assert words(group) == []


def test_a_learner_without_activity_for_seven_days_is_listed(group):
    learner, reader = group.join("A", days_ago=30), group.join("B", days_ago=30)
    lesson = make_lesson(group.cohort.course.sessions.first())
    with time_machine.travel(timezone.now() - 8 * DAY, tick=False):
        mark_read(enrollment=learner, lesson=lesson)
    mark_read(enrollment=reader, lesson=lesson)
    assert words(group) == [("A", "", "Nothing opened for 8 days")]


def test_nobody_is_silent_before_the_first_meeting_or_long_after_the_last(group):
    group.join("A", days_ago=30)
    group.meet(-24)
    assert words(group) == []
    group.cohort.meetings.update(starts_at=timezone.now() - 15 * DAY)
    assert words(group) == []
    group.cohort.meetings.update(starts_at=timezone.now() - 10 * DAY)
    assert words(group) == [("A", "", "Nothing opened yet for 10 days")]


def test_a_learner_who_missed_two_meetings_is_listed(group):
    there, away, new, unknown = (group.join(name, days_ago=9) for name in "ABCD")
    Enrollment.objects.filter(pk=new.pk).update(created_at=timezone.now() - 2 * DAY)
    first = group.meet(96, there, unknown)
    second = group.meet(48, there)
    group.meet(24)  # nobody took attendance
    Attendance.objects.create(meeting=second, enrollment=unknown, joined_at=second.starts_at)
    found = words(group)
    assert found == [("B", "", f"Missed {first.session.title} and {second.session.title}")]
    assert away.is_active


def test_rows_come_in_the_order_of_the_rules(group):
    silent, same = group.join("A", days_ago=9), group.join("B")
    for _ in range(3):
        group.send(same, "readme")
    assert [name for name, _, _ in words(group)] == ["B", "A"]
    assert silent.is_active


def stuck_in_a_check(group) -> Enrollment:
    learner = group.join("A")
    for points in (10, 20, 30):
        group.send(learner, "readme", points=points)
    return learner


def post(group, learner, lab=True, **data):
    address = group.address(f"stuck/{learner.pk}/") + (f"?lab={group.lab.pk}" if lab else "")
    return group.client.post(address, {"rules": "same-check", **data})


def test_handled_hides_a_finding_until_the_rule_fires_anew(group):
    learner = stuck_in_a_check(group)
    assert post(group, learner, action="handled", note="Called").status_code == 302
    assert words(group) == []
    mark = StuckMark.objects.get()
    assert (mark.kind, mark.note, mark.by, mark.lab) == ("handled", "Called", group.instructor, group.lab)
    for points in (31, 32):
        group.send(learner, "readme", points=points)
    assert words(group) == []
    group.send(learner, "readme", points=33)
    assert words(group)[0][2] == "The same check in 3 submissions: README.md exists"


def test_snooze_hides_a_finding_until_the_day(group):
    learner = stuck_in_a_check(group)
    day = timezone.localdate() + 2 * DAY
    assert post(group, learner, action="snooze", until=f"{day}").status_code == 302
    assert words(group) == []
    assert len(words(group, timezone.now() + 2 * DAY)) == 1


def test_writing_sends_a_notice_and_keeps_the_finding(group):
    learner = stuck_in_a_check(group)
    assert post(group, learner, action="write", text="Shall we look together?").status_code == 302
    notice = Notice.objects.get(user=learner.user)
    assert (notice.kind, notice.text) == ("help", "The instructor: Shall we look together?")
    assert notice.link == group.lab.get_absolute_url()
    assert len(words(group)) == 1
    page = group.client.get(group.address(f"stuck/{learner.pk}/") + f"?lab={group.lab.pk}").content.decode()
    assert "Wrote to the learner" in page
    assert "Shall we look together?" in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"action": "write", "text": " "}, "Write a message."),
        ({"action": "write", "text": "x" * 300}, "Shorten it to 300"),
        ({"action": "handled", "note": ""}, "Write a note for the other staff"),
        ({"action": "handled", "note": "x" * 301}, "Shorten it to 300"),
        ({"action": "handled", "note": "kept", "rules": "made-up"}, "This is no longer in the list"),
        ({"action": "snooze", "until": ""}, "Choose the day"),
        ({"action": "snooze", "until": "soon"}, "Enter a date"),
        ({"action": "snooze", "until": "2020-01-01"}, "Choose a day after today"),
        ({"action": "snooze", "until": "9999-12-31"}, "Choose a day within 90 days"),
        ({"action": "snooze", "until": "0001-01-01"}, "Choose a day"),
        ({"action": "delete"}, "Not saved"),
    ],
)
def test_a_mistake_in_the_form_is_named_and_nothing_is_lost(group, data, says):
    learner = stuck_in_a_check(group)
    response = post(group, learner, **data)
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert data.get("text", "").strip() in page
    assert not StuckMark.objects.exists()
    assert not Notice.objects.exists()


def test_the_class_page_leads_with_the_people_who_are_stuck(group):
    stuck_in_a_check(group)
    group.join("B")
    page = group.client.get(group.address()).content.decode()
    assert "1 of 2 is stuck</h1>" in page
    assert "The same check in 3 submissions: README.md exists" in page


def test_an_empty_cohort_shows_its_invite_link(group):
    page = group.client.get(group.address()).content.decode()
    assert "Nobody has joined yet" in page
    assert group.cohort.invite_code in page


@pytest.mark.parametrize("rest", ["", "stuck/", "checks/", "checks.csv", "scores.csv", "stuck/{learner}/"])
def test_staff_of_one_cohort_see_no_other(group, rest):
    learner = group.join("A")
    user = make_user(is_staff=True)
    CourseStaff.objects.create(course=group.cohort.course, cohort=group.cohort, user=user)
    other = make_cohort(group.cohort.course)
    group.client.force_login(user)
    address = group.address(rest.format(learner=learner.pk))
    assert group.client.get(address).status_code == 200
    assert group.client.get(address.replace(group.cohort.slug, other.slug)).status_code == 404


def test_a_learner_of_another_cohort_has_no_page_here(group):
    learner = stuck_in_a_check(group)
    assert group.client.get(group.address(f"stuck/{learner.pk + 1}/")).status_code == 404
    assert group.client.get(group.address(f"stuck/{10**19}/")).status_code == 404
    assert group.client.get(group.address(f"stuck/{learner.pk}/?lab=x")).status_code == 404
    assert Submission.objects.exists()


def test_the_start_page_leads_with_notes_stuck_people_and_the_queue(group):
    learner = stuck_in_a_check(group)
    group.meet(-24)
    page = group.client.get("/staff/").content.decode()
    assert "New lessons from notes" in page
    assert "The same check in 3 submissions: README.md exists" in page
    assert group.address(f"stuck/{learner.pk}/") in page
    assert "Our faults, 24 h" in page
    assert page.index("Stuck now") < page.index("My courses")


def test_notes_pasted_on_the_start_page_are_imported(group):
    notes = {"way": "paste", "name": "Session 3", "text": "Docker :::\n\t- Image\n\t- Container\n"}
    response = group.client.post("/notes/", {**notes, "course": group.cohort.course.slug})
    assert response.status_code == 302
    assert group.cohort.course.notes.get().name == "Session 3.txt"
    assert group.client.post("/notes/", {**notes, "course": "elsewhere"}).status_code == 404
    kept = group.client.post("/notes/", {**notes, "name": "", "course": group.cohort.course.slug})
    assert kept.status_code == 422
    assert "Docker :::" in kept.content.decode()
