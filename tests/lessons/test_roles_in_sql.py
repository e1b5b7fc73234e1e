"""Raw SQL enforces access for each role and each state of the requested object."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from lessons import actions, attempt_actions, lesson_queries, quiz_queries
from lessons.models import CourseStaff, Lesson, Quiz, QuizVersion, Reading, Tick
from tests.factories import (
    QUIZ_SOURCE,
    make_cohort,
    make_course,
    make_enrollment,
    make_learner,
    make_lesson,
    make_quiz,
    make_session,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

PUBLISHED, DRAFT = Lesson.Status.PUBLISHED, Lesson.Status.DRAFT
ENROLLED = {
    # person: (may open a published lesson and its quiz, may open a draft)
    "learner": (True, False),
    "learner who also teaches it": (True, True),
    "learner who teaches another course": (True, False),
    "superuser who learns": (True, True),
    "one who may open the admin": (True, False),
    "learner who has left": (False, False),
    "teacher who has left": (False, False),
}


def enroll(course, who):
    """Enroll a person named in ENROLLED in a course that somebody else teaches."""
    make_staff(course)
    user = make_user(is_superuser=who.startswith("superuser"), is_staff="admin" in who)
    enrollment = make_enrollment(user, make_cohort(course), is_active="has left" not in who)
    if "teach" in who:
        make_staff(make_course() if "another" in who else course, user)
    return enrollment


def sees(ask, *arguments):
    try:
        return ask(*arguments) is not None
    except Http404:
        return False


# --- get_answer_target ----------------------------------------------------------------------------------------------


@pytest.mark.daily(5)
@pytest.mark.parametrize("status", [PUBLISHED, DRAFT])
@pytest.mark.parametrize("who", ENROLLED)
def test_the_learner_gets_the_answer_target_while_the_quiz_is_open_to_them(who, status):
    quiz = make_quiz()
    enrollment = enroll(quiz.course, who)
    attempt = attempt_actions.start_attempt(enrollment=enrollment, quiz=quiz)
    Lesson.objects.filter(pk=quiz.lesson_id).update(status=status)
    asked = (enrollment.user, quiz.course.slug, quiz.slug, attempt.number)
    expected = ENROLLED[who][status == DRAFT]
    assert sees(quiz_queries.get_answer_target, *asked) == sees(quiz_queries.get_attempt, *asked) == expected
    if expected:
        found, source = quiz_queries.get_answer_target(*asked)
        assert (found.pk, found.layout, source) == (attempt.pk, attempt.layout, QUIZ_SOURCE)


def test_nobody_else_gets_the_answer_target():
    quiz = make_quiz()
    attempt = attempt_actions.start_attempt(enrollment=make_learner(quiz.course), quiz=quiz)
    others = {
        "visitor": AnonymousUser(),
        "other learner": make_learner(quiz.course).user,
        "instructor": make_staff(quiz.course),
        "superuser": make_user(is_superuser=True),
        "outsider": make_user(),
    }
    let_in = [
        who
        for who, user in others.items()
        if sees(quiz_queries.get_answer_target, user, quiz.course.slug, quiz.slug, attempt.number)
    ]
    assert let_in == []


def test_a_returning_learner_gets_the_answer_target_of_the_current_attempt():
    quiz, user = make_quiz(), make_user()
    left = make_enrollment(user, make_cohort(quiz.course), is_active=False)
    back = make_enrollment(user, make_cohort(quiz.course))
    attempt_actions.start_attempt(enrollment=left, quiz=quiz)
    attempt = attempt_actions.start_attempt(enrollment=back, quiz=quiz)
    assert quiz_queries.get_answer_target(user, quiz.course.slug, quiz.slug, 1)[0].pk == attempt.pk


def test_an_answer_target_belongs_to_the_requested_course_quiz_and_number():
    """One learner in two courses, each with two quizzes of the same names and two attempts at each."""
    user = make_user()
    attempts = {}
    for course in (make_course(), make_course()):
        enrollment = make_enrollment(user, make_cohort(course))
        for slug in ("git", "docker"):
            quiz = make_quiz(lesson=make_lesson(make_session(course), slug))
            for number in (1, 2):
                attempt = attempt_actions.start_attempt(enrollment=enrollment, quiz=quiz)
                attempts[course.slug, slug, number] = attempt.pk
                attempt_actions.submit_attempt(attempt=attempt)
    assert {asked: quiz_queries.get_answer_target(user, *asked)[0].pk for asked in attempts} == attempts
    course = next(iter(attempts))[0]
    for wrong in ((course, "git", 3), (course, "make", 1), ("no-course", "git", 1), (course, "git", 10**6)):
        assert not sees(quiz_queries.get_answer_target, user, *wrong)


def test_an_answer_target_keeps_the_quiz_version_of_its_attempt():
    quiz = make_quiz()
    learner = make_learner(quiz.course)
    attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    quiz.source = QUIZ_SOURCE.replace("Subversion", "CVS")
    actions.save_quiz(quiz=quiz)
    assert quiz_queries.get_answer_target(learner.user, quiz.course.slug, quiz.slug, 1)[1] == QUIZ_SOURCE


@pytest.mark.parametrize("emptied", ["no version", "no questions"])
def test_a_quiz_without_questions_has_no_answer_target(emptied):
    quiz = make_quiz()
    learner = make_learner(quiz.course)
    attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    if emptied == "no version":
        Quiz.objects.filter(pk=quiz.pk).update(current=None)
    else:
        QuizVersion.objects.filter(pk=quiz.current_id).update(question_count=0)
    asked = (learner.user, quiz.course.slug, quiz.slug, 1)
    assert not sees(quiz_queries.get_answer_target, *asked)
    assert not sees(quiz_queries.get_attempt, *asked)


# --- learner_lesson -------------------------------------------------------------------------------------------------

# Their page is built from models, because it has more content or is refused.
ELSEWHERE = {
    "learner who also teaches it",
    "superuser who learns",
    "one who may open the admin",
}


@pytest.mark.parametrize("status", [PUBLISHED, DRAFT])
@pytest.mark.parametrize("who", ENROLLED)
def test_only_active_learners_get_a_learner_lesson(who, status):
    lesson = make_lesson(status=status)
    enrollment = enroll(lesson.course, who)
    asked = (enrollment.user, lesson.course.slug, lesson.slug)
    expected = who not in ELSEWHERE and ENROLLED[who][status == DRAFT]
    assert sees(lesson_queries.learner_lesson, *asked) == expected
    if expected:
        assert sees(lesson_queries.get_lesson, *asked)
        assert lesson_queries.learner_lesson(*asked).reader.enrollment == enrollment


@pytest.mark.parametrize("public", [True, False])
def test_people_outside_the_course_get_no_learner_lesson(public):
    lesson = make_lesson(public=public)
    make_learner(lesson.course)
    others = [AnonymousUser(), make_user(), make_staff(lesson.course), make_learner().user]
    assert [
        user for user in others if sees(lesson_queries.learner_lesson, user, lesson.course.slug, lesson.slug)
    ] == []


def test_a_learner_lesson_belongs_to_the_requested_course():
    user = make_user()
    lessons = [make_lesson(make_session(make_course()), "git") for _ in range(2)]
    for lesson in lessons:
        make_enrollment(user, make_cohort(lesson.course))
        make_lesson(lesson.session, "docker")
    found = [lesson_queries.learner_lesson(user, lesson.course.slug, "git").open() for lesson in lessons]
    assert [(each.lesson.pk, each.reader.course) for each in found] == [
        (each.pk, each.course) for each in lessons
    ]
    assert not sees(lesson_queries.learner_lesson, user, lessons[0].course.slug, "make")


def test_a_learner_lesson_has_the_activity_of_that_enrollment_only():
    lesson, user = make_lesson(), make_user()
    enrollments = [
        make_enrollment(user, make_cohort(lesson.course), is_active=False),
        make_learner(lesson.course),
        make_enrollment(user, make_cohort(lesson.course)),
    ]
    for name, enrollment in zip(("left", "other", "own"), enrollments, strict=True):
        Reading.objects.create(enrollment=enrollment, lesson=lesson, heading=name)
        Tick.objects.create(enrollment=enrollment, lesson=lesson, key=name)
    elsewhere = make_lesson(lesson.session)
    Reading.objects.create(enrollment=enrollments[2], lesson=elsewhere, heading="elsewhere")
    Tick.objects.create(enrollment=enrollments[2], lesson=elsewhere, key="elsewhere")
    found = lesson_queries.learner_lesson(user, lesson.course.slug, lesson.slug).open()
    assert (found.reading.heading, found.ticked) == ("own", {"own"})
    unread = make_lesson(lesson.session)
    found = lesson_queries.learner_lesson(user, lesson.course.slug, unread.slug).open()
    assert (found.reading, found.ticked) == (None, set())


def test_a_lesson_withdrawn_in_the_meantime_is_not_shown():
    lesson = make_lesson()
    own = lesson_queries.learner_lesson(make_learner(lesson.course).user, lesson.course.slug, lesson.slug)
    Lesson.objects.filter(pk=lesson.pk).update(status=DRAFT)
    with pytest.raises(Http404):
        own.open()


def test_a_learner_who_becomes_an_instructor_is_no_longer_served_as_a_learner():
    lesson = make_lesson()
    user = make_learner(lesson.course).user
    asked = (user, lesson.course.slug, lesson.slug)
    assert sees(lesson_queries.learner_lesson, *asked)
    CourseStaff.objects.create(course=lesson.course, user=user, role=CourseStaff.Role.ASSISTANT)
    assert not sees(lesson_queries.learner_lesson, *asked)
