"""The timeline of one learner in a course, the newest events of each kind first. The number of queries is fixed."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from labs.deadlines import terms_of
from labs.models import Lab, LabExtension, Receipt, Submission
from lessons.attempt_times import deadlines_in
from lessons.models import (
    Attempt,
    Attendance,
    Enrollment,
    ExtraTime,
    GradeChange,
    Quiz,
    QuizExtension,
    Reading,
)
from lessons.points import show_points
from portal.notices.models import Notice
from portal.progress.gradebook import timeline_talk
from portal.progress.gradebook.event import MAX_EACH, Event
from portal.progress.models import ExternalMark

KINDS = {
    "": "Everything",
    "lesson": "Lessons",
    "quiz": "Quizzes",
    "lab": "Labs",
    "deadline": "Deadlines and extensions",
    "question": "Questions and comments",
    "meeting": "Meetings and cohorts",
    "grade": "Changed scores",
    "notice": "Notices",
}


def timeline_of(learner: Enrollment, kind: str = "") -> list[Event]:
    sources = [source for name, source in SOURCES if not kind or name == kind]
    found = [event for source in sources for event in source(learner)]
    if not kind:
        found.append(Event(learner.created_at, "", "done", "Joined", "Joined the cohort"))
    return sorted(found, key=lambda event: event.at, reverse=True)


def _lessons(learner: Enrollment) -> Iterator[Event]:
    rows = Reading.objects.filter(enrollment=learner, lesson__deletion=None).order_by("-updated_at")
    shown = rows.values_list("lesson__title", "lesson__slug", "read_at", "updated_at")
    for title, slug, read_at, updated_at in shown[:MAX_EACH]:
        url = reverse("lesson", args=[learner.course.slug, slug])
        glyph, word = ("done", "Read") if read_at else ("part", "Opened")
        yield Event(read_at or updated_at, "lesson", glyph, word, title, f"{word} the lesson", url)


def _attempts(learner: Enrollment) -> Iterator[Event]:
    rows = Attempt.objects.filter(enrollment=learner, quiz__deletion=None).worth().order_by("-started_at")
    rows = rows.select_related("quiz").defer("layout", "quiz__source")
    for row in rows[:MAX_EACH]:
        url = reverse("attempt_of", args=[learner.course.slug, row.quiz.slug, row.number, learner.pk])
        yield Event(row.submitted_at or row.started_at, "quiz", *_attempt_words(row), url)


# Any: an attempt, annotated
def _attempt_words(row: Any) -> tuple[str, str, str, str]:
    if row.submitted_at is None:
        return "part", "In progress", f"Quiz, {row.quiz}", f"Attempt {row.number}, not submitted"
    points = f"{show_points(row.points or Decimal(0))} of {show_points(row.worth)}"
    minutes = max(1, round((row.submitted_at - row.started_at).total_seconds() / 60))
    text = f"Attempt {row.number}, {minutes} minute{'' if minutes == 1 else 's'}"
    if row.is_late:
        text += ", after the deadline"
    if row.is_waiting:
        text += ", answers wait for marking"
    word = {"done": "Passed", "wait": "Waiting", "bad": "Needs work"}[row.glyph]
    return row.glyph, word, f"Quiz, {row.quiz}: {points}", text


def _submissions(learner: Enrollment) -> Iterator[Event]:
    # Any: annotated with the points of the current report
    own: Any = (
        Submission.objects.of_learners([learner.pk])
        .filter(lab__deletion=None)
        .select_related("lab", "receipt")
    )
    graded = {row.pk: (row.points, row.max_points, row.passed) for row in own.with_report()}
    for row in own.defer("lab__source", "lab__brief", "lab__brief_html", "receipt__refs")[:MAX_EACH]:
        yield _submission_event(row, graded.get(row.pk))


def _submission_event(row: Submission, result: tuple[Decimal, Decimal, bool] | None) -> Event:
    title = f"{row.lab}, submission {row.number}"
    text = f"{row.receipt.get_via_display().capitalize()}, {row.head[:7] or 'no commit'}"
    if row.due_at:
        text += f", after the deadline of {date_format(timezone.localtime(row.due_at), 'j F, H:i')}"
    glyph, word = ("wait", row.get_state_display()) if not row.has_ended else ("bad", row.get_state_display())
    if result:
        points, max_points, passed = result
        title += f": {show_points(points)} of {show_points(max_points)}"
        glyph, word = ("done", "Passed") if passed else ("bad", "Needs work")
    return Event(row.receipt.received_at, "lab", glyph, word, title, text, row.get_absolute_url())


def _receipts(learner: Enrollment) -> Iterator[Event]:
    # received, but no submission names it
    rows = Receipt.objects.filter(
        repository__enrollment=learner, repository__lab__deletion=None, submissions=None
    )
    for row in rows.select_related("repository__lab").defer("refs", "repository__lab__source")[:MAX_EACH]:
        text = f"{row.get_via_display().capitalize()}, without a submission of its own"
        yield Event(row.received_at, "lab", "todo", "Received", f"{row.repository.lab}, state received", text)


def _deadlines(learner: Enrollment) -> Iterator[Event]:
    quizzes = dict(Quiz.objects.filter(course=learner.course).values_list("pk", "title"))
    labs = dict(Lab.objects.filter(course=learner.course).values_list("pk", "title"))
    due = [
        (quizzes.get(pk), each)
        for pk, each in deadlines_in(learner.course, learner.cohort_id, learner.pk).items()
    ]
    due += [(labs.get(pk), terms.deadline) for pk, terms in terms_of(learner).items()]
    now = timezone.now()
    for title, deadline in due:
        if title and deadline.at and deadline.at <= now:
            yield Event(deadline.at, "deadline", "now", "Deadline", f"{title} was due", deadline.reason)


def _extensions(learner: Enrollment) -> Iterator[Event]:
    for rows in (
        QuizExtension.objects.filter(enrollment=learner).select_related("quiz", "given_by"),
        LabExtension.objects.filter(enrollment=learner).select_related("lab", "given_by"),
    ):
        for row in rows:
            of = row.lab if isinstance(row, LabExtension) else row.quiz
            until = date_format(timezone.localtime(row.until), "j F, H:i")
            by = row.given_by.get_full_name() if row.given_by else "a former member of staff"
            text = f"“{row.reason}”, {by}"
            yield Event(
                row.created_at, "deadline", "done", "Extension", f"{of}: extended until {until}", text
            )


def _attendance(learner: Enrollment) -> Iterator[Event]:
    rows = Attendance.objects.filter(enrollment=learner).select_related("meeting__session")
    for row in rows.order_by("-meeting__starts_at")[:MAX_EACH]:
        states = {True: ("done", "Present"), False: ("skip", "Absent"), None: ("part", "Joined the call")}
        glyph, word = states[row.is_present]
        yield Event(row.meeting.starts_at, "meeting", glyph, word, str(row.meeting.session), word)


def _changes(learner: Enrollment) -> Iterator[Event]:
    for row in GradeChange.objects.filter(enrollment=learner).select_related("by")[:MAX_EACH]:
        who = row.by.get_full_name() if row.by else row.who or "the portal"
        text = f"{row.get_kind_display()} by {who}" + (f": {row.why}" if row.why else "")
        yield Event(row.at, "grade", "now", "Score changed", f"{row.title}: {change_words(row)}", text)


def change_words(row: GradeChange) -> str:
    """Return “45 → 70 of 100”."""
    old, new = ("no score" if each is None else show_points(each) for each in (row.old, row.new))
    return f"{old} → {new}" + (f" of {show_points(row.out_of)}" if row.out_of is not None else "")


def _external(learner: Enrollment) -> Iterator[Event]:
    for row in ExternalMark.objects.filter(enrollment=learner)[:MAX_EACH]:
        points = f"{row.title}: {show_points(row.points)} of {show_points(row.out_of)}"
        yield Event(
            row.recorded_at, "grade", "done", "External mark", points, f"External mark from {row.origin}"
        )


def _notices(learner: Enrollment) -> Iterator[Event]:
    # only those about this course: people may learn elsewhere, too
    slug = learner.course.slug
    own = Submission.objects.of_learners([learner.pk]).values_list("public_id", flat=True).order_by("-pk")
    about = Q(link__startswith=f"/courses/{slug}/")
    about |= Q(link__in=[f"/submissions/{public_id}/" for public_id in own[:MAX_EACH]])
    for row in Notice.objects.filter(about, user=learner.user_id).exclude(kind="joining")[:MAX_EACH]:
        text = "Read" if row.read_at else "Not read yet"
        yield Event(row.created_at, "notice", "todo", "Notice", row.text, f"Notice. {text}")


def _extra_time(learner: Enrollment) -> Iterator[Event]:
    for row in ExtraTime.objects.filter(enrollment=learner).select_related("quiz"):
        given = f"{row.percent}% and {row.minutes} minutes" if row.percent else f"{row.minutes} minutes"
        title = f"{row.quiz or 'All quizzes'}: {given} of extra time"
        yield Event(learner.created_at, "deadline", "done", "Extra time", title)


Source = Callable[[Enrollment], Iterator[Event]]
SOURCES: tuple[tuple[str, Source], ...] = (
    ("lesson", _lessons),
    ("quiz", _attempts),
    ("lab", _submissions),
    ("lab", _receipts),
    ("deadline", _deadlines),
    ("deadline", _extensions),
    ("deadline", _extra_time),
    ("meeting", _attendance),
    ("grade", _changes),
    ("grade", _external),
    ("notice", _notices),
    ("question", timeline_talk.questions),
    ("question", timeline_talk.inquiries),
    ("question", timeline_talk.comments),
    ("lab", timeline_talk.teams),
    ("meeting", timeline_talk.moves),
)
