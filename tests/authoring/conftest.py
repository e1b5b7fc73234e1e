"""An instructor with a course of their own, one who teaches another, and pictures."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from labs import specs
from labs.grader import spec
from labs.grader.formats.yaml_values import read_yaml
from labs.grader.schema_1 import upgrade
from labs.grading import proofs
from lessons import actions
from lessons.models import Course, Lesson
from portal.accounts.models import User
from portal.accounts.roles import instructors
from tests.browsing import open_context, wide_light
from tests.factories import make_course, make_lesson, make_session, make_staff, make_user

QUIZ = """\
---
title: First steps
pass_mark: 70
attempts: 3
release: now
---

## Which command **records** a change? {#commit}
- [x] `git commit`
- [ ] `git add`
  > That stages it.
> The record is the commit.

## How many branches does a new repository have? {#branches}
= 1
> One.
"""


def make_instructor(course: Course) -> User:
    user = make_staff(course, make_user(is_staff=True, name="Instructor"))
    user.groups.add(instructors())
    return user


def save(lesson: Lesson, source: str) -> Lesson:
    lesson.source = source
    return actions.save_lesson(lesson=lesson)


def change_address(item) -> str:
    return reverse(f"admin:lessons_{item._meta.model_name}_change", args=[item.pk])


def lesson_fields(lesson: Lesson, **fields) -> dict:
    return {
        "session": lesson.session_id, "title": lesson.title, "summary": "", "status": "published",
        "source": lesson.source, **fields,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "images"


@pytest.fixture
def course(db) -> Course:
    return make_course("mine", title="Mine")


@pytest.fixture
def instructor(course) -> User:
    return make_instructor(course)


@pytest.fixture
def lesson(course) -> Lesson:
    lesson = make_lesson(make_session(course, title="Start"), slug="first", title="First")
    return save(lesson, "## One\n\nSome text.\n")


@pytest.fixture
def staff(client, instructor):
    """The instructor's browser."""
    client.force_login(instructor)
    return client


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 700), **options) -> bytes:
    encoded = BytesIO()
    Image.new("RGB", size, "teal").save(encoded, kind, **options)
    return encoded.getvalue()


def as_file(data: bytes, name: str = "diagram.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


@pytest.fixture
def parses(monkeypatch) -> list[str]:
    """The texts that this process parses as lab.yaml, in order, starting with an empty cache."""
    texts: list[str] = []

    def read(text, *arguments):
        texts.append(text)
        return read_yaml(text, *arguments)

    for module in (spec, upgrade):
        monkeypatch.setattr(module, "read_yaml", read)
    specs._parse.cache_clear()
    proofs.proof_here.cache_clear()
    return texts


@pytest.fixture
def tab(browser, live_server, instructor):
    """A page of the instructor's browser, which fails the test if a script breaks or the policy blocks anything."""
    context = open_context(browser, live_server, instructor, **wide_light())
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console",
        lambda message: "Content Security Policy" in message.text and page.faults.append(message.text),
    )
    yield page
    assert page.faults == []
    context.close()
