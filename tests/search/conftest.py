"""Pages saved as authors save them, so that search can find them."""

import pytest
from django.contrib.auth.models import AnonymousUser

from labs.authoring.saving import save_lab
from labs.models import Lab, LabVersion
from lessons import actions
from lessons.models import Lesson, Quiz, Session
from lessons.queries import Visitor
from lessons.search.finding import Found, search
from lessons.search.words import read_query
from tests.factories import LAB_SOURCE, make_session
from tests.labs.conftest import migrated_postgres, postgres_database  # noqa: F401 - fixtures

NOBODY = AnonymousUser()
QUIZ = """\
---
title: {title}
pass_mark: 70
attempts: 0
release: now
---

## Is it questionword? {{#one}}
- [x] rightword
- [ ] wrongword
  > optionword
> explanationword
"""


def write_lesson(
    source: str = "Text.", *, session: Session | None = None, slug: str = "start", **fields
) -> Lesson:
    session = session or make_session()
    values = {"title": slug.capitalize(), "status": Lesson.Status.PUBLISHED, "position": 1, **fields}
    lesson = Lesson(course=session.course, session=session, slug=slug, source=source, **values)
    return actions.save_lesson(lesson=lesson)


def write_quiz(lesson: Lesson, title: str) -> Quiz:
    quiz = Quiz(course=lesson.course, lesson=lesson, slug=lesson.slug, source=QUIZ.format(title=title))
    return actions.save_quiz(quiz=quiz)


def write_lab(course, slug: str, brief: str, *, title: str = "Lab", proved: bool = True, **fields) -> Lab:
    source = LAB_SOURCE.replace("Your first repository", title)
    values = {"status": Lab.Status.PUBLISHED, **fields}
    lab = save_lab(lab=Lab(course=course, slug=slug, source=source, brief=brief, **values))
    LabVersion.objects.filter(lab=lab).update(proved=proved)
    lab.refresh_from_db()
    return lab


def find(user: Visitor, typed: str) -> Found:
    return search(user, read_query(typed))


def titles(found: Found) -> list[str]:
    return [result.page.title for group in found.groups for result in group.results]


ON_POSTGRESQL = pytest.param("postgres_database", marks=[pytest.mark.postgres, pytest.mark.heavy])


@pytest.fixture(params=[pytest.param("", marks=pytest.mark.django_db), ON_POSTGRESQL])
def database(request: pytest.FixtureRequest) -> None:
    """The database of all tests, and a PostgreSQL: each searches in a way of its own."""
    if request.param:
        request.getfixturevalue(request.param)
