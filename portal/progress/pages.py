"""Build the progress page of a learner from the record. No queries here."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from lessons.points import show_points
from lessons.queries import OpenCourse
from portal.progress.items import plural, show_minutes
from portal.progress.plan import Route, catch_up, find_route
from portal.progress.record import Entry, Record, SessionRecord
from portal.progress.scoring import ATTENDANCE, CHECKLISTS, LABS, NOTHING, QUIZZES, KindScore
from portal.progress.weeks import Week, count_weeks


class Band(NamedTuple):
    """A part of the bar of all points. `css` is the class of its colour."""

    label: str
    points: Decimal
    start: Decimal
    width: Decimal
    css: str


@dataclass
class ProgressPage:
    record: Record

    @property
    def reader(self) -> OpenCourse:
        return self.record.reader

    @cached_property
    def route(self) -> Route:
        return find_route(self.record)

    @cached_property
    def catch_up(self) -> list[Entry]:
        return catch_up(self.record, self.reader.now)

    @property
    def catch_up_time(self) -> str:
        return show_minutes(sum(each.minutes for each in self.catch_up))

    @property
    def route_time(self) -> str:
        return show_minutes(self.route.minutes)

    @property
    def has_results(self) -> bool:
        return bool(self.record.outcomes)

    @property
    def shown_points(self) -> Decimal:
        return self.record.scores.shown_points

    @property
    def reachable(self) -> Decimal:
        return self.record.points + self.record.still_open

    @property
    def is_out_of_reach(self) -> bool:
        return not self.record.is_passed and self.reachable < self.record.needed

    @cached_property
    def bands(self) -> list[Band]:
        return list(self._bands())

    def _bands(self) -> Iterator[Band]:
        start, scores = NOTHING, self.record.scores
        parts = [(f"{name} {_of(kind)}", kind.points) for name, kind in self.record.kinds]
        if scores.bonus:
            parts.append((f"Bonus {show_points(scores.bonus)}", scores.bonus))
        css = ["", "f2", "f3", "f4", "f4"]
        bands = [(label, points, css[place]) for place, (label, points) in enumerate(parts)]
        route = self.route.gain
        if route and self.route.reaches:
            bands.append((f"What would get you there {show_points(route)}", route, "f1"))
        for label, points, colour in bands:
            width = max(min(points, 100 - start), NOTHING)
            yield Band(label, points, start, width, colour)
            start += width

    @property
    def mark_anchor(self) -> str:
        return "start" if self.record.needed < 15 else "end" if self.record.needed > 85 else "middle"

    @cached_property
    def weeks(self) -> list[list[Week]]:
        zone = timezone.get_current_timezone()
        starts = [part.starts_at.astimezone(zone).date() for part in self.record.sessions if part.starts_at]
        return count_weeks(self.record.days, starts, self.reader.now.astimezone(zone).date())

    @property
    def active_weeks(self) -> str:
        weeks = [week for row in self.weeks for week in row]
        return f"{sum(bool(week.days) for week in weeks)} of {len(weeks)}"

    @property
    def rules(self) -> list[tuple[str, str]]:
        """Say for each kind how it counts."""
        return [(name, self._rule(kind)) for kind, name in NOUNS.items()]

    def _rule(self, kind: str) -> str:
        scheme = self.record.scheme
        keys, dropped = len(scheme.keys[kind]), scheme.drops[kind]
        if not scheme.weights.get(kind):
            return "Not counted"
        each = show_points(scheme.worths[kind])
        words = f"{keys - dropped} of {each} points each" if keys - dropped > 1 else f"{each} points"
        if dropped:
            lowest = f"{dropped} lowest of {keys} don’t" if dropped > 1 else f"lowest of {keys} doesn’t"
            words += f". The {lowest} count"
        return words + WHICH_COUNTS[kind]

    @property
    def bonuses(self) -> list[Entry]:
        return [item for item in self.record.items if item.bonus]

    @property
    def rows(self) -> list["SessionRow"]:
        return [SessionRow(self.record, part) for part in self.record.sessions]

    @property
    def lessons_read(self) -> str:
        parts = self.record.sessions
        return f"{sum(p.lessons_read for p in parts)} of {sum(len(p.open_lessons) for p in parts)}"

    @property
    def quizzes(self) -> KindScore:
        return self.record.kind(QUIZZES)

    @property
    def labs(self) -> KindScore:
        return self.record.kind(LABS)

    @property
    def has_meetings(self) -> bool:
        return any(part.meeting for part in self.record.sessions)

    @property
    def has_checklists(self) -> bool:
        return any(part.to_tick for part in self.record.sessions)

    @property
    def has_taken(self) -> bool:
        return any(item.has_result for item in self.record.items)


NOUNS = {LABS: "Labs", QUIZZES: "Quizzes", ATTENDANCE: "Meetings", CHECKLISTS: "Checklists"}
WHICH_COUNTS = {
    LABS: ". The best submission counts",
    QUIZZES: ". The best attempt counts, unless the quiz says otherwise",
    ATTENDANCE: " that you attend",
    CHECKLISTS: " for a list that is ticked off",
}


def _of(kind: KindScore) -> str:
    words = f"{show_points(kind.points)} of {show_points(kind.out_of)}"
    return f"{words}, {show_points(kind.bonus)} bonus" if kind.bonus else words


@dataclass
class SessionRow:
    """A row of the table by session. A cell is "" if the session has nothing of its kind."""

    record: Record
    part: SessionRecord

    @property
    def url(self) -> str:
        return f"{self.record.course_url}#session-{self.part.slug}"

    @property
    def meeting_url(self) -> str:
        names = (self.record.course.slug, self.part.cohort, self.part.slug)
        return reverse("meeting", args=names) if self.part.meeting else ""

    @property
    def attended(self) -> str:
        if not self.part.ends_at:
            return ""
        if self.part.attended is None:
            return "Not marked" if self.part.ends_at <= self.record.reader.now else "Upcoming"
        return "Attended" if self.part.attended else "Missed"

    @property
    def lessons(self) -> str:
        whole = len(self.part.open_lessons)
        return f"{self.part.lessons_read} of {whole}" if whole else ""

    @property
    def ticked(self) -> str:
        return f"{self.part.ticked} of {self.part.to_tick}" if self.part.to_tick else ""

    @property
    def cells(self) -> list["Cell"]:
        return [Cell(self.record, self.part, kind) for kind in (QUIZZES, LABS)]

    @property
    def points(self) -> KindScore:
        return self.record.points_of(self.part)

    @property
    def items(self) -> list["ItemRow"]:
        return [ItemRow(self.record, each) for each in self.part.items]

    @property
    def facts(self) -> str:
        counts = [(QUIZZES, "quiz"), (LABS, "lab")]
        found = [(len(self.part.of_kind(kind)), noun) for kind, noun in counts]
        return ", ".join(f"{count} {plural(noun, count)}" for count, noun in found if count)


@dataclass
class Cell:
    """The points of the quizzes or labs of a session, with a link to their evidence."""

    record: Record
    part: SessionRecord
    kind: str

    @cached_property
    def entries(self) -> list[Entry]:
        return self.part.of_kind(self.kind)

    @cached_property
    def score(self) -> KindScore:
        return self.record.points_of(self.part, self.kind)

    @property
    def words(self) -> str:
        return _of(self.score) if self.entries else ""

    @property
    def evidence(self) -> str:
        only = self.entries[0] if len(self.entries) == 1 else None
        return (only.evidence if only else "") or f"#items-{self.part.slug}"


@dataclass
class ItemRow:
    record: Record
    entry: Entry

    @property
    def words(self) -> str:
        score = self.record.score_of(self.entry)
        return f"{show_points(score.points)} of {show_points(score.out_of)}"

    @property
    def notes(self) -> str:
        score, entry = self.record.score_of(self.entry), self.entry
        notes = ["Dropped: does not count" if score.is_dropped and score.has_result else ""]
        notes.append("Bonus" if score.is_bonus else "")
        notes.append(self._own_points())
        notes.append("Closed" if entry.is_closed else "Opens later" if entry.opens_later else "")
        notes.append("" if entry.has_result or entry.is_closed or entry.opens_later else "No result yet")
        return ". ".join(filter(None, [*notes, entry.due]))

    def _own_points(self) -> str:
        # The result as its own page shows it, from which the points of the course follow.
        outcome, whole = self.record.outcomes.get(self.entry.key), self.entry.max_points
        if outcome is None:
            return ""
        points = show_points(outcome.share * whole)
        if outcome.waiting:
            return f"{points} so far, {show_points(outcome.waiting * whole)} waiting for marking"
        changed = ", changed by staff" if outcome.is_changed else ""
        return f"{self.entry.noun}: {points} of {show_points(whole)}{changed}"
