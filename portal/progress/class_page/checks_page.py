"""The page of all checks, and the part of the class page with those that stop the most learners."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import caches
from django.core.paginator import Paginator
from django.http import Http404

from labs.pages.queue import seconds_in_words
from lessons.models import Cohort
from lessons.pages.context import Context
from lessons.pages.csv_file import Cell
from lessons.quizzes.analysis import Estimate
from portal.progress.class_page.check_queries import analysed_labs
from portal.progress.class_page.checks import MIN_LEARNERS, CheckAnalysis, CheckRow, analyse_checks
from portal.progress.class_page.page import crumbs, frame

MAX_ON_PAGE = 50
CSV_HEADS = (
    *("Lab", "Check", "Sentence", "Learners with a result", "Needed work", "Stopped"),
    *("Stopped share", "Stopped low", "Stopped high", "Passed since", "Median submissions to pass"),
    *("Median seconds to pass", "Occasions followed", "Repaired by the next", "Repaired share"),
    *("Repaired low", "Repaired high"),
)


@dataclass(frozen=True)
class ShownCheck:
    """A check in words; shares are "" if there are too few learners."""

    row: CheckRow
    stopped: str
    repaired: str
    attempts: str
    time: str


def checks_context(cohort: Cohort, given: Mapping[str, str]) -> Context:
    """Return the page of one lab, or of all labs of the course. Raises Http404 for an unknown lab."""
    labs = analysed_labs(cohort)
    slug = given.get("lab", "")
    chosen = [lab for lab in labs if lab.slug == slug] if slug else labs
    if slug and not chosen:
        raise Http404
    found = analyse_checks(cohort, chosen)
    page = Paginator(found.rows, MAX_ON_PAGE).get_page(given.get("page", "1"))
    return {
        **frame(cohort),
        "crumbs": crumbs(cohort, ("Checks", "")),
        "labs": labs,
        "chosen": slug,
        "found": found,
        "page": page,
        "rows": [show(row) for row in page.object_list],
        "min": MIN_LEARNERS,
        "all_repaired": share_words(found.all_repaired),
        "query": f"lab={slug}&" if slug else "",
    }


def show(row: CheckRow) -> ShownCheck:
    figures = row.figures
    attempts = "" if figures.attempts is None else f"{figures.attempts:g}"
    time = "" if figures.seconds is None else seconds_in_words(figures.seconds)
    return ShownCheck(row, share_words(row.stopped), share_words(row.repaired), attempts, time)


def share_words(share: Estimate | None) -> str:
    """Return “46%, 28 to 65%”."""
    return f"{share.value:.0%}, {share.low * 100:.0f} to {share.high:.0%}" if share else ""


def csv_rows(found: CheckAnalysis) -> list[list[Cell]]:
    return [
        [
            *(row.lab.title, row.figures.name, row.says, row.people, row.figures.met, row.figures.stopped),
            *_cells(row.stopped),
            *(row.figures.passed, row.figures.attempts, row.figures.seconds),
            *(row.figures.followed, row.figures.repaired),
            *_cells(row.repaired),
        ]
        for row in found.rows
    ]


def _cells(share: Estimate | None) -> tuple[Cell, Cell, Cell]:
    if share is None:
        return None, None, None
    return round(share.value, 4), round(share.low, 4), round(share.high, 4)


MAX_TOP = 5
KEPT = 60  # seconds: the figures of a big class take some tenths of a second


def top_checks(cohort: Cohort) -> list[ShownCheck]:
    """Return the checks of the course that stop the most learners, cached for a minute."""
    key = f"class-checks:{cohort.pk}"
    found: list[ShownCheck] | None = caches["pages"].get(key)
    if found is None:
        stopping = [row for row in analyse_checks(cohort).rows if row.figures.stopped and row.is_current]
        found = [show(row) for row in stopping[:MAX_TOP]]
        caches["pages"].set(key, found, timeout=KEPT)
    return found
