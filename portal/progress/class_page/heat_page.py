"""The part of the class page with the scores: a heat map, or a list if the cohort is small, and its CSV file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator

from lessons.models import Cohort
from lessons.pages.context import Context
from lessons.pages.csv_file import Cell
from portal.accounts.models import User
from portal.progress.class_page import heat
from portal.progress.class_page.heat import Choice, arrange, percent_of, read_choice
from portal.progress.class_page.heat_queries import (
    HeatItem,
    Score,
    Total,
    heat_items,
    names_of,
    scores_of,
    totals_of,
)
from portal.progress.class_page.links import class_address

MAX_CSV_LEARNERS = 5_000
BATCH = 200  # learners of a CSV file, read at once


@dataclass(frozen=True)
class HeatRow:
    """A learner with their scores; `mean` is over all items of the course, in percent."""

    learner: int
    name: str
    cells: list[Score | None]
    mean: int
    started: int


@dataclass(frozen=True)
class Head:
    """The head of a column, with the query that sorts by it; `sorted` is the value of aria-sort."""

    code: str
    title: str
    address: str
    sorted: str


def heat_context(cohort: Cohort, given: Mapping[str, str], reader: User) -> Context:
    items = heat_items(cohort.course)
    choice = read_choice(given, items)
    names = names_of(cohort, reader)
    totals = totals_of(cohort, items)
    ordered = _arranged(cohort, items, names, totals, choice)
    page = Paginator(ordered, heat.MAX_LEARNERS).get_page(choice.page)
    start = (choice.columns - 1) * heat.MAX_ITEMS
    columns = items[start : start + heat.MAX_ITEMS]
    keys = list(page.object_list)
    scores = scores_of(keys, columns)
    rows = [_row(key, names[key], columns, scores, totals.get(key, Total()), len(items)) for key in keys]
    return {
        "learners": list(names),
        "heat": rows,
        "heat_heads": [_head(item, choice) for item in columns],
        "name_head": Head("Learner", "", *_sorting(heat.BY_NAME, choice)),
        "total_head": Head("All", "Mean of all items", *_sorting(heat.BY_TOTAL, choice)),
        "heat_page": page,
        "heat_choice": choice,
        "heat_items": items,
        "heat_from": start + 1,
        "heat_to": start + len(columns),
        "heat_states": heat.STATES,
        "is_list": len(names) < heat.MIN_LEARNERS,
        "heat_query": choice.address(page="")[1:],
        "heat_csv": class_address(cohort, "teach_class_csv") + choice.address(columns=""),
        "columns_before": choice.address(columns=choice.columns - 1) if choice.columns > 1 else "",
        "columns_after": choice.address(columns=choice.columns + 1)
        if start + len(columns) < len(items)
        else "",
    }


def _arranged(
    cohort: Cohort,
    items: Sequence[HeatItem],
    names: Mapping[int, str],
    totals: Mapping[int, Total],
    choice: Choice,
) -> list[int]:
    # A column to sort or filter by costs two more queries, of this item only.
    by_id = {item.id: [item] for item in items}
    by = totals_of(cohort, by_id[choice.sort]) if choice.sort in by_id else totals
    if not (choice.state and choice.item):
        return arrange(names, choice, by, totals, len(items))
    of_state = by if choice.item == choice.sort else totals_of(cohort, by_id[choice.item])
    return arrange(names, choice, by, of_state, 1)


def _row(
    key: int,
    name: str,
    columns: Sequence[HeatItem],
    scores: Mapping[tuple[int, str], Score],
    total: Total,
    items: int,
) -> HeatRow:
    mean = percent_of(total.score / items) if items else 0
    return HeatRow(key, name, heat.cells(key, columns, scores), mean, total.started)


def _head(item: HeatItem, choice: Choice) -> Head:
    return Head(item.code, item.title, *_sorting(item.id, choice))


def _sorting(column: str, choice: Choice) -> tuple[str, str]:
    # Lowest first; the same column again turns the order round.
    is_current = choice.sort == column
    again = "-" if is_current and not choice.is_descending else ""
    state = ("descending" if choice.is_descending else "ascending") if is_current else ""
    return choice.address(sort=f"{again}{column}"), state


def csv_heads(items: Sequence[HeatItem]) -> list[str]:
    return ["Learner", "Mean", *(f"{item.code} {item.title}" for item in items)]


def csv_rows(
    cohort: Cohort, given: Mapping[str, str], items: Sequence[HeatItem], reader: User
) -> Iterator[list[Cell]]:
    """Yield a row for each learner in the chosen order and state, with all items; in percent, empty without a score."""
    choice, names = read_choice(given, items), names_of(cohort, reader)
    totals = totals_of(cohort, items)
    keys = _arranged(cohort, items, names, totals, choice)[:MAX_CSV_LEARNERS]
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        scores = scores_of(batch, items)
        for key in batch:
            row = _row(key, names[key], items, scores, totals.get(key, Total()), len(items))
            shares = [None if each is None else percent_of(each.share) for each in row.cells]
            yield [row.name, row.mean, *shares]
