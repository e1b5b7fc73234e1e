"""Uploaded images and files go 30 days after the last text with them, and never before."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import JSONField, TextField
from django.utils import timezone

from labs.models import Lab
from lessons import deleting, stored_files
from lessons.models import Lesson, Quiz, Snippet, UnusedFile
from tests.authoring.conftest import QUIZ, save
from tests.factories import make_lab, make_quiz, make_user

pytestmark = pytest.mark.django_db
IMAGE, OTHER = f"images/{'a' * 32}.png", f"images/{'b' * 32}.png"
FILE = f"files/{'c' * 32}/data.csv"
# Texts in which nobody can show an uploaded file, or that are made from others.
WITHOUT_FILES = {
    *("Course.notes_habits", "Session.prepare_html", "Lesson.lab_slugs", "Lesson.plan", "Lesson.contents"),
    *(
        "Lesson.checklist",
        "Lesson.text",
        "LoadedFile.path",
        "Attempt.layout",
        "Attempt.questions",
        "Answer.response",
    ),
    *("Marking.comment", "Marking.report", "LiveQuestion.layout", "LiveAnswer.response", "Notes.decisions"),
    "Meeting.notes_html",
    # remarks have no pictures
    *("Announcement.html", "Announcement.text", "Message.html", "Message.text"),
    *("ExitTicket.options", "GradeChange.why", "Lesson.skills"),
    *(
        "IncomingNotes.problem",
        "ModelDraft.dropped",
        "ModelDraft.problem",
        "CourseFetch.outcome",
        "Deletion.lost",
    ),
    *(
        "SearchEntry.anchor",
        "SearchEntry.heading",
        "SearchEntry.text",
        "QuizVersion.fault",
        "QuizVersion.proof",
    ),
    *("RegradedAttempt.before", "RegradedAttempt.why"),
}


@pytest.fixture
def stored(media):
    for path in (IMAGE, OTHER, FILE):
        default_storage.save(path, ContentFile(b"x"))


def present() -> list[str]:
    return [path for path in (IMAGE, OTHER, FILE) if default_storage.exists(path)]


def pass_days(clock, days: int) -> list[str]:
    clock.shift(timedelta(days=days))
    stored_files.remove_unused()
    return present()


def test_files_without_a_text_go_after_30_days(stored, lesson):
    save(lesson, f"![A](/media/{IMAGE}) [b](/media/{FILE})")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert pass_days(clock, 0) == [IMAGE, OTHER, FILE]
        assert pass_days(clock, 29) == [IMAGE, OTHER, FILE]
        assert pass_days(clock, 1) == [IMAGE, FILE]
        save(lesson, "None.")
        assert pass_days(clock, 1) == [IMAGE, FILE]
        assert pass_days(clock, 30) == []
    assert UnusedFile.objects.count() == 0
    assert not default_storage.exists(FILE.rpartition("/")[0])


def test_a_file_that_is_used_again_is_kept_for_another_30_days(stored, lesson):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pass_days(clock, 0)
        clock.shift(timedelta(days=31))
        save(lesson, f"![A](/media/{IMAGE})")  # removes the mark, whenever the worker comes
        assert not UnusedFile.objects.filter(path=IMAGE).exists()
        assert pass_days(clock, 0) == [IMAGE]


def test_a_text_that_was_saved_in_the_last_moment_keeps_its_file(stored, lesson):
    row = UnusedFile.objects.create(path=IMAGE, token="a" * 32)
    Lesson.objects.filter(pk=lesson.pk).update(source=f"![A](/media/{IMAGE})")
    assert stored_files._remove([row.pk]) == 0
    assert IMAGE in present()


@pytest.mark.parametrize("place", ["deleted lesson", "old version of a quiz", "lab", "snippet"])
def test_every_text_that_can_come_back_keeps_its_files(stored, course, lesson, place):
    text = f"![A](/media/{IMAGE})"
    if place == "deleted lesson":
        save(lesson, text)
        deleting.delete(row=lesson, by=make_user())
    elif place == "old version of a quiz":
        make_quiz(QUIZ.replace("> One.", f"> {text}"), lesson)
        Quiz.objects.update(source=QUIZ)
    elif place == "lab":
        make_lab(course)
        Lab.objects.update(brief=text)
    else:
        Snippet.objects.create(course=course, name="A", text=text)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pass_days(clock, 0)
        assert pass_days(clock, 30) == [IMAGE]


def test_each_text_of_the_content_is_looked_at_or_cannot_have_files():
    looked_at = {f"{model.__name__}.{field}" for model, field in stored_files.TEXTS}
    fields = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("lessons").get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.fields
        if isinstance(field, TextField | JSONField)
    }
    assert fields - looked_at - WITHOUT_FILES == set()
    assert not looked_at & WITHOUT_FILES
