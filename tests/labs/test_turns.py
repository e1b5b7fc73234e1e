"""The fair order of the queue, and claims by several workers at once."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from labs.grading import lifecycle, queues
from labs.models import RUNNING, State, Submission
from tests.factories import make_lab, make_learner, make_submission
from tests.servers import in_threads

pytestmark = pytest.mark.usefixtures("database")


def make_queue(enrollment, lab, count):
    return [make_submission(enrollment, lab) for _ in range(count)]


def grade(workers: int, limit: int = 1000) -> list[int]:
    """The enrollments in the order in which this many workers, taking turns, finish up to `limit` submissions."""
    held, order = [], []
    while len(order) < limit:
        while len(held) < workers and (claim := lifecycle.claim()):
            held.append(claim)
        if not held:
            return order
        done = held.pop(0)
        lifecycle.mark_unreadable(done, "Graded, as far as turns go.")
        order.append(Submission.objects.get(pk=done.submission_id).enrollment_id)
    return order


@pytest.fixture
def lab():
    return make_lab()


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.heavy), 2])
def test_flood_of_one_learner_delays_another_by_one_submission_at_most(lab, workers):
    flooder, other = make_learner(lab.course), make_learner(lab.course)
    make_queue(flooder, lab, 100)
    waiting = [lifecycle.claim()]  # a worker has started on the flood when the other learner pushes
    make_queue(other, lab, 1)
    lifecycle.mark_unreadable(waiting[0], "Graded.")
    assert other.pk in grade(workers, limit=2)


def test_oldest_comes_first_among_equals(lab):
    first, second = make_learner(lab.course), make_learner(lab.course)
    now = timezone.now()
    make_submission(second, lab, queued_at=now)
    make_submission(first, lab, queued_at=now - timedelta(seconds=1))
    assert grade(1) == [first.pk, second.pk]


def test_verdicts_older_than_fifteen_minutes_do_not_count(lab):
    early, other = make_learner(lab.course), make_learner(lab.course)
    long_ago = timezone.now() - timedelta(minutes=16)
    make_submission(early, lab, state=State.GRADED, ended_at=long_ago)
    make_submission(early, lab)
    make_submission(other, lab)
    assert grade(1) == [early.pk, other.pk]


def fairest_of_all() -> int | None:
    """The next submission by definition: fewest recent verdicts of the learner, then age."""
    rows, since = list(Submission.objects.order_by("pk")), timezone.now() - timedelta(minutes=15)
    running = {row.enrollment_id for row in rows if row.state in RUNNING}
    recent = [row.enrollment_id for row in rows if row.state in queues.JUDGED and row.ended_at >= since]
    free = [row for row in rows if row.state == State.QUEUED and row.enrollment_id not in running]
    return min(
        ((recent.count(row.enrollment_id), row.queued_at, row.pk) for row in free), default=(0, 0, None)
    )[2]


@pytest.mark.daily(1)
@pytest.mark.parametrize("seed", range(3))
def test_each_claim_takes_the_submission_that_a_full_count_would(lab, seed):
    random, now = Random(seed), timezone.now()
    states = [*[State.QUEUED] * 3, *queues.JUDGED, State.SUPERSEDED]
    for _ in range(7):
        learner = make_learner(lab.course)
        for _ in range(random.randrange(7)):
            ended = now - timedelta(minutes=random.choice([1, 14, 16]))
            queued = now - timedelta(seconds=random.randrange(4))
            state = random.choice(states)
            fields = {"queued_at": queued} if state == State.QUEUED else {"ended_at": ended}
            make_submission(learner, lab, state=state, **fields)
    held = []
    while True:
        expected, claim = fairest_of_all(), lifecycle.claim()
        assert (claim.submission_id if claim else None) == expected
        if claim:
            held.append(claim)
        elif not held:
            break
        if held and (claim is None or random.random() < 0.5):
            lifecycle.mark_unreadable(held.pop(0), "Graded, as far as turns go.")


def test_verdicts_decide_among_the_twenty_learners_who_wait_longest(lab):
    """After them, age decides: a stream of learners without verdicts keeps nobody waiting forever."""
    now = timezone.now()
    busy = [make_learner(lab.course) for _ in range(queues.CANDIDATES - 1)]
    for place, learner in enumerate(busy):
        make_submission(learner, lab, state=State.GRADED, ended_at=now)
        for again in range(2):  # twenty learners, however much each of them sends
            make_submission(learner, lab, queued_at=now - timedelta(seconds=60 - place + again / 10))
    near, far = make_learner(lab.course), make_learner(lab.course)
    make_submission(near, lab, queued_at=now)
    make_submission(far, lab, queued_at=now + timedelta(seconds=1))
    assert grade(1, limit=3) == [near.pk, far.pk, busy[0].pk]
    assert queues.CANDIDATES == 20


def test_superseded_submissions_cost_nobody_a_turn(lab):
    busy, other = make_learner(lab.course), make_learner(lab.course)
    make_submission(busy, lab, state=State.SUPERSEDED, ended_at=timezone.now())
    make_submission(busy, lab)
    make_submission(other, lab)
    assert grade(1) == [busy.pk, other.pk]


def test_workers_that_claim_at_once_get_one_submission_each(lab, database):
    for _ in range(6):
        make_submission(make_learner(lab.course), lab)
    claims = in_threads(database, lambda number: lifecycle.claim(), 6)
    assert len({claim.submission_id for claim in claims}) == 6
    assert set(Submission.objects.values_list("state", "token")) == {(State.FETCHING, 1)}


def test_workers_that_claim_at_once_never_run_two_of_one_learner(lab, database):
    make_queue(make_learner(lab.course), lab, 6)
    claims = in_threads(database, lambda number: lifecycle.claim(), 6)
    assert len([claim for claim in claims if claim]) == 1
    assert Submission.objects.filter(state__in=RUNNING).count() == 1


def test_only_one_of_many_reapers_gives_a_lease_back(lab, database):
    submission = make_submission(lab=lab)
    lifecycle.claim()
    Submission.objects.filter(pk=submission.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sum(in_threads(database, lambda number: lifecycle.reap(), 4)) == 1
    submission.refresh_from_db()
    assert (submission.state, submission.version) == (State.QUEUED, 3)


def test_claim_and_cancel_at_once_have_one_winner(lab, database):
    submission = make_submission(lab=lab)
    work = [lambda: bool(lifecycle.claim()), lambda: lifecycle.cancel(submission)]
    assert sorted(in_threads(database, lambda number: work[number](), 2)) == [False, True]
    submission.refresh_from_db()
    assert submission.state in {State.FETCHING, State.CANCELLED}
