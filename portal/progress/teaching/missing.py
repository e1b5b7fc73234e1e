"""Find what is missing before a course's next meeting, each with the URL where to fix it. No queries here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from lessons.models import Cohort, Course, Meeting
from lessons.pages.durations import in_words
from portal.progress.teaching.outline import (
    NOT_PROVED,
    WAITS_FOR_PROOF,
    LessonPart,
    Outline,
    Part,
    SessionPart,
    add_address,
    edit_address,
)


@dataclass(frozen=True)
class Missing:
    """`glyph` is "bad" for what stops learners, "part" for what was begun, "todo" for what was not."""

    text: str
    detail: str
    mend: str
    glyph: str = "todo"


@dataclass(slots=True)
class CohortFacts:
    """A cohort with the number of its learners and meetings, and its next meeting if one has a date."""

    cohort: Cohort
    learners: int = 0
    meetings: int = 0
    next_meeting: Meeting | None = None
    invitation: str = ""

    @property
    def edit(self) -> str:
        return edit_address("lessons_cohort", self.cohort.pk)

    @property
    def is_over(self) -> bool:
        return self.meetings > 0 and self.next_meeting is None


@dataclass(slots=True)
class Waiting:
    """Work that waits for staff. `labs` have a title, the address of their queue and the number of submissions."""

    questions: int = 0
    asked_at: datetime | None = None  # the oldest of the questions
    requests: int = 0
    answers: int = 0
    inquiries: int = 0
    labs: list[tuple[str, str, int]] = field(default_factory=list)
    regrades: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class CourseFacts:
    """A course with its cohorts and outline; the outline of a big course has only the session that meets next."""

    course: Course
    outline: Outline
    cohorts: list[CohortFacts] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def next_meeting(self) -> Meeting | None:
        dated = [each.next_meeting for each in self.cohorts if each.next_meeting]
        return min(dated, key=lambda meeting: (meeting.starts_at, meeting.pk), default=None)


def find_missing(facts: CourseFacts) -> list[Missing]:
    meeting = facts.next_meeting
    session = facts.outline.session(meeting.session_id) if meeting else None
    found = [*_of_session(facts.course, session)] if session else [*_of_course(facts)]
    return [
        *found,
        *_loose_labs(facts.outline),
        *_of_cohorts(facts),
        *_list_waiting(facts.course, facts.waiting),
    ]


def _list_waiting(course: Course, waiting: Waiting) -> Iterator[Missing]:
    args = [course.slug]
    if waiting.questions:
        oldest = f"The oldest for {in_words(timezone.now() - waiting.asked_at)}." if waiting.asked_at else ""
        words = f"{_count(waiting.questions, 'question')} for an answer"
        yield Missing(words, oldest, reverse("questions", args=args))
    if waiting.requests:
        words = f"{_count(waiting.requests, 'request')} in the help queue"
        yield Missing(words, "Learners who are stuck.", reverse("help-queue", args=args))
    if waiting.inquiries:
        words = f"{_count(waiting.inquiries, 'question', ' about grades')} for an answer"
        yield Missing(words, "", reverse("inquiries", args=args))
    if waiting.answers:
        words = f"{_count(waiting.answers, 'answer', ' in quizzes')} for marks"
        yield Missing(words, "", reverse("marking", args=args))
    for title, address, count in waiting.labs:
        yield Missing(f"{_count(count, 'submission')} for marks", f"Lab: {title}", address)
    for title, address in waiting.regrades:
        yield Missing(
            f"A regrade of {title} waits for your decision", "It has been tried out.", address, "part"
        )


def _count(number: int, noun: str, of: str = "") -> str:
    return f"1 {noun}{of} waits" if number == 1 else f"{number:,} {noun}s{of} wait"


def _of_course(facts: CourseFacts) -> Iterator[Missing]:
    # Before there is a meeting: the first steps of a new course.
    course, sessions = facts.course, facts.outline.sessions
    if not sessions:
        address = add_address("lessons_session", course=course.pk)
        yield Missing(
            "Add a session", "A session is one evening of the course. Lessons belong to sessions.", address
        )
        return
    lessons = [lesson for session in sessions for lesson in session.lessons]
    if not lessons:
        yield Missing("Add a lesson", "Write it, or make lessons from your notes.", sessions[0].add_lesson)
        return
    if not any(lesson.state == "Published" for lesson in lessons):
        yield from _drafts(lessons[:1])
    yield from _labs([lab for lesson in lessons for lab in lesson.labs])


def _of_session(course: Course, session: SessionPart) -> Iterator[Missing]:
    if not session.lessons:
        words = "Learners find nothing to read for this meeting."
        yield Missing(f"{session.title} has no lesson", words, session.add_lesson, "bad")
        return
    yield from _drafts(session.lessons)
    for lesson in session.lessons:
        yield from _quiz_of(lesson)
    yield from _labs(list(session.labs()))
    if not any(session.labs()):
        words = "Add one here, or select an existing lab in a lesson."
        yield Missing(f"{session.title} has no lab", words, session.add_lab)


def _drafts(lessons: list[LessonPart]) -> Iterator[Missing]:
    for lesson in lessons:
        if lesson.state != "Draft":
            continue
        if lesson.errors:
            words = (
                f"{lesson.errors} error{'' if lesson.errors == 1 else 's'} to fix before you can publish it."
            )
            yield Missing(f"{lesson.title} has errors", words, lesson.edit, "bad")
        else:
            yield Missing(f"{lesson.title} is a draft", "Learners can’t read it yet.", lesson.edit, "part")


def _quiz_of(lesson: LessonPart) -> Iterator[Missing]:
    quiz = lesson.quiz
    if quiz is None:
        yield Missing(f"{lesson.title} has no quiz", "Add one, or leave it without.", lesson.add_quiz)
    elif quiz.note == "no valid question yet":
        yield Missing(
            f"The quiz of {lesson.title} has errors", "It has no valid question yet.", quiz.edit, "bad"
        )
    elif quiz.state == "Draft":
        yield Missing(
            f"The quiz of {lesson.title} is a draft", "Learners can’t take it yet.", quiz.edit, "part"
        )
    elif quiz.state == WAITS_FOR_PROOF:
        words = "A worker runs its code. Learners see the saved text once it is proved."
        yield Missing(f"The quiz of {lesson.title} is being proved", words, quiz.edit, "part")
    elif quiz.state == NOT_PROVED:
        words = (
            "Its solutions and starting texts do not do what they should. Learners don’t see the saved text."
        )
        yield Missing(f"The quiz of {lesson.title} is not proved", words, quiz.edit, "bad")


def _labs(labs: list[Part]) -> Iterator[Missing]:
    for lab in {lab.key: lab for lab in labs}.values():
        if lab.state == "Draft":
            yield Missing(f"Lab: {lab.title} is a draft", "Learners can’t start it yet.", lab.edit, "part")
        elif lab.state == WAITS_FOR_PROOF:
            words = "A worker runs its scenarios. Learners can start the lab once the scenarios succeed."
            yield Missing(f"Lab: {lab.title} is being proved", words, lab.edit, "part")
        elif lab.state == NOT_PROVED:
            words = "Its scenarios did not show each check passing and needing work. Learners can’t start it."
            yield Missing(f"Lab: {lab.title} is not proved", words, lab.edit, "bad")


def _loose_labs(outline: Outline) -> Iterator[Missing]:
    # Mended in a lesson: in the last one, if there is any.
    lessons = [lesson for session in outline.sessions for lesson in session.lessons]
    for lab in outline.loose_labs:
        if lab.state != "Draft":
            words = "Learners find a lab through its lesson. Select it in one."
            yield Missing(
                f"Lab: {lab.title} is in no lesson", words, lessons[-1].edit if lessons else lab.edit
            )


def _of_cohorts(facts: CourseFacts) -> Iterator[Missing]:
    if not facts.cohorts:
        address = add_address("lessons_cohort", course=facts.course.pk)
        yield Missing(
            "Add a cohort", "A cohort has the dates, and the link that learners use to join.", address
        )
    for each in facts.cohorts:
        if not each.is_over:
            yield from _of_cohort(each)


def _of_cohort(facts: CohortFacts) -> Iterator[Missing]:
    title, meetings = facts.cohort.title, f"{facts.edit}#meetings-group"
    if not facts.meetings:
        yield Missing(f"{title} has no meetings", "Add the date of each session.", meetings)
    elif facts.next_meeting and not facts.next_meeting.join_url:
        words = "Learners see it 15 minutes before the meeting."
        yield Missing(f"The next meeting of {title} has no link to join", words, meetings)
    if not facts.cohort.open:
        words = "Its invite link does not work until you open the cohort to learners."
        yield Missing(f"{title} is closed to learners", words, facts.edit, "part")
    elif not facts.learners:
        home = reverse("teach", args=[facts.cohort.course.slug])
        yield Missing(
            f"Nobody has joined {title}", "Send the invite link.", f"{home}#cohort-{facts.cohort.pk}"
        )
