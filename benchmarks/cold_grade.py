"""Target 4: clone over HTTP and grade, compared with limit A, a bare clone and Git plumbing (`limits.plumbing`)."""

import shutil
import time

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.grading import graded, grader
from benchmarks.limits import plumbing
from benchmarks.repositories import Size, copied
from benchmarks.site import Site


class ColdGrade(Benchmark):
    target, unit = 4, "s"

    def __init__(self, site: Site, size: Size, most: float | None) -> None:
        self.work = f"clone and grade, {size.name}"
        self.goals = (Goal("ratio", at_most=most),) if most else ()
        self.host, self.size = site.git_host, size
        self.name = f"cold-{size.name}"
        copied(size, self.host.root / "all" / f"{self.name}.git")
        self.clone = site.folder / f"{self.name}.git"
        self.mirror = site.folder / "mirrors" / f"{self.name}.git"
        self.pool = site.enter_context(grader())

    def limit(self) -> float:
        started = time.perf_counter()
        plumbing.clone(f"{self.host.address}/all/{self.name}.git", self.clone, self.host.options)
        holds = plumbing.all_hold(self.clone, self.size.commits)
        took = time.perf_counter() - started
        shutil.rmtree(self.clone)
        if not holds:
            raise RuntimeError(f"{self.name} is not as it was generated")
        return took

    def product(self) -> float:
        arguments = (self.host.name, self.name, self.host.certificate, self.mirror, self.size.lab)
        self.last = self.pool.submit(graded, *arguments).result()
        shutil.rmtree(self.mirror)
        if not self.last.passed:
            raise RuntimeError(f"{self.name} did not pass")
        return self.last.seconds

    def facts(self) -> dict[str, float]:
        return {"peak MB": self.last.megabytes}
