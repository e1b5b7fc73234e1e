"""The page of one learner for staff: the timeline of what involves other people, last seen, and staff notes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from labs.models import Comment, Team, TeamMember
from lessons import joining
from lessons.models import CourseStaff, Meeting, Thread
from portal.progress.gradebook.staff_notes import MAX_NOTES
from portal.progress.models import Inquiry, StaffNote
from tests.factories import make_cohort
from tests.gradebook.conftest import grade_lab, make_book
from tests.gradebook.test_gradebook_page import names, read, sign_in

pytestmark = pytest.mark.django_db


def address(book, name: str = "gradebook_learner") -> str:
    return reverse(name, args=[book.course.slug, book.cohort.slug, book.learners[0].pk])


def test_timeline_has_questions_comments_teams_and_moves(book):
    learner = book.learners[0]
    submission = grade_lab(book, learner, 45)
    place = {"place_kind": "lesson", "place_key": 1, "place_title": "Commits"}
    Thread.objects.create(enrollment=learner, kind="help", title="Which commit?", **place)
    Thread.objects.create(
        enrollment=learner, kind="question", title="Taken back", withdrawn_at=timezone.now(), **place
    )
    about = {"thing": f"submission:{submission.pk}", "submission": submission, "title": "First lab"}
    Inquiry.objects.create(enrollment=learner, reason="Why?", reason_html="", **about)
    Comment.objects.create(submission=submission, by=book.staff, is_staff=True, text="Say why.", html="")
    joining.move_learner(enrollment=learner, to=make_cohort(book.course), reason="New job", by=book.staff)
    book.cohort = learner.cohort
    team = Team.objects.create(lab=book.lab, cohort=book.cohort, holder=learner, number=7)
    TeamMember.objects.create(team=team, enrollment=learner)
    page = sign_in(book.staff).get(address(book))
    for words in (
        "Asked for help: Which commit?",
        "Asked about points: First lab",
        "Instructor A commented on Your first repository, submission 1",
        "Draft, not released. Say why.",
        "Joined Team 7 for Your first repository",
        "Reason: New job",
    ):
        assertContains(page, words)
    assertNotContains(page, "Taken back")
    page = sign_in(book.staff).get(address(book) + "?kind=question")
    assertContains(page, "Which commit?")
    assertNotContains(page, "Joined Team 7")


def test_page_says_when_the_learner_was_active_and_leads_to_changes(book):
    client = sign_in(book.staff)
    assertContains(client.get(address(book)), "<dd>–<small> not yet</small></dd>")
    submission = grade_lab(book, book.learners[0], 45)
    page = client.get(address(book))
    assertContains(page, "today</small></dd>")
    assertContains(page, f'href="{submission.get_absolute_url()}">Grade the newest submission again')
    assertContains(page, reverse("change_learner", args=[book.course.slug, book.learners[0].pk]))
    assertContains(page, f"mailto:{book.learners[0].user.email}")


def test_notes_are_for_staff_and_their_writer_removes_them(book):
    notes, own, other = address(book, "gradebook_notes"), sign_in(book.staff), sign_in(book.other)
    response = own.post(notes, {"text": " "})
    assertContains(response, "Write the note first.", status_code=422)
    assertContains(own.post(notes, {"text": "x" * 1001}), "The limit is 1,000.", status_code=422)
    assert own.post(notes, {"text": "Prefers <b>written</b> feedback."}).status_code == 302
    note = StaffNote.objects.get()
    assertContains(other.get(address(book)), "Prefers &lt;b&gt;written&lt;/b&gt; feedback.")
    other.post(notes, {"remove": note.pk})
    assert StaffNote.objects.exists()
    own.post(notes, {"remove": note.pk})
    assert not StaffNote.objects.exists()
    learner = sign_in(book.learners[0].user)
    assert learner.post(notes, {"text": "x"}).status_code == 403
    StaffNote.objects.bulk_create(
        StaffNote(enrollment=book.learners[0], text="x", by=book.staff) for _ in range(MAX_NOTES)
    )
    assertContains(own.post(notes, {"text": "One more"}), "at most 100 notes", status_code=422)


def test_assistant_who_marks_blindly_gets_neither_address_nor_move():
    book = make_book(marks_blindly=True)
    CourseStaff.objects.filter(user=book.other).update(role=CourseStaff.Role.ASSISTANT)
    page = sign_in(book.other).get(address(book))
    assertNotContains(page, "mailto:")
    assertNotContains(page, "Move to another cohort")


def test_learners_below_the_pass_mark_at_this_pace_are_those_behind_the_meetings_held(book):
    grade_lab(book, book.learners[1], 80)
    assert names(read(book, "?show=pace")) == []  # nothing is expected yet
    first = book.quiz.lesson.session
    for session, days in (
        (first, 8),
        (book.course.sessions.create(slug="next", title="Next", position=9), 1),
    ):
        Meeting.objects.create(
            cohort=book.cohort, session=session, starts_at=timezone.now() - timedelta(days=days)
        )
    assert names(read(book, "?show=pace")) == ["Learner A", "Learner B"]
    grade_lab(book, book.learners[1], 100, number=2)
    assert names(read(book, "?show=pace")) == ["Learner A"]
    assert reverse("lab_regrades", args=[book.course.slug, "first-lab"]) in read(book)
