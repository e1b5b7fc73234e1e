from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from lessons import actions, attempt_actions
from lessons.models import Attempt, Enrollment, Quiz
from portal.accounts.models import User
from tests.factories import make_learner, make_lesson, make_quiz, make_staff
from tests.quiz_pages.examples import RIGHT, quiz_source


@dataclass
class Cast:
    """A quiz, a learner who takes it, another learner of the course, its instructor and an outsider."""

    quiz: Quiz
    learner: Enrollment
    other: Enrollment
    instructor: User
    outsider: User

    def start(self) -> Attempt:
        return attempt_actions.start_attempt(enrollment=self.learner, quiz=self.quiz)

    def answer(self, attempt: Attempt, flagged: tuple[str, ...] = (), **responses) -> None:
        for key, response in responses.items():
            attempt_actions.save_answer(attempt=attempt, key=key, response=response, flagged=key in flagged)

    def submit(self, flagged: tuple[str, ...] = (), **responses) -> Attempt:
        """Submit an attempt; questions that are not named stay unanswered."""
        attempt = self.start()
        self.answer(attempt, flagged, **responses)
        return attempt_actions.submit_attempt(attempt=attempt)

    def revise(self, **front) -> Quiz:
        """Save the quiz again with other front matter, as its author."""
        self.quiz.source = quiz_source(**front)
        return actions.save_quiz(quiz=self.quiz)

    def address(self, name: str, *numbers: int) -> str:
        return reverse(name, args=[self.quiz.course.slug, self.quiz.slug, *numbers])


def make_cast(**front) -> Cast:
    lesson = make_lesson(slug="releases")
    course = lesson.course
    quiz = make_quiz(quiz_source(**front), lesson)
    return Cast(quiz, make_learner(course), make_learner(course), make_staff(course), make_learner().user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def client(cast) -> Client:
    return client_of(cast.learner.user)


@pytest.fixture
def passed(cast) -> Attempt:
    return cast.submit(**RIGHT)
