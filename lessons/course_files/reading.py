"""Read a course folder: course.yaml, sessions, lessons, quizzes, cohorts. `loading` writes it to the database."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import slug_re, validate_slug

from lessons.course_files.source import LoadError, Source
from lessons.links import Links, by_file
from lessons.models import Lesson
from lessons.models.cohort import validate_start
from lessons.models.course import MAX_PREPARE, validate_lesson_slug
from lessons.quizzes import QuizSyntaxError, parse
from lessons.texts.fields import Fields
from lessons.texts.problem import Problem
from portal.accounts.models import validate_time_zone

Content = dict[str, Any]  # Any: the values of fields by their names


@dataclass(frozen=True)
class CourseEntry:
    """One object as its file describes it. `offset` is the number of lines above the Markdown in the file.

    `path` is relative to the course; an optional `key` stays the same when slug and path change.
    """

    source: Source
    content: Content
    offset: int = 0
    path: str = ""
    key: str = ""

    @property
    def has_key(self) -> bool:
        return bool(self.key)

    @property
    def origin(self) -> str:
        # The value of `FileBacked.loaded_from`.
        return (f"key:{self.key}" if self.key else self.path)[:300]


@dataclass(frozen=True)
class CourseFiles:
    folder: Path
    problems: list[Problem]
    course: CourseEntry
    labs: dict[str, str]  # slug to key, "" if it has none
    sessions: list[CourseEntry]
    lessons: list[CourseEntry]
    quizzes: list[CourseEntry]
    cohorts: list[CourseEntry]
    warnings: list[Problem] = field(default_factory=list)  # they do not prevent loading

    def links(self) -> Links:
        slugs = {"lesson": self.lessons, "quiz": self.quizzes}
        known = {kind: {entry.content["slug"] for entry in entries} for kind, entries in slugs.items()}
        known["lab"] = set(self.labs)
        usable = {kind: {slug for slug in found if slug_re.fullmatch(slug)} for kind, found in known.items()}
        files = by_file(
            (entry.path, kind, entry.content["slug"])
            for kind, entries in slugs.items()
            for entry in entries
            if entry.content["slug"] in usable[kind]
        )
        course = self.course.content["slug"]
        # Report a bad course slug once, not once for each link.
        return Links(course if slug_re.fullmatch(course) else "course", usable, files)

    def fail_on_problems(self) -> None:
        if self.problems:
            raise LoadError(sorted(self.problems))


def read_course(folder: Path) -> CourseFiles:
    """Read a course folder. Raises LoadError if course.yaml is unusable; other problems are collected."""
    problems: list[Problem] = []
    source = Source(folder / "course.yaml", problems)
    fields = source.fields()
    if fields is None:
        raise LoadError(problems)
    if fields.number("schema", limit=99) != 1:
        fields.report("schema", "must be 1, the only schema that this portal supports")
    content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title"),
        "summary": fields.text("summary", ""),
        "time_zone": fields.text("time_zone", "Asia/Kolkata", check=validate_time_zone),
        "pass_mark": fields.number("pass_mark", 70, limit=100),
    }
    course = CourseEntry(source, content, path=str(folder.resolve()), key=_key(fields))
    files = CourseFiles(folder, problems, course, _read_labs(fields), [], [], [], [])
    for position, name in enumerate(fields.texts("sessions"), 1):
        _read_session(files, folder / name, position)
    for item in fields.mappings("cohorts", []):
        files.cohorts.append(_read_cohort(source, item, {entry.content["slug"] for entry in files.sessions}))
    fields.report_unknown()
    _refuse_duplicates(files)
    return files


def _key(fields: Fields) -> str:
    return fields.text("key", "", check=validate_slug)


def _read_labs(fields: Fields) -> dict[str, str]:
    # A lab is a slug, which is also its folder, or a mapping with `slug` and `key`.
    labs = {}
    for item in fields.texts_or_mappings("labs", []):
        if isinstance(item, str):
            labs[item] = ""
        else:
            labs[item.text("slug", check=validate_slug)] = _key(item)
            item.report_unknown()
    return labs


def _read_session(files: CourseFiles, folder: Path, position: int) -> None:
    source = Source(folder / "session.yaml", files.problems)
    fields = source.fields()
    if fields is None:
        return
    content: Content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title"),
        "summary": fields.text("summary", ""),
        "prepare": [_read_item(item) for item in fields.mappings("prepare", [])],
        "position": position,
    }
    if len(content["prepare"]) > MAX_PREPARE:
        fields.report("prepare", f"has more than {MAX_PREPARE} items. Shorten the list.")
    key = _key(fields)
    fields.report_unknown()
    files.sessions.append(CourseEntry(source, content, path=folder.name, key=key))
    for number, path in enumerate(_lesson_paths(folder), 1):
        _read_lesson(files, path, content["slug"], number)


def _lesson_paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.md") if not path.name.endswith(".quiz.md"))


def _read_item(fields: Fields) -> dict[str, str]:
    item = {"key": fields.text("key", check=validate_slug), "text": fields.text("text")}
    fields.report_unknown()
    return item


def _lesson_slug(slug: str) -> None:
    validate_slug(slug)
    validate_lesson_slug(slug)


def _read_lesson(files: CourseFiles, path: Path, session: str, position: int) -> None:
    source = Source(path, files.problems)
    found = source.front_matter()
    if found is None or found.fields is None:
        return
    fields, body = found.fields, found.body
    content: Content = {
        "slug": fields.text("slug", check=_lesson_slug),
        "title": fields.text("title"),
        "summary": fields.text("summary", ""),
        "status": fields.choice("status", Lesson.Status.values, Lesson.Status.DRAFT),
        "public": fields.flag("public", False),
        "lab_slugs": fields.texts("labs", []),
        "session": session,
        "position": position,
        "source": body.strip("\n") + "\n",
    }
    key = _key(fields)
    fields.report_unknown()
    for unknown in set(content["lab_slugs"]) - set(files.labs):
        fields.report("labs", f"course.yaml does not list {unknown} under labs")
    offset = found.offset + len(body) - len(body.lstrip("\n"))
    place = f"{path.parent.name}/{path.name}"
    files.lessons.append(CourseEntry(source, content, offset, place, key))
    quiz = Source(path.with_name(path.name.removesuffix(".md") + ".quiz.md"), files.problems)
    if quiz.path.exists() and quiz.read():
        _read_quiz(files, quiz, content["slug"])


def _read_quiz(files: CourseFiles, source: Source, slug: str) -> None:
    try:
        files.warnings.extend(source.in_this_file(parse(source.text).warnings))
    except QuizSyntaxError as error:
        source.add_all(error.problems)
    place = f"{source.path.parent.name}/{source.path.name}"
    files.quizzes.append(
        CourseEntry(source, {"slug": slug, "lesson": slug, "source": source.text}, path=place)
    )


def _read_cohort(source: Source, fields: Fields, sessions: set[str]) -> CourseEntry:
    content: Content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title"),
        "time_zone": fields.text("time_zone", "Asia/Kolkata", check=validate_time_zone),
        "meetings": [],
    }
    for meeting in fields.mappings("meetings", []):
        session = meeting.text("session")
        if session and session not in sessions:
            meeting.report("session", f"there is no session “{session}” in this course")
        starts = meeting.text("starts", check=_local_time)
        minutes = meeting.number("minutes", 180, limit=1440)
        content["meetings"].append({"session": session, "starts": starts, "minutes": minutes})
        meeting.report_unknown()
    key = _key(fields)
    fields.report_unknown()
    return CourseEntry(source, content, path=f"cohorts/{content['slug']}", key=key)


def _local_time(text: str) -> datetime:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text):
        raise ValidationError("write the date and time like “2025-11-29 20:30”")
    try:
        found = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the cohort's zone is added by the caller
    except ValueError as error:
        raise ValidationError(f"this date and time does not exist: {error}") from error
    validate_start(found)
    return found


def _refuse_duplicates(files: CourseFiles) -> None:
    for entries in (files.sessions, files.lessons):
        seen: dict[str, Path] = {}
        keys: dict[str, Path] = {}
        for entry in entries:
            if entry.key and keys.setdefault(entry.key, entry.source.path) != entry.source.path:
                entry.source.add(2, f"the key “{entry.key}” is already used by {keys[entry.key]}")
            slug = entry.content["slug"]
            if slug in seen:
                entry.source.add(2, f"the slug “{slug}” is already used by {seen[slug]}")
            seen.setdefault(slug, entry.source.path)
