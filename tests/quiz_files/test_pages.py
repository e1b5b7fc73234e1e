"""The staff pages *Import questions* and *Export*."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lessons.admin import quiz_files
from lessons.models import Lesson, Quiz
from lessons.quizzes import parse
from lessons.quizzes.formats import EXPORTS, import_questions
from tests.authoring.conftest import make_instructor
from tests.factories import make_course, make_lesson, make_quiz, make_session
from tests.quiz_files.pinning import SAMPLES
from tests.quizzes.quiz_examples import ONE_OF_EACH

pytestmark = pytest.mark.django_db
TEXT = "Q: What is Git?\nA) A tool\nB) A tree\nAnswer: A\n"


@pytest.fixture
def address():
    return reverse("admin:lessons_quiz_import")


def upload(name: str = "moodle4.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / name).read_bytes())


def carried(answer) -> dict[str, str]:
    """The fields that the page sends on, as a browser would."""
    form = answer.context["form"]
    names = ["course", "text", "format", "encoding", "name", "packed", "digest"]
    return {name: str(form[name].value() or "") for name in names}


def words(answer) -> str:
    return unescape(answer.content.decode())


def test_a_file_is_shown_with_its_losses_and_nothing_is_stored(staff, course, address, media):
    answer = staff.post(address, {"course": course.pk, "file": upload()})
    page = words(answer)
    assert "9 questions of Moodle XML" in page
    assert "Line 182, <b>Before you start</b>: Not imported: it is a description" in page
    assert "Which command <strong>records</strong> a change in <code>main</code>?" in unescape(page)
    assert not Lesson.objects.exists()
    assert not media.exists()


def test_it_is_saved_as_a_draft_after_the_confirmation(staff, course, address, media):
    shown = staff.post(address, {"course": course.pk, "file": upload()})
    session = course.sessions.get(slug="one")
    answer = staff.post(
        address, {**carried(shown), "place": f"session-{session.pk}", "save": "1"}, follow=True
    )
    quiz = Quiz.objects.get()
    assert answer.redirect_chain == [(reverse("admin:lessons_quiz_change", args=[quiz.pk]), 302)]
    assert "Saved as a draft: “Git / basics”." in words(answer)
    assert (quiz.lesson.status, quiz.lesson.session) == ("draft", session)
    assert quiz.history.get().history_user.name == "Instructor"
    assert len(list(media.iterdir())) == 1


def test_pasted_text_is_kept_and_saved(staff, course, address):
    shown = staff.post(address, {"course": course.pk, "text": TEXT})
    assert "1 question of Plain text" in words(shown)
    assert TEXT in words(shown)
    session = course.sessions.first()
    staff.post(address, {**carried(shown), "place": f"session-{session.pk}", "save": "1"})
    [question] = parse(Quiz.objects.get().source).questions
    assert question.key == "what-is-git"


def test_a_quiz_of_a_draft_lesson_is_replaced_after_its_name_says_so(staff, course, address):
    lesson = make_lesson(course.sessions.first(), slug="own", title="Own", status="draft")
    quiz = make_quiz(lesson=lesson)
    shown = staff.post(address, {"course": course.pk, "text": TEXT})
    assert "Own (replaces its quiz; the history keeps it)" in words(shown)
    staff.post(address, {**carried(shown), "place": f"lesson-{lesson.pk}", "save": "1"})
    quiz.refresh_from_db()
    assert [question.key for question in parse(quiz.source).questions] == ["what-is-git"]
    assert quiz.history.count() == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a file, or paste the questions below."),
        ({"course": ""}, "Choose a course."),
        ({"text": "Q: What?\nA) one"}, "Line 1: This question has no answer. Add a line such as Answer: B"),
        ({"text": "Hello"}, "Line 1: The format is none of these"),
        ({"text": TEXT, "format": "nonsense"}, "Select a valid choice."),
        ({"text": TEXT, "save": "1", "digest": "old"}, "This is not the file that was shown."),
        ({"packed": "no base64"}, "The file did not arrive as it was sent. Choose it again."),
    ],
)
def test_a_mistake_is_named_and_the_text_stays(staff, course, address, fields, message):
    answer = staff.post(address, {"course": course.pk, **fields})
    assert message in words(answer)
    assert fields.get("text", "") in words(answer)
    assert not Lesson.objects.exists()


def test_a_place_is_required_to_save(staff, course, address):
    shown = staff.post(address, {"course": course.pk, "text": TEXT})
    answer = staff.post(address, {**carried(shown), "place": "", "save": "1"})
    assert "Choose where the quiz goes." in words(answer)
    assert TEXT in words(answer)
    assert not Lesson.objects.exists()


def test_a_course_without_sessions_says_what_to_do(client, address):
    empty = make_course("empty")
    client.force_login(make_instructor(empty))
    answer = client.post(address, {"course": empty.pk, "text": TEXT})
    assert "This course has no session yet." in words(answer)
    assert reverse("admin:lessons_session_add") in words(answer)


def test_a_file_too_large_to_carry_is_chosen_again(staff, course, address, monkeypatch):
    monkeypatch.setattr(quiz_files, "MAX_PACKED", 100)
    shown = staff.post(address, {"course": course.pk, "file": upload()})
    assert "Choose it again below when you save" in words(shown)
    place = {"place": f"session-{course.sessions.first().pk}", "save": "1"}
    again = staff.post(address, {**carried(shown), **place})
    assert "Choose a file, or paste the questions below." in words(again)
    staff.post(address, {**carried(shown), **place, "file": upload()})
    assert Quiz.objects.get().title == "Git / basics"


def test_only_the_first_questions_of_a_large_file_are_drawn(
    staff, course, address, django_assert_max_num_queries
):
    text = "\n\n".join(f"Q: What is {n}?\nA) a\nB) b\nAnswer: B" for n in range(600))
    with django_assert_max_num_queries(25):
        answer = staff.post(address, {"course": course.pk, "text": text})
    assert "The first 30 of them" in words(answer)
    assert unescape(words(answer)).count("<fieldset disabled>") == 30


# --- who may ----------------------------------------------------------------------------------------------------------


def test_only_courses_of_ones_own_are_offered_and_taken(client, course, address):
    foreign = make_instructor(make_course("other", title="Other course"))
    client.force_login(foreign)
    page = words(client.get(address))
    assert "Other course" in page
    assert "MLOps Edu" not in re.sub(r"<title>.*?</title>", "", page)
    answer = client.post(address, {"course": course.pk, "text": TEXT})
    assert "Select a valid choice." in words(answer)


def test_a_session_or_lesson_of_another_course_is_no_place(staff, course, address):
    other = make_session(make_course("other"))
    lesson = make_lesson(other, slug="l", status="draft")
    shown = staff.post(address, {"course": course.pk, "text": TEXT})
    for place in (f"session-{other.pk}", f"lesson-{lesson.pk}"):
        answer = staff.post(address, {**carried(shown), "place": place, "save": "1"})
        assert "Select a valid choice." in words(answer)
    assert not Quiz.objects.exists()


@pytest.mark.parametrize("name", EXPORTS)
def test_a_quiz_is_downloaded_by_staff_of_its_course_only(staff, client, course, name):
    quiz = make_quiz(ONE_OF_EACH, make_lesson(course.sessions.first(), slug="each"))
    address = reverse("admin:lessons_quiz_export", args=[quiz.pk])
    answer = staff.get(address, {"format": name})
    assert answer["Content-Disposition"] == f'attachment; filename="each.{EXPORTS[name].ending}"'
    assert import_questions(answer.content).parts[0].title == "Branches and releases"
    client.force_login(make_instructor(make_course("other")))
    assert client.get(address, {"format": name}).status_code == 404


def test_the_export_page_names_the_losses_of_each_format(staff, course):
    quiz = make_quiz(ONE_OF_EACH, make_lesson(course.sessions.first(), slug="each"))
    page = words(staff.get(reverse("admin:lessons_quiz_export", args=[quiz.pk])))
    assert "The points, 2, are not written: GIFT has none." in page
    assert page.count("The rules stay in the portal") == 3
    for name in EXPORTS:
        assert f"?format={name}" in page


def test_a_draft_with_problems_leads_back_to_its_editor(staff, course):
    quiz = make_quiz("---\ntitle: T\n", make_lesson(course.sessions.first(), slug="bad", status="draft"))
    answer = staff.get(reverse("admin:lessons_quiz_export", args=[quiz.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("admin:lessons_quiz_change", args=[quiz.pk]), 302)]
    assert "Fix the quiz before you export it." in words(answer)


def test_the_lists_lead_to_both_pages(staff, course, address):
    quiz = make_quiz(lesson=make_lesson(course.sessions.first(), slug="each"))
    assert address in words(staff.get(reverse("admin:lessons_quiz_changelist")))
    change = words(staff.get(reverse("admin:lessons_quiz_change", args=[quiz.pk])))
    assert reverse("admin:lessons_quiz_export", args=[quiz.pk]) in change
