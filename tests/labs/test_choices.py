"""Staff choose the submission that counts; everything that names the best one follows."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from labs import actions
from labs.grading import lifecycle
from labs.models import Choice, State, Submission
from portal.accounts.models import AuditEntry
from tests.factories import make_learner, make_report, make_staff, make_submission
from tests.labs.late_work import graded, lab, learner

__all__ = ["lab", "learner"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(learner):
    return make_staff(learner.course)


def counted() -> list[int]:
    return list(Submission.objects.best().values_list("number", flat=True))


def test_a_chosen_submission_counts_until_the_choice_is_withdrawn(learner, lab, staff):
    worse, _better = graded(learner, lab, 40), graded(learner, lab, 90)
    assert counted() == [2]
    choice = actions.choose(submission=worse, reason="The later one came after the deadline.", by=staff)
    assert (counted(), choice.by) == ([1], staff)
    graded(learner, lab, 100)  # a better one does not displace it
    assert counted() == [1]
    assert actions.withdraw_choice(submission=worse, by=staff)
    assert (counted(), Choice.objects.count()) == ([3], 0)
    assert not actions.withdraw_choice(submission=worse, by=staff)
    said = AuditEntry.objects.filter(event="grade", user=staff).values_list("what", flat=True)
    assert len(said) == 2 and "after the deadline" in said[1]


def test_a_second_choice_replaces_the_first(learner, lab, staff):
    first, second = graded(learner, lab, 40), graded(learner, lab, 30)
    actions.choose(submission=first, reason="One.", by=staff)
    actions.choose(submission=second, reason="Two.", by=staff)
    assert (counted(), Choice.objects.get().submission) == ([2], second)


def test_a_chosen_submission_without_a_report_is_graded_and_counts_from_then(learner, lab, staff):
    graded(learner, lab, 90)
    replaced = make_submission(learner, lab, state=State.SUPERSEDED)
    actions.choose(submission=replaced, reason="It came in time.", by=staff)
    replaced.refresh_from_db()
    assert (replaced.state, counted()) == (State.QUEUED, [1])
    make_report(replaced, {"results": []}, points=Decimal(10))
    assert counted() == [2]


def test_a_learner_does_not_cancel_a_submission_that_staff_chose(learner, lab, staff, client):
    waiting = make_submission(learner, lab)
    client.force_login(learner.user)
    page = waiting.get_absolute_url()
    assert "Cancel this submission" in client.get(page).content.decode()
    actions.choose(submission=waiting, reason="It came in time.", by=staff)
    assert "Cancel this submission" not in client.get(page).content.decode()
    said = client.post(f"{page}cancel/", follow=True).content.decode()
    waiting.refresh_from_db()
    assert waiting.state == State.QUEUED and "staff chose it to count" in said


def test_a_regraded_submission_stays_chosen(learner, lab, staff):
    chosen = graded(learner, lab, 40)
    graded(learner, lab, 90)
    actions.choose(submission=chosen, reason="Agreed.", by=staff)
    make_report(chosen, {"results": []}, points=Decimal(20))
    assert counted() == [1]


def test_only_staff_of_the_course_choose(learner, lab):
    submission = graded(learner, lab, 40)
    for nobody in (learner.user, make_staff(make_learner().course)):
        with pytest.raises(PermissionDenied):
            actions.choose(submission=submission, reason="Mine.", by=nobody)
        with pytest.raises(PermissionDenied):
            actions.withdraw_choice(submission=submission, by=nobody)
    assert lifecycle.requeue(submission)
