"""The places of a course that a question or a request for help may be about. Apps register their kinds when ready."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.http import Http404

from lessons.models import Enrollment
from lessons.queries import Visitor
from lessons.release import NotOpenYetError


@dataclass(frozen=True)
class Place:
    """A place as a learner found it. `parts` are the keys and titles of the parts that may be chosen.

    `evidence` describes the attached submission or attempt, and `evidence_url` is its page.
    """

    kind: str
    key: int
    title: str
    url: str
    part: str = ""
    part_title: str = ""
    parts: Sequence[tuple[str, str]] = field(default=())
    evidence: str = ""
    evidence_url: str = ""


class PlaceKind(Protocol):
    """A kind of place. `word` is for people; `may_help` is False for kinds without requests for help."""

    name: str
    word: str
    may_help: bool

    def find(self, user: Visitor, course: str, slug: str, part: str, at: str) -> Place:
        """Return a place that `user` may see. `at` is a submission or attempt. Raises Http404, NotOpenYetError."""

    def locate(self, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Map the keys of rows that still exist to their present titles and URLs. One query."""

    def anchor(self, part: str) -> str:
        """Return the id of a part on the page of its place."""

    def may_see(self, user: Visitor, enrollment: Enrollment, key: int, part: str) -> bool:
        """Return True if this learner may see a public thread about a part."""


KINDS: dict[str, PlaceKind] = {}


def register(kind: PlaceKind) -> None:
    KINDS[kind.name] = kind


def find_place(user: Visitor, course: str, kind: str, slug: str, part: str = "", at: str = "") -> Place:
    """Return a place that `user` may see. Raises Http404, or NotOpenYetError for a learner."""
    if kind not in KINDS:
        raise Http404
    return KINDS[kind].find(user, course, slug, part, at)


def may_see_place(user: Visitor, enrollment: Enrollment, kind: str, key: int, part: str) -> bool:
    try:
        return kind in KINDS and KINDS[kind].may_see(user, enrollment, key, part)
    except (Http404, NotOpenYetError):
        return False
