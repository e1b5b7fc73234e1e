"""A new key on old attempts: rehearsed, applied, undone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.utils import timezone

from lessons import attempt_actions, marking, quiz_regrades, regrades
from lessons.models import Answer, Attempt, QuizRegrade
from lessons.quiz_regrades import WORK
from portal.accounts.models import AuditEntry
from portal.notices.models import Notice
from tests.quiz_pages.examples import RIGHT, WRONG
from tests.quiz_pages.regrading import apply, ask_to_apply, change_key, no_wake, rehearse, undo, work

BRANCH = ("= git branch canary", "= git branch canary\n= git log")
ONE_WRONG = {**RIGHT, "branch": WRONG["branch"]}


def facts() -> tuple[list, list]:
    """Everything that a result consists of."""
    attempts = Attempt.objects.order_by("pk")
    fields = ("points", "score", "passed", "waiting_points", "max_points", "key", "version", "submitted_at")
    answers = Answer.objects.order_by("pk").values_list("key", "response", "credit", "waits_for")
    return list(attempts.values_list(*fields)), list(answers)


def test_rehearsal_says_who_moves_and_why_and_changes_nothing(cast):
    cast.submit(**ONE_WRONG)
    cast.submit(**RIGHT)
    before = facts()
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    assert (regrade.state, regrade.total) == ("rehearsed", 2)
    up, same = regrade.moves.order_by("attempt")
    assert (up.way, up.old_points, up.new_points) == ("up", 7, 8)
    assert up.why == ["Which command lists the branches?: 0 → 1 of 1."]
    assert (same.way, same.why) == ("same", [])
    assert facts() == before


def test_applied_regrade_lifts_the_attempt_and_notifies_the_learner(cast):
    attempt = cast.submit(**ONE_WRONG)
    version = attempt.version
    change_key(cast, *BRANCH)
    regrade = apply(cast)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.score, attempt.version) == (8, 100, version)
    assert attempt.answers.get(key="branch").credit == 1
    assert regrade.state == "applied"
    notice = Notice.objects.get(user=cast.learner.user)
    assert "7 of 8 → 8 of 8 points" in notice.text and "The key was wrong." in notice.text
    assert AuditEntry.objects.filter(what__startswith="applied: Regrade of Branches").count() == 1


def test_result_that_would_be_lower_is_kept_by_default_and_lowered_if_staff_say_so(cast):
    attempt = cast.submit(**RIGHT)
    change_key(cast, "= git branch canary", "= git branch --list")
    apply(cast)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.key) == (8, None)
    assert not Notice.objects.exists()
    apply(cast, "exact")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.score) == (7, 88)


def test_dropped_question_leaves_the_total_and_harms_nobody(cast):
    missed = cast.submit(**ONE_WRONG)
    right = cast.submit(branch=RIGHT["branch"])
    dropped = cast.quiz.source.index("## Which command lists")
    end = cast.quiz.source.index("## How many hours")
    change_key(cast, cast.quiz.source[dropped:end], "")
    regrade = apply(cast)
    missed.refresh_from_db()
    right.refresh_from_db()
    assert (missed.points, missed.max_points, missed.score) == (7, 7, 100)
    assert (right.points, right.max_points) == (1, None)
    assert regrade.moves.get(attempt=right).fate == "kept"
    best = Attempt.objects.filter(pk=missed.pk).best().get()
    assert best.share == 1


def test_undo_restores_exactly_and_notifies_the_learner(cast):
    cast.submit(**ONE_WRONG)
    before = facts()
    change_key(cast, *BRANCH)
    regrade = apply(cast)
    assert facts() != before
    undo(cast, regrade)
    assert facts() == before
    assert regrade.state == "undone"
    assert Notice.objects.first().text.startswith("The regrade was undone: Branches")


def test_undo_after_a_day_is_refused(cast):
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = apply(cast)
    regrade.applied_at = timezone.now() - timedelta(hours=24, minutes=1)
    regrade.save()
    with pytest.raises(regrades.CannotRegradeError, match="24 hours"):
        undo(cast, regrade)


def test_points_that_staff_gave_survive_regrade_and_undo(cast):
    attempt = cast.submit(**ONE_WRONG)
    answer = attempt.answers.get(key="branch")
    given = {"by": cast.instructor, "comment": "", "seen": 0}
    marking.mark_answer(answer=answer, points=Decimal("0.5"), **given)
    change_key(cast, *BRANCH)
    regrade = apply(cast)
    attempt.refresh_from_db()
    assert attempt.points == Decimal("7.5")
    assert "marked by hand" in regrade.moves.get().why[0]
    marking.mark_answer(answer=answer, points=Decimal("0.75"), **{**given, "seen": answer.markings.last().pk})
    undo(cast, regrade)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.key) == (Decimal("7.75"), None)


def test_question_that_asks_something_else_now_keeps_its_mark_and_says_so(cast):
    attempt = cast.submit(**RIGHT)
    change_key(cast, "1. Requirements\n2. Design", "1. Design\n2. Requirements")
    regrade = apply(cast, "exact")
    attempt.refresh_from_db()
    assert (attempt.points, attempt.key) == (8, None)
    assert regrade.moves.get().why == ["Put the phases in order: the question changed, so its mark stays."]


def test_attempt_that_is_submitted_after_the_regrade_counts_by_its_key(cast):
    cast.submit(**ONE_WRONG)
    begun = cast.start()
    cast.answer(begun, **ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = apply(cast)
    assert attempt_actions.submit_attempt(attempt=begun).points == 8
    undo(cast, regrade)
    begun.refresh_from_db()
    assert (begun.points, begun.key) == (7, None)


def test_attempt_that_begins_after_the_regrade_counts_by_the_version_that_it_asks(cast):
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    apply(cast)
    change_key(cast, *reversed(BRANCH))
    attempt = cast.submit(**ONE_WRONG)
    assert (attempt.points, attempt.key) == (7, None)


def test_attempt_that_is_submitted_during_the_rehearsal_is_applied_too(cast):
    begun = cast.start()
    cast.answer(begun, **ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    assert not regrade.moves.exists()
    attempt_actions.submit_attempt(attempt=begun)
    ask_to_apply(cast, regrade)
    work()
    begun.refresh_from_db()
    assert begun.points == 8


def test_rehearsal_of_an_older_key_cannot_be_applied(cast):
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    change_key(cast, "= git log", "= git status")
    with pytest.raises(regrades.CannotRegradeError, match="newer version"):
        ask_to_apply(cast, regrade)
    regrade.refresh_from_db()
    assert regrade.state == "rehearsed"


def test_attempt_that_cannot_be_marked_is_listed_and_the_others_move(cast, monkeypatch):
    broken, good = cast.submit(**ONE_WRONG), cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    whole = quiz_regrades._try

    def fail(attempt, key):
        if attempt.pk == broken.pk:
            raise RuntimeError("broken")
        return whole(attempt, key)

    monkeypatch.setattr(quiz_regrades, "_try", fail)
    regrade = apply(cast)
    good.refresh_from_db()
    assert good.points == 8
    problem = regrade.moves.get(way="problem")
    assert (problem.attempt, regrade.state) == (broken, "applied")


def test_worker_that_dies_in_the_middle_is_followed_by_another(cast, monkeypatch):
    cast.submit(**ONE_WRONG)
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    ask_to_apply(cast, regrade)
    whole, applied = WORK.apply, []

    def die_after_one(found, move):
        if applied:
            raise SystemExit
        applied.append(move)
        whole(found, move)

    monkeypatch.setattr(WORK, "apply", die_after_one)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.undo()
    work()
    assert regrade.moves.filter(fate="applied").count() == 1, "the lease of the dead worker holds"
    QuizRegrade.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    work()
    assert regrade.moves.filter(fate="applied").count() == 2
    assert Notice.objects.count() == 2


def test_outage_of_the_database_changes_nothing_and_another_worker_goes_on(cast, monkeypatch):
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    ask_to_apply(cast, regrade)

    def fail(found, move):
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched, pytest.raises(OperationalError):
        patched.setattr(WORK, "apply", fail)
        work()
    QuizRegrade.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    work()
    assert regrade.moves.get().fate == "applied"


def test_second_rehearsal_replaces_the_first_but_never_a_working_one(cast):
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    first, second = rehearse(cast), rehearse(cast)
    first.refresh_from_db()
    assert (first.state, second.state) == ("discarded", "rehearsed")
    ask_to_apply(cast, second)
    with pytest.raises(regrades.CannotRegradeError, match="at work"):
        quiz_regrades.begin(quiz=cast.quiz, by=cast.instructor, wake=no_wake)
