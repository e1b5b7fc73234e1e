"""Context of the search page."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from lessons.models import Session
from lessons.pages.context import Context
from lessons.queries import Visitor, courses_learned, courses_taught, readable_lessons
from lessons.search.excerpts import Piece, text_fragment
from lessons.search.finding import Found, Group, Place, Result
from lessons.search.words import MAX_WORDS, Query

MAX_SESSIONS = 60


@dataclass(frozen=True)
class ShownResult:
    """One result: `where` is its place in the course, `others` are (heading, URL) of further parts that match."""

    title: str
    url: str
    where: str
    pieces: list[Piece]
    others: list[tuple[str, str]]
    state: str


def search_context(user: Visitor, query: Query, found: Found) -> Context:
    courses = {result.page.course for group in found.groups for result in group.results}
    return {
        "query": query,
        "found": found,
        "max_words": MAX_WORDS,
        "groups": [(group, _shown(group, with_course=len(courses) > 1)) for group in found.groups],
        "sessions": _sessions(user) if (query.terms and not found.groups) or found.corrected else [],
    }


def _shown(group: Group, *, with_course: bool) -> list[ShownResult]:
    return [_show(group, result, with_course) for result in group.results]


def _show(group: Group, result: Result, with_course: bool) -> ShownResult:
    page, (best, *others) = result.page, result.places
    title, where = page.title, [page.course if with_course else "", page.place, best.heading]
    if group.kind.index is None:  # a term; its page is where it is defined
        title, where = best.heading, [*where[:2], page.title]
    return ShownResult(
        title=title,
        url=_address(page.url, best),
        where=" / ".join(filter(None, where)),
        pieces=best.excerpt.pieces or ([Piece(page.summary)] if page.summary else []),
        others=[(place.heading or page.title, _address(page.url, place)) for place in others],
        state=page.state,
    )


def _address(url: str, place: Place) -> str:
    fragment = place.anchor + text_fragment(place.excerpt.phrase)
    return f"{url}#{fragment}" if url and fragment else url


def _sessions(user: Visitor) -> list[tuple[str, str]]:
    """Return title and URL of the sessions of the user's courses, or else of those that have a public lesson."""
    wanted = Session.objects.none()
    if user.is_authenticated:
        learned, taught = courses_learned(user), courses_taught(user)
        wanted = Session.objects.filter(course__in=learned) | Session.objects.filter(course__in=taught)
    return _listed(wanted) or _listed(Session.objects.filter(lessons__in=readable_lessons(user)).distinct())


def _listed(sessions: QuerySet[Session]) -> list[tuple[str, str]]:
    rows = sessions.order_by("course__slug", "position", "pk").select_related("course")
    return [
        (row.title, f"{reverse('course', args=[row.course.slug])}#session-{row.slug}")
        for row in rows.only("title", "slug", "course__slug", "position")[:MAX_SESSIONS]
    ]
