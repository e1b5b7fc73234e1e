from decimal import Decimal

import pytest

from lessons import attempt_actions
from lessons.models import Answer, Attempt
from tests.quiz_pages.examples import RIGHT, WRONG


def credits_of(attempt):
    return {answer.key: answer.credit for answer in attempt.answers.all()}


def test_start_begins_the_first_attempt(cast):
    attempt = cast.start()
    assert (attempt.number, attempt.version, attempt.submitted_at) == (1, cast.quiz.current, None)
    assert set(attempt.layout) == set(RIGHT)


def test_start_with_an_open_attempt_gives_that_one(cast):
    first = cast.start()
    again = cast.start()
    assert (again, again.layout) == (first, first.layout)


def test_start_after_submission_shuffles_anew(cast):
    first = cast.submit()
    second = cast.start()
    assert second.number == 2
    assert second.layout["approval"]["options"] != first.layout["approval"]["options"]


def test_start_with_no_attempts_left_is_refused(cast):
    cast.revise(attempts=1)
    cast.submit()
    with pytest.raises(attempt_actions.NoAttemptsLeftError):
        cast.start()
    assert Attempt.objects.count() == 1


def test_start_without_limit_allows_any_number_of_attempts(cast):
    cast.revise(attempts=0)
    assert [cast.submit().number for _ in range(4)] == [1, 2, 3, 4]


def test_start_by_two_learners_gives_each_their_own_attempt(cast):
    theirs = attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz)
    assert cast.start() != theirs


def test_revised_quiz_leaves_an_open_attempt_on_its_version(cast):
    first = cast.start()
    cast.revise(release="never")
    assert cast.start().version == first.version != cast.quiz.current


def test_save_keeps_the_last_answer_of_a_question(cast):
    attempt = cast.start()
    cast.answer(attempt, approval=[0])
    cast.answer(attempt, ("approval",), approval=[1])
    saved = Answer.objects.get()
    assert (saved.response, saved.flagged, saved.credit) == ([1], True, None)


def test_save_after_submission_is_refused(cast):
    attempt = cast.submit(approval=[0])
    with pytest.raises(attempt_actions.AttemptSubmittedError):
        cast.answer(attempt, approval=[1])
    assert Answer.objects.get().response == [0]


def test_submit_of_right_answers_passes(cast):
    attempt = cast.submit(**RIGHT)
    assert (attempt.points, attempt.score, attempt.passed) == (Decimal("8.00"), 100, True)
    assert set(credits_of(attempt).values()) == {Decimal(1)}


def test_submit_stores_partial_credit(cast):
    attempt = cast.submit(**WRONG)
    assert credits_of(attempt) == {
        "approval": Decimal(0),
        "vcs": Decimal(0),
        "phases": Decimal("0.3333"),
        "roles": Decimal(0),
        "branch": Decimal(0),
        "hours": Decimal(0),
        "cloze": Decimal(0),
    }
    assert (attempt.points, attempt.score, attempt.passed) == (Decimal("0.33"), 4, False)


def test_submit_of_empty_answers_scores_nothing(cast):
    attempt = cast.submit(branch=None)
    assert (attempt.points, attempt.score, attempt.passed) == (Decimal(0), 0, False)
    assert credits_of(attempt) == {"branch": Decimal(0)}


def test_submit_twice_keeps_the_first(cast):
    attempt = cast.submit(**RIGHT)
    again = attempt_actions.submit_attempt(attempt=Attempt.objects.get())
    assert (again.submitted_at, again.score) == (attempt.submitted_at, 100)


def test_score_is_of_the_version_that_was_taken(cast):
    attempt = cast.start()
    cast.answer(attempt, **RIGHT)
    cast.revise(questions="\n## Anything else? {#else}\n- [x] No\n- [ ] Yes\n> canary\n")
    assert attempt_actions.submit_attempt(attempt=attempt).score == 100
