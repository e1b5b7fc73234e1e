"""Derive a learner's standing from the rows that `queries` fetched. No queries here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from lessons.models import Course, Meeting
from lessons.queries import OpenCourse
from portal.progress.items import MAX_DUE, Item, count_done, share_done, show_minutes
from portal.progress.scoring import LABS, NO_KIND, QUIZZES, KindScore, Rules, Scheme, Scorable, Scores

MAX_SESSIONS_ON_HOME = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A step to get ready for the course, with the page on which to do it."""

    words: str
    hint: str
    url: str
    is_done: bool


NO_SCORES = Scheme(Rules({}), []).score({})


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
    counted_quizzes: int = 0
    taken: list[Item] = field(default_factory=list)
    labs: list[Item] = field(default_factory=list)
    later_labs: list[Item] = field(default_factory=list)
    score: KindScore = NO_KIND

    @property
    def opens_later(self) -> bool:
        return not (self.lessons or self.quizzes or self.labs)

    def add_lab(self, lab: Item) -> None:
        (self.later_labs if lab.opens_later else self.labs).append(lab)

    @property
    def scorables(self) -> list[Scorable]:
        """Return its quizzes and labs. Quizzes without a result were only counted, so they get keys of their own."""
        taken = [Scorable(item.key, QUIZZES, item.bonus) for item in self.taken]
        more = self.counted_quizzes - sum(not item.bonus for item in taken)
        untaken = [Scorable(f"quiz:{self.key}-{number}", QUIZZES) for number in range(more)]
        labs = [Scorable(item.key, LABS, item.bonus) for item in (*self.labs, *self.later_labs)]
        return [*taken, *untaken, *labs]

    @property
    def points(self) -> Decimal:
        return self.score.points

    @property
    def max_points(self) -> Decimal:
        return self.score.out_of

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
    minutes_left: int = 0  # from the heading on
    to_prepare: Item | None = None  # the list of the next session
    set_up: list["Step"] = field(default_factory=list)  # before the course starts
    certificate: str = ""  # the words of the link to it, "" if there is nothing to show yet
    resume_url: str = ""
    due: list[Item] = field(default_factory=list)
    course_url: str = ""
    progress_url: str = ""
    scores: Scores = NO_SCORES

    def __post_init__(self) -> None:
        self.course_url = self.course.get_absolute_url()
        self.progress_url = reverse("progress", args=[self.course.slug])

    @property
    def now(self) -> datetime:
        return self.reader.now

    @property
    def course(self) -> Course:
        return self.reader.course

    def take_scores(self, scores: Scores) -> None:
        self.scores = scores
        for part in self.sessions:
            part.score = scores.add_up(each.key for each in part.scorables)

    @property
    def points(self) -> Decimal:
        return self.scores.shown_points

    @property
    def waiting(self) -> Decimal:
        return self.scores.waiting

    @property
    def has_points(self) -> bool:
        return any(kind.out_of for kind in self.scores.kinds.values())

    @property
    def is_passed(self) -> bool:
        return self.scores.is_passed

    @property
    def points_missing(self) -> Decimal:
        return self.scores.missing_to(self.course.pass_mark)

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
    def due_time(self) -> str:
        """Return about how long the due items take, "" if that is not known."""
        minutes = sum(item.minutes for item in self.due)
        return show_minutes(minutes) if minutes else ""

    @property
    def due_before(self) -> str:
        meeting = None if self.is_live else self.next_meeting
        return _name_day(meeting.starts_at, self.now) if meeting else ""

    @property
    def to_fix(self) -> Item | None:
        return next((item for item in self.due if item.state == "bad"), None)

    @property
    def steps_done(self) -> int:
        return sum(step.is_done for step in self.set_up)

    @property
    def is_over(self) -> bool:
        enrollment = self.reader.enrollment
        return bool(enrollment and enrollment.cohort_id and enrollment.cohort.is_over)

    @property
    def headline(self) -> str:
        """Say in one line what there is to do now."""
        if self.is_over:
            return "You passed" if self.is_passed else "The course is over"
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
