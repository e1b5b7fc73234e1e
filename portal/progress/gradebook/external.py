"""Read marks from another system out of a CSV file, preview them, and store them. Twice changes nothing."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import StringIO
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.grade_changes import Kind
from lessons.models import Cohort, Enrollment, GradeChange
from lessons.points import may_be_given, read_points, show_exactly
from portal.accounts import audit
from portal.accounts.models import User, github_name_in
from portal.progress.gradebook.notices import note_change
from portal.progress.models import ExternalMark

MAX_BYTES = 1_000_000
MAX_ROWS, MAX_ITEMS = 2_500, 50
MAX_POINTS = Decimal(99999)
MAX_KEY = 200  # as the columns of a mark
ORIGIN = "csv"
HEAD = re.compile(r"(.*\S)\s*/\s*([0-9]+(?:[.,][0-9]{1,2})?)")
EMAILS = {"email", "email address", "sis login id"}
GITHUBS = {"github", "github name", "github username", "github_username"}
IGNORED = {"name", "student", "first name", "last name", "id"}


class CannotReadError(Exception):
    """Nothing in the file can be used; the message says what to do."""


@dataclass(frozen=True)
class Item:
    """A column of marks, out of so many points."""

    place: int
    title: str
    out_of: Decimal

    @property
    def key(self) -> str:
        return self.title.casefold()


@dataclass(frozen=True)
class Change:
    """A mark of the file beside the stored one, which is None if it is new."""

    learner: Enrollment
    item: Item
    points: Decimal
    stored: ExternalMark | None

    @property
    def is_same(self) -> bool:
        return self.stored is not None and (self.stored.points, self.stored.out_of, self.stored.title) == (
            self.points,
            self.item.out_of,
            self.item.title,
        )


@dataclass
class ReadMarks:
    """The marks of a file, and the errors of its lines."""

    cohort: Cohort
    items: list[Item]
    changes: list[Change] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)

    @property
    def to_write(self) -> list[Change]:
        return [each for each in self.changes if not each.is_same]

    @property
    def new(self) -> int:
        return sum(each.stored is None for each in self.changes)

    @property
    def same(self) -> int:
        return sum(each.is_same for each in self.changes)


# Any: an uploaded file, whose type has an argument only for the checker
def decode_file(file: Any) -> str:
    """Return the text of an uploaded file. Raises CannotReadError."""
    if file.size is None or file.size > MAX_BYTES:
        raise CannotReadError("The file is larger than 1 MB. Remove columns that are not marks, or split it.")
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotReadError("The file is not in UTF-8. Save it as “CSV UTF-8”.") from error


def read_marks_file(cohort: Cohort, text: str) -> ReadMarks:
    """Read the lines, and compare them with what is stored. Raises CannotReadError."""
    if len(text) > MAX_BYTES:
        raise CannotReadError("The text is longer than a million characters. Split it.")
    if "\0" in text:
        raise CannotReadError("The file is not text. Save it as “CSV UTF-8”.")
    lines = _split(text.removeprefix("\ufeff"))
    if not lines:
        raise CannotReadError("The file has no lines. The first has the column names: email, Viva / 20")
    heads = [" ".join(head.split()) for head in lines[0]]
    places = _places(heads)
    items = _items(heads)
    found = ReadMarks(cohort, items)
    people = _people(cohort)
    stored = _stored_marks(cohort)
    seen: dict[int, int] = {}
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            _read_line(found, number, line, places, people, stored, seen)
    return found


def _stored_marks(cohort: Cohort) -> dict[tuple[int, str], ExternalMark]:
    rows = ExternalMark.objects.filter(enrollment__cohort=cohort, origin=ORIGIN)
    return {(mark.enrollment_id, mark.origin_key): mark for mark in rows}


def _split(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CannotReadError(f"The file is not CSV: {error}. Export it again as “CSV UTF-8”.") from error
    if len(lines) > MAX_ROWS + 1:
        raise CannotReadError(f"The file has {len(lines):,} lines. The limit is {MAX_ROWS:,}. Split it.")
    return lines


def _places(heads: list[str]) -> list[tuple[int, bool]]:
    # columns that name the learner, and if that is by email
    found = [
        (place, head.casefold() in EMAILS)
        for place, head in enumerate(heads)
        if head.casefold() in EMAILS | GITHUBS
    ]
    if not found:
        raise CannotReadError("No column identifies the learners. Call one column “email” or “github”.")
    return sorted(found, key=lambda each: not each[1])


def _items(heads: list[str]) -> list[Item]:
    found: dict[str, Item] = {}
    for place, head in enumerate(heads):
        if head.casefold() in EMAILS | GITHUBS | IGNORED or not head:
            continue
        match = HEAD.fullmatch(head)
        out_of = read_points(match[2]) if match else None
        if match is None or not out_of or out_of > MAX_POINTS:
            raise CannotReadError(
                f"“{head[:60]}” does not say out of how many points it is. Write it like “Viva / 20”."
            )
        item = Item(place, match[1], out_of)
        if len(item.key) > MAX_KEY:  # may be longer than the title: “ß” folds to “ss”
            raise CannotReadError(f"The column “{item.title[:60]}…” has a name that is too long. Shorten it.")
        if item.key in found:
            raise CannotReadError(f"Two columns are called “{item.title[:60]}”. Rename one.")
        found[item.key] = item
    if not found or len(found) > MAX_ITEMS:
        raise CannotReadError(f"The file needs 1 to {MAX_ITEMS} columns of marks, such as “Viva / 20”.")
    return list(found.values())


def _people(cohort: Cohort) -> dict[str, list[Enrollment]]:
    found: dict[str, list[Enrollment]] = {}
    for learner in Enrollment.objects.active().filter(cohort=cohort).select_related("user"):
        learner.course = cohort.course
        found.setdefault(learner.user.email.casefold(), []).append(learner)
        if learner.user.github_name:
            found.setdefault("@" + learner.user.github_name.casefold(), []).append(learner)
    return found


def _read_line(
    found: ReadMarks,
    number: int,
    line: list[str],
    places: list[tuple[int, bool]],
    people: dict[str, list[Enrollment]],
    stored: dict[tuple[int, str], ExternalMark],
    seen: dict[int, int],
) -> None:
    learner = _find(line, places, people)
    if isinstance(learner, str):
        found.errors.append((number, learner))
        return
    if learner.pk in seen:
        found.errors.append((number, f"The same learner as in line {seen[learner.pk]}. Remove one of them."))
        return
    seen[learner.pk] = number
    for item in found.items:
        text = line[item.place].strip() if item.place < len(line) else ""
        if text in ("", "-", "–"):
            continue  # no mark
        points = read_points(text)
        if points is None or not may_be_given(points, item.out_of):
            limit = show_exactly(item.out_of)
            message = f"“{text[:40]}” for {item.title[:60]} is not a number from 0 to {limit}."
            found.errors.append((number, message))
            continue
        found.changes.append(Change(learner, item, points, stored.get((learner.pk, item.key))))


def _find(
    line: list[str], places: Iterable[tuple[int, bool]], people: dict[str, list[Enrollment]]
) -> Enrollment | str:
    """Return the learner, or the error."""
    names = []
    for place, is_email in places:
        text = line[place].strip() if place < len(line) else ""
        name = text.casefold() if is_email else "@" + github_name_in(text).casefold()
        matching = people.get(name, [])
        if text and len(matching) > 1:
            return f"Two learners of this cohort have the GitHub name {text[:60]}. Use their emails."
        if text and matching:
            return matching[0]
        names += [text[:60]] if text else []
    if not names:
        return "No email and no GitHub name."
    return f"No learner of this cohort is {' or '.join(names)}."


@transaction.atomic
def import_marks(read: ReadMarks, *, by: User) -> int:
    """Store the marks that are new or different, with a record of each. Return their number."""
    now, changes = timezone.now(), _lock_changes(read)
    rows = [
        ExternalMark(
            enrollment=each.learner, origin=ORIGIN, origin_key=each.item.key, title=each.item.title,
            points=each.points, out_of=each.item.out_of, recorded_at=now,
        )
        for each in changes
    ]  # fmt: skip
    unique, updated = ["enrollment", "origin", "origin_key"], ["title", "points", "out_of", "recorded_at"]
    ExternalMark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=updated, batch_size=500
    )
    GradeChange.objects.bulk_create([_record(each, by) for each in changes], batch_size=500)
    for each in changes:
        old = each.stored.points if each.stored else None
        key = f"external:{ORIGIN}:{each.item.key}"
        note_change(each.learner, key, each.item.title, old, each.points)
    if changes:
        audit.record(audit.Event.GRADE, f"{len(changes)} external marks of {read.cohort} imported", user=by)
    return len(changes)


def _lock_changes(read: ReadMarks) -> list[Change]:
    # Learners in the order of their keys, so that two imports wait for each other and never block each other.
    keys = sorted({each.learner.pk for each in read.to_write})
    learners = Enrollment.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(learners.filter(pk__in=keys).values_list("pk", flat=True))
    stored = _stored_marks(read.cohort)
    found = [replace(each, stored=stored.get((each.learner.pk, each.item.key))) for each in read.to_write]
    return sorted(
        (each for each in found if not each.is_same), key=lambda each: (each.learner.pk, each.item.key)
    )


def _record(change: Change, by: User) -> GradeChange:
    return GradeChange(
        kind=Kind.EXTERNAL,
        course_id=change.learner.course_id,
        enrollment=change.learner,
        item=f"external:{ORIGIN}:{change.item.key}",
        title=change.item.title,
        old=change.stored.points if change.stored else None,
        new=change.points,
        out_of=change.item.out_of,
        why="Imported from a CSV file",
        by=by,
        who=by.email,
    )
