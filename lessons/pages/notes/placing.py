"""The third step of an import: sessions, meetings, and the list of what changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.http import QueryDict

from lessons.models import Course, Meeting, Notes, Session
from lessons.models.course import MAX_TITLE
from lessons.notes import Day, Import
from lessons.notes.merging import END, NOTES, YOURS
from lessons.notes_import import applying
from lessons.notes_import.applying import Choices
from lessons.notes_import.planning import Change, State
from lessons.pages.differences import DifferenceLine, differences
from lessons.pages.numbers import read_number

MAX_DAYS = 200  # with a choice; a form may have 1,000 fields
MAX_OPTIONS = 6_000  # sessions in all menus together
MAX_CONFLICTS = 30  # shown at a time, with their texts
MAX_DIFFERENCES = 60
MAX_LISTED = 300
NEW = "new"
BOTH_LEFT = "The text still has both versions, between comments. Keep one of each, and delete the comments."
EDITED = "Somebody edited the lesson in the meantime. Look at its text above, then choose again."
ANSWERS = {
    "": "Decide later: the lesson stays as it is",
    "mine": "Keep the lesson as it is, and don’t ask again",
    "notes": "Take what the notes say",
    "merged": "Take the merged text below",
}


@dataclass
class DayRow:
    """A day that has new lessons. `chosen` is the key of a session or NEW; `why` says where that comes from."""

    day: Day
    lessons: int
    options: list[tuple[str, str]]
    chosen: str
    title: str
    why: str = ""
    error: str = ""


@dataclass
class ChangeRow:
    change: Change
    number: int
    lines: list[DifferenceLine] = field(default_factory=list)
    answer: str = ""
    merged: str = ""
    error: str = ""

    @property
    def seen(self) -> str:
        """Return a digest of the lesson, so that an answer to an earlier state of it is noticed."""
        return sha256(self.change.known.lesson.source.encode()).hexdigest()[:16] if self.change.known else ""

    @property
    def is_conflict(self) -> bool:
        return self.change.state is State.CONFLICT


@dataclass
class Placing:
    days: list[DayRow]
    rows: list[ChangeRow]
    counts: list[tuple[str, int]]
    more: int = 0  # changes that are not listed
    later_conflicts: int = 0
    cohort: str = ""

    @property
    def has_errors(self) -> bool:
        return any(row.error for row in self.days) or any(row.error for row in self.rows)


def placing_of(
    notes: Notes, imported: Import, changes: Sequence[Change], given: QueryDict | None = None
) -> Placing:
    """Return the page; `given` are the answers of a form that was sent."""
    rows, later = _rows(changes)
    placing = Placing(
        _days(notes, imported, changes),
        rows,
        _counts(changes),
        more=max(0, sum(change.state is not State.SAME for change in changes) - len(rows) - later),
        later_conflicts=later,
    )
    if given is not None:
        _read(placing, given)
    return placing


def _counts(changes: Sequence[Change]) -> list[tuple[str, int]]:
    found = dict.fromkeys(State, 0)
    for change in changes:
        found[change.state] += 1
    return [(state.value, count) for state, count in found.items() if count]


# --- days -----------------------------------------------------------------------------------------------------------


def _days(notes: Notes, imported: Import, changes: Sequence[Change]) -> list[DayRow]:
    new: dict[int, int] = {}
    for change in changes:
        if change.state is State.NEW and change.draft:
            new[change.draft.session] = new.get(change.draft.session, 0) + 1
    days = [day for day in imported.days if day.session in new][:MAX_DAYS]
    if not days:
        return []
    sessions = list(notes.course.sessions.all())
    had = {row.number: row.session_id for row in notes.days.all()}
    met = _sessions_by_date(notes.course)
    used = set(had.values())
    by_key = {each.pk: each for each in sessions}
    offered = sessions[: max(MAX_OPTIONS // len(days), 10)]
    rows = []
    for day in days:
        chosen, why = _guess(day, by_key, had, met, used)
        if chosen is not None:
            used.add(chosen.pk)
        options = [(str(each.pk), each.title) for each in offered]
        if chosen is not None and chosen not in offered:
            options.append((str(chosen.pk), chosen.title))
        title = day.title or f"Session {day.session}"
        key = str(chosen.pk) if chosen else NEW
        rows.append(DayRow(day, new[day.session], options, key, title[:MAX_TITLE], why))
    return rows


def _guess(
    day: Day,
    by_key: Mapping[int, Session],
    had: Mapping[int, int],
    met: Mapping[date, int],
    used: set[int],
) -> tuple[Session | None, str]:
    """Return the session that a day had, or that has a meeting on its date; None for a new one."""
    if day.session in had:
        return by_key.get(had[day.session]), "as in the last import"
    if day.date and day.date in met and met[day.date] not in used:
        return by_key.get(met[day.date]), "it meets on this date"
    return None, ""


def _sessions_by_date(course: Course) -> dict[date, int]:
    meetings = Meeting.objects.filter(cohort__course=course).select_related("cohort").order_by("starts_at")
    found: dict[date, int] = {}
    for meeting in meetings:
        there = meeting.starts_at.astimezone(ZoneInfo(meeting.cohort.time_zone)).date()
        found.setdefault(there, meeting.session_id)
    return found


# --- changes --------------------------------------------------------------------------------------------------------


def _rows(changes: Sequence[Change]) -> tuple[list[ChangeRow], int]:
    """Return what changes, conflicts first, and how many conflicts wait for the next import."""
    order = (State.CONFLICT, State.UPDATED, State.GONE, State.DELETED, State.NEW, State.KEPT)
    shown = [change for state in order for change in changes if change.state is state]
    conflicts = sum(change.state is State.CONFLICT for change in shown)
    later = max(0, conflicts - MAX_CONFLICTS)
    shown = [*shown[: min(conflicts, MAX_CONFLICTS)], *shown[conflicts:]][:MAX_LISTED]
    rows, compared = [], 0
    for number, change in enumerate(shown):
        row = ChangeRow(change, number)
        lesson = change.known.lesson if change.known else None
        if change.merged and lesson and compared < MAX_DIFFERENCES:
            compared += 1
            theirs = change.markdown if row.is_conflict else change.merged.text
            row.lines = differences(lesson.source, theirs)
        if change.merged and row.is_conflict:
            row.merged = change.merged.text
        rows.append(row)
    return rows, later


# --- what was sent --------------------------------------------------------------------------------------------------


def _read(placing: Placing, given: QueryDict) -> None:
    placing.cohort = given.get("cohort", "")
    for day in placing.days:
        day.chosen = given.get(f"day-{day.day.session}", day.chosen)
        day.title = given.get(f"title-{day.day.session}", day.title).replace("\0", "").strip()
        if day.chosen not in (NEW, *dict(day.options)):
            day.error, day.chosen = "This session is gone. Choose another one.", NEW
        elif day.chosen == NEW and not day.title:
            day.error = "Enter a title for the new session."
        elif day.chosen == NEW and len(day.title) > MAX_TITLE:
            day.error = f"The title has {len(day.title)} characters. The limit is {MAX_TITLE}."
    for row in placing.rows:
        if row.is_conflict:
            answer = given.get(f"answer-{row.change.key}", "")
            row.answer = answer if answer in ANSWERS else ""
            row.merged = given.get(f"merged-{row.change.key}", row.merged)
            row.merged = row.merged.replace("\r\n", "\n").replace("\0", "")
            if row.answer == "merged" and any(mark in row.merged for mark in (YOURS, NOTES, END)):
                row.error = BOTH_LEFT
            elif (
                row.answer in ("merged", "notes")
                and given.get(f"seen-{row.change.key}", row.seen) != row.seen
            ):
                row.error = EDITED
            elif row.answer == "merged" and not row.merged.strip():
                row.error = "The merged text is empty. Write it, or choose another answer."


def choices_of(placing: Placing, course: Course) -> Choices:
    """Return the answers of a page without errors, as `apply_notes` takes them."""
    sessions = {str(each.pk): each for each in course.sessions.all()}
    conflicts = {}
    for row in placing.rows:
        if row.answer:
            given = {"mine": applying.MINE, "notes": applying.NOTES, "merged": row.merged}
            conflicts[row.change.key] = given[row.answer]
    return Choices(
        sessions={row.day.session: sessions[row.chosen] for row in placing.days if row.chosen in sessions},
        titles={row.day.session: row.title for row in placing.days if row.chosen == NEW},
        new_sessions=frozenset(row.day.session for row in placing.days if row.chosen == NEW),
        conflicts=conflicts,
        cohort=course.cohorts.filter(pk=read_number(placing.cohort)).first(),
    )
