"""Derive a learner's standing from the rows that `queries` fetched. No queries here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils import timezone

from lessons.models import Course, Meeting
from lessons.queries import OpenCourse
from portal.progress.items import MAX_DUE, NOTHING, Item, count_done, share_done

MAX_SESSIONS_ON_HOME = 5


@dataclass(slots=True)
class SessionStanding:
    """Totals of a session, with the quizzes that the learner has taken and its labs."""

    key: int
    slug: str
    title: str
    lessons: int = 0
    lessons_begun: int = 0
    lessons_read: int = 0
    quizzes: int = 0
    quiz_points: Decimal = NOTHING
    taken: list[Item] = field(default_factory=list)
    labs: list[Item] = field(default_factory=list)
    points_later: Decimal = NOTHING

    @property
    def opens_later(self) -> bool:
        return not (self.lessons or self.max_points)

    def add_lab(self, lab: Item) -> None:
        if lab.opens_later:
            self.points_later += lab.max_points
        else:
            self.labs.append(lab)

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in (*self.taken, *self.labs)), NOTHING)

    @property
    def waiting(self) -> Decimal:
        # Points that are not known yet: their answers wait for marking.
        return sum((item.waiting for item in self.taken), NOTHING)

    @property
    def max_points(self) -> Decimal:
        return self.quiz_points + sum((item.max_points for item in self.labs), NOTHING)

    @property
    def state(self) -> str:
        states = [item.state for item in (*self.taken, *self.labs)]
        done = self.lessons_read + states.count("done")
        if done and done == self.lessons + self.quizzes + len(self.labs):
            return "done"
        return "part" if self.lessons_begun or set(states) - {"todo"} else "todo"

    @property
    def facts(self) -> str:
        counts = [count_done(self.lessons_read, self.lessons, "lesson", "read") if self.lessons else ""]
        if self.quizzes:
            passed = sum(quiz.state == "done" for quiz in self.taken)
            counts.append(count_done(passed, self.quizzes, "quiz", "passed"))
        return ", ".join(filter(None, [*counts, share_done(self.labs, "lab", "passed")]))


@dataclass
class Standing:
    """Course totals for one learner.

    `due` has the first items that are not done yet, `resume` is the lesson to continue with, at `heading`.
    """

    reader: OpenCourse
    sessions: list[SessionStanding]
    coming: list[Meeting] = field(default_factory=list)  # the next meeting and those after it
    cancelled: list[Meeting] = field(default_factory=list)  # before the next one
    resume: Item | None = None
    resume_session: SessionStanding | None = None
    heading: str = ""
    resume_url: str = ""
    due: list[Item] = field(default_factory=list)
    course_url: str = ""
    progress_url: str = ""

    def __post_init__(self) -> None:
        self.course_url = self.course.get_absolute_url()
        self.progress_url = reverse("progress", args=[self.course.slug])

    @property
    def now(self) -> datetime:
        return self.reader.now

    @property
    def has_taken(self) -> bool:
        return any(session.taken for session in self.sessions)

    @property
    def course(self) -> Course:
        return self.reader.course

    @cached_property
    def points(self) -> Decimal:
        return sum((item.points for item in self.sessions), NOTHING)

    @cached_property
    def waiting(self) -> Decimal:
        return sum((item.waiting for item in self.sessions), NOTHING)

    @cached_property
    def max_points(self) -> Decimal:
        return sum((item.max_points for item in self.sessions), NOTHING)

    @cached_property
    def points_later(self) -> Decimal:
        """Points of quizzes and labs that open later. They are not due yet, but count towards the pass mark."""
        return sum((item.points_later for item in self.sessions), NOTHING)

    @property
    def course_points(self) -> Decimal:
        return self.max_points + self.points_later

    @property
    def points_needed(self) -> Decimal:
        # Rounded up to a whole point.
        return (self.course_points * self.course.pass_mark / 100).to_integral_value("ROUND_CEILING")

    @property
    def is_passed(self) -> bool:
        return bool(self.max_points) and self.points >= self.points_needed

    @property
    def points_missing(self) -> Decimal:
        # Never shown as 0 while anything is missing.
        missing = self.points_needed - self.points
        return max(missing, Decimal("0.1")) if missing > 0 else NOTHING

    @property
    def lab_points(self) -> Decimal:
        return sum((lab.points for item in self.sessions for lab in item.labs), NOTHING)

    @property
    def max_lab_points(self) -> Decimal:
        return sum((lab.max_points for item in self.sessions for lab in item.labs), NOTHING)

    @property
    def quiz_points(self) -> Decimal:
        return self.points - self.lab_points

    @property
    def max_quiz_points(self) -> Decimal:
        return self.max_points - self.max_lab_points

    @property
    def lessons_read(self) -> int:
        return sum(item.lessons_read for item in self.sessions)

    @property
    def lesson_count(self) -> int:
        return sum(item.lessons for item in self.sessions)

    @property
    def next_meeting(self) -> Meeting | None:
        return self.coming[0] if self.coming else None

    @property
    def may_join(self) -> bool:
        return bool(self.next_meeting and self.next_meeting.may_join(self.now))

    @property
    def is_live(self) -> bool:
        return bool(self.next_meeting and self.next_meeting.is_live(self.now))

    @property
    def may_join_now(self) -> bool:
        return bool(self.is_live and self.next_meeting and self.next_meeting.join_url)

    @property
    def headline(self) -> str:
        """Say in one line what there is to do now."""
        meeting = self.next_meeting
        day = _name_day(meeting.starts_at, self.now) if meeting else ""
        if meeting and self.is_live:
            return f"{meeting.session.title} is live now"
        if not self.due:
            return f"Nothing is due before {day}" if day else "You’re up to date"
        if len(self.due) == MAX_DUE:  # there may be more
            return (
                "Five things to do first"
                if day
                else f"{self.lessons_read} of {self.lesson_count} lessons read"
            )
        count = ("One thing", "Two things", "Three things", "Four things")[len(self.due) - 1]
        return f"{count} before {day}" if day else f"{count} left to do"

    @property
    def shown_sessions(self) -> list[SessionStanding]:
        # Starts one session before the next or unfinished one.
        upcoming = self.next_meeting.session_id if self.next_meeting else None
        at = next((i for i, item in enumerate(self.sessions) if item.key == upcoming), None)
        if at is None:
            at = next((i for i, item in enumerate(self.sessions) if item.state != "done"), 0)
        first = max(0, min(at - 1, len(self.sessions) - MAX_SESSIONS_ON_HOME))
        return self.sessions[first : first + MAX_SESSIONS_ON_HOME]


def _name_day(when: datetime, now: datetime) -> str:
    # The weekday alone within the next six days, the weekday and date after that.
    local = timezone.localtime(when)
    return f"{local:%A}" if when - now < timedelta(days=6) else f"{local:%A} {local.day} {local:%B}"
