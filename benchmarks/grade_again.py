"""Target 5: after one more push, fetch into the existing mirror and grade, compared with limit B, the same by Git."""

import time

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.grading import graded, grader
from benchmarks.limits import plumbing
from benchmarks.repositories import Size, copied, new_commit
from benchmarks.site import Site


class GradeAgain(Benchmark):
    target, unit = 5, "s"

    def __init__(self, site: Site, size: Size, seconds: float) -> None:
        self.work = f"grade again after a push, {size.name}"
        self.goals = (Goal("ratio", at_most=1.3), Goal("product", at_most=seconds))
        self.host, self.size = site.git_host, size
        self.name = f"again-{size.name}"
        self.served = copied(size, self.host.root / "all" / f"{self.name}.git")
        self.clone = site.folder / f"{self.name}.git"
        self.mirror = site.folder / "mirrors" / f"{self.name}.git"
        plumbing.clone(f"{self.host.address}/all/{self.name}.git", self.clone, self.host.options)
        self.pool = site.enter_context(grader())

    def limit(self) -> float:
        new_commit(self.served)
        started = time.perf_counter()
        plumbing.fetch(self.clone, self.host.options)
        holds = plumbing.all_hold(self.clone, self.size.commits)
        if not holds:
            raise RuntimeError(f"{self.name} is not as it was generated")
        return time.perf_counter() - started

    def product(self) -> float:
        new_commit(self.served)
        arguments = (self.host.name, self.name, self.host.certificate, self.mirror, self.size.lab)
        self.last = self.pool.submit(graded, *arguments).result()
        if not self.last.passed:
            raise RuntimeError(f"{self.name} did not pass")
        return self.last.seconds

    def facts(self) -> dict[str, float]:
        return {"peak MB": self.last.megabytes}
