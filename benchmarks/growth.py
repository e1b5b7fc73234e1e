"""Targets 7 and 13: growth with the number of rows, and with the size of a repository."""

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.grading import Graded, graded, graded_in_place, grader
from benchmarks.load import cpu_ms_a_request
from benchmarks.repositories import LARGE, LONG, SMALL, Size, copied, repository
from benchmarks.site import Site
from labs.models import State
from tests.factories import make_lab, make_learner, make_report, make_submission

MANY = 1_000


class ManySubmissions(Benchmark):
    """A lab page for a learner with many submissions, compared with one who never submitted."""

    target, work, unit = 7, f"lab page with {MANY:,} of the learner's submissions, CPU", "ms"
    goals = (Goal("ratio", at_most=1.1), Goal("more SQL", at_most=0))

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lab = make_lab(site.lesson.course)
        self.path = self.lab.get_absolute_url()
        none, many = make_learner(self.lab.course), make_learner(self.lab.course)
        for _ in range(MANY):
            make_report(make_submission(many, self.lab, state=State.GRADED), {})
        self.none, self.many = site.client_of(none.user), site.client_of(many.user)

    def limit(self) -> float:
        return self._cpu(self.none)

    def product(self) -> float:
        return self._cpu(self.many)

    def _cpu(self, client) -> float:
        address = self.site.portal.url + self.path
        return cpu_ms_a_request(address, self.site.cookie_of(client), self.site.web_processes)

    def facts(self) -> dict[str, float]:
        few, many = (self.site.queries(client, self.path) for client in (self.none, self.many))
        return {"more SQL": many - few}


class GraderMemory(Benchmark):
    """The peak memory of a process that fetches and grades once, without its Git processes."""

    target, work, unit = 7, "memory to grade, large against small", "MB"
    goals = (Goal("ratio", at_most=1.2), Goal("product", at_most=60))

    def __init__(self, site: Site) -> None:
        self.host = site.git_host
        self.folder = site.folder / "mirrors"
        for size in (SMALL, LARGE):
            copied(size, self.host.root / "all" / f"memory-{size.name}.git")

    def limit(self) -> float:
        return self._peak(SMALL)

    def product(self) -> float:
        return self._peak(LARGE)

    def _peak(self, size: Size) -> float:
        name = f"memory-{size.name}"
        mirror = self.folder / f"{name}.git"
        with grader() as pool:
            done = pool.submit(graded, self.host.name, name, self.host.certificate, mirror, size.lab).result()
        if not done.passed:
            raise RuntimeError(f"{name} did not pass")
        return done.megabytes


LICENSED = """\
schema: 2
title: There is a README
pass_mark: 100
checks:
  - {id: readme, says: There is a README.md, file: {path: README.md, exists: true}, points: 10}
"""


class LongHistory(Benchmark):
    """The seven checks on the longest history that is allowed, read in place: nothing is fetched."""

    target, work, unit = 13, f"grade a history of {LONG.commits:,} commits", "s"
    goals = (Goal("product", at_most=60), Goal("peak MB", at_most=400))

    def __init__(self, site: Site) -> None:
        self.last: Graded | None = None

    def product(self) -> float:
        self.last = in_a_new_process(LONG, LONG.lab)
        return self.last.seconds

    def facts(self) -> dict[str, float]:
        return {"peak MB": self.last.megabytes if self.last else 0}


class LongHistoryUnasked(Benchmark):
    """A check that needs no history, on the longest one compared with the small repository."""

    target, work, unit = 13, "a file's check, long history against small", "s"
    goals = (Goal("ratio", at_most=1.5),)

    def __init__(self, site: Site) -> None:
        pass

    def limit(self) -> float:
        return in_a_new_process(SMALL, LICENSED).seconds

    def product(self) -> float:
        return in_a_new_process(LONG, LICENSED).seconds


def in_a_new_process(size: Size, lab: str) -> Graded:
    with grader() as pool:
        done = pool.submit(graded_in_place, repository(size), lab).result()
    if not done.passed:
        raise RuntimeError(f"{size.name} did not pass")
    return done
