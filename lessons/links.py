import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse

from lessons import attachments
from lessons.images import FOLDER
from lessons.models import Course, FormerSlug

Target = tuple[str, str]
PICTURE = re.compile(r"/media/images/([0-9a-f]{32}[.][a-z]{3,4})")
NUMBER = re.compile(r"[0-9]+[-_. ]+")
ENDINGS = {"", ".md", ".markdown", ".html"}


@dataclass(frozen=True)
class Links:
    """Resolve `lesson:`, `quiz:` and `lab:` targets within one course; `known` has the slugs of each kind.

    Relative paths such as `02-sdlc.md` are resolved too: `files` maps each path to the kind and slug made
    from it. With `checks_images`, an uploaded image or attachment must be in the portal.
    """

    course: str
    known: dict[str, set[str]]
    files: dict[str, Target] = field(default_factory=dict)
    checks_images: bool = True
    former: dict[Target, str] = field(default_factory=dict)  # a slug from before a rename, to the present one

    def __call__(self, kind: str, slug: str, fragment: str) -> str | None:
        if kind == "image":
            return slug if _has_picture(slug, self.checks_images) else ""
        if kind == "attachment":
            return slug if not self.checks_images or attachments.is_stored(slug) else ""
        if kind == "file":
            kind, slug = target_of(slug, self.files)
        if slug not in self.known.get(kind, ()):
            slug = self.former.get((kind, slug), slug)
        if slug not in self.known.get(kind, ()):
            return None
        return self.address(kind, slug) + (f"#{fragment}" if fragment else "")

    def address(self, kind: str, slug: str) -> str:
        return reverse(kind, args=[self.course, slug])


def target_of(name: str, files: dict[str, Target] | None = None) -> Target:
    """Return the (kind, slug) of a course file: by path, by a unique file name, or by the slug in the name."""
    path = PurePosixPath(*(part for part in PurePosixPath(name).parts if part not in ("..", ".")))
    found = files and (files.get(str(path)) or files.get(path.name))
    if found:
        return found
    if "labs" in path.parts[:-1]:
        return "lab", path.parts[path.parts.index("labs") + 1]
    is_quiz = path.name.endswith(".quiz.md")
    stem = path.name.removesuffix(".quiz.md") if is_quiz else path.stem
    slug = NUMBER.sub("", stem, count=1) if path.suffix in ENDINGS else ""
    return "quiz" if is_quiz else "lesson", slug


def by_file(entries: Iterable[tuple[str, str, str]]) -> dict[str, Target]:
    """Map paths, and unique file names, to (kind, slug); from (path, kind, slug)."""
    found: dict[str, Target] = {}
    names: dict[str, list[Target]] = {}
    for path, kind, slug in entries:
        found[path] = kind, slug
        names.setdefault(PurePosixPath(path).name, []).append((kind, slug))
    return {**{name: targets[0] for name, targets in names.items() if len(targets) == 1}, **found}


def links_within(course: Course) -> Links:
    related: dict[str, Any] = {"lesson": course.lessons, "quiz": course.quizzes, "lab": course.labs}
    found = {kind: list(items.values_list("pk", "slug", "loaded_from")) for kind, items in related.items()}
    rows = {kind: [(slug, path) for _, slug, path in items] for kind, items in found.items()}
    present = {(kind, key): slug for kind, items in found.items() for key, slug, _ in items}
    former = {
        (each.kind, each.slug): present[each.kind, each.target]
        for each in FormerSlug.objects.filter(course=course)
        if (each.kind, each.target) in present
    }
    files = by_file(
        (path, kind, slug)
        for kind, items in rows.items()
        for slug, path in items
        if path and not path.startswith("key:")
    )
    known = {kind: {slug for slug, _ in items} for kind, items in rows.items()}
    return Links(course.slug, known, files, former=former)


def _has_picture(address: str, checks_images: bool) -> bool:
    # Only images uploaded in the editor are checked; other URLs of this site are taken as they are.
    found = PICTURE.fullmatch(address)
    if found and checks_images:
        return default_storage.exists(f"{FOLDER}/{found[1]}")
    return address.startswith("/")
