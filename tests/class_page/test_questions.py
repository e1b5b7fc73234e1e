"""Questions to look at, and how many learners are on course."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from lessons import attempt_actions
from lessons.models import Answer, Meeting
from portal.progress.class_page.on_course import count_on_course
from portal.progress.class_page.questions import weak_questions
from tests.factories import make_cohort, make_enrollment, make_lesson, make_quiz, make_session

SOURCE = """---
title: What was said
pass_mark: 70
attempts: 0
release: now
---

## Which? {#which}
- [x] Git
- [ ] Subversion
- [ ] A *folder*
> Every clone has the whole history.

## What is its name? {#name}
= Git
> It is.
"""


@pytest.fixture(autouse=True)
def no_kept_figures():
    caches["pages"].clear()


@pytest.fixture
def quiz(group):
    return make_quiz(SOURCE, make_lesson(group.cohort.course.sessions.first()))


def take(learner, quiz, which: int, name: str = "Git"):
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    attempt_actions.save_answer(attempt=attempt, key="which", response=[which], flagged=False)
    attempt_actions.save_answer(attempt=attempt, key="name", response=name, flagged=False)
    return attempt_actions.submit_attempt(attempt=attempt)


def test_question_that_few_answer_correctly_is_listed_with_its_most_frequent_wrong_answer(group, quiz):
    people = [group.join(f"Person {number}") for number in range(10)]
    for place, learner in enumerate(people):
        take(learner, quiz, 0 if place < 3 else 2 if place < 8 else 1)
    take(people[9], quiz, 0)  # only first attempts count
    other = make_enrollment(cohort=make_cohort(group.cohort.course))
    take(other, quiz, 0)
    [found] = weak_questions(group.cohort)
    assert (found.title, found.right, found.marked) == ("Which?", 3, 10)
    assert (found.wrong, found.times) == ("A folder", 5)
    assert "A wrong answer was given more often (5)" in found.flags[0]
    page = group.client.get(group.address()).content.decode()
    assert "Most frequent wrong answer: “A folder” (5)" in page
    assert f"{quiz.get_absolute_url()}analysis/#q-which" in page


def test_questions_with_few_answers_or_mostly_correct_ones_are_not_listed(group, quiz):
    people = [group.join(f"Person {number}") for number in range(10)]
    for learner in people[:9]:
        take(learner, quiz, 1)
    assert weak_questions(group.cohort) == []
    caches["pages"].clear()
    take(people[9], quiz, 0)
    assert [each.right for each in weak_questions(group.cohort)] == [1]


def test_question_that_waits_for_marks_is_not_listed(group, quiz):
    for number in range(10):
        take(group.join(f"Person {number}"), quiz, 1)
    Answer.objects.filter(key="name").update(credit=None)
    assert [each.title for each in weak_questions(group.cohort)] == ["Which?"]


def hold(group, session, hours_ago: int) -> None:
    starts_at = timezone.now() - timedelta(hours=hours_ago)
    Meeting.objects.create(cohort=group.cohort, session=session, starts_at=starts_at, minutes=60)


def test_learner_with_the_share_of_finished_sessions_is_on_course(group):
    course, first = group.cohort.course, group.cohort.course.sessions.first()
    ahead, behind = group.join("Ahead"), group.join("Behind")
    group.send(ahead, points=80)
    group.send(behind, points=60)
    keys = [ahead.pk, behind.pk]
    hold(group, first, 100)
    assert (
        count_on_course(group.cohort, keys, timezone.now()) is None
    )  # its lab is due before the next meeting
    hold(group, make_session(course), 50)
    assert count_on_course(group.cohort, keys, timezone.now()) == 1
    assert "1 is <a" in group.client.get(group.address()).content.decode()
