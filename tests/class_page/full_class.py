"""A cohort big enough to look at: 24 learners, quizzes, labs with histories, meetings, and some who are stuck."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from labs.models import LabDeadline
from lessons.attempt_actions import start_attempt, submit_attempt
from lessons.models import Attempt, Enrollment, Meeting
from lessons.question_reports import report_question
from tests.class_page.conftest import Class
from tests.factories import make_lab, make_lesson, make_quiz, make_session

LABS = ("Your first repository", "Branches and merges", "Release with a tag")
CHECKS = ("readme", "three-commits", "readable")


def fill(group: Class, learners: int = 24, seed: int = 7) -> list[Enrollment]:
    """Add learners and their work. The first three are stuck, each by a different rule."""
    random, course = Random(seed), group.cohort.course
    labs = [group.lab, *(make_lab(course, title=title) for title in LABS)]
    session = make_session(course, title="Session 1: Git")
    quizzes = [
        make_quiz(lesson=make_lesson(session, title=f"Lesson {number}", lab_slugs=[lab.slug]))
        for number, lab in enumerate(labs, 1)
    ]
    people = [group.join(f"Learner {chr(65 + number)}", days_ago=30) for number in range(learners)]
    for place, learner in enumerate(people):
        for quiz in quizzes[: random.randint(0, 4) if place > 2 else 1]:
            _take(learner, quiz, random.choice((0, 1, 1, 1)))
        for lab in labs[: random.randint(1, 4)] if place > 2 else labs[:1]:
            for points in range(20, random.choice((40, 60, 100)), 25):
                group.send(learner, random.choice(CHECKS), points=points, lab=lab)
            if place > 2 and random.random() < 0.8:
                group.send(learner, points=random.choice((80, 90, 100)), lab=lab)
    for _ in range(4):
        group.send(people[0], "readme", points=40)
    group.meet(100, *people[2:], absent=tuple(people[:2]))
    group.meet(50, *people[5:], absent=tuple(people[:5]))
    coming = Meeting(
        cohort=group.cohort, session=make_session(course, title="Session 4: Docker"), course=course
    )
    coming.starts_at = timezone.now() + timedelta(days=2)
    coming.save()
    LabDeadline.objects.create(
        lab=labs[-1], cohort=group.cohort, closes_at=timezone.now() + timedelta(hours=40)
    )
    attempt = Attempt.objects.filter(enrollment__cohort=group.cohort).first()
    if attempt:
        report_question(attempt=attempt, key="which", text="Subversion has clones as well, in a way.")
    return people


def _take(learner: Enrollment, quiz, points: int) -> None:
    attempt = submit_attempt(attempt=start_attempt(enrollment=learner, quiz=quiz))
    Attempt.objects.filter(pk=attempt.pk).update(points=Decimal(points), passed=points > 0)
