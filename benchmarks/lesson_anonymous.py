"""Target 2: a public lesson for visitors, compared with a constant behind Django's default middleware."""

from django.test import Client

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.load import peak_megabytes, requests_per_second
from benchmarks.site import Site


class LessonAnonymous(Benchmark):
    target, work, unit = 2, "lesson page, anonymous", "req/s"
    goals = (Goal("ratio", at_least=0.5), Goal("SQL", at_most=0))

    def __init__(self, site: Site) -> None:
        self.site, self.path = site, site.lesson.get_absolute_url()
        self.least, _ = site.limits

    def limit(self) -> float:
        return requests_per_second(f"{self.least}/constant/")

    def product(self) -> float:
        return requests_per_second(self.site.portal.url + self.path)

    def facts(self) -> dict[str, float]:
        anybody = Client(headers={"host": "127.0.0.1"})
        self.site.queries(anybody, self.path)  # the first request renders it
        return {
            "SQL": self.site.queries(anybody, self.path),
            "peak MB": max(map(peak_megabytes, self.site.web_processes)),
        }
