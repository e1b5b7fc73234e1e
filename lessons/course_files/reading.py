"""Read a course folder: course.yaml, sessions, lessons, quizzes, cohorts. `loading` writes it to the database."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.validators import slug_re

from lessons.course_files.lab_terms import read_terms
from lessons.course_files.scoring import read_scoring
from lessons.course_files.source import AnyPath, LoadError, Source
from lessons.course_files.values import (
    DEFAULTS,
    is_local_time,
    validate_lesson_slug,
    validate_local_time,
    validate_slug,
    validate_title,
)
from lessons.links import Links, by_file
from lessons.models.course import MAX_PREPARE, MAX_SKILLS, validate_skill
from lessons.models.release import Status
from lessons.texts.fields import Fields
from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict
from portal.accounts.models import validate_time_zone

# A time to open belongs to a term, not to the files.
FILE_STATUSES = [Status.DRAFT.value, Status.PUBLISHED.value]
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
    """All objects that the files describe. `labs` maps a slug to its key, "" if it has none.

    `lab_terms` maps the slugs of labs to the columns of their deadlines.
    """

    folder: AnyPath
    problems: list[Problem]
    course: CourseEntry
    labs: dict[str, str]
    draft_labs: set[str]
    lab_terms: dict[str, Content]
    sessions: list[CourseEntry]
    lessons: list[CourseEntry]
    quizzes: list[CourseEntry]
    cohorts: list[CourseEntry]
    warnings: list[Problem] = field(default_factory=list)  # they do not prevent loading
    checks_images: bool = True

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
        slug = course if slug_re.fullmatch(course) else "course"
        return Links(slug, usable, files, self.checks_images)

    def add_found(self, found: list[Problem], *, draft: bool) -> None:
        # As in the editor, a draft may have problems that block publishing.
        (self.warnings if draft else self.problems).extend(found)

    def add_verdict(self, source: Source, found: Verdict, *, draft: bool, below: int = 0) -> None:
        """Add the findings of the publish gate in a text that starts `below` lines into its file."""
        self.add_found(source.in_this_file(found.errors, below=below), draft=draft)
        self.warnings.extend(source.in_this_file(found.warnings, below=below))

    def fail_on_problems(self) -> None:
        if self.problems:
            raise LoadError(sorted(self.problems))


def is_draft(content: Content) -> bool:
    return bool(content["status"] == Status.DRAFT)


def read_course(folder: AnyPath, origin: str = "", *, checks_images: bool = True) -> CourseFiles:
    """Read a course folder. Raises LoadError if course.yaml is unusable; other problems are collected.

    `origin` says where the folder is from, if it is not a path that stays. Images that were uploaded to a portal are
    missing elsewhere: there, `checks_images` is False.
    """
    problems: list[Problem] = []
    source = Source(folder / "course.yaml", problems)
    fields = source.fields()
    if fields is None:
        raise LoadError(problems)
    if fields.number("schema", limit=99) != 1:
        fields.report("schema", "must be 1, the only schema that this portal supports")
    content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title", check=validate_title),
        "summary": fields.text("summary", ""),
        "time_zone": fields.text("time_zone", DEFAULTS["course"]["time_zone"], check=validate_time_zone),
        "pass_mark": fields.number("pass_mark", DEFAULTS["course"]["pass_mark"], limit=100),
    }
    if late_days := fields.number("late_days", 0, limit=100):
        content["late_days"] = late_days  # otherwise the portal keeps its own
    content |= read_scoring(fields)
    origin = origin or str(folder.resolve() if isinstance(folder, Path) else folder)
    course = CourseEntry(source, content, path=origin, key=_key(fields))
    files = CourseFiles(
        folder, problems, course, *_read_labs(fields), [], [], [], [], checks_images=checks_images
    )
    for position, name in enumerate(_session_folders(fields), 1):
        _read_session(files, folder / name, position)
    for item in fields.mappings("cohorts", []):
        files.cohorts.append(_read_cohort(source, item, {entry.content["slug"] for entry in files.sessions}))
    fields.report_unknown()
    _refuse_duplicates(files)
    return files


def _key(fields: Fields) -> str:
    return fields.text("key", "", check=validate_slug)


def _session_folders(fields: Fields) -> list[str]:
    # A folder elsewhere may not belong to the author.
    found: list[str] = []
    for name in fields.texts("sessions"):
        if name in found:
            fields.report("sessions", f"lists the folder “{name}” twice. Remove one.")
        elif re.search(r"[/\\\x00-\x1f]", name) or name.strip(". ") == "" or name == "labs":
            fields.report("sessions", f"“{name}” is not the name of a folder next to course.yaml")
        else:
            found.append(name)
    return found


def _read_labs(fields: Fields) -> tuple[dict[str, str], set[str], dict[str, Content]]:
    # A lab is a slug, which is also its folder, or a mapping with `slug`, `key`, `status` and its deadline.
    labs: dict[str, str] = {}
    drafts: set[str] = set()
    terms: dict[str, Content] = {}
    for item in fields.texts_or_mappings("labs", []):
        key = ""
        if isinstance(item, str):
            slug = fields.check_item("labs", item, validate_slug)
        else:
            slug = item.text("slug", check=validate_slug)
            key = _key(item)
            if item.choice("status", FILE_STATUSES, DEFAULTS["labs"]["status"]) == Status.DRAFT:
                drafts.add(slug)
            terms[slug] = read_terms(item)
            item.report_unknown()
        if slug in labs:
            fields.report("labs", f"lists the lab “{slug}” twice. Remove one.")
        if slug_re.fullmatch(slug):
            labs.setdefault(slug, key)
    return labs, drafts, terms


def _read_session(files: CourseFiles, folder: AnyPath, position: int) -> None:
    source = Source(folder / "session.yaml", files.problems)
    fields = source.fields()
    if fields is None:
        return
    content: Content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title", check=validate_title),
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


def _lesson_paths(folder: AnyPath) -> list[AnyPath]:
    return sorted(path for path in folder.glob("*.md") if not path.name.endswith(".quiz.md"))


def _read_item(fields: Fields) -> dict[str, str]:
    item = {"key": fields.text("key", check=validate_slug), "text": fields.text("text")}
    fields.report_unknown()
    return item


def _read_lesson(files: CourseFiles, path: AnyPath, session: str, position: int) -> None:
    source = Source(path, files.problems)
    found = source.front_matter()
    if found is None or found.fields is None:
        return
    fields, body = found.fields, found.body
    content: Content = {
        "slug": fields.text("slug", check=validate_lesson_slug),
        "title": fields.text("title", check=validate_title),
        "summary": fields.text("summary", ""),
        "status": fields.choice("status", FILE_STATUSES, DEFAULTS["lesson"]["status"]),
        "public": fields.flag("public", False),
        "lab_slugs": fields.texts("labs", []),
        "skills": _skills(fields),
        "session": session,
        "position": position,
        "source": stored_body(body),
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
        _read_quiz(files, quiz, content)


def _skills(fields: Fields) -> list[str]:
    found = [fields.check_item("skills", name, validate_skill) for name in fields.texts("skills", [])]
    if len(found) > MAX_SKILLS:
        fields.report("skills", f"has {len(found)} skills, but a lesson has at most {MAX_SKILLS}")
    if len(set(found)) < len(found):
        fields.report("skills", "names a skill twice")
    return found


def stored_body(body: str) -> str:
    """Return the Markdown as it is stored: without blank lines around it."""
    return body.strip("\n") + "\n"


def _read_quiz(files: CourseFiles, source: Source, lesson: Content) -> None:
    slug = lesson["slug"]
    place = f"{source.path.parent.name}/{source.path.name}"
    files.quizzes.append(
        CourseEntry(source, {"slug": slug, "lesson": slug, "source": source.text}, path=place)
    )


def _read_cohort(source: Source, fields: Fields, sessions: set[str]) -> CourseEntry:
    content: Content = {
        "slug": fields.text("slug", check=validate_slug),
        "title": fields.text("title", check=validate_title),
        "time_zone": fields.text("time_zone", DEFAULTS["cohorts"]["time_zone"], check=validate_time_zone),
        "meetings": [],
    }
    for meeting in fields.mappings("meetings", []):
        session = meeting.text("session")
        if session and session not in sessions:
            meeting.report("session", f"there is no session “{session}” in this course")
        starts = meeting.text("starts", check=validate_local_time)
        minutes = meeting.number("minutes", DEFAULTS["meetings"]["minutes"], limit=1440)
        content["meetings"].append({"session": session, "starts": starts, "minutes": minutes})
        if not is_local_time(starts, content["time_zone"]):
            meeting.report(
                "starts", f"{content['time_zone']} skips this time, because clocks go forward then"
            )
        meeting.report_unknown()
    held = [meeting["session"] for meeting in content["meetings"]]
    for session in sorted({session for session in held if held.count(session) > 1}):
        fields.report("meetings", f"has two meetings for the session “{session}”. Remove one.")
    content["meetings"].sort(
        key=lambda meeting: (meeting["starts"], meeting["session"])
    )  # as the portal does
    key = _key(fields)
    fields.report_unknown()
    return CourseEntry(source, content, path=f"cohorts/{content['slug']}", key=key)


def _refuse_duplicates(files: CourseFiles) -> None:
    slugs = [entry.content["slug"] for entry in files.cohorts]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        files.course.source.problems.append(
            Problem(1, "cohorts", f"the slug “{slug}” is used twice", path=str(files.course.source.path))
        )
    for entries in (files.sessions, files.lessons):
        seen: dict[str, AnyPath] = {}
        keys: dict[str, AnyPath] = {}
        for entry in entries:
            if entry.key and keys.setdefault(entry.key, entry.source.path) != entry.source.path:
                entry.source.add(2, f"the key “{entry.key}” is already used by {keys[entry.key]}")
            slug = entry.content["slug"]
            if slug in seen:
                entry.source.add(2, f"the slug “{slug}” is already used by {seen[slug]}")
            seen.setdefault(slug, entry.source.path)
