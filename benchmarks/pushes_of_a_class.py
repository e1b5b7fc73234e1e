"""Target 14: 2,000 learners push in ten minutes, or fewer at the same rate, against pushes to `git http-backend`.

Nobody waits for anybody: each learner pushes at a random time that was chosen before, and the clock runs from then
until git shows its first line. The portal sends that line after it has written the receipt.
"""

import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.repositories import SMALL, copied, new_commit
from benchmarks.site import Site
from labs.addresses import practice_address
from labs.models import Receipt, State, Submission
from labs.tokens import new_token
from tests.factories import make_lab, make_learner
from tests.plain_git import ENVIRONMENT
from tests.servers import wait_for

A_SECOND = 2_000 / 600
TERMINALS = 128  # terminals open at once
WARM = 10  # pushes in the warm-up turn
REFS = ("main", "feature/pipeline", "v1.0.0")


class Pushed(NamedTuple):
    enrollment: int
    commit: str
    ms: float


class PushesOfAClass(Benchmark):
    target, unit = 14, "ms"
    goals = (
        Goal("difference", at_most=100),
        Goal("lost", at_most=0),
        Goal("without verdict", at_most=0),
        Goal("wait in jobs", at_most=1),
    )

    def __init__(self, site: Site, pushes: int) -> None:
        self.work = f"receipt of {pushes:,} pushes, {A_SECOND:.1f} a second, p99"
        _ = site.grading
        self.random, self.turns, self.pushes = Random(7), 0, pushes  # noqa: S311 - no secrets
        self.lab = make_lab(site.lesson.course, source=SMALL.lab)
        self.learners = [make_learner(self.lab.course) for _ in range(pushes)]
        self.remotes = [practice_address(self.lab, new_token(user=each.user)) for each in self.learners]
        self.folders = [copied(SMALL, site.folder / f"class-{each.pk}.git") for each in self.learners]
        self.plain = [f"{site.push_host.address}/class-{each.pk}.git" for each in self.learners]
        for each in self.learners:  # empty, like those of the portal before the first push
            bare = site.push_host.root / f"class-{each.pk}.git"
            subprocess.run(["git", "init", "--quiet", "--bare", bare], env=ENVIRONMENT, check=True)
        self.pushed: list[Pushed] = []
        self.since = datetime.now(UTC)

    def limit(self) -> float:
        return p99([push.ms for push in self._pushes(self.plain)])

    def product(self) -> float:
        if self.turns == 1:
            self.since = datetime.now(UTC)
        pushed = self._pushes(self.remotes)
        if self.turns:
            self.pushed += pushed
        self.turns += 1
        own = Submission.objects.filter(lab=self.lab)
        wait_for(lambda: not own.filter(ended_at=None).exists(), 120, "all pushes are graded")
        return p99([push.ms for push in pushed])

    def _pushes(self, remotes: Sequence[str]) -> list[Pushed]:
        """Push one more commit of each learner, at random times within the period for this many pushes."""
        count = self.pushes if self.turns else WARM
        commits = [new_commit(folder) for folder in self.folders[:count]]
        moments = sorted(self.random.uniform(0, count / A_SECOND) for _ in range(count))
        with ThreadPoolExecutor(TERMINALS) as terminals:
            started, waiting = time.perf_counter(), []
            for number, moment in enumerate(moments):
                due = started + moment
                time.sleep(max(0, due - time.perf_counter()))
                waiting.append(terminals.submit(push, self.folders[number], remotes[number], due))
            took = [each.result() for each in waiting]
        learners = self.learners[:count]
        return [
            Pushed(learner.pk, commit, ms)
            for learner, commit, ms in zip(learners, commits, took, strict=True)
        ]

    def facts(self) -> dict[str, float]:
        """Count in the database: each push that counts needs one receipt, and one submission with its report."""
        of_lab = Receipt.objects.filter(repository__lab=self.lab)
        receipts = Counter(of_lab.values_list("repository__enrollment", "refs__refs/heads/main"))
        passed = Submission.objects.filter(lab=self.lab, state=State.GRADED, reports__passed=True)
        graded = Counter(passed.values_list("enrollment", "head"))
        wanted = [(push.enrollment, push.commit) for push in self.pushed]
        times = list(
            passed.filter(queued_at__gte=self.since).values_list("queued_at", "fetching_at", "ended_at")
        )
        waits = [(begun - queued).total_seconds() * 1000 for queued, begun, _ in times]
        jobs = [(ended - begun).total_seconds() * 1000 for _, begun, ended in times]
        return {
            "lost": sum(receipts[each] != 1 for each in wanted),
            "without verdict": sum(graded[each] != 1 for each in wanted),
            "wait p99 ms": round(p99(waits)),
            "job p99 ms": round(p99(jobs)),
            "wait in jobs": round(p99(waits) / p99(jobs), 2),
        }


def push(folder: Path, remote: str, due: float) -> float:
    """Return the milliseconds from `due` until git shows its first line. Raises RuntimeError if the push fails."""
    argv = ["git", f"--git-dir={folder}", "push", remote, *REFS]
    environment = {**ENVIRONMENT, "HOME": str(folder.parent)}
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE) as git:
        first = git.stderr.readline()
        took = (time.perf_counter() - due) * 1000
        said = first + git.stderr.read()
    if git.returncode:
        raise RuntimeError(f"the push ended with {git.returncode} and said: {said.decode()}")
    return took


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 do not exceed."""
    return sorted(values)[ceil(len(values) * 0.99) - 1]


def work_within(spans: Iterable[tuple[float, float]], begin: float, end: float) -> float:
    """Return how much of the time from `begin` to `end` was spent on these spans of work, each by one worker."""
    return sum(max(0, min(ended, end) - max(begun, begin)) for begun, ended in spans)
