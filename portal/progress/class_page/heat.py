"""The heat map of a cohort: which learners and items a page shows, in which order. No queries here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.http import urlencode

from portal.progress.class_page.heat_queries import HeatItem, Score, Total

MIN_LEARNERS = 5  # below this, a list says more than a map
MAX_LEARNERS = 50  # of a page
MAX_ITEMS = 25
STATES = {
    "": "Everyone",
    "none": "No score yet",
    "work": "Needs work",
    "passed": "Passed",
}
BY_NAME, BY_TOTAL = "name", "total"


@dataclass(frozen=True)
class Choice:
    """The choice of the visitor: the column to sort by (or "name", "total"), and the state of an item, or of all."""

    sort: str = BY_TOTAL
    is_descending: bool = False
    state: str = ""
    item: str = ""
    page: int = 1
    columns: int = 1

    def address(self, **changes: str | int) -> str:
        """Return the query of the page with these changes; any other order or filter begins at its first page."""
        now: dict[str, str | int] = {
            "sort": f"{'-' if self.is_descending else ''}{self.sort}",
            "state": self.state,
            "item": self.item,
            "columns": self.columns,
            **changes,
        }
        return "?" + urlencode({key: value for key, value in now.items() if value not in ("", 1)})


def read_choice(given: Mapping[str, str], items: Sequence[HeatItem]) -> Choice:
    """Return the choice in an address; anything unknown is left out."""
    known = {item.id for item in items}
    wanted = given.get("sort", BY_TOTAL)
    column = wanted.removeprefix("-")
    is_known = column in known or column in (BY_NAME, BY_TOTAL)
    return Choice(
        column if is_known else BY_TOTAL,
        is_known and wanted.startswith("-"),
        given.get("state", "") if given.get("state", "") in STATES else "",
        given.get("item", "") if given.get("item", "") in known else "",
        _number(given.get("page", "")),
        min(_number(given.get("columns", "")), max(1, ceil(len(items) / MAX_ITEMS))),
    )


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def arrange(
    names: Mapping[int, str],
    choice: Choice,
    by: Mapping[int, Total],
    of_state: Mapping[int, Total],
    items: int,
) -> list[int]:
    """Return the keys of the learners in the chosen order and state.

    `by` are the totals to sort by, `of_state` those of the filter, over `items` items. Among equals the order of
    `names` stays, and somebody without a score comes before somebody with 0.
    """
    nothing = Total()
    shown = [key for key in names if _is_in(choice.state, of_state.get(key, nothing), items)]
    if choice.sort == BY_NAME:
        return shown[::-1] if choice.is_descending else shown

    def place(key: int) -> tuple[float, int]:
        total = by.get(key, nothing)
        return total.score, total.started

    return sorted(shown, key=place, reverse=choice.is_descending)


def _is_in(state: str, total: Total, items: int) -> bool:
    if state == "none":
        return total.started == 0
    if state == "work":
        return total.started > total.passed
    return total.passed == items > 0 if state == "passed" else True


def heat(share: float) -> int:
    """Return the level of a score from 1 to 4: up to 25, 51, 77 and 100 percent."""
    percent = percent_of(share)
    return 1 + sum(percent > limit for limit in (25, 51, 77))


def percent_of(share: float) -> int:
    # 99.6% is not 100: only all points are
    return 100 if share >= 1 else min(99, round(share * 100))


def cells(
    learner: int, items: Sequence[HeatItem], scores: Mapping[tuple[int, str], Score]
) -> list[Score | None]:
    return [scores.get((learner, item.id)) for item in items]
