"""Target 1: a lesson for a learner, compared with a prepared page that looks up only the signed-in user."""

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.load import peak_megabytes, requests_per_second
from benchmarks.site import Site


class LessonSignedIn(Benchmark):
    target, work, unit = 1, "lesson page, signed in", "req/s"
    goals = (Goal("ratio", at_least=0.6), Goal("SQL", at_most=4))

    def __init__(self, site: Site) -> None:
        self.site, self.path = site, site.lesson.get_absolute_url()
        self.least, self.least_cookie = site.limits

    def limit(self) -> float:
        return requests_per_second(f"{self.least}/page/", self.least_cookie)

    def product(self) -> float:
        return requests_per_second(self.site.portal.url + self.path, self.site.cookie)

    def facts(self) -> dict[str, float]:
        return {
            "SQL": self.site.queries(self.site.client, self.path),
            "peak MB": max(map(peak_megabytes, self.site.web_processes)),
        }
