"""Target 19: pages of a big class compared with those of a small one, and random lessons with a single one.

Each class has its own database on one server, and its own web server. The CPU time of the web processes and of the
database counts.
"""

from collections.abc import Callable
from pathlib import Path

from django.db.models import Count
from django.urls import reverse

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.big_class import BigClass
from benchmarks.load import cpu_ms_one_by_one, requests_per_second
from benchmarks.site import ClassSite, Site
from labs.models import State, Submission
from portal.accounts.models import User

NEEDED = 3  # failed checks of the submission whose page is opened, each with its tally

Page = Callable[[BigClass], tuple[User, str]]  # the user who signs in, and the path


def home(made: BigClass) -> tuple[User, str]:
    return made.fresh.user, "/"


def progress(made: BigClass) -> tuple[User, str]:
    return made.usual.user, f"{made.course.get_absolute_url()}progress/"


def busiest_home(made: BigClass) -> tuple[User, str]:
    return made.busiest.user, "/"


def lab(made: BigClass) -> tuple[User, str]:
    return made.busiest.user, made.labs[0].get_absolute_url()


def submission(made: BigClass) -> tuple[User, str]:
    graded = Submission.objects.filter(enrollment=made.busiest, lab=made.labs[0], state=State.GRADED)
    needing = graded.annotate(needed=Count("failed_checks")).filter(needed=NEEDED)
    return made.busiest.user, needing.order_by("-number")[0].get_absolute_url()


def outline(made: BigClass) -> tuple[User, str]:
    return made.usual.user, made.course.get_absolute_url()


def cohort_form(made: BigClass) -> tuple[User, str]:
    return made.administrator, reverse("admin:lessons_cohort_change", args=[made.usual.cohort_id])


def lab_form(made: BigClass) -> tuple[User, str]:
    return made.administrator, reverse("admin:labs_lab_change", args=[made.labs[0].pk])


def staff(model: str) -> Page:
    return lambda made: (made.administrator, f"/staff/{model}/")


def of_instructor(model: str) -> Page:
    return lambda made: (made.instructor, f"/staff/{model}/")


PAGES = {
    "home": home,
    "home of the busiest": busiest_home,
    "progress": progress,
    "lab": lab,
    "submission": submission,
    "outline": outline,
    "cohort form": cohort_form,
    "lab form": lab_form,
    "list of repositories": staff("labs/repository"),
    "list of submissions": staff("labs/submission"),
    "list of readings": staff("lessons/reading"),
    "list of attempts": staff("lessons/attempt"),
    "list of answers": staff("lessons/answer"),
    "list of reports": staff("labs/report"),
    "list of receipts": staff("labs/receipt"),
    "list of failed checks": staff("labs/failedcheck"),
    "list of submissions for an instructor": of_instructor("labs/submission"),
    "list of reports for an instructor": of_instructor("labs/report"),
}

WHOLE_COURSE = {
    "home of the busiest",
    "progress",
    "outline",
    "cohort form",
    "lab form",
    "list of repositories",
}


class ClassPage(Benchmark):
    """A page that shows a whole course (`whole_course`) is compared with a small class in the same course."""

    target, unit = 19, "ms"
    goals = (Goal("product", at_most=100), Goal("ratio", at_most=1.1))

    def __init__(self, site: Site, name: str, page: Page, *, whole_course: bool = False) -> None:
        self.work = f"{name}, big class against small, CPU"
        self.small = site.same_course if whole_course else site.small_class
        self.big = site.big_class
        self.server, self.page = site, page

    def limit(self) -> float:
        return self._cpu(self.small)

    def product(self) -> float:
        return self._cpu(self.big)

    def _cpu(self, site: ClassSite) -> float:
        address, cookie = site.address_of(self.page)
        return cpu_ms_one_by_one(address, cookie, [*site.web_processes, *self.server.database_processes])


def gradebook(made: BigClass) -> tuple[User, str]:
    cohort = made.usual.cohort
    return made.administrator, reverse("gradebook", args=[made.course.slug, cohort.slug])


def sorted_gradebook(made: BigClass) -> tuple[User, str]:
    user, path = gradebook(made)
    return user, f"{path}?sort=lab:{made.labs[0].pk}"


def gradebook_by_total(made: BigClass) -> tuple[User, str]:
    user, path = gradebook(made)
    return user, f"{path}?sort=total"


COHORT_PAGES = {
    "gradebook": gradebook,
    "gradebook sorted by a lab": sorted_gradebook,
    "gradebook sorted by total": gradebook_by_total,
    "progress in a cohort": progress,
}


class CohortPage(ClassPage):
    """A page of a cohort of 2,000 learners and 200 items, compared with 40 learners in the same course."""

    target = 16
    goals = (Goal("product", at_most=300),)

    def __init__(self, site: Site, name: str, page: Page) -> None:
        self.work = f"{name}, 2,000 learners against 40, CPU"
        self.small, self.big = site.one_page, site.one_cohort
        self.server, self.page = site, page


class LessonsAtRandom(Benchmark):
    target, work, unit = 19, "300 random lessons against one of them", "req/s"
    goals = (Goal("ratio", at_least=0.5),)

    def __init__(self, site: Site) -> None:
        self.site = site.big_class
        lessons = self.site.made.lessons
        self.address, self.cookie = self.site.address_of(
            lambda made: (made.usual.user, lessons[0].get_absolute_url())
        )
        paths = ", ".join(f'"{lesson.get_absolute_url()}"' for lesson in lessons)
        self.script = site.folder / "random.lua"
        self.script.write_text(_AT_RANDOM % paths)

    def limit(self) -> float:
        return requests_per_second(self.address, self.cookie)

    def product(self) -> float:
        return requests_per_second(self.address, self.cookie, Path(self.script))


_AT_RANDOM = """\
local paths = {%s}
math.randomseed(7)
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
"""
