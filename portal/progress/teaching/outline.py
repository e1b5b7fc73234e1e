"""A course as its staff see it: sessions, lessons, quizzes and labs in order, each with its state. No queries here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from labs.models import Lab
from lessons.models import Course, Lesson, Quiz, Session
from lessons.models.release import Release, Status
from lessons.templatetags.times import opening_brief

# The colour of each state's chip.
LOOKS = {"Draft": "", "Scheduled": "acc", "Published": "ok", "Has errors": "bad", "Not proved": "bad"}
WAITS_FOR_PROOF, NOT_PROVED = "Proof waits", "Not proved"


@dataclass(slots=True)
class Part:
    """A lesson, quiz or lab. `state` is the word in its chip, `edit` the address of its form."""

    kind: str
    key: int
    title: str
    edit: str
    state: str
    note: str = ""
    errors: int = 0
    tools: tuple[tuple[str, str], ...] = ()  # names and addresses of its other pages

    @property
    def look(self) -> str:
        return LOOKS.get(self.state, "warn")


@dataclass(slots=True)
class LessonPart(Part):
    quiz: Part | None = None
    labs: list[Part] = field(default_factory=list)
    session: int = 0
    add_quiz: str = ""


@dataclass(slots=True)
class SessionPart:
    key: int
    title: str
    edit: str
    lessons: list[LessonPart]
    add_lesson: str
    add_lab: str = ""  # to its last lesson
    note: str = ""
    plan: str = ""

    def labs(self) -> Iterator[Part]:
        for lesson in self.lessons:
            yield from lesson.labs


@dataclass(slots=True)
class Outline:
    """`loose_labs` are labs that no lesson names; they are known only if the outline `is_whole`."""

    course: Course
    sessions: list[SessionPart]
    labs: list[Part]
    loose_labs: list[Part]
    is_whole: bool = True

    def session(self, key: int) -> SessionPart | None:
        return next((each for each in self.sessions if each.key == key), None)


@dataclass(slots=True)
class Rows:
    """The rows of one course, each list in order. Each lab has `newest_proved`, None without a version."""

    sessions: list[Session] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    quizzes: list[Quiz] = field(default_factory=list)
    labs: list[Lab] = field(default_factory=list)


def edit_address(name: str, key: int) -> str:
    """Return the address of a form in the admin. `reverse` is too slow to call for hundreds of rows."""
    if name not in _EDIT:
        _EDIT[name] = reverse(f"admin:{name}_change", args=[0])
    return _EDIT[name].replace("/0/", f"/{key}/")


_EDIT: dict[str, str] = {}


def page_address(name: str, course: str, slug: str) -> str:
    """Return the address of a page of a quiz or a session, also without `reverse` for each."""
    if name not in _EDIT:
        _EDIT[name] = reverse(name, args=["0course0", "0slug0"])
    return _EDIT[name].replace("0course0", course).replace("0slug0", slug)


def add_address(name: str, **given: int) -> str:
    """Return the address of an empty form that knows the course and what else is given."""
    return f"{reverse(f'admin:{name}_add')}?{urlencode(given)}"


def outline_of(course: Course, rows: Rows, now: datetime, *, is_whole: bool) -> Outline:
    labs = {lab.slug: _lab_part(course, lab, now) for lab in rows.labs}
    quizzes = {quiz.lesson_id: _quiz_part(course, quiz, now) for quiz in rows.quizzes}
    adds = {
        name: add_address(name, course=course.pk) for name in ("lessons_lesson", "lessons_quiz", "labs_lab")
    }
    named: set[str] = set()
    by_session: dict[int, list[LessonPart]] = {session.pk: [] for session in rows.sessions}
    for lesson in rows.lessons:
        part = _lesson_part(lesson, now, course)
        part.quiz = quizzes.get(lesson.pk)
        part.labs = [part for slug, part in labs.items() if slug in lesson.lab_slugs]
        part.add_quiz = f"{adds['lessons_quiz']}&lesson={lesson.pk}"
        named.update(lesson.lab_slugs)
        if lesson.session_id in by_session:
            by_session[lesson.session_id].append(part)
    sessions = [
        _session_part(course, session, by_session[session.pk], adds["lessons_lesson"], adds["labs_lab"])
        for session in rows.sessions
    ]
    loose = [part for slug, part in labs.items() if slug not in named]
    return Outline(course, sessions, list(labs.values()), loose if is_whole else [], is_whole)


def _session_part(
    course: Course, session: Session, lessons: list[LessonPart], add_lesson: str, add_lab: str
) -> SessionPart:
    return SessionPart(
        session.pk,
        session.title,
        edit_address("lessons_session", session.pk),
        lessons,
        f"{add_lesson}&session={session.pk}",
        f"{add_lab}&lesson={lessons[-1].key}" if lessons else "",
        "" if session.release == Release.NOW else f"Lessons open {session.get_release_display().lower()}",
        page_address("evening_plan", course.slug, session.slug) if lessons else "",
    )


def _lesson_part(lesson: Lesson, now: datetime, course: Course) -> LessonPart:
    waiting = lesson.waiting_word(now)
    opens = f"opens {opening_brief(lesson.publish_at, course)}" if waiting == Status.SCHEDULED.label else ""
    return LessonPart(
        "Lesson",
        lesson.pk,
        lesson.title,
        edit_address("lessons_lesson", lesson.pk),
        waiting or Status.PUBLISHED.label,
        opens or f"{lesson.minutes} min",
        lesson.gate_errors or 0,
        session=lesson.session_id,
    )


def _quiz_part(course: Course, quiz: Quiz, now: datetime) -> Part:
    # Without a version, the text has never been a valid quiz.
    questions = quiz.current.question_count if quiz.current else 0
    note = "no valid question yet"
    if quiz.current or quiz.unproved:
        note = (
            f"{questions} question{'' if questions == 1 else 's'}"
            if quiz.current
            else "no proved version yet"
        )
    pages = ("Live in class", "live_setup"), ("Item analysis", "item_analysis")
    tools = tuple((words, page_address(name, course.slug, quiz.slug)) for words, name in pages)
    edit = edit_address("lessons_quiz", quiz.pk)
    state = _quiz_state(quiz, now)
    return Part("Quiz", quiz.pk, quiz.title, edit, state, note, tools=tools if quiz.current else ())


def _quiz_state(quiz: Quiz, now: datetime) -> str:
    if quiz.is_draft:
        return Status.DRAFT.label
    if quiz.unproved:
        return WAITS_FOR_PROOF if quiz.unproved.proof is None else NOT_PROVED
    return quiz.waiting_word(now) or Status.PUBLISHED.label if quiz.current else "Has errors"


# Any: annotated with the proof of its newest version
def _lab_part(course: Course, lab: Lab, now: datetime) -> Part:
    pages = ("Marking", "lab_marking"), ("Likeness", "lab_likeness"), ("Regrades", "lab_regrades")
    tools = tuple((words, page_address(name, course.slug, lab.slug)) for words, name in pages)
    edit, state = edit_address("labs_lab", lab.pk), _lab_state(lab, now)
    return Part("Lab", lab.pk, str(lab), edit, state, tools=() if lab.is_draft else tools)


def _lab_state(lab: Lab, now: datetime) -> str:
    proved, ran = getattr(lab, "newest_proved", None), getattr(lab, "newest_ran", None)
    if lab.is_draft:
        return Status.DRAFT.label
    if not proved:
        return NOT_PROVED if ran else WAITS_FOR_PROOF
    return lab.waiting_word(now) or Status.PUBLISHED.label
