"""Two workers that draw or close at once, and two learners who submit reviews of each other at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from labs.models import PeerReview, ReviewRound
from labs.peer_review import rounds
from portal.notices.models import Notice
from tests.peer_review.conftest import Class

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


def run_at_once(*jobs) -> list:
    def run(job):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_work_of_two_workers_is_done_once():
    of = Class(3)
    assert sorted(run_at_once(rounds.draw_due, rounds.draw_due)) == [0, 1]
    assert (ReviewRound.objects.count(), PeerReview.objects.count()) == (1, 6)
    assert Notice.objects.filter(kind="review").count() == 3
    round = ReviewRound.objects.get()
    for review in PeerReview.objects.select_related("reviewer__user"):
        of.submit(review)
    close = [lambda: rounds.close_round(round=ReviewRound.objects.get(pk=round.pk))] * 2
    assert sorted(run_at_once(*close)) == [False, True]
    assert Notice.objects.filter(kind="review", text__contains="have arrived").count() == 3
    assert {of.best(learner).points for learner in of.learners} == {80}


def test_two_learners_who_review_each_other_late_both_count():
    of = Class(2)
    rounds.close_round(round=of.draw())
    reviews = [of.drawn_for(learner)[0] for learner in of.learners]
    run_at_once(*[lambda review=review: of.submit(review) for review in reviews])
    assert [of.best(learner).points for learner in of.learners] == [80, 80]
