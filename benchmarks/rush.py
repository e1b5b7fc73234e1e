"""Target 20: the cost of a rush before a deadline."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

from django.db import transaction
from django.utils import timezone

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.push import clone_of
from benchmarks.repositories import SMALL
from benchmarks.site import Site
from benchmarks.through_queue import WORKERS, ManyLabs
from labs.addresses import practice_address
from labs.grading import lifecycle, queues, tasks
from labs.models import RUNNING, Receipt, State, Submission, snapshot_digest
from labs.tokens import new_token
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner
from tests.labs.git_client import Clone
from tests.servers import wait_for

WAITING = 2_000
CLAIMS = 20
DRAINED = 100
PUSHES = 72
AT_ONCE = 24


class Claim(Benchmark):
    """A claim with a big class waiting, compared with one with few learners waiting; all changes are rolled back.

    Few means as many as a claim considers, or one learner if nobody has a recent verdict.
    """

    target, unit = 20, "ms"
    goals = (Goal("ratio", at_most=2),)

    def __init__(self, site: Site, *, verdicts: int) -> None:
        self.site, self.verdicts = site.big_class, verdicts
        self.few = queues.CANDIDATES if verdicts else 1
        recent = f", {verdicts} recent verdict{'s' * (verdicts > 1)} each" if verdicts else ""
        self.work = f"claim, {WAITING:,} waiting against {self.few}{recent}"

    def limit(self) -> float:
        return self._claimed(self.few)

    def product(self) -> float:
        return self._claimed(WAITING)

    def _claimed(self, waiting: int) -> float:
        with self.site.stack.orm(), undone():
            self._queue(waiting)
            return median(self._once() for _ in range(CLAIMS))

    def _once(self) -> float:
        with undone():
            started = time.perf_counter()
            claim = lifecycle.claim()
            took = (time.perf_counter() - started) * 1000
        if claim is None:
            raise RuntimeError("nothing was claimed")
        return took

    def _queue(self, waiting: int) -> None:
        made, receipt, now = self.site.made, Receipt.objects.order_by("pk")[0], timezone.now()
        learners = Enrollment.objects.filter(course=made.course).order_by("pk")[:waiting]
        judged = {"state": State.GRADED, "ended_at": now}
        Submission.objects.bulk_create(
            Submission(
                public_id=f"rush{number:04}{place:08}",
                enrollment=learner,
                lab=made.labs[0],
                receipt=receipt,
                number=1_000_000 + number,
                digest=f"rush {number} {place}",
                queued_at=now,
                **(judged if number else {}),
            )
            for place, learner in enumerate(learners)
            for number in range(self.verdicts + 1)
        )


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Drain(ManyLabs):
    """The first of many waiting submissions, compared with the limit of target 6: a long queue must cost nothing."""

    target, work, unit = 20, f"{DRAINED} of {WAITING:,} that wait, two workers", "labs/s"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.crowd = [self._repository(make_learner(self.lab.course)) for _ in range(WAITING)]

    def product(self) -> float:
        self.forget()
        self._queue()
        passed = Submission.objects.filter(lab=self.lab, reports__passed=True)
        started = time.perf_counter()
        for _ in range(WORKERS):
            tasks.wake()
        wait_for(lambda: passed.count() >= DRAINED, 120, f"{DRAINED} labs are graded")
        rate = passed.count() / (time.perf_counter() - started)
        self._leave()
        return rate

    def _queue(self) -> None:
        now, refs = timezone.now(), self.refs
        what = {"refs": refs, "digest": snapshot_digest(refs), "via": Receipt.Via.ADDRESS}
        receipts = Receipt.objects.bulk_create(Receipt(repository=each, **what) for each in self.crowd)
        head = {"head": refs["refs/heads/main"], "head_ref": "refs/heads/main", "digest": what["digest"]}
        Submission.objects.bulk_create(
            Submission(
                enrollment=receipt.repository.enrollment,
                lab=self.lab,
                receipt=receipt,
                number=1,
                queued_at=now,
                **head,
            )
            for receipt in receipts
        )

    def _leave(self) -> None:
        """Cancel the waiting submissions, and let the workers finish the running ones."""
        own = Submission.objects.filter(lab=self.lab)
        own.filter(state=State.QUEUED).update(state=State.CANCELLED, ended_at=timezone.now())
        wait_for(lambda: not own.filter(state__in=RUNNING).exists(), 60, "the workers end")


class Rush(Benchmark):
    """Pushes by this many learners, several at once: the share of the terminals that show the verdict."""

    target, work, unit = 20, f"{PUSHES} pushes, {AT_ONCE} at once: verdicts in the terminal", "%"
    goals = (Goal("product", at_least=95), Goal("slowest s", at_most=20))

    def __init__(self, site: Site) -> None:
        _ = site.grading
        lab = make_lab(site.lesson.course, source=SMALL.lab)
        learners = [make_learner(lab.course) for _ in range(PUSHES)]
        addresses = [practice_address(lab, new_token(user=learner.user)) for learner in learners]
        self.clones = [
            clone_of(SMALL, site.folder / f"rush-{number}", address)
            for number, address in enumerate(addresses)
        ]

    def product(self) -> float:
        for clone in self.clones:
            clone.commit("Write down what was measured", content=str(time.time()).encode())
        with ThreadPoolExecutor(AT_ONCE) as learners:
            pushed = list(learners.map(self._pushed, self.clones))
        self.slowest = max(took for took, _ in pushed)
        return 100 * sum("passed" in said for _, said in pushed) / len(pushed)

    def _pushed(self, clone: Clone) -> tuple[float, str]:
        started = time.perf_counter()
        code, said = clone.push("main", "feature/pipeline", "v1.0.0")
        if code:
            raise RuntimeError(f"the push ended with {code} and said: {said}")
        return time.perf_counter() - started, said.lower()

    def facts(self) -> dict[str, float]:
        return {"slowest s": round(self.slowest, 1)}
