"""Target 6: small labs through the real queue, from the receipt of a URL to the report in the database.

The request before that (`git ls-remote`) waits for the learner's host, and is not included.
"""

import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.limits import plumbing
from benchmarks.load import peak_megabytes
from benchmarks.noop import noop
from benchmarks.repositories import SMALL, copied
from benchmarks.site import Site
from labs import actions
from labs.models import Receipt, Repository, Submission
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner

MAX_SECONDS = 60
LOOK_SECONDS = 0.004
ONE_BY_ONE = 10
AT_ONCE = 40
WORKERS = 2


class ThroughQueue(Benchmark):
    """Learners with a small repository each. At the start of each round, nothing has been fetched or graded."""

    target = 6

    def __init__(self, site: Site, learners: int) -> None:
        self.stack, self.host, self.folder = site.grading, site.git_host, site.folder
        self.lab = make_lab(site.lesson.course, source=SMALL.lab)
        self.repositories = [self._repository(make_learner(self.lab.course)) for _ in range(learners)]
        self.refs = plumbing.refs(self._served(self.repositories[0]))

    def _repository(self, enrollment: Enrollment) -> Repository:
        where = {"host": self.host.name, "owner": "all", "name": f"queue-{enrollment.pk}"}
        repository = Repository.objects.create(enrollment=enrollment, lab=self.lab, **where)
        copied(SMALL, self._served(repository))
        return repository

    def _served(self, repository: Repository):
        return self.host.root / "all" / f"{repository.name}.git"

    def forget(self) -> None:
        Submission.objects.filter(lab=self.lab).delete()
        Receipt.objects.filter(repository__lab=self.lab).delete()
        shutil.rmtree(self.stack.var / "mirrors", ignore_errors=True)

    def submit(self, repository: Repository) -> None:
        actions.receive(
            repository=repository, refs=self.refs, via=Receipt.Via.ADDRESS, head_ref="refs/heads/main"
        )

    def wait_for(self, count: int) -> None:
        """Wait until this many have passed. Raises RuntimeError if one did not, or if no more arrive."""
        ended = Submission.objects.filter(lab=self.lab, ended_at__isnull=False)
        deadline = time.monotonic() + MAX_SECONDS
        while ended.count() < count and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        if ended.filter(reports__passed=True).count() != count:
            states = list(Submission.objects.filter(lab=self.lab).values("state", "message", "last_fault"))
            raise RuntimeError(f"not all of {count} passed: {states}")

    def by_git(self, repository: Repository) -> float:
        """Return the milliseconds of limit A, a bare clone and its questions."""
        clone = self.folder / f"by-git-{repository.name}.git"
        started = time.perf_counter()
        plumbing.clone(f"{self.host.address}/all/{repository.name}.git", clone, self.host.options)
        plumbing.all_hold(clone, SMALL.commits)
        took = time.perf_counter() - started
        shutil.rmtree(clone)
        return took * 1000

    def facts(self) -> dict[str, float]:
        return {"peak MB": max(map(peak_megabytes, self.stack.worker_children()))}


class OneLab(ThroughQueue):
    work, unit = "small lab through the queue, p50", "ms"
    goals = (Goal("ratio", at_most=1.5),)

    def __init__(self, site: Site) -> None:
        super().__init__(site, ONE_BY_ONE)
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.settimeout(MAX_SECONDS)
        self.heard.bind(str(site.folder / "heard"))
        site.callback(self.heard.close)

    def limit(self) -> float:
        return median(self._nothing() + self.by_git(repository) for repository in self.repositories)

    def _nothing(self) -> float:
        started = time.perf_counter()
        noop.delay(self.heard.getsockname())
        self.heard.recv(16)
        return (time.perf_counter() - started) * 1000

    def product(self) -> float:
        self.forget()
        return median(self._graded(*each) for each in enumerate(self.repositories, start=1))

    def _graded(self, number: int, repository: Repository) -> float:
        started = time.perf_counter()
        self.submit(repository)
        self.wait_for(number)
        return (time.perf_counter() - started) * 1000


class ManyLabs(ThroughQueue):
    """Compared with as many bare loops of limit A as there are workers, side by side."""

    work, unit = f"{AT_ONCE} small labs at once, two workers", "labs/s"
    goals = (Goal("ratio", at_least=0.8),)

    def __init__(self, site: Site) -> None:
        super().__init__(site, AT_ONCE)

    def limit(self) -> float:
        started = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as loops:
            list(loops.map(self._loop, range(WORKERS)))
        return AT_ONCE / (time.perf_counter() - started)

    def _loop(self, number: int) -> None:
        for repository in self.repositories[number::WORKERS]:
            self.by_git(repository)

    def product(self) -> float:
        self.forget()
        started = time.perf_counter()
        for repository in self.repositories:
            self.submit(repository)
        self.wait_for(AT_ONCE)
        return AT_ONCE / (time.perf_counter() - started)
