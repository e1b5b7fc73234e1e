"""A course as its files describe it, rendered without being stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lessons.course_files.reading import CourseEntry, CourseFiles, is_draft
from lessons.links import Links
from lessons.models import Course
from lessons.pages.previews import Preview, preview_brief, preview_markdown, preview_quiz

Address = Callable[..., str]


@dataclass(frozen=True)
class PreviewLinks(Links):
    """Links that lead to other pages of the preview."""

    page_address: Address = field(kw_only=True)

    def address(self, kind: str, slug: str) -> str:
        return self.page_address(kind, slug)


@dataclass(frozen=True)
class PreviewedPage:
    """A lesson, quiz or lab. `source` is shown as text below the page, if it is not empty."""

    title: str
    kind: str
    preview: Preview
    path: str
    offset: int = 0
    source: str = ""


class PreviewedCourse:
    """`address(kind, slug)` returns the URL of a page of the preview."""

    def __init__(self, course: Course, files: CourseFiles, address: Address) -> None:
        self.course, self.files, self.address = course, files, address
        known = files.links()
        self.links = PreviewLinks(known.course, known.known, known.files, page_address=address)

    # Any: a template takes values of every type
    def outline(self) -> dict[str, Any]:
        quizzes = {entry.content["lesson"] for entry in self.files.quizzes}
        sessions = [
            (
                session.content,
                [self._listed(entry, quizzes) for entry in self.files.lessons if _is_in(entry, session)],
            )
            for session in self.files.sessions
        ]
        labs = [(slug, self.address("lab", slug), slug in self.files.draft_labs) for slug in self.files.labs]
        return {
            "course": self.files.course.content,
            "sessions": sessions,
            "labs": labs,
            "cohorts": self.files.cohorts,
        }

    def _listed(self, entry: CourseEntry, quizzes: set[str]) -> dict[str, Any]:
        slug = entry.content["slug"]
        return {
            "title": entry.content["title"] or slug,
            "summary": entry.content["summary"],
            "is_draft": is_draft(entry.content),
            "address": self.address("lesson", slug) if slug else "",
            "quiz": self.address("quiz", slug) if slug in quizzes else "",
        }


def _is_in(lesson: CourseEntry, session: CourseEntry) -> bool:
    return bool(lesson.path.partition("/")[0] == session.path)


def page_of(found: PreviewedCourse, kind: str, slug: str) -> PreviewedPage | None:
    """Return the page of a lesson, quiz or lab; None if the files have none of this kind and slug."""
    if kind == "lab":
        return _lab(found, slug) if slug in found.files.labs else None
    entries = {"lesson": found.files.lessons, "quiz": found.files.quizzes}.get(kind, [])
    entry = next((entry for entry in entries if entry.content["slug"] == slug), None)
    if entry is None:
        return None
    if kind == "quiz":
        preview = preview_quiz(found.course, entry.content["source"], "", links=found.links)
        return PreviewedPage(f"Quiz of {slug}", kind, preview, entry.path)
    title = entry.content["title"]
    return PreviewedPage(
        title, kind, preview_markdown(entry.content["source"], title, found.links), entry.path, entry.offset
    )


def _lab(found: PreviewedCourse, slug: str) -> PreviewedPage:
    folder = found.files.folder / "labs" / slug
    texts = {name: _text(folder / name) for name in ("brief.md", "lab.yaml")}
    preview = preview_brief(found.course, texts["brief.md"], f"Lab: {slug}", found.links)
    return PreviewedPage(f"Lab: {slug}", "lab", preview, f"labs/{slug}/brief.md", source=texts["lab.yaml"])


def _text(path: Any) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
