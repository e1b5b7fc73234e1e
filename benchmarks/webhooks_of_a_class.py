"""Target 14: GitHub reports the pushes of 2,000 learners in ten minutes, against a bare view that checks and stores.

Nobody waits for anybody: each delivery has a time that was chosen before, and the clock runs from then to the answer.
Some deliveries are repeated, and one learner pushes 400 times within a tenth of the period. The limit gets the body of
every second delivery, at another time in the same period. Results are counted in the database.
"""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Count, F, QuerySet
from django.test import override_settings

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.classroom import Classroom, Member, Message
from benchmarks.course import Course, course_of
from benchmarks.limits.settings import SECRET_KEY
from benchmarks.look_times import read_look_times
from benchmarks.pushes_of_a_class import A_SECOND, WARM, p99, work_within
from benchmarks.site import Site
from labs.github import sending
from labs.models import CommitStatus, Delivery, Installation, Receipt, State, Submission
from tests.github.stand_in.deliveries import signature
from tests.servers import wait_for

CONNECTIONS = 64  # of GitHub at once
FLOOD = 400  # pushes by one learner, for 2,000 by others
MAX_DRAIN_SECONDS = 1_200  # on a busy machine
REPEATED = 0.05  # of the deliveries, with the same ID
MINUTE = timedelta(minutes=1)
UNFINISHED = (State.QUEUED, State.FETCHING, State.CHECKING)


class Planned(NamedTuple):
    at: float  # seconds after the start
    send: Callable[[float], None]


class WebhooksOfAClass(Benchmark):
    target, unit, max_rounds = 14, "ms", 1
    goals = (
        Goal("product", at_most=100),
        Goal("lost", at_most=0),
        Goal("delay by flood in jobs", at_most=1),
        Goal("refused by GitHub", at_most=0),
    )

    def __init__(self, site: Site, pushes: int) -> None:
        self.work = f"receipt of {pushes:,} webhooks, {A_SECOND:.1f} a second, p99"
        self.random, self.pushes = Random(14), pushes  # noqa: S311 - no secrets
        self.bare = f"{site.limits[0]}/hook/"
        self.room = Classroom(site, pushes + 1)
        *self.members, self.flooder = self.room.members
        self.is_warm = False
        self.course: Course

    # --- a turn -----------------------------------------------------------------------------------------------------

    def limit(self) -> float:
        """Do both sides in one period; `product` returns the other half."""
        self.took: list[float] = []
        self.took_bare: list[float] = []
        self.commits: list[tuple[Member, str]] = []
        self.repeated = 0
        self.started_at = datetime.now(UTC)
        count = self.pushes if self.is_warm else WARM
        planned = sorted(self._plan(count, count / A_SECOND))
        with course_of(self._counts, every=count / A_SECOND / 120) as self.course:
            self._send_all(planned)
            self.sent_at = datetime.now(UTC)
            wait_for(self._is_settled, MAX_DRAIN_SECONDS, "all pushes are graded")
        self.settled_at = datetime.now(UTC)
        self.is_warm = True
        return p99(self.took_bare)

    def product(self) -> float:
        return p99(self.took)

    def _plan(self, count: int, period: float) -> Iterator[Planned]:
        def anywhen() -> float:
            return self.random.uniform(0, period)

        for member in self.members[:count]:
            yield Planned(anywhen(), lambda due, member=member: self._push(member, due))
        for _ in range(count // 2):
            yield Planned(anywhen(), self._push_bare)
        self.flood = (0.5 * period, 0.6 * period)
        for _ in range(FLOOD * count // 2_000):
            yield Planned(self.random.uniform(*self.flood), lambda due: self._push(self.flooder, due))

    def _send_all(self, planned: Sequence[Planned]) -> None:
        started, waiting = time.perf_counter(), list[Future[None]]()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for each in planned:
                due = started + each.at
                time.sleep(max(0, due - time.perf_counter()))
                waiting.append(pool.submit(each.send, due))
            for sent in waiting:
                sent.result()

    def _push(self, member: Member, due: float) -> None:
        with member.repository.lock:  # one push after the other
            commit, message = self.room.push(member)
            began = time.perf_counter()  # the commit is made by a program that GitHub has, not the portal
            self.took.append(deliver(message, 202, since=began))
            self.commits.append((member, commit))
        if self.random.random() < REPEATED:
            self.repeated += 1
            deliver(message, 204, since=began)

    def _push_bare(self, due: float) -> None:
        message = self.room.message(self.flooder, "f" * 40)
        own = {"X-Hub-Signature-256": signature(SECRET_KEY, message.body)}
        bare = replace(message, url=self.bare, headers={**message.headers, **own})
        self.took_bare.append(deliver(bare, 202, since=time.perf_counter()))

    def _is_settled(self) -> bool:
        looks = Delivery.objects.filter(outcome=Delivery.Outcome.WAITING).exists()
        return not looks and not self._submissions().filter(state__in=UNFINISHED).exists()

    def _submissions(self):
        return Submission.objects.filter(lab=self.room.lab)

    def _counts(self) -> dict[str, int]:
        submissions = self._submissions()
        answers = CommitStatus.objects.all()
        return {
            "deliveries received": Delivery.objects.count(),
            "deliveries that wait for a look": Delivery.objects.filter(outcome="waiting").count(),
            "submissions that wait or run": submissions.filter(state__in=UNFINISHED).count(),
            "results stored": submissions.filter(state=State.GRADED).count(),
            "results that wait for GitHub’s limits": answers.filter(state="waiting").count(),
            "results on GitHub": answers.filter(state="sent").count(),
        }

    # --- what the database says -------------------------------------------------------------------------------------

    def facts(self) -> dict[str, float]:
        backlog = CommitStatus.objects.filter(state="waiting").count()
        return {
            "p50 ms": round(median(self.took), 1),
            "bare p50 ms": round(median(self.took_bare), 1),
            "deliveries": len(self.took),
            "repeated": self.repeated,
            "lost": self._lost(),
            **self._waits(),
            "drained s": round((self.settled_at - self.sent_at).total_seconds(), 1),
            "answers waiting": backlog,
            "hours until all are on GitHub": self._send_rest(),
            "refused by GitHub": sum(each.status == 403 for each in self.room.github.exchanges),
        }

    def _lost(self) -> int:
        """Count pushes without exactly one receipt and one result, and learners whose newest push has no result."""
        of_lab = Receipt.objects.filter(repository__lab=self.room.lab)
        receipts = Counter(of_lab.values_list("repository__enrollment", "refs__refs/heads/main"))
        results = self._submissions().annotate(count=Count("reports")).filter(count=1, reports__passed=True)
        graded = Counter(results.values_list("enrollment", "head"))
        wanted = {(member.enrollment.pk, commit) for member, commit in self.commits}
        flooder = self.flooder.enrollment.pk
        of_flooder = [commit for member, commit in self.commits if member is self.flooder]
        own = {(flooder, commit) for commit in of_flooder[-1:]}  # newer pushes replace those that wait
        others = {each for each in wanted if each[0] != flooder}
        return sum((receipts[each], graded[each]) != (1, 1) for each in others | own)

    def _waits(self) -> dict[str, float]:
        """Return others' waits from the delivery to the claim, and how long workers did the flood's jobs meanwhile.

        That time is the delay by the flood, also if the queue is full without it. A job is a look and its grading.
        """
        begin, end = (self.started_at.timestamp() + each for each in self.flood)
        looks = [
            each for each in read_look_times(self.room.look_times) if each[1] >= self.started_at.timestamp()
        ]
        own = self._submissions().filter(enrollment=self.flooder.enrollment)
        gradings = self._times(own)
        of_flood = [look[1:] for look in looks if look[0] == self.flooder.connection.pk]
        of_flood += [(claimed, ended) for _, claimed, ended in gradings]
        others = self._times(self._submissions().exclude(enrollment=self.flooder.enrollment))
        waits = [(at, claimed) for at, claimed, _ in others]
        look = p99([ended - begun for _, begun, ended in looks])
        grading = p99([ended - claimed for _, claimed, ended in others])
        delay = max(work_within(of_flood, at, claimed) for at, claimed in waits)
        return {
            "looks": len(looks),
            "looks of the flood": len(of_flood) - len(gradings),
            "gradings of the flood": len(gradings),
            "wait p99 ms": round(1000 * p99([claimed - at for at, claimed in waits])),
            "wait in flood p99 ms": round(
                1000 * p99([claimed - at for at, claimed in waits if begin <= at <= end])
            ),
            "look p99 ms": round(1000 * look),
            "grading p99 ms": round(1000 * grading),
            "delay by flood in jobs": round(delay / (look + grading), 2),
        }

    def _times(self, submissions: QuerySet[Submission]) -> list[tuple[float, float, float]]:
        # delivery, claim and end, in seconds since 1970
        graded = submissions.filter(state=State.GRADED, receipt__received_at__gte=self.started_at)
        rows = graded.values_list("receipt__received_at", "fetching_at", "ended_at")
        return [tuple(each.timestamp() for each in row) for row in rows]

    def _send_rest(self) -> float:
        """Send the answers that wait, while both clocks of the limits are set forward by minutes; return the hours."""
        stack, minutes = self.room.stack, 0
        stack.kill("beat", "later-worker")  # they would use the time of now
        Installation.objects.update(sending_until=None)  # a lease of what was killed
        waiting = CommitStatus.objects.filter(state="waiting")
        with override_settings(**self.room.settings):
            while waiting.exists() and minutes < 24 * 60:
                while sending.send_waiting():
                    pass
                self._set_forward()
                minutes += 1
        return round(minutes / 60, 1)

    def _set_forward(self) -> None:
        # GitHub's memory of recent writes, and the portal's
        CommitStatus.objects.exclude(written_at=None).update(written_at=F("written_at") - MINUTE)
        CommitStatus.objects.filter(state="waiting").update(not_before=F("not_before") - MINUTE)
        self.room.github.switches.set_forward(MINUTE.total_seconds())


def deliver(message: Message, expected: int, *, since: float) -> float:
    """Return the milliseconds until the answer, on a new connection. Raises RuntimeError if it is another status."""
    parts = urlsplit(message.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)  # GitHub's
    connection.request("POST", parts.path, message.body, message.headers)
    answer = connection.getresponse()
    said = answer.read()
    took = (time.perf_counter() - since) * 1000
    connection.close()
    if answer.status != expected:
        raise RuntimeError(f"{parts.path} answered {answer.status}: {said[:300]!r}")
    return took
