"""What a learner has done, computed from the facts: readings, attempts, submissions. A fixed number of queries."""

from collections import defaultdict

from labs.models import Lab, Report, Submission
from lessons.models import Attempt, Course, Enrollment, Lesson, Meeting, Quiz, Reading, Session, Tick
from lessons.queries import OpenCourse
from portal.progress.standing import CourseProgress, LabProgress, LessonProgress, QuizProgress, SessionProgress


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
    quizzes = Quiz.objects.filter(course=course, current__isnull=False).select_related(
        "current", "course", "lesson"
    )
    shown = {item.lesson.pk for session in sessions.values() for item in session.lessons}
    for quiz in quizzes.defer("source", "current__source", "lesson__source", "lesson__html", "lesson__text"):
        if quiz.lesson_id in shown:
            mine = attempts[quiz.pk]
            best = max(
                (a for a in mine if a.submitted_at), key=lambda a: (a.points or 0, -a.number), default=None
            )
            lesson = lessons[quiz.lesson_id]
            lesson.quiz = QuizProgress(quiz, best, is_open=any(a.submitted_at is None for a in mine))
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
    reports = Report.objects.filter(submission__enrollment=reader.enrollment, is_current=True)
    for report in reports.defer("data").select_related("submission").order_by("points", "passed"):
        if report.submission.lab_id in progress:
            progress[report.submission.lab_id].best = report


def _add_dates(enrollment: Enrollment, sessions: dict[int, SessionProgress]) -> None:
    for meeting in Meeting.objects.filter(cohort=enrollment.cohort_id).select_related("cohort", "session"):
        sessions[meeting.session_id].meeting = meeting
    for tick in Tick.objects.filter(enrollment=enrollment, session__isnull=False):
        sessions[tick.session_id].ticked.add(tick.key)


def public_courses() -> list[Course]:
    """Courses with something that anyone may read, each with its first public lesson as `first_lesson`."""
    lessons = Lesson.objects.published().filter(public=True).in_order().select_related("course")
    first: dict[int, Lesson] = {}
    for lesson in lessons.defer("source", "html", "text"):
        first.setdefault(lesson.course_id, lesson)
    for lesson in first.values():
        lesson.course.first_lesson = lesson
    return [lesson.course for lesson in first.values()]
