"""Copy a course for the next term: its content, without people and what they did.

Rows are read and written in bulk, and rendered HTML is taken over, so that a big course takes seconds. Each app
registers how its part is copied.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from simple_history.utils import bulk_create_with_history

from lessons.clones import clone
from lessons.cohort_dates import Dates, copy_dates
from lessons.models import (
    Attachment,
    Cohort,
    Course,
    FormerSlug,
    LoadedFile,
    Quiz,
    QuizVersion,
    Session,
    Snippet,
)
from lessons.models.release import Status
from lessons.quizzes import parse
from lessons.search import index
from lessons.staffing import create_course
from lessons.term import Term, days_between, move
from portal.accounts.models import User

# Any: keys and values of columns
Values = dict[str, Any]
Keys = dict[int, int]


@dataclass
class Copy:
    """A copy in the making. `keys` maps the keys of the rows of each kind to those of their copies."""

    old: Course
    new: Course
    by: User
    term: Term
    days: timedelta | None
    keys: dict[str, Keys] = field(default_factory=dict)
    cohort: Cohort | None = None  # the first one, if it has dates

    # Any: a row with a status
    def released(self, row: Any) -> Values:
        """Return the status of a copied row, and the time at which it opens."""
        if self.term.as_drafts:
            return {"status": Status.DRAFT, "publish_at": None}
        if row.status != Status.SCHEDULED or row.publish_at is None:
            return {"status": row.status, "publish_at": None}
        if self.days is None:
            return {"status": Status.DRAFT, "publish_at": None}
        return {"status": row.status, "publish_at": move(row.publish_at, self.days, self.old.time_zone)}

    def text(self, markdown: str) -> str:
        """Return Markdown whose links by address lead into the copy. Links by slug need no change."""
        return self._links.sub(lambda found: found[1] + self._address(self.new), markdown)

    def html(self, html: str) -> str:
        return self._hrefs.sub(lambda found: found[1] + self._address(self.new), html)

    def __post_init__(self) -> None:
        own = re.escape(self._address(self.old))
        site = f"(?:{re.escape(str(settings.PUBLIC_URL))})?"
        # the end of a link's text or label, then the address
        self._links = re.compile(rf"(\](?:\(<?|:[ \t]{{0,9}}<?){site}){own}")
        self._hrefs = re.compile(rf'(href="{site}){own}')

    @staticmethod
    def _address(course: Course) -> str:
        return reverse("course", args=[course.slug])


Part = Callable[[Copy], None]
_PARTS: list[Part] = []


def register_part(part: Part) -> None:
    """Let an app copy its rows of a course; it is called after the lessons and quizzes were copied."""
    _PARTS.append(part)


@transaction.atomic
def copy_course(*, course: Course, term: Term, by: User) -> Course:
    """Copy the content of a course into a new one, which `by` teaches. Raises CannotCopyError."""
    new = clone(course, slug=term.slug, title=term.title, loaded_digest="", loaded_from="")
    copy = Copy(course, new, by, term, days_between(course, term))
    create_course(course=new, by=by)
    _copy_sessions(copy)
    _copy_lessons(copy)
    _copy_quizzes(copy)
    _add_cohort(copy)
    for part in _PARTS:
        part(copy)
    _copy_names(copy)
    return new


def map_keys(rows: Iterable[Model], copies: Iterable[Model]) -> Keys:
    return {row.pk: made.pk for row, made in zip(rows, copies, strict=True)}


# Any: rows of one model with a history
def write_with_history(rows: list[Any], by: User) -> list[Any]:
    written: list[Any] = bulk_create_with_history(rows, type(rows[0]), default_user=by) if rows else []
    return written


# --- parts ------------------------------------------------------------------------------------------------------------


def _copy_sessions(copy: Copy) -> None:
    rows = list(copy.old.sessions.order_by("pk"))
    made = [
        clone(
            row,
            course_id=copy.new.pk,
            loaded_digest="",
            prepare=[{**item, "text": copy.text(item["text"])} for item in row.prepare],
            prepare_html=[
                {**item, "html": copy.html(item["html"])} for item in row.prepare_html if "html" in item
            ],
        )
        for row in rows
    ]
    copy.keys["session"] = map_keys(rows, Session.objects.bulk_create(made))


def _copy_lessons(copy: Copy) -> None:
    rows = list(copy.old.lessons.order_by("pk"))
    made = [
        clone(
            row,
            course_id=copy.new.pk,
            session_id=copy.keys["session"][row.session_id],
            source=copy.text(row.source),
            html=copy.html(row.html),
            staff_html=copy.html(row.staff_html),
            loaded_digest="",
            **copy.released(row),
        )
        for row in rows
    ]
    keys = copy.keys["lesson"] = map_keys(rows, write_with_history(made, copy.by))
    links = Attachment.objects.filter(lesson__in=list(keys)).order_by("pk")
    Attachment.objects.bulk_create(clone(each, lesson_id=keys[each.lesson_id]) for each in links)
    index.copy("lesson", keys, {row.pk: row.title for row in rows})
    index.copy("glossary", keys, {})


def _copy_quizzes(copy: Copy) -> None:
    rows = list(copy.old.quizzes.select_related("current", "unproved").order_by("pk"))
    made = [
        clone(
            row,
            course_id=copy.new.pk,
            lesson_id=copy.keys["lesson"][row.lesson_id],
            source=copy.text(row.source),
            current_id=None,
            unproved_id=None,
            loaded_digest="",
            **copy.released(row),
        )
        for row in rows
    ]
    keys = copy.keys["quiz"] = map_keys(rows, write_with_history(made, copy.by))
    for name in ("current", "unproved"):
        _copy_versions(copy, [getattr(row, name) for row in rows], made, name)
    index.copy("quiz", keys, {row.pk: row.title for row in rows})


def _copy_versions(copy: Copy, rows: list[QuizVersion | None], quizzes: list[Quiz], name: str) -> None:
    keys = copy.keys["quiz"]
    versions = [_version(copy, row, keys[row.quiz_id]) for row in rows if row]
    QuizVersion.objects.bulk_create(versions)
    by_quiz = {version.quiz_id: version for version in versions}
    for quiz in quizzes:
        setattr(quiz, name, by_quiz.get(quiz.pk))
    Quiz.objects.bulk_update(quizzes, [name])


def _version(copy: Copy, version: QuizVersion, quiz: int) -> QuizVersion:
    source = copy.text(version.source)
    if source == version.source:
        return clone(version, quiz_id=quiz)
    return clone(version, quiz_id=quiz, source=source, digest=parse(source, stored=True).digest)


def _copy_names(copy: Copy) -> None:
    # Old slugs, which links may use, and the comments of loaded files. That of course.yaml stays: a key in it would
    # make the files of the copy load into the original.
    names, files = [], []
    for former in FormerSlug.objects.filter(course=copy.old).order_by("pk"):
        if target := copy.keys.get(former.kind, {}).get(former.target):
            names.append(clone(former, course_id=copy.new.pk, target=target))
    for loaded in LoadedFile.objects.filter(course=copy.old).order_by("pk"):
        if target := copy.keys.get(loaded.kind, {}).get(loaded.target):
            files.append(clone(loaded, course_id=copy.new.pk, target=target))
    Snippet.objects.bulk_create(
        clone(each, course_id=copy.new.pk, text=copy.text(each.text))
        for each in copy.old.snippets.order_by("pk")
    )
    FormerSlug.objects.bulk_create(names)
    LoadedFile.objects.bulk_create(files)


# --- the first cohort -----------------------------------------------------------------------------------------------


def _add_cohort(copy: Copy) -> None:
    like, title = copy.term.like, copy.term.cohort_title
    if not like or not title:
        return
    cohort = Cohort.objects.create(course=copy.new, slug=like.slug, title=title, time_zone=like.time_zone)
    if copy.days is None:
        return
    copy.cohort = cohort
    copy_dates(Dates(like, cohort, copy.days), copy.keys["session"], copy.keys["quiz"])
