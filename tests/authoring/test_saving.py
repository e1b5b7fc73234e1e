"""Saving: nobody overwrites what somebody else saved; every version is kept and can be restored."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains

from labs.models import Lab
from lessons.models import Lesson, Quiz
from tests.authoring.conftest import QUIZ, change_address, lesson_fields, make_instructor, save
from tests.courses.conftest import folder  # noqa: F401 - a fixture
from tests.factories import make_course, make_lab, make_lesson, make_quiz, make_session

pytestmark = pytest.mark.django_db


def version_in(response) -> str:
    return re.search(r'name="version" value="(\w+)"', response.content.decode())[1]


def history(item) -> str:
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_history", args=[item.pk])


def post(client, lesson, **fields):
    return client.post(change_address(lesson), lesson_fields(lesson, **fields))


# --- the lock ---


def test_a_newer_version_is_not_overwritten_and_both_are_shown(staff, lesson):
    seen = version_in(staff.get(change_address(lesson)))
    save(lesson, "## One\n\nTheir text.\n")
    response = post(staff, lesson, source="## One\n\nMy text.\n", version=seen)
    page = response.content.decode()
    assert "Not saved: someone saved a newer version" in page
    assert "Their text.</del>" in page
    assert "My text.</ins>" in page
    assert "My text.\n</textarea>" in page
    assert "Their text." in Lesson.objects.get().source


def test_saving_again_after_both_were_seen_replaces_the_newer_one(staff, lesson):
    seen = version_in(staff.get(change_address(lesson)))
    save(lesson, "Their text.")
    refused = post(staff, lesson, source="My text.", version=seen)
    assert post(staff, lesson, source="My text.", version=version_in(refused)).status_code == 302
    assert Lesson.objects.get().source == "My text."
    assert [row.source for row in lesson.history.all()][:2] == ["My text.", "Their text."]


def test_saving_from_the_newest_version_works_as_ever(staff, lesson):
    seen = version_in(staff.get(change_address(lesson)))
    assert post(staff, lesson, source="My text.", version=seen).status_code == 302


def test_a_new_order_of_the_course_is_not_a_newer_version(staff, lesson):
    seen = version_in(staff.get(change_address(lesson)))
    Lesson.objects.filter(pk=lesson.pk).update(position=99)
    assert post(staff, lesson, source="My text.", version=seen).status_code == 302
    assert Lesson.objects.get().position == 99


@pytest.mark.parametrize(
    "make", [lambda course, lesson: make_quiz(QUIZ, lesson), lambda course, lesson: make_lab(course)]
)
def test_quizzes_and_labs_have_the_same_lock(staff, course, lesson, make):
    item = make(course, lesson)
    address = reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])
    seen = version_in(staff.get(address))
    type(item).objects.filter(pk=item.pk).update(source=item.source + "\n# theirs")
    fields = {"status": "published", "position": 1, "brief": "", "source": item.source, "version": seen}
    assert "Not saved: someone" in staff.post(address, fields).content.decode()


def test_the_browser_is_told_which_draft_was_saved(staff, lesson):
    response = post(staff, lesson, draft="abc123")
    assert response.cookies["saved_draft"].value == "abc123"
    refused = post(staff, lesson, source="[a](lesson:nowhere)", draft="abc124")
    assert "saved_draft" not in refused.cookies


def test_a_draft_with_a_strange_name_is_not_echoed(staff, lesson):
    assert "saved_draft" not in post(staff, lesson, draft="a; path=/").cookies


# --- history ---


def test_a_save_is_one_version_with_its_author(staff, instructor, lesson):
    before = lesson.history.count()
    post(staff, lesson, source="## One\n\nNew text.\n")
    assert lesson.history.count() == before + 1
    assert lesson.history.first().history_user == instructor


def test_saving_a_quiz_or_a_lab_is_one_version(staff, course, lesson):
    assert make_quiz(QUIZ, lesson).history.count() == 1
    lab = make_lab(course)
    before = lab.history.count()
    fields = {"status": "published", "position": 1, "brief": "x", "source": lab.source}
    staff.post(reverse("admin:labs_lab_change", args=[lab.pk]), fields)
    assert lab.history.count() == before + 1


def test_a_course_that_is_loaded_from_files_has_a_history(db, folder):  # noqa: F811
    call_command("load_course", str(folder), verbosity=0)
    for model in (Lesson, Quiz, Lab):
        assert {row.history.count() for row in model.objects.all()} == {1}


def test_the_history_shows_what_each_version_changed(staff, lesson):
    post(staff, lesson, source="## One\n\nNew text.\n", status="draft")
    page = staff.get(history(lesson)).content.decode()
    assert "Some text.</del>" in page
    assert "New text.</ins>" in page
    assert "published → draft" in page
    assert "This is the current version." in page


def test_an_earlier_version_is_restored_in_the_same_way_as_every_save(staff, instructor, lesson):
    first = lesson.history.first()
    post(staff, lesson, source="## Two\n", title="Renamed")
    page = staff.get(f"{change_address(lesson)}?restore={first.pk}")
    assert "Save to restore it." in page.content.decode()
    assert "data-unsaved" in page.content.decode()
    assert Lesson.objects.get().title == "Renamed"
    restored = page.context["adminform"].form.initial
    fields = lesson_fields(
        lesson, source=restored["source"], title=restored["title"], version=version_in(page)
    )
    assert staff.post(f"{change_address(lesson)}?restore={first.pk}", fields).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.title, lesson.source) == ("First", "## One\n\nSome text.\n")
    assert 'id="one"' in lesson.html
    assert lesson.history.count() == 4


def test_restoring_leaves_the_status_alone(staff, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(status="draft")
    published = lesson.history.first()
    page = staff.get(f"{change_address(lesson)}?restore={published.pk}")
    assert page.context["adminform"].form.initial["status"] == "draft"


def test_the_history_of_another_course_is_closed(client, lesson):
    client.force_login(make_instructor(make_course()))
    assert client.get(history(lesson)).url == reverse("admin:index")
    assert client.get(f"{change_address(lesson)}?restore=1").status_code == 302


def test_a_version_of_another_lesson_cannot_be_restored_into_this_one(staff, course, lesson):
    other = make_lesson(make_session(course)).history.first()
    assert staff.get(f"{change_address(lesson)}?restore={other.pk}").status_code == 404
    assert staff.get(f"{change_address(lesson)}?restore=x").status_code == 404


def test_a_number_that_is_no_key_is_not_found_by_any_form(staff, lesson):
    number = "9" * 5_000  # more digits than Python reads
    assert staff.get(f"{change_address(lesson)}?restore={number}").status_code == 404
    assert staff.get(f"{history(lesson)}?before={number}").status_code == 200
    page = staff.post(reverse("admin:labs_lab_add"), {"course": number})
    assertContains(page, "Select a valid choice")


def test_a_long_history_continues_with_older_versions(staff, lesson):
    for number in range(25):
        save(lesson, f"Text {number}.")
    page = staff.get(history(lesson))
    assert page.content.decode().count("Restore this version") == 19
    assert f"?before={page.context['older'].pk}" in page.content.decode()
    older = staff.get(f"{history(lesson)}?before={page.context['older'].pk}").content.decode()
    assert older.count("Restore this version") == lesson.history.count() - 20


def save_quiz(staff, quiz, source):
    fields = {"source": source, "version": ""}
    return staff.post(change_address(quiz), fields, follow=True)


def test_warnings_about_a_quiz_are_shown_when_it_is_saved(staff, course, lesson):
    quiz = make_quiz(QUIZ, lesson)
    page = save_quiz(
        staff, quiz, QUIZ.replace("- [ ] `git add`\n  > That stages it.", "- [ ] None of the above")
    )
    assertContains(
        page,
        "Saved. You may want to check this: Line 10: Options are shuffled, but this one depends on its position.",
    )
    assert quiz.versions.count() == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "- [ ] `git add`",
            "* [ ] `git add`",
            "Start an option with a hyphen and a space. Write: - [ ] `git add`",
        ),
        ("= 1", "= 1,000", "“1,000” is not a number"),
        ("> One.", "> See [x](09-gone.md).", "09-gone.md leads nowhere"),
        ("> One.", "> It is $x^2$.", "Write a formula as $`x^2`$, or in a code block of the language math."),
    ],
)
def test_text_that_cannot_be_shown_in_a_quiz_is_refused_at_its_line(staff, course, lesson, old, new, words):
    quiz = make_quiz(QUIZ, lesson)
    source = QUIZ.replace(old, new)
    page = save_quiz(staff, quiz, source)
    line = source[: source.index(new)].count("\n") + 1
    assertContains(page, f'data-line="{line}"')
    assertContains(page, words, html=False)
    assert quiz.versions.count() == 1
