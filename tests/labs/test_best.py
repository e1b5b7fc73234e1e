"""Best is the highest share of the points in its own version, and ties go to the earliest: one rule for all pages."""

import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from labs import migrations
from labs.models import Submission
from labs.queries import best_submission
from lessons.models import Attempt, Quiz, QuizVersion
from lessons.quiz_queries import get_quiz
from portal.accounts.models import User
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_report,
    make_session,
    make_submission,
)

pytestmark = pytest.mark.django_db

# (points, maximum) of each try in turn, and the number of the one that counts
TRIES = [
    ([("2", 2), ("10", 20)], 1),  # a revised quiz: 100% of 2 points is better than half of 20
    ([("1", 2), ("11", 20)], 2),
    ([("2.1", 3), ("0.7", 1), ("14", 20)], 1),  # equal shares, which floats would tell apart
    ([("0", 5), ("0", 5)], 1),
    ([("0.29", 1), ("0.28", 1)], 1),
    ([("1", 3), ("33.33", 100)], 1),
    ([("33.33", 100), ("1", 3)], 2),
    ([("0", 0), ("1", 100)], 2),
]


@pytest.fixture
def learner():
    return make_learner(make_course("tiny"))


def make_attempts(learner, tries) -> Quiz:
    lesson = make_lesson(make_session(learner.course))
    quiz = Quiz.objects.create(course=learner.course, lesson=lesson, slug=lesson.slug, title="Q", source="")
    for number, (points, most) in enumerate(tries, 1):
        quiz.current, _ = QuizVersion.objects.get_or_create(
            quiz=quiz, digest=str(most),
            defaults={
                "question_count": 1, "max_points": most, "pass_mark": 70, "attempts_allowed": 0, "release": "now"
            },
        )  # fmt: skip
        Attempt.objects.create(
            enrollment=learner, quiz=quiz, version=quiz.current, number=number, layout={},
            points=Decimal(points), score=round(Decimal(points) / (most or 1) * 100), submitted_at=timezone.now(),
        )  # fmt: skip
    quiz.save()
    return quiz


def make_reports(learner, tries):
    lab = make_lab(learner.course)
    for points, most in tries:
        make_report(
            make_submission(learner, lab), {"results": []}, points=Decimal(points), max_points=Decimal(most)
        )
    return lab


@pytest.mark.daily(3)
@pytest.mark.parametrize(("tries", "number"), TRIES)
def test_the_best_try_is_chosen_by_the_same_rule_for_quizzes_and_labs(learner, tries, number):
    other = make_learner(learner.course)
    for enrollment in (other, learner):
        quiz, lab = make_attempts(enrollment, tries), make_reports(enrollment, tries)
        make_submission(enrollment, lab)  # not graded yet, so it counts for nothing
        Attempt.objects.create(enrollment=enrollment, quiz=quiz, version=quiz.current, number=9, layout={})
    assert get_quiz(learner.user, "tiny", quiz.slug).best.number == number
    assert best_submission(learner, lab).number == number
    assert list(Submission.objects.best().values_list("number", flat=True)) == [number] * 2
    assert list(Attempt.objects.best().values_list("number", flat=True)) == [number] * 2


def test_regrading_counts_by_the_current_report_only(learner):
    lab = make_lab(learner.course)
    first = make_submission(learner, lab)
    make_report(first, {"results": []}, points=Decimal(90))
    make_report(make_submission(learner, lab), {"results": []}, points=Decimal(50), passed=True)
    make_report(first, {"results": []}, points=Decimal(40))
    best = best_submission(learner, lab)
    assert (best.number, best.points, best.max_points, best.passed) == (2, 50, 100, True)


def test_the_mark_moves_with_every_report_and_the_migration_finds_the_same(learner):
    """For reports in any order, of new and earlier submissions, the mark equals a ranking of all of them."""
    random, lab = Random(7), make_lab(learner.course)
    (name,) = (path.stem for path in Path(migrations.__path__[0]).glob("*_best.py"))
    derive = import_module(f"{migrations.__name__}.{name}").derive
    own: list[Submission] = []
    for _ in range(40):
        if len(own) < 2 or random.random() < 0.5:
            own.append(make_submission(learner, lab))
        points = Decimal(random.randrange(4))
        make_report(random.choice(own), {"results": []}, points=points, max_points=Decimal(3))
        ranked = Submission.objects.ranked_first().values_list("pk", flat=True)
        marked = Submission.objects.filter(is_best=True).values_list("pk", flat=True)
        assert list(ranked) == list(marked)
        Submission.objects.update(is_best=False)
        derive(apps, None)
        assert list(ranked) == list(marked.all())


def test_every_page_names_the_same_best_try(learner):
    """A quiz and a lab revised from 2 to 100 points: the first try, which was perfect, counts in full."""
    tries = [("2", 2), ("50", 100)]
    quiz, lab = make_attempts(learner, tries), make_reports(learner, tries)
    lesson = quiz.lesson
    lesson.lab_slugs = [lab.slug]
    lesson.save()
    client = Client()
    client.force_login(learner.user)
    start = client.get(quiz.get_absolute_url()).content.decode()
    assert start.index("Attempt 1:") < start.index("This attempt counts") < start.index("Attempt 2:")
    assert '<span class="fig">2</span> of 2 points' in client.get(lab.get_absolute_url()).content.decode()
    progress = client.get("/courses/tiny/progress/").content.decode()
    first = Submission.objects.get(number=1)
    assert f'href="{first.get_absolute_url()}"' in progress
    # its share is what counts, of the points that the quiz and the lab have now
    assert "Quiz: 100 of 100" in progress
    assert "Lab: 100 of 100" in progress
    assert "You’ve passed with 100 of 100 points" in progress
    client.force_login(User.objects.create_superuser("admin@example.org"))
    for model, tried in (("labs/submission", Submission), ("lessons/attempt", Attempt)):
        marks = icons(client, f"/staff/{model}/", "counts")
        assert marks == [("1", "True"), ("2", "False")], model
        form = client.get(f"/staff/{model}/{tried.objects.get(number=1).pk}/change/").content.decode()
        assert 'alt="True"' in form.partition("Counts:")[2][:300], model


def icons(client, address, column) -> list[tuple[str, str]]:
    """The number of each row of a list of the admin, and what the icon in a column says."""
    rows = re.findall(
        r"<tr>.*?</tr>", client.get(address).content.decode().partition("<tbody>")[2], re.DOTALL
    )
    number, icon = r'"field-number">(\d+)<', rf'"field-{column}">.*?alt="(\w+)"'
    return sorted((re.search(number, row)[1], re.search(icon, row, re.DOTALL)[1]) for row in rows)
