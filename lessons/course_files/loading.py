"""Load course files into the database.

Each object keeps the digest of what it was last loaded from. Changed only in the file: updated. Changed only
in the portal: kept and listed. Changed in both: kept and listed as a conflict.
"""

import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from lessons import actions
from lessons.course_files.matching import Here, Plan, find_course
from lessons.course_files.reading import Content, CourseEntry, CourseFiles, is_draft, stored_body
from lessons.course_files.source import AnyPath, digest
from lessons.gate import judge_lesson, judge_quiz
from lessons.meetings import notify_of_zone, save_meeting
from lessons.models import Cohort, Course, FormerSlug, Lesson, Meeting, Quiz, Session
from lessons.models.release import Status


@dataclass
class Changes:
    """The results of a load, as file paths."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)

    # Any: a row of lessons or labs
    def merge(
        self,
        item: Any,
        file: Mapping[str, object],
        here: Mapping[str, object] | None,
        path: AnyPath,
        same_order: bool = False,
    ) -> bool:
        """Return True if `item` should be written from `file`; `here` has the portal's values, None if it is new.

        `same_order`: the portal has it in the same order, so that a different position is only a gap in the numbers.
        """
        wanted = digest(file)
        if here is None:
            self.created.append(str(path))
        elif digest(here) == wanted:
            if item.loaded_digest == wanted:
                return False
        elif same_order and digest({**here, "position": file["position"]}) == wanted:
            pass
        elif digest(here) == item.loaded_digest:
            self.updated.append(str(path))
        else:
            (self.kept if wanted == item.loaded_digest else self.conflicts).append(str(path))
            return False
        item.loaded_digest = wanted
        return True

    # Any: a row of lessons or labs
    def write(
        self,
        item: Any,
        entry: CourseEntry,
        save: Callable[[Any], Any],
        same_order: bool = False,
        **related: models.Model,
    ) -> None:
        """Update `item` from its file if the rules allow it; `related` are objects that the file names by slug."""
        here = None if item.pk is None else content_of(item, entry)
        if self.merge(item, entry.content, here, entry.source.path, same_order):
            # What the file says already stays: a draft in the file may be scheduled here.
            changed = {
                name: value for name, value in entry.content.items() if not here or here[name] != value
            }
            for name, value in {**changed, **related}.items():
                setattr(item, name, value)
            item.loaded_from = entry.origin
            save(item)
        elif item.loaded_from != entry.origin:
            type(item).objects.filter(pk=item.pk).update(loaded_from=entry.origin)


# Any: a row of lessons or labs
def content_of(item: Any, entry: CourseEntry) -> Content:
    """Return the portal's values of the fields that the file sets."""
    found = {name: _plain(name, getattr(item, name)) for name in entry.content}
    if isinstance(item, Lesson):
        found["source"] = stored_body(found["source"])
    return found


def _plain(name: str, value: Any) -> Any:
    # As a file can say it.
    if name == "status" and value == Status.SCHEDULED:
        return str(Status.DRAFT)
    if isinstance(value, Session | Lesson):
        return value.slug
    if name in ("title", "summary"):
        return value.strip()
    return value


def check_markdown(files: CourseFiles) -> None:
    links = files.links()
    drafts = {entry.content["slug"] for entry in files.lessons if is_draft(entry.content)}
    for entry in files.lessons:
        found = judge_lesson(entry.content["source"], links)
        files.add_verdict(entry.source, found, draft=entry.content["slug"] in drafts, below=entry.offset)
    for entry in files.quizzes:
        found = judge_quiz(entry.source.text, links)
        files.add_verdict(entry.source, found, draft=entry.content["lesson"] in drafts)


def check_scheduled(files: CourseFiles, plan: Plan) -> None:
    """Judge drafts of the files that the portal has scheduled: they reach learners, so they must have no problems."""
    links = files.links()
    scheduled = set()
    for entry in files.lessons:
        row = plan.rows.get(id(entry))
        if row is not None and row.status == Status.SCHEDULED and is_draft(entry.content):
            scheduled.add(entry.content["slug"])
            found = judge_lesson(entry.content["source"], links)
            entry.source.add_all(found.errors, below=entry.offset)
    for entry in files.quizzes:
        if entry.content["lesson"] in scheduled:
            entry.source.add_all(judge_quiz(entry.source.text, links).errors)


def open_course(files: CourseFiles, changes: Changes, course: Course | None = None) -> Course:
    """Update the course, by default the one that course.yaml names. After a rename, its old URL redirects."""
    course, slug = course or find_course(files), files.course.content["slug"]
    old = course.slug
    if course.pk and not course.loaded_digest and not course.sessions.exists():
        # Nobody has written anything yet, so its title is nothing to keep.
        course.loaded_digest = digest(content_of(course, files.course))
        Course.objects.filter(pk=course.pk).update(loaded_digest=course.loaded_digest)
    if course.pk and old != slug:
        before = content_of(course, files.course)
        course.slug = slug
        if digest(before) == course.loaded_digest:
            course.loaded_digest = digest({**before, "slug": slug})
        Course.objects.filter(pk=course.pk).update(slug=slug, loaded_digest=course.loaded_digest)
        target = {"target": course.pk}
        FormerSlug.objects.update_or_create(course=course, kind="course", slug=old, defaults=target)
        changes.renamed.append(f"course {old} is now {slug}")
    changes.write(course, files.course, Course.save)
    return course


def write_course(files: CourseFiles, plan: Plan, changes: Changes) -> None:
    """Write the sessions, lessons, quizzes and cohorts of a course. Call it inside a transaction."""
    links = files.links()
    sessions, lessons = {}, {}
    for entry in files.sessions:
        session = sessions[entry.content["slug"]] = plan.row(entry, Session)
        changes.write(
            session,
            entry,
            lambda item: actions.save_session(session=item, links=links),
            same_order=plan.has_order_of(entry),
        )
    for entry in files.lessons:
        lesson = lessons[entry.content["slug"]] = plan.row(entry, Lesson)
        session = sessions[entry.content["session"]]
        changes.write(
            lesson,
            entry,
            lambda item: actions.save_lesson(lesson=item, links=links),
            same_order=plan.has_order_of(entry),
            session=session,
        )
    for entry in files.quizzes:
        lesson = lessons[entry.content["lesson"]]
        quiz = plan.row(entry, Quiz)
        changes.write(quiz, entry, lambda item: actions.save_quiz(quiz=item), lesson=lesson)
    for entry in files.cohorts:
        _write_cohort(plan.row(entry, Cohort), entry, sessions, changes)


def entries_of(files: CourseFiles, labs: list[CourseEntry]) -> list[tuple[CourseEntry, Here]]:
    """Return all entries, each with the function that reads its values in the portal."""
    plain = [*files.sessions, *files.lessons, *files.quizzes, *labs]
    cohorts: list[tuple[CourseEntry, Here]] = [
        (entry, lambda item, _: cohort_content(item)) for entry in files.cohorts
    ]
    return [*[(entry, content_of) for entry in plain], *cohorts]


def _write_cohort(cohort: Cohort, entry: CourseEntry, sessions: dict[str, Session], changes: Changes) -> None:
    content = entry.content
    if not changes.merge(cohort, content, cohort_content(cohort) if cohort.pk else None, entry.source.path):
        if cohort.loaded_from != entry.origin:
            Cohort.objects.filter(pk=cohort.pk).update(loaded_from=entry.origin)
        return
    has_new_zone = cohort.pk is not None and cohort.time_zone != content["time_zone"]
    cohort.loaded_from = entry.origin
    cohort.title, cohort.time_zone = content["title"], content["time_zone"]
    cohort.save()
    zone = zoneinfo.ZoneInfo(cohort.time_zone)
    for meeting in content["meetings"]:
        starts_at = datetime.fromisoformat(meeting["starts"]).replace(tzinfo=zone)
        session = sessions[meeting["session"]]
        row = cohort.meetings.filter(session=session).first() or Meeting(cohort=cohort, session=session)
        row.starts_at, row.minutes = starts_at, meeting["minutes"]
        reason = "" if row.is_cancelled else "The plan of the course changed."
        save_meeting(meeting=row, cancelled=row.is_cancelled, reason=reason, quiet=has_new_zone)
    dated = [sessions[meeting["session"]] for meeting in content["meetings"]]
    cohort.meetings.exclude(session__in=dated).delete()
    if has_new_zone:
        notify_of_zone(cohort)


def cohort_content(cohort: Cohort) -> Content:
    meetings = [
        {
            "session": meeting.session.slug,
            "starts": meeting.starts_at.astimezone(meeting.zone).strftime("%Y-%m-%d %H:%M"),
            "minutes": meeting.minutes,
        }
        for meeting in cohort.meetings.select_related("session", "cohort")
    ]
    meetings.sort(key=lambda meeting: (meeting["starts"], meeting["session"]))
    return {"slug": cohort.slug, "title": cohort.title, "time_zone": cohort.time_zone, "meetings": meetings}
