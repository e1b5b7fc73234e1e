from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lessons.models import Course


@dataclass(frozen=True)
class Links:
    """Resolves `lesson:`, `quiz:` and `lab:` targets within one course; `known` holds the slugs of each kind."""

    course: str
    known: dict[str, set[str]]

    def __call__(self, kind: str, slug: str, fragment: str) -> str | None:
        if slug not in self.known.get(kind, ()):
            return None
        return reverse(kind, args=[self.course, slug]) + (f"#{fragment}" if fragment else "")


def links_within(course: Course) -> Links:
    known: dict[str, Any] = {"lesson": course.lessons, "quiz": course.quizzes, "lab": course.labs}
    return Links(
        course.slug, {kind: set(items.values_list("slug", flat=True)) for kind, items in known.items()}
    )
