"""The file of each row of a course, by its kind and slug."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from lessons.course_files.lab_files import lab_files
from lessons.models import Course, Lesson, Quiz, Session

_NUMBER = re.compile(r"[0-9]+[-_. ]+")


class Layout:
    """The rows of a course in order, with the paths of their files and the texts that were loaded from them."""

    def __init__(self, course: Course) -> None:
        self.course = course
        lessons = Lesson.objects.filter(course=course).select_related("session", "course").in_order()
        self.sessions = list(course.sessions.all())
        self.lessons = list(lessons)
        self.quizzes = list(Quiz.objects.filter(course=course).select_related("lesson"))
        self.labs = lab_files().rows(course)
        # Any: rows of lessons and labs
        self.rows: list[Any] = [course, *self.sessions, *self.lessons, *self.quizzes, *self.labs]
        self.paths: dict[Any, str] = {}
        self.loaded: dict[Any, str] = {}
        stored = {(item.kind, item.target): item for item in course.loaded_files.all()}
        for row in self.rows:
            if item := stored.get((row._meta.model_name, row.pk)):
                self.paths[row], self.loaded[row] = item.path, item.text
        self.paths[course] = "course.yaml"
        self._place_sessions()
        self._place_lessons()
        for quiz in self.quizzes:
            self.paths[quiz] = self.paths[quiz.lesson].removesuffix(".md") + ".quiz.md"
        for lab in self.labs:
            self.paths[lab] = f"labs/{lab.slug}/lab.yaml"

    def folder(self, session: Session) -> str:
        return PurePosixPath(self.paths[session]).parent.name

    def _place_sessions(self) -> None:
        taken = {self.folder(row) for row in self.sessions if row in self.paths}
        for number, row in enumerate(self.sessions, 1):
            if row not in self.paths:
                name = _numbered(number, len(self.sessions), row.slug)
                name = name if name not in taken else f"{name}-{row.pk}"
                taken.add(name)
                self.paths[row] = f"{name}/session.yaml"

    def _place_lessons(self) -> None:
        within: dict[int, list[Lesson]] = {}
        for row in self.lessons:
            within.setdefault(row.session_id, []).append(row)
        for siblings in within.values():
            folder = self.folder(siblings[0].session)
            for row, name in zip(siblings, self._names(siblings, folder), strict=True):
                self.paths[row] = f"{folder}/{name}"

    def _names(self, siblings: Sequence[Lesson], folder: str) -> list[str]:
        # Lessons are read in the order of their names, so a new order needs new names.
        known = [PurePosixPath(self.paths.get(row, "")) for row in siblings]
        new = [f"{_numbered(number, len(siblings), row.slug)}.md" for number, row in enumerate(siblings, 1)]
        kept = [
            path.name if path.parent.name == folder else name for path, name in zip(known, new, strict=True)
        ]
        if kept == sorted(set(kept)):
            return kept
        stems = [_NUMBER.sub("", path.stem, count=1) for path in known]
        renumbered = [
            f"{_numbered(number, len(siblings), stem or row.slug)}.md"
            for number, (row, stem) in enumerate(zip(siblings, stems, strict=True), 1)
        ]
        return renumbered if renumbered == sorted(set(renumbered)) else new


def _numbered(number: int, count: int, name: str) -> str:
    return f"{number:0{max(2, len(str(count)))}}-{name}"
