"""Target 3: an answer saved by one client, compared with a session lookup and one INSERT."""

import secrets

from django.conf import settings
from django.urls import reverse

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.load import median_ms
from benchmarks.site import Site
from lessons.attempt_actions import start_attempt
from lessons.quiz_text import parse_stored
from lessons.quizzes import form_fields


class QuizAnswer(Benchmark):
    target, work, unit = 3, "quiz answer saved, p50", "ms"
    goals = (Goal("ratio", at_most=2),)

    def __init__(self, site: Site) -> None:
        quiz = site.lesson.quiz
        attempt = start_attempt(enrollment=site.learner, quiz=quiz)
        question = parse_stored(attempt.version.source).questions[0]
        posted = form_fields(question, attempt.layout[question.key], [0])
        self.token = secrets.token_hex(16)
        self.form = {name: values[0] for name, values in posted.items()} | {"csrfmiddlewaretoken": self.token}
        path = reverse("question", args=[quiz.course.slug, quiz.slug, attempt.number, 1])
        self.site, self.address = site, site.portal.url + path
        self.least, self.least_cookie = site.limits

    def limit(self) -> float:
        return median_ms(f"{self.least}/answer/", {"key": "drift", "choice": "0"}, self.least_cookie)

    def product(self) -> float:
        cookie = f"{self.site.cookie}; {settings.CSRF_COOKIE_NAME}={self.token}"
        return median_ms(self.address, self.form, cookie)
