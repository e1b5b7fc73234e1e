"""The outline of a course for one visitor, from the rows that `queries` fetched. No queries here."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from itertools import chain

from lessons.models import Course, Meeting, Session
from lessons.points import TENTH
from lessons.queries import OpenCourse
from portal.progress.items import NOTHING, Item, plural, share_done
from portal.progress.scoring import LABS, NO_KIND, QUIZZES, KindScore, Scorable, Scores


@dataclass(slots=True)
class LessonRow:
    """A lesson in the outline. `waits` tells staff why learners cannot see it yet, `until` is when it is published."""

    item: Item
    summary: str
    minutes: int
    is_open: bool
    waits: str = ""
    until: datetime | None = None
    touched_at: datetime | None = None
    heading: str = ""  # at which the learner stopped
    quiz: Item | None = None
    is_next: bool = False

    @property
    def is_due(self) -> bool:
        return self.item.state != "done" and not self.item.opens_later


@dataclass
class OutlineSession:
    session: Session
    meeting: Meeting | None = None
    lessons: list[LessonRow] = field(default_factory=list)
    labs: list[Item] = field(default_factory=list)
    ticked: set[str] = field(default_factory=set)
    checklist: list[str] = field(default_factory=list)
    is_open: bool = False
    score: KindScore = NO_KIND

    @property
    def quizzes(self) -> list[Item]:
        return [row.quiz for row in self.lessons if row.quiz]

    @property
    def items(self) -> list[Item]:
        return [*(row.item for row in self.lessons), *self.quizzes, *self.labs]

    @property
    def open_items(self) -> list[Item]:
        return [item for item in self.items if not item.opens_later]

    @property
    def state(self) -> str:
        states = {item.state for item in self.open_items}
        if states <= {"done"}:
            return "done" if states else "todo"
        return "todo" if states == {"todo"} else "part"

    @property
    def scorables(self) -> list[Scorable]:
        quizzes = [Scorable(item.key, QUIZZES, item.bonus) for item in self.quizzes if item.max_points]
        return quizzes + [Scorable(item.key, LABS, item.bonus) for item in self.labs if item.max_points]

    @property
    def points(self) -> Decimal:
        return self.score.points

    @property
    def max_points(self) -> Decimal:
        return self.score.out_of

    @property
    def facts(self) -> str:
        nouns = (("Lesson", "lesson", "read"), ("Quiz", "quiz", "passed"), ("Lab", "lab", "passed"))
        of_kind = {kind: [item for item in self.open_items if item.kind == kind] for kind, *_ in nouns}
        facts = [share_done(of_kind[kind], noun, done) for kind, noun, done in nouns]
        later = len(self.items) - len(self.open_items)
        return ", ".join(
            filter(None, [*facts, f"{later} open{'s' if later == 1 else ''} later" if later else ""])
        )

    @property
    def contents(self) -> str:
        counts = (("lesson", self.lessons), ("quiz", self.quizzes), ("lab", self.labs))
        return ", ".join(f"{len(items):,} {plural(noun, len(items))}" for noun, items in counts if items)


@dataclass
class Outline:
    """The outline of a course. `resume` is the lesson to continue with; the session that has it is open."""

    reader: OpenCourse
    sessions: list[OutlineSession]
    resume: Item | None = None
    resume_url: str = ""
    points: Decimal = NOTHING
    has_points: bool = False
    is_passed: bool = False

    def mark_next(self) -> None:
        """Choose the lesson to continue with, and open one session: for visitors the first."""
        if self.reader.enrollment:
            unread = [row for part in self.sessions for row in part.lessons if row.is_due]
            begun = {row.touched_at: row for row in unread if row.touched_at}
            row = begun[max(begun)] if begun else next(iter(unread), None)
            if row:
                row.is_next, self.resume = True, row.item
                self.resume_url = f"{row.item.url}#{row.heading}" if row.heading else row.item.url
        waiting = (part for part in self.sessions if any(row.is_next for row in part.lessons))
        unfinished = (part for part in self.sessions if part.state != "done")
        current = next(chain(waiting, unfinished, reversed(self.sessions)), None)
        if current:
            current.is_open = True

    @property
    def scorables(self) -> list[Scorable]:
        return [item for part in self.sessions for item in part.scorables]

    def take_scores(self, scores: Scores) -> None:
        self.is_passed = scores.is_passed
        self.points = scores.points if scores.is_passed else scores.points.quantize(TENTH, ROUND_DOWN)
        self.has_points = any(kind.out_of for kind in scores.kinds.values())
        for part in self.sessions:
            part.score = scores.add_up(item.key for item in part.scorables)

    @property
    def course(self) -> Course:
        return self.reader.course
