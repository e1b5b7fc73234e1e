"""Staff correct a question from the item analysis; learners report one, and see what became of it."""

import pytest
from django.urls import reverse

from lessons.models import QuestionReport, QuizRegrade
from portal.accounts.roles import instructors
from portal.notices.models import Notice
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import RIGHT, WRONG
from tests.quiz_pages.regrading import apply, change_key, rehearse, work

ONE_WRONG = {**RIGHT, "approval": WRONG["approval"]}


@pytest.fixture
def staff(cast):
    cast.instructor.is_staff = True
    cast.instructor.save()
    cast.instructor.groups.add(instructors())
    return client_of(cast.instructor)


def post_change(staff, cast, key: str, **data):
    address = cast.address("change_key", key)
    return staff.post(address, {"version": cast.quiz.current_id, **data}, follow=True)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_accepted_option_is_rehearsed_applied_and_shown_to_the_learner(cast, staff, client):
    attempt = cast.submit(**ONE_WRONG)
    page = text_of(post_change(staff, cast, "approval", do="accept", option="0"))
    assert "<h1>Rehearsing</h1>" in page and "0 of 1 results" in page
    work()
    regrade = QuizRegrade.objects.get()
    page = text_of(staff.get(regrade.get_absolute_url()))
    assert "1 of 1 result changes: 1 up, 0 down" in page
    assert "Who approves a release?: 0 → 2 of 2." in page
    data = {"do": "apply", "policy": "never-lower", "reason": "The pipeline approves, too."}
    assert "<h1>Applying</h1>" in text_of(staff.post(regrade.get_absolute_url(), data, follow=True))
    work()
    assert "Applied to 1 of 1 result" in text_of(staff.get(regrade.get_absolute_url()))
    review = text_of(client.get(cast.address("attempt_review", attempt.number)))
    assert "The pipeline approves, too." in review
    assert "The score went from 75% (6 of 8 points) to 100% (8 of 8)" in review
    cast.quiz.refresh_from_db()
    assert "- [ ] The pipeline {accept}\n" in cast.quiz.source
    assert cast.submit(**ONE_WRONG).score == 100


def test_dropped_question_is_named_in_the_review(cast, staff, client):
    attempt = cast.submit(**ONE_WRONG)
    post_change(staff, cast, "approval", do="drop")
    work()
    regrade = QuizRegrade.objects.get()
    staff.post(regrade.get_absolute_url(), {"do": "apply", "policy": "never-lower", "reason": "Unclear."})
    work()
    review = text_of(client.get(cast.address("attempt_review", attempt.number)))
    assert "Dropped, so it no longer counts: Who approves a <em>release</em>?" in review
    assert "6 of 6 points" in review
    progress = text_of(client.get(reverse("progress", args=[cast.quiz.course.slug])))
    assert "6 of 6" in progress


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("key", "data", "words"),
    [
        ("approval", {"do": "accept", "option": "1"}, "correct already"),
        ("branch", {"do": "accept", "text": " "}, "Type the answer"),
        ("hours", {"do": "accept", "text": "many"}, "accepts numbers only"),
        ("branch", {"do": "accept", "text": "x", "version": "1000"}, "newer version"),
        ("gone", {"do": "drop"}, "not in the quiz any more"),
        ("vcs", {"do": "explode"}, "Choose an answer"),
    ],
)
def test_change_that_cannot_be_made_says_why_and_saves_nothing(cast, staff, key, data, words):
    source = cast.quiz.source
    page = text_of(post_change(staff, cast, key, **data))
    assert words in page
    cast.quiz.refresh_from_db()
    assert (cast.quiz.source, QuizRegrade.objects.count()) == (source, 0)


def test_regrade_without_a_reason_keeps_the_rehearsal_and_the_choice_and_says_what_to_do(cast, staff):
    cast.submit(**ONE_WRONG)
    change_key(cast, "- [ ] The pipeline", "- [ ] The pipeline {accept}")
    regrade = rehearse(cast)
    response = staff.post(regrade.get_absolute_url(), {"do": "apply", "policy": "exact", "reason": " "})
    assert response.status_code == 409
    assert "Write a reason for learners" in text_of(response)
    assert 'value="exact" checked' in text_of(response)
    regrade.refresh_from_db()
    assert regrade.state == "rehearsed"


def test_regrade_page_takes_the_same_queries_for_many_results(cast, staff, django_assert_max_num_queries):
    cast.submit(**ONE_WRONG)
    change_key(cast, "- [ ] The pipeline", "- [ ] The pipeline {accept}")
    regrade = apply(cast)
    with django_assert_max_num_queries(12) as one:
        staff.get(regrade.get_absolute_url())
    change_key(cast, "- [ ] The pipeline {accept}", "- [ ] The pipeline")
    for _ in range(2):
        cast.submit(**RIGHT)
    change_key(cast, "- [ ] The pipeline", "- [ ] The pipeline {accept}")
    regrade = apply(cast, "exact")
    assert regrade.moves.count() == 2
    with django_assert_max_num_queries(len(one.captured_queries)):
        staff.get(regrade.get_absolute_url())


def test_report_reaches_staff_and_its_answer_the_learner(cast, staff, client):
    attempt = cast.submit(**ONE_WRONG)
    address = cast.address("report_question", attempt.number, "approval")
    sent = text_of(client.post(address, {"text": "The pipeline <b>can</b> approve."}, follow=True))
    assert "Your report was sent." in sent and "You reported a problem" in sent
    again = text_of(client.post(address, {"text": "Other words"}, follow=True))
    assert "You reported this question before" in again
    report = QuestionReport.objects.get()
    analysis = text_of(staff.get(cast.address("item_analysis")))
    assert "1 report from a learner has no answer yet." in analysis
    assert "The pipeline &lt;b&gt;can&lt;/b&gt; approve." in analysis
    staff.post(cast.address("close_report", report.pk), {"reply": "True. It counts now."})
    assert "True. It counts now." in text_of(client.get(cast.address("attempt_review", attempt.number)))
    assert "True. It counts now." in Notice.objects.get(user=cast.learner.user).text
    assert "to answer" not in text_of(staff.get(cast.address("item_analysis")))
    late = staff.post(
        cast.address("close_report", report.pk), {"reply": "It was <b>dropped</b>."}, follow=True
    )
    assert "Your text was: It was &lt;b&gt;dropped&lt;/b&gt;." in text_of(late)


def test_more_reports_than_a_minute_allows_are_refused(cast, client, one_minute):
    attempt = cast.submit(**RIGHT)
    for key in RIGHT:
        page = client.post(cast.address("report_question", attempt.number, key), {"text": "Odd"}, follow=True)
    assert "Wait a minute, and send it again. Your text was: Odd" in text_of(page)
    assert QuestionReport.objects.count() == 5
