"""The record of one learner in a course: sessions, items and points. No queries here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from lessons.models import Course
from lessons.queries import OpenCourse
from portal.progress.scoring import (
    ATTENDANCE,
    CHECKLISTS,
    KINDS,
    LABS,
    NO_KIND,
    NOTHING,
    QUIZZES,
    ItemScore,
    KindScore,
    Outcome,
    Scheme,
    Scores,
)

NAMES = {LABS: "Labs", QUIZZES: "Quizzes", ATTENDANCE: "Attendance", CHECKLISTS: "Checklists"}


@dataclass(slots=True)
class Entry:
    """A lesson, quiz or lab. Lessons have no key, because they earn no points.

    `may_earn` is False if nothing can be done for it now: it opens later, is closed, or waits for us. `best_share` is
    the largest share of its points that new work can still reach.
    """

    kind: str
    title: str
    url: str
    minutes: int
    key: str = ""
    evidence: str = ""
    is_done: bool = False
    has_result: bool = False
    opens_later: bool = False
    opens_at: datetime | None = None
    is_closed: bool = False
    is_ready: bool = True
    due: str = ""
    due_at: datetime | None = None
    bonus: int = 0
    max_points: Decimal = NOTHING  # of its own, not of the course
    best_share: Decimal = Decimal(1)

    @property
    def may_earn(self) -> bool:
        return self.is_ready and not (self.is_closed or self.opens_later)

    @property
    def best_percent(self) -> Decimal:
        return self.best_share * 100

    @property
    def state(self) -> str:
        if self.is_done:
            return "done"
        if self.opens_later:
            return "later"
        return "bad" if self.has_result else "todo"

    @property
    def noun(self) -> str:
        return {LABS: "Lab", QUIZZES: "Quiz"}.get(self.kind, "Lesson")


@dataclass(slots=True)
class SessionRecord:
    """A session with the numbers of a learner. `attended` is None until staff mark it, or without a meeting."""

    key: int
    slug: str
    title: str
    lessons: list[Entry] = field(default_factory=list)
    items: list[Entry] = field(default_factory=list)
    to_tick: int = 0
    ticked: int = 0
    meeting: int = 0
    cohort: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    attended: bool | None = None

    @property
    def open_lessons(self) -> list[Entry]:
        return [each for each in self.lessons if not each.opens_later]

    @property
    def lessons_read(self) -> int:
        return sum(each.is_done for each in self.open_lessons)

    def of_kind(self, kind: str) -> list[Entry]:
        return [each for each in self.items if each.kind == kind]

    @property
    def keys(self) -> list[str]:
        return [*(each.key for each in self.items), f"meeting:{self.meeting}", f"checklist:{self.key}"]


@dataclass
class Record:
    """A learner's record. `days` are those on which they read, answered or pushed, in their own time zone."""

    reader: OpenCourse
    sessions: list[SessionRecord]
    scheme: Scheme
    outcomes: dict[str, Outcome]
    days: set[date] = field(default_factory=set)
    gives_certificates: bool = False
    course_url: str = ""
    has_skills: bool = False

    def __post_init__(self) -> None:
        self.course_url = self.course.get_absolute_url()

    @property
    def course(self) -> Course:
        return self.reader.course

    @cached_property
    def scores(self) -> Scores:
        return self.scheme.score(self.outcomes)

    @property
    def points(self) -> Decimal:
        return self.scores.points

    @property
    def needed(self) -> int:
        return self.scheme.rules.pass_mark

    @property
    def is_passed(self) -> bool:
        return self.scores.is_passed

    @property
    def has_points(self) -> bool:
        return self.scheme.has_points

    @property
    def missing(self) -> Decimal:
        return self.scores.missing_to(self.needed)

    @cached_property
    def items(self) -> list[Entry]:
        return [each for part in self.sessions for each in part.items]

    @cached_property
    def still_open(self) -> Decimal:
        """The points that can still be earned, with the best possible result in all that is not closed."""
        best = dict(self.outcomes)
        for item in self.items:
            if not item.is_closed and not item.bonus:
                best[item.key] = Outcome(max(item.best_share, self.share_of(item)))
        for part in self.sessions:
            if part.attended is None:
                best[f"meeting:{part.meeting}"] = Outcome(Decimal(1))
            best[f"checklist:{part.key}"] = Outcome(Decimal(1))
        return max(self.scheme.score(best).points - self.points, NOTHING)

    def share_of(self, entry: Entry) -> Decimal:
        """Return the share of its points that an item has now."""
        outcome = self.outcomes.get(entry.key)
        return outcome.share if outcome else NOTHING

    def score_of(self, entry: Entry) -> ItemScore:
        return self.scores.item(entry.key)

    def kind(self, kind: str) -> KindScore:
        return self.scores.kinds.get(kind, NO_KIND)

    @property
    def kinds(self) -> list[tuple[str, KindScore]]:
        return [(NAMES[kind], self.kind(kind)) for kind in KINDS if self.kind(kind).out_of]

    def points_of(self, part: SessionRecord, kind: str = "") -> KindScore:
        """Return the points of a session, or of its labs or quizzes."""
        return self.scores.add_up([each.key for each in part.of_kind(kind)] if kind else part.keys)

    @property
    def first_item(self) -> Entry | None:
        return next((each for each in self.items if each.may_earn and not each.is_done), None)
