"""What a learner has done, computed from the facts: readings, attempts, submissions. A fixed number of queries."""

from collections import defaultdict

from labs.models import Lab, Submission
from labs.queries import best_reports
from lessons.models import Attempt, Enrollment, Lesson, Meeting, Quiz, Reading, Session, Tick
from lessons.queries import OpenCourse
from portal.progress.standing import (
    CourseProgress,
    LabProgress,
    LessonProgress,
    QuizProgress,
    SessionProgress,
)


def course_progress(reader: OpenCourse) -> CourseProgress:
    """The whole course as one learner (or nobody) stands in it; ten queries, however many rows."""
    course, enrollment = reader.course, reader.enrollment
    sessions = {session.pk: SessionProgress(session) for session in Session.objects.filter(course=course)}
    readings = (
        {item.lesson_id: item for item in Reading.objects.filter(enrollment=enrollment)} if enrollment else {}
    )
    lab_home: dict[str, int] = {}
    progress = {}
    for lesson in reader.lessons().defer("source", "html", "text").select_related("course"):
        progress[lesson.pk] = LessonProgress(lesson, readings.get(lesson.pk))
        sessions[lesson.session_id].lessons.append(progress[lesson.pk])
        for slug in lesson.lab_slugs:
            lab_home.setdefault(slug, lesson.session_id)
    _add_quizzes(reader, sessions, progress)
    _add_labs(reader, sessions, lab_home)
    if enrollment:
        _add_dates(enrollment, sessions)
    return CourseProgress(reader, list(sessions.values()))


def _add_quizzes(
    reader: OpenCourse, sessions: dict[int, SessionProgress], lessons: dict[int, LessonProgress]
) -> None:
    attempts = defaultdict(list)
    if reader.enrollment:
        for attempt in Attempt.objects.filter(enrollment=reader.enrollment).defer("layout"):
            attempts[attempt.quiz_id].append(attempt)
    quizzes = Quiz.objects.filter(course=reader.course, current__isnull=False).select_related(
        "current", "course"
    )
    for quiz in quizzes.order_by("lesson__session__position", "lesson__position").defer(
        "source", "current__source"
    ):
        if quiz.lesson_id in lessons:
            submitted = [attempt for attempt in attempts[quiz.pk] if attempt.submitted_at]
            best = max(submitted, key=lambda attempt: attempt.points or 0, default=None)
            is_open = len(submitted) < len(attempts[quiz.pk])
            lesson = lessons[quiz.lesson_id]
            lesson.quiz = QuizProgress(quiz, best, is_open)
            sessions[lesson.lesson.session_id].quizzes.append(lesson.quiz)


def _add_labs(reader: OpenCourse, sessions: dict[int, SessionProgress], home: dict[str, int]) -> None:
    progress = {}
    labs = Lab.objects.filter(course=reader.course).published().select_related("current", "course")
    for lab in labs.defer("source", "brief", "brief_html", "current__source"):
        if lab.slug in home:
            progress[lab.pk] = LabProgress(lab)
            sessions[home[lab.slug]].labs.append(progress[lab.pk])
    if reader.enrollment is None:
        return
    for submission in Submission.objects.filter(enrollment=reader.enrollment).order_by("number"):
        if submission.lab_id in progress:
            progress[submission.lab_id].submissions.append(submission)
    for lab_id, report in best_reports(reader.enrollment).items():
        if lab_id in progress:
            progress[lab_id].best = report


def _add_dates(enrollment: Enrollment, sessions: dict[int, SessionProgress]) -> None:
    for meeting in Meeting.objects.filter(cohort=enrollment.cohort_id).select_related("cohort", "session"):
        if meeting.session_id in sessions:
            sessions[meeting.session_id].meeting = meeting
    for pk, key in Tick.objects.filter(enrollment=enrollment).values_list("session", "key"):
        if pk in sessions:
            sessions[pk].ticked.add(key)


def public_lessons() -> list[Lesson]:
    """The first public lesson of each course that has one."""
    lessons = Lesson.objects.published().filter(public=True).in_order().select_related("course")
    first: dict[int, Lesson] = {}
    for lesson in lessons.defer("source", "html", "text"):
        first.setdefault(lesson.course_id, lesson)
    return list(first.values())
