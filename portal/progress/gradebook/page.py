"""Build the gradebook page: one page of learners, in an order and with a filter that the address has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Cohort
from lessons.pages.numbers import read_number
from lessons.points import show_points
from lessons.queries import MAX_KEY
from portal.progress.class_page.on_course import points_on_course
from portal.progress.gradebook.queries import (
    ITEMS,
    Column,
    Learner,
    Marks,
    columns_of,
    count_held,
    learners_of,
    learners_with,
    read_marks,
    read_scores,
)
from portal.progress.models import Override
from portal.progress.score_queries import read_shares
from portal.progress.scoring import ItemScore, Scores
from portal.progress.totals import read_totals

MAX_ON_PAGE = 50
MAX_QUERY = 100
SHOWN = {
    "": "All learners",
    "pace": "Below the pass mark, at this pace",
    "below": "Below the pass mark",
    "late": "Late work",
    "changed": "Changed by hand",
    "held": "Held back",
}
DASH = mark_safe('<span class="quiet">–</span>')
Totals = Callable[[], Mapping[int, Decimal]]


@dataclass(frozen=True)
class Asked:
    """The order, filters and page in the address. Anything unknown is ignored."""

    find: str = ""
    show: str = ""
    items: str = ""
    sort: str = ""
    page: str = ""
    cell: str = ""

    # Any: the parameters of an address
    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Asked":
        return cls(
            find=str(query.get("find", ""))[:MAX_QUERY].strip(),
            show=_known(query, "show", SHOWN),
            items=_known(query, "items", ITEMS),
            sort=str(query.get("sort", ""))[:MAX_QUERY],
            page=str(query.get("page", ""))[:10],
            cell=str(query.get("cell", ""))[:300],
        )

    def link(self, **changes: str) -> str:
        """Return the query of this page with some values changed."""
        asked = replace(self, **changes)
        return "?" + urlencode({name: value for name, value in vars(asked).items() if value})

    def begin_link(self, **changes: str) -> str:
        """Return the same without the question mark, for one more value to follow."""
        query = self.link(**changes)[1:]
        return f"{query}&" if query else ""


# Any: the parameters of an address
def _known(query: Mapping[str, Any], name: str, allowed: Mapping[str, str]) -> str:
    value = str(query.get(name, ""))
    return value if value in allowed else ""


@dataclass(frozen=True)
class Head:
    column: Column
    worth: str
    sort: str  # the link
    order: str  # for aria-sort


@dataclass(frozen=True)
class Row:
    learner: Learner
    url: str
    total: str
    is_low: bool
    cells: SafeString


@dataclass(frozen=True)
class Book:
    """The gradebook as the page shows it."""

    heads: list[Head]
    rows: list[Row]
    means: list[str]
    page: Page[Learner]
    counts: list[str]
    total_sort: Head
    name_sort: Head


def build_book(cohort: Cohort, asked: Asked, *, sees_names: bool) -> Book:
    everyone = learners_of(cohort, sees_names=sees_names)
    keys = [each.enrollment for each in everyone]
    totals: Totals = cache(lambda: read_totals(cohort, keys))
    found = _sort(_filter(cohort, everyone, asked, totals), cohort, asked, totals)
    page: Page[Learner] = Paginator(found, MAX_ON_PAGE).get_page(asked.page)
    shown: list[Learner] = list(page.object_list)
    scores = read_scores(cohort.course, [each.enrollment for each in shown])
    marks = read_marks([each.enrollment for each in shown])
    columns = shown_columns(columns_of(cohort), scores, asked)
    rows = [_row(cohort, each, scores[each.enrollment], columns, marks, asked) for each in shown]
    return Book(
        [_head(column, column.key, asked) for column in columns],
        rows,
        _means(columns, shown, scores, marks),
        page,
        _counts(marks, count_held(cohort)),
        _head(Column("total", "Total", "Total", ""), "total", asked),
        _head(Column("name", "Learner", "Learner", ""), "name", asked),
    )


def _filter(cohort: Cohort, everyone: list[Learner], asked: Asked, totals: Totals) -> list[Learner]:
    words = asked.find.casefold()
    found = [each for each in everyone if words in each.name.casefold() or words in each.email.casefold()]
    if asked.show in ("below", "pace"):
        points, mark = totals(), Decimal(cohort.course.pass_mark)
        if asked.show == "pace":
            mark = points_on_course(cohort, timezone.now())
        return [each for each in found if points[each.enrollment] < mark]
    if asked.show:
        wanted = learners_with(cohort, asked.show)
        return [each for each in found if each.enrollment in wanted]
    return found


def _sort(found: list[Learner], cohort: Cohort, asked: Asked, totals: Totals) -> list[Learner]:
    # Stable, so equal scores stay in the order of names. Scores start with the highest.
    name, is_reversed = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if name in ("", "name"):
        return found[::-1] if is_reversed else found
    keys = [each.enrollment for each in found]
    # shares of an item instead of points, which sorts the same
    points = totals() if name == "total" else _points_of_item(cohort, name, keys)
    nothing = Decimal(-1)
    return sorted(found, key=lambda each: points.get(each.enrollment, nothing), reverse=not is_reversed)


def _points_of_item(cohort: Cohort, key: str, keys: Sequence[int]) -> dict[int, Decimal]:
    if key.startswith("external:"):
        return {
            learner: points
            for (learner, item), (points, _) in read_marks(keys).external.items()
            if item == key
        }
    kind, _, number = key.partition(":")
    pk = read_number(number)
    known = kind in ("quiz", "lab") and 0 < pk <= MAX_KEY
    return read_shares(cohort.course, keys, kind, pk) if known else {}


def shown_columns(columns: list[Column], scores: Mapping[int, Scores], asked: Asked) -> list[Column]:
    items = next(iter(scores.values())).items if scores else {}
    counted = [
        replace(column, worth=items[column.key].out_of) if column.key in items else column
        for column in columns
        if column.key in items or column.kind == "external"
    ]
    return [column for column in counted if not asked.items or column.kind == asked.items]


def _head(column: Column, key: str, asked: Asked) -> Head:
    # A second click reverses the order.
    order = {key: "descending", f"-{key}": "ascending"}.get(asked.sort, "")
    if key == "name":
        order = {"": "ascending", "name": "ascending", "-name": "descending"}.get(asked.sort, "")
    following = f"-{key}" if asked.sort == key or (key == "name" and not asked.sort) else key
    worth = "" if column.worth is None else show_points(column.worth)
    return Head(column, worth, asked.link(sort=following, page="", cell=""), order)


def _row(
    cohort: Cohort,
    learner: Learner,
    scores: Scores,
    columns: list[Column],
    marks: Marks,
    asked: Asked,
) -> Row:
    base = escape(f"?{asked.begin_link(cell='')}")
    cells = [_cell(learner, column, scores, marks, base, asked.cell) for column in columns]
    return Row(
        learner,
        reverse("gradebook_learner", args=[cohort.course.slug, cohort.slug, learner.enrollment]),
        show_points(scores.points),
        scores.points * 2 < 100,
        mark_safe("".join(cells)),  # noqa: S308 - `_cell` escapes
    )


def _cell(learner: Learner, column: Column, scores: Scores, marks: Marks, base: str, chosen: str) -> str:
    place = (learner.enrollment, column.key)
    if column.kind == "external":
        return _external_cell(marks.external.get(place))
    score, override = scores.item(column.key), marks.overrides.get(place)
    name = f"{learner.enrollment}-{column.key}"
    low = " low" if score.is_low else ""
    edited = " ed" if override and override.points is not None else ""
    chosen_class = " edit" if name == chosen else ""
    words = escape(_say(learner, column, score, override, marks.late.get(place)))
    points = show_points(score.points) if score.has_result else DASH
    # Not by format_html, which takes ten times as long: a page has 10,000 cells. Keys and points need no escape.
    return (
        f'<td class="num{low}{edited}{chosen_class}"><a href="{base}cell={name}#score" id="cell-{name}"'
        f' aria-label="{words}">{_late_chip(marks.late.get(place))}{points}</a></td>'
    )


def _external_cell(mark: tuple[Decimal, Decimal] | None) -> SafeString:
    low = " low" if mark and mark[0] * 2 < mark[1] else ""
    words = format_html("{} of {}", show_points(mark[0]), show_points(mark[1])) if mark else DASH
    return format_html('<td class="num{}"><span>{}</span></td>', low, words)


def _say(
    learner: Learner, column: Column, score: ItemScore, override: Override | None, late: int | None
) -> str:
    # For screen readers: the score, and its three signs in words.
    parts = [f"{learner.name}, {column.title}: "]
    parts += [
        f"{show_points(score.points)} of {show_points(score.out_of)}" if score.has_result else "no score"
    ]
    if score.is_low:
        parts.append(", below half")
    if late is not None:
        parts.append(f", {late} day{'' if late == 1 else 's'} late" if late else ", late")
    if override and override.points is not None:
        parts.append(", changed by hand")
    if override and override.is_held:
        parts.append(", held back")
    if score.is_dropped:
        parts.append(", dropped")
    return "".join(parts)


def _late_chip(late: int | None) -> SafeString | str:
    if late is None:
        return ""
    return format_html('<span class="late">{}</span> ', f"{late}d" if late else "late")


def _means(
    columns: list[Column], shown: list[Learner], scores: Mapping[int, Scores], marks: Marks
) -> list[str]:
    """Return the means of the learners on the page: of their totals, then of each column."""
    totals = [scores[each.enrollment].points for each in shown]
    found = [_mean(totals)]
    for column in columns:
        if column.kind == "external":
            points = [mark[0] for (_, key), mark in marks.external.items() if key == column.key]
        else:
            items = (scores[each.enrollment].item(column.key) for each in shown)
            points = [item.points for item in items if item.has_result]
        found.append(_mean(points))
    return found


def _mean(points: Iterable[Decimal]) -> str:
    values = list(points)
    return show_points(sum(values, Decimal(0)) / len(values)) if values else "–"


def _counts(marks: Marks, held: int) -> list[str]:
    changed = sum(row.points is not None for row in marks.overrides.values())
    counts = [(len(marks.late), "late"), (changed, "changed by hand"), (held, "held back")]
    return [f"{number} {words}" for number, words in counts if number]
