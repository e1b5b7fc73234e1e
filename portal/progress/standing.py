"""Where a learner stands: what is derived from rows that `queries` fetched. No queries here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from labs.models import RUNNING, Lab, Report, State, Submission
from lessons.models import Attempt, Course, Lesson, Meeting, Quiz, Reading, Session
from lessons.queries import OpenCourse

JOIN_OPENS = timedelta(minutes=15)


def plain(points: Decimal) -> str:
    """Points for people: 2, 2.5, never 2.00."""
    return f"{points.normalize():f}"


@dataclass
class LessonProgress:
    lesson: Lesson
    reading: Reading | None = None
    quiz: "QuizProgress | None" = None
    kind = "Lesson"

    @property
    def state(self) -> str:
        if self.reading is None:
            return "todo"
        return "done" if self.reading.read_at else "part"

    @property
    def title(self) -> str:
        return self.lesson.title

    @property
    def url(self) -> str:
        return self.lesson.get_absolute_url()

    @property
    def note(self) -> str:
        return f"About {self.lesson.minutes} minutes"

    @property
    def heading(self) -> dict[str, str] | None:
        """The heading read last, with its id and title."""
        last = self.reading.heading if self.reading else ""
        found = (item for item in self.lesson.contents if item[1] == last)
        return next(({"id": item[1], "title": item[2]} for item in found), None)


@dataclass
class QuizProgress:
    quiz: Quiz
    best: Attempt | None = None
    is_open: bool = False
    kind = "Quiz"

    @property
    def points(self) -> Decimal:
        return (self.best.points or Decimal(0)) if self.best else Decimal(0)

    @property
    def max_points(self) -> Decimal:
        return self.quiz.current.max_points if self.quiz.current else Decimal(0)

    @property
    def state(self) -> str:
        if self.best and self.best.passed:
            return "done"
        if self.is_open:
            return "part"
        return "bad" if self.best else "todo"

    @property
    def title(self) -> str:
        return self.quiz.title

    @property
    def url(self) -> str:
        return self.quiz.get_absolute_url()

    @property
    def note(self) -> str:
        if self.best:
            return f"Best {plain(self.points)} of {plain(self.max_points)} points"
        count = self.quiz.current.question_count if self.quiz.current else 0
        return f"{count} questions, {plain(self.max_points)} points"


@dataclass
class LabProgress:
    """A lab with its submissions, oldest first; `best` is the current report with the most points."""

    lab: Lab
    submissions: list[Submission] = field(default_factory=list)
    best: Report | None = None
    kind = "Lab"

    @property
    def points(self) -> Decimal:
        return self.best.points if self.best else Decimal(0)

    @property
    def max_points(self) -> Decimal:
        return self.lab.current.max_points if self.lab.current else Decimal(0)

    @property
    def state(self) -> str:
        if self.best and self.best.passed:
            return "done"
        if any(item.state in (State.QUEUED, *RUNNING) for item in self.submissions):
            return "run"
        return "bad" if self.best else "todo"

    @property
    def title(self) -> str:
        return self.lab.title

    @property
    def url(self) -> str:
        return self.lab.get_absolute_url()

    @property
    def evidence_url(self) -> str:
        """Where the points come from: the submission that counts, else the lab."""
        return self.best.submission.get_absolute_url() if self.best else self.url

    @property
    def note(self) -> str:
        if not self.submissions:
            return f"{plain(self.max_points)} points"
        count = len(self.submissions)
        return f"{count} submission{'s' * (count > 1)}, best {plain(self.points)} of {plain(self.max_points)} points"


@dataclass
class SessionProgress:
    session: Session
    meeting: Meeting | None = None
    lessons: list[LessonProgress] = field(default_factory=list)
    quizzes: list[QuizProgress] = field(default_factory=list)
    labs: list[LabProgress] = field(default_factory=list)
    ticked: set[str] = field(default_factory=set)
    checklist: list[str] = field(default_factory=list)

    @property
    def graded(self) -> "list[QuizProgress | LabProgress]":
        return [*self.quizzes, *self.labs]

    @property
    def items(self) -> "list[LessonProgress | QuizProgress | LabProgress]":
        return [*self.lessons, *self.graded]

    @property
    def lessons_read(self) -> int:
        return sum(item.state == "done" for item in self.lessons)

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in self.graded), Decimal(0))

    @property
    def max_points(self) -> Decimal:
        return sum((item.max_points for item in self.graded), Decimal(0))

    @property
    def state(self) -> str:
        states = {item.state for item in self.items}
        if not states or states == {"todo"}:
            return "todo"
        return "done" if states == {"done"} else "part"


@dataclass
class CourseProgress:
    reader: OpenCourse
    sessions: list[SessionProgress]
    now: datetime = field(default_factory=timezone.now)

    @property
    def course(self) -> Course:
        return self.reader.course

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in self.sessions), Decimal(0))

    @property
    def max_points(self) -> Decimal:
        return sum((item.max_points for item in self.sessions), Decimal(0))

    @property
    def points_needed(self) -> Decimal:
        """The pass mark of the course in points, rounded up to a whole one."""
        return (self.max_points * self.course.pass_mark / 100).to_integral_value("ROUND_CEILING")

    @property
    def lessons_read(self) -> int:
        return sum(item.lessons_read for item in self.sessions)

    @property
    def lesson_count(self) -> int:
        return sum(len(item.lessons) for item in self.sessions)

    @property
    def next_meeting(self) -> Meeting | None:
        """The meeting that runs or comes next."""
        ahead = [item.meeting for item in self.sessions if item.meeting and item.meeting.ends_at > self.now]
        return min(ahead, key=lambda meeting: meeting.starts_at, default=None)

    @property
    def may_join(self) -> bool:
        return bool(self.next_meeting and self.next_meeting.starts_at - JOIN_OPENS <= self.now)

    @property
    def resume(self) -> LessonProgress | None:
        """The lesson left in the middle last, else the first not read."""
        lessons = [item for session in self.sessions for item in session.lessons]
        started = [item for item in lessons if item.state == "part"]
        if started:
            return max(started, key=lambda item: item.reading.updated_at if item.reading else self.now)
        return next((item for item in lessons if item.state == "todo"), None)

    @property
    def due(self) -> list[QuizProgress | LabProgress | LessonProgress]:
        """Up to five things not done yet, of the sessions up to the next meeting's: labs to mend first."""
        upto = self.next_meeting.session_id if self.next_meeting else None
        items: list[LessonProgress | QuizProgress | LabProgress] = []
        for session in self.sessions:
            items += [item for item in session.items if item.state != "done"]
            if session.session.pk == upto:
                break
        urgency = {"bad": 0, "run": 1, "part": 2, "todo": 3}
        return sorted(items, key=lambda item: urgency[item.state])[:5]
