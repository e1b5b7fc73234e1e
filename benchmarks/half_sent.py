"""Target 12: pages, health and a push while 200 requests are half-sent, compared with the same without them."""

import time
import urllib.request
from contextlib import ExitStack

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.push import clone_of
from benchmarks.repositories import SMALL
from benchmarks.site import Site
from labs.addresses import practice_address
from labs.tokens import new_token
from tests.factories import make_lab
from tests.half_sent import hold_half_sent, is_open

PATHS = ("/healthz", "/accounts/login/", "/help/")


class HalfSent(Benchmark):
    target, work, unit = 12, "health, two pages and a push during 200 half-sent requests", "s"
    goals = (Goal("product", at_most=2.0), Goal("open", at_least=200))

    def __init__(self, site: Site) -> None:
        self.site, self.lab = site, make_lab(site.lesson.course, source=SMALL.lab)
        self.address = practice_address(self.lab, new_token(user=site.learner.user))
        self.clone = clone_of(SMALL, site.folder / "half-sent", self.address)
        self.open: list[int] = []
        _ = site.grading

    def limit(self) -> float:
        return self._answered()

    def product(self) -> float:
        session = self.site.cookie.partition("=")[2]
        with ExitStack() as held:
            halves = hold_half_sent(held, self.site.portal.port, session, self.address, count=200)
            took = self._answered()
            self.open.append(sum(map(is_open, halves)))
        return took

    def _answered(self) -> float:
        started = time.perf_counter()
        for path in PATHS:
            urllib.request.urlopen(self.site.portal.url + path, timeout=30).read()  # noqa: S310
        self.clone.commit("Write down what was measured", content=str(time.time()).encode())
        code, said = self.clone.push("main", "feature/pipeline", "v1.0.0")
        if code or "passed" not in said.lower():
            raise RuntimeError(f"the push ended with {code} and said: {said}")
        return time.perf_counter() - started

    def facts(self) -> dict[str, float]:
        return {"open": min(self.open)}
