import re

from lessons.attempt_actions import start_attempt
from tests.factories import make_lesson, make_quiz, make_session
from tests.pages.conftest import client_of

CRUMB = re.compile(r'<li>(?:<a href="([^"]+)">|<span aria-current="page">)([^<]*)<')


def breadcrumb(client, address: str) -> list[tuple[str, str]]:
    page = client.get(address).content.decode()
    (nav,) = re.findall(r'<nav class="breadcrumb".*?</nav>', page, re.DOTALL)
    return CRUMB.findall(nav)


def test_pages_of_a_course_lead_back_to_what_is_above_them(cast):
    course = cast.lab.course
    top = (course.get_absolute_url(), course.title)
    lesson = make_lesson(make_session(course, slug="one", title="One"), title="Branches")
    quiz = make_quiz(lesson=lesson)
    attempt = start_attempt(enrollment=cast.learner, quiz=quiz)
    submission = cast.submit()
    address, lab = submission.get_absolute_url(), (cast.lab.get_absolute_url(), cast.lab.title)
    above_quiz = [top, (lesson.get_absolute_url(), "Branches")]
    expected = {
        lesson.get_absolute_url(): [top, (f"{top[0]}#session-one", "One"), ("", "Branches")],
        quiz.get_absolute_url(): [*above_quiz, ("", "Quiz")],
        f"{attempt.get_absolute_url()}summary/": [
            *above_quiz,
            (quiz.get_absolute_url(), "Quiz"),
            ("", f"Attempt {attempt.number}"),
        ],
        lab[0]: [top, ("", cast.lab.title)],
        address: [top, lab, ("", f"Submission {submission.number}")],
        f"{address}files/": [top, lab, (address, f"Submission {submission.number}"), ("", "Files")],
    }
    client = client_of(cast.learner.user)
    assert {page: breadcrumb(client, page) for page in expected} == expected
