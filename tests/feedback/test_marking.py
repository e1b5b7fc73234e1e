"""Staff mark and comment; the learner sees what was released and replies."""

from decimal import Decimal
from secrets import token_hex

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labs.models import Comment, Feedback, SavedComment
from lessons.models import CourseStaff, GradeChange, Presence
from lessons.presence import LASTS
from lessons.pseudonyms import pseudonym_of
from portal.accounts.models import AuditEntry
from portal.notices.models import Notice
from portal.progress.items import Result, lab_item
from tests.factories import make_learner, make_staff
from tests.feedback.rubric_work import graded, make_rubric_lab
from tests.pages.test_page_queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    return make_learner()


@pytest.fixture
def lab(learner):
    return make_rubric_lab(learner.course)


@pytest.fixture
def submission(learner, lab):
    return graded(learner, lab, 80)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def marker(learner):
    return signed_in(make_staff(learner.course))


def mark(client, submission, seen=0, action="release", **marks):
    data = {"seen": seen, "action": action, **{f"mark-{name}": points for name, points in marks.items()}}
    return client.post(reverse("submission_mark", args=[submission.public_id]), data)


def test_learner_sees_marks_and_comments_once_they_are_released(marker, learner, submission):
    page, own = submission.get_absolute_url(), signed_in(learner.user)
    add = reverse("submission_comment", args=[submission.public_id])
    marker.post(add, {"text": "Say *why*."})
    mark(marker, submission, action="draft", prose="7.5")
    assertContains(own.get(page), "20 points of this lab wait for marking by a person.")
    assertNotContains(own.get(page), "<em>why</em>")
    assert not Notice.objects.filter(kind="grade").exists()
    mark(marker, submission, seen=1, prose="7.5", history="3")
    shown = own.get(page)
    assertContains(shown, "Say <em>why</em>.")
    assertContains(shown, "7.5 of 12")
    assertContains(shown, "Some do")
    assertContains(shown, "<h1>90.5 of 120 points. You passed.</h1>")
    notice = Notice.objects.get(kind="grade")
    assert notice.user == learner.user
    assert "10.5 of 20 points for the rubric" in notice.text
    mark(marker, submission, seen=2, prose="7.5", history="3")
    assert Notice.objects.filter(kind="grade").count() == 1


def test_marks_that_the_rubric_does_not_allow_are_refused_and_stay_in_the_form(marker, submission):
    response = mark(marker, submission, prose="13", history="5")
    assert response.status_code == 422
    assertContains(response, "type points from 0 to 12, with at most two decimals.", status_code=422)
    assertContains(response, 'value="13"', status_code=422)
    response = mark(marker, submission, prose="12", history="5")
    assertContains(response, "choose one of its levels.", status_code=422)
    assert not Feedback.objects.exists()


def test_second_marker_sees_both_marks_and_nothing_is_overwritten(marker, learner, submission):
    other = signed_in(make_staff(learner.course))
    mark(marker, submission, action="draft", prose="10")
    response = mark(other, submission, action="draft", prose="4")
    assert response.status_code == 409
    assertContains(response, "Saved meanwhile by somebody else: 10.", status_code=409)
    assertContains(response, 'name="mark-prose" id="mark-prose" value="4"', status_code=409)
    assert Feedback.objects.get().marks == {"prose": "10"}
    mark(other, submission, seen=1, action="draft", prose="4")
    assert Feedback.objects.get().marks == {"prose": "4"}
    page = marker.get(reverse("submission_mark", args=[submission.public_id]))
    assertContains(page, "Replaced marks")
    assertContains(page, "10 of 12")
    assert AuditEntry.objects.get(event="grade").what.endswith("marks replaced: prose 10 to 4")
    assertNotContains(signed_in(learner.user).get(submission.get_absolute_url()), "10 of 12")


def test_page_says_who_has_the_submission_open(marker, learner, submission):
    page = reverse("submission_mark", args=[submission.public_id])
    marker.get(page)
    assertContains(signed_in(make_staff(learner.course)).get(page), "Being graded by ")
    Presence.objects.update(seen_at=timezone.now() - LASTS)
    assertNotContains(marker.get(page), "Being graded by ")


def test_queue_leads_from_one_unmarked_submission_to_the_next_in_a_stable_order(marker, learner, lab):
    every = [graded(make_learner(learner.course), lab, 80) for _ in range(3)]
    queue = reverse("lab_marking", args=[lab.course.slug, lab.slug])
    assertContains(marker.get(queue), "3 submissions to mark")
    order = []
    for _ in every:
        following = marker.get(queue).context["following"]
        order.append(following.pk)
        response = mark(marker, following, action="next", prose="1", history="0")
    assertRedirects(response, queue)
    assert sorted(order) == sorted(each.pk for each in every)
    assertContains(marker.get(queue), "Nothing to mark")


def test_learner_replies_and_the_writer_of_the_comment_gets_a_notice(marker, learner, submission):
    marker.post(reverse("submission_comment", args=[submission.public_id]), {"text": "Why?"})
    comment = Comment.objects.get()
    own = signed_in(learner.user)
    answer = reverse("comment_reply", args=[comment.pk])
    assert own.post(answer, {"text": "Because."}).status_code == 404  # a draft
    mark(marker, submission)
    assert own.post(answer, {"text": " "}).status_code == 422
    own.post(answer, {"text": "Because."})
    assertContains(own.get(submission.get_absolute_url()), "Because.")
    assert Notice.objects.filter(user=comment.by, kind="reply").count() == 1
    marker.post(answer, {"text": "I see."})
    assert Notice.objects.filter(user=learner.user, kind="reply").count() == 1
    assert signed_in(make_learner(learner.course).user).post(answer, {"text": "x"}).status_code == 404


def test_comment_bank_counts_how_often_a_comment_is_used(marker, submission):
    add = reverse("submission_comment", args=[submission.public_id])
    marker.post(add, {"text": "Name the branch.", "keep": "on"})
    marker.post(add, {"saved": "Name the branch."})
    assert (SavedComment.objects.get().uses, Comment.objects.count()) == (2, 2)
    bank = reverse("saved_comments", args=[submission.lab.course.slug])
    assertContains(marker.get(bank), "Used 2 times")
    marker.post(bank, {"text": "Another."})
    marker.post(bank, {"remove": SavedComment.objects.get(text="Another.").pk})
    assert SavedComment.objects.count() == 1
    marker.post(bank, {"text": token_hex(2500)})  # too long for an index of PostgreSQL
    assert SavedComment.objects.count() == 2


def test_edited_comment_is_checked_against_the_version_that_its_form_has(marker, submission):
    marker.post(reverse("submission_comment", args=[submission.public_id]), {"text": "One."})
    comment = Comment.objects.get()
    edit = reverse("comment_edit", args=[comment.pk])
    marker.post(edit, {"text": "Two.", "seen": 1})
    response = marker.post(edit, {"text": "Three.", "seen": 1})
    assertContains(response, "Two.", status_code=409)
    assertContains(response, "Three.", status_code=409)
    comment.refresh_from_db()
    assert comment.text == "Two."
    mark(marker, submission)
    marker.post(reverse("comment_delete", args=[comment.pk]))
    assert Comment.objects.exists()


@pytest.mark.parametrize("count", [1, 6])
def test_queries_of_the_queue_do_not_grow_with_its_rows(marker, learner, lab, count):
    for number in range(count):
        marked = graded(make_learner(learner.course), lab, 80)
        graded(make_learner(learner.course), lab, 70 + number)
        mark(marker, marked, prose="1", history="0")
    assert queries(marker, reverse("lab_marking", args=[lab.course.slug, lab.slug])) == 14


def test_course_that_marks_under_pseudonyms_names_nobody_where_staff_mark(marker, learner, lab, submission):
    learner.course.marks_blindly = True
    learner.course.save()
    for name, key in (
        ("lab_marking", [lab.course.slug, lab.slug]),
        ("submission_mark", [submission.public_id]),
    ):
        page = marker.get(reverse(name, args=key))
        assertContains(page, pseudonym_of(learner.pk))
        assertNotContains(page, learner.user.get_full_name())


def test_staff_of_another_cohort_mark_nothing(learner, lab, submission):
    other = make_staff(learner.course)
    CourseStaff.objects.filter(user=other).update(cohort=make_learner(learner.course).cohort)
    client = signed_in(other)
    assert client.get(reverse("submission_mark", args=[submission.public_id])).status_code == 404
    assertContains(client.get(reverse("lab_marking", args=[lab.course.slug, lab.slug])), "Nothing to mark")


def test_released_marks_are_in_the_record_of_grade_changes(marker, submission):
    mark(marker, submission, prose="12", history="8")
    mark(marker, submission, seen=2, prose="6", history="8")
    changes = GradeChange.objects.values_list("kind", "old", "new", "out_of").order_by("pk")
    assert list(changes) == [("marking", 0, 20, 20), ("marking", 20, 14, 20)]


@pytest.mark.parametrize(("points", "state"), [(80, "bad"), (100, "wait")])
def test_lab_in_a_list_says_which_points_wait(points, state):
    result = Result(Decimal(points), Decimal(120), tries=1, waiting=Decimal(20))
    item = lab_item("Lab", "/", Decimal(120), result, is_ready=True)
    assert item.note == f"1 submission, best {points} of 120 points so far, 20 waiting for marking"
    assert item.state == state


def test_staff_who_learn_in_another_cohort_do_not_mark_themselves(submission, learner):
    make_staff(learner.course, learner.user)
    own = signed_in(learner.user)
    assert mark(own, submission, design=5).status_code == 403
    assert not Feedback.objects.exists()
