"""The kinds of pages that search finds. Each app registers its own, so that `lessons` knows nothing of `labs`."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete

from lessons.models import SearchEntry
from lessons.queries import Visitor


@dataclass(frozen=True)
class Described:
    """A page as results name it; `url` is "" if it opens later.

    `place` is its session or lesson, `summary` stands in for an excerpt. `state` is a word such as “Draft” for staff.
    """

    title: str
    url: str
    course: str
    place: str = ""
    summary: str = ""
    state: str = ""


# Any: rows of lessons and labs
AnyRows = QuerySet[Any]  # Any: rows of every model


@dataclass(frozen=True)
class Kind:
    """A kind of result; `title` is the heading above its results, `model` that of its rows.

    `may_see` returns the rows that a visitor may open, `waits` those of which they may know the title alone.
    `describe` returns rows by key, and is called with these only. `index` writes a row again; it is None if that of
    another kind does.
    """

    name: str
    title: str
    model: type[Model]
    may_see: Callable[[Visitor], AnyRows]
    describe: Callable[[Collection[int]], dict[int, Described]]
    index: Callable[[Any], None] | None = None  # Any: a row of `model`
    waits: Callable[[Visitor], AnyRows] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let search find pages of this kind. Apps register theirs when they are ready."""
    KINDS[kind.name] = kind

    # A signal, because rows are also deleted with their course, by no function of ours.
    def forget(instance: Model, **_: object) -> None:
        SearchEntry.objects.filter(kind=kind.name, key=instance.pk).delete()

    post_delete.connect(forget, sender=kind.model, weak=False, dispatch_uid=f"search-{kind.name}")
