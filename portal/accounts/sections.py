"""Sections of the settings page. Apps register theirs, because accounts imports no other app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from portal.accounts.models import User


def no_data(user: User) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Section:
    """A card on the settings page; the template gets the result of `get_data` as `data`.

    The template is one `<section class="card">` with an `<h2>`. Sections are sorted by `place`; those with
    `is_beside` are in the narrow column on wide screens.
    """

    template: str
    place: int
    get_data: Callable[[User], Mapping[str, object]] = no_data
    is_beside: bool = False


_sections: list[Section] = []


def register_section(section: Section) -> None:
    _sections.append(section)


def sections_of(user: User, *, is_beside: bool) -> list[tuple[str, Mapping[str, object]]]:
    """Return the template and the data of each section of a column, in their order."""
    found = sorted(_sections, key=attrgetter("place"))
    return [(each.template, each.get_data(user)) for each in found if each.is_beside == is_beside]
