from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import Meeting
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_session,
)


@pytest.fixture
def term():
    """A course whose second session opens after its meeting in two days; a learner and an instructor of it."""
    course = make_course("mlops", title="MLOps Edu")
    first, second = (make_session(course, title=title) for title in ("Foundations", "Branches and merges"))
    second.release = "end"
    second.save()
    cohort = make_cohort(course, slug="autumn", title="Autumn")
    Meeting.objects.create(cohort=cohort, session=second, starts_at=timezone.now() + timedelta(days=2))
    make_quiz(lesson=make_lesson(first, "start", title="Your first repository", lab_slugs=["first"]))
    make_quiz(lesson=make_lesson(second, "merging", title="How to merge two branches", lab_slugs=["merge"]))
    make_lesson(
        first, "soon", title="A lesson of next week", status="scheduled",
        publish_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip
    make_lab(course, "first", title="Start a repository")
    make_lab(course, "merge", title="Merge two branches")
    learner = make_enrollment(cohort=cohort).user
    return course, learner, make_instructor(course)
