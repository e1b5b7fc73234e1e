"""A draft is always saved. Publishing has conditions, which are reported with their lines."""

import re

import pytest
from django.urls import reverse

from labs.models import Lab
from lessons.models import Lesson, Quiz
from tests.authoring.conftest import QUIZ
from tests.factories import LAB_SOURCE, make_course, make_lab, make_lesson, make_quiz, make_session
from tests.staff.conftest import add_address, change_address

pytestmark = pytest.mark.django_db

UNFINISHED = [
    "## A\n\n[next](lesson:not-written)\n",
    "![](/media/images/x.png)\n",
    "[lab](lab:later) and [quiz](quiz:later)",
    "::: flow\nnothing\n",
    "",
    "[" * 6_000,
    "x" * 200_001,
]
BROKEN_QUIZZES = [
    QUIZ.replace("[x]", "[ ]"),
    QUIZ.replace("{#commit}", ""),
    QUIZ + "\n[read](lesson:not-written)\n",
    "---\ntitle: [\n---\n",
    "Not a quiz yet",
    "",
]
BROKEN_LABS = [
    LAB_SOURCE.replace("commits: {", "comits: {"),
    LAB_SOURCE.replace("scenarios:", "later:"),
    "title: [",
    "schema: 2\ntitle: Only a title\n",
    "- a list\n",
    "",
]


def errors(response) -> str:
    return " ".join(re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL))


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_draft_lesson_is_always_saved_and_says_what_is_left(staff, course):
    session = make_session(course)
    for number, source in enumerate(UNFINISHED):
        fields = {"course": course.pk, "session": session.pk, "title": f"L {number}", "status": "draft"}
        answer = staff.post(add_address("lessons_lesson"), {**fields, "source": source}, follow=True)
        assert Lesson.objects.get(slug=f"l-{number}").source == source, source[:40]
        assert "Saved as a draft. Before you publish it, fix Markdown: Line 1" in said(answer) or (
            "Before you publish it, fix Markdown: Line 3: " in said(answer)
        ), (source[:40], said(answer))


def test_lesson_is_published_only_when_nothing_is_left(staff, course):
    session = make_session(course)
    for source in UNFINISHED:
        lesson = make_lesson(session, status="draft", source=source)
        fields = {"session": session.pk, "title": "T", "status": "published", "source": source}
        answer = staff.post(change_address(lesson), fields)
        assert answer.status_code == 200 and 'class="at-line"' in answer.content.decode(), source[:40]
        lesson.refresh_from_db()
        assert lesson.status == "draft"
    assert staff.post(change_address(lesson), {**fields, "source": "Some text."}).status_code == 302


@pytest.mark.parametrize(
    "sources", [BROKEN_QUIZZES[:2], pytest.param(BROKEN_QUIZZES[2:], marks=pytest.mark.heavy)]
)
def test_quiz_of_a_draft_lesson_is_always_saved_and_keeps_the_lesson_a_draft(staff, course, sources):
    session = make_session(course)
    for source in sources:
        lesson = make_lesson(session, status="draft")
        fields = {"course": course.pk, "lesson": lesson.pk, "source": source}
        answer = staff.post(add_address("lessons_quiz"), fields, follow=True)
        quiz = Quiz.objects.get(lesson=lesson)
        assert (quiz.source, quiz.slug) == (source, lesson.slug)
        assert "Before you publish it, fix Markdown: Line " in said(answer), source
        for address in (change_address(quiz), lesson.get_absolute_url(), course.get_absolute_url()):
            assert staff.get(address).status_code == 200
        fields = {"session": session.pk, "title": "T", "status": "published", "source": "Text."}
        assert "Not published: the quiz of this lesson has problems. Line " in errors(
            staff.post(change_address(lesson), fields)
        )
        assert staff.post(change_address(quiz), {"source": QUIZ}).status_code == 302
        assert staff.post(change_address(lesson), fields).status_code == 302
        answer = staff.post(change_address(quiz), {"source": source})
        assert 'class="at-line"' in answer.content.decode(), source


def test_version_of_a_quiz_is_kept_while_its_draft_is_unfinished(staff, course):
    quiz = make_quiz(QUIZ, make_lesson(make_session(course), status="draft"))
    version = quiz.current
    assert staff.post(change_address(quiz), {"source": BROKEN_QUIZZES[0]}).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.current, quiz.title) == (version, "First steps")


@pytest.mark.parametrize("sources", [BROKEN_LABS[:2], pytest.param(BROKEN_LABS[2:], marks=pytest.mark.heavy)])
def test_draft_lab_is_always_saved_and_publishing_is_refused_at_its_lines(staff, course, sources):
    for number, source in enumerate(sources):
        fields = {"course": course.pk, "slug": f"lab-{number}", "position": 1, "source": source}
        fields["brief"] = "[next](lesson:not-written)"
        answer = staff.post(add_address("labs_lab"), {**fields, "status": "draft"}, follow=True)
        lab = Lab.objects.get(slug=f"lab-{number}")
        assert (lab.source, lab.current) == (source, None)
        assert "Before you publish it, fix lab.yaml:" in said(answer)
        assert "leads nowhere: there is no such lesson" in said(answer)
        for address in (change_address(lab), lab.get_absolute_url(), reverse("admin:labs_lab_changelist")):
            assert staff.get(address).status_code == 200, source
        answer = staff.post(change_address(lab), {**fields, "status": "published"})
        assert answer.status_code == 200 and 'class="at-line"' in answer.content.decode()
    done = {**fields, "status": "published", "source": LAB_SOURCE, "brief": ""}
    assert staff.post(change_address(lab), done).status_code == 302
    lab.refresh_from_db()
    assert lab.is_proved and lab.title == "Your first repository"


def test_forms_begin_with_a_text_that_is_complete(staff, course):
    page = staff.get(add_address("labs_lab")).context["adminform"].form
    source, brief = page["source"].value(), page["brief"].value()
    fields = {"course": course.pk, "position": 1, "source": source, "brief": brief, "status": "published"}
    assert staff.post(add_address("labs_lab"), fields).status_code == 302
    assert Lab.objects.get().slug == "a-new-lab" and Lab.objects.get().is_proved
    lesson = make_lesson(make_session(course))
    source = staff.get(add_address("lessons_quiz")).context["adminform"].form["source"].value()
    fields = {"course": course.pk, "lesson": lesson.pk, "source": source}
    assert staff.post(add_address("lessons_quiz"), fields).status_code == 302
    assert Quiz.objects.get().current.question_count == 2


# --- labs are named by lessons ---


def test_lab_of_a_lesson_is_chosen_from_the_labs_of_its_course(staff, course):
    session, lab, foreign = make_session(course), make_lab(course, "mine"), make_lab(make_course(), "foreign")
    page = staff.get(add_address("lessons_lesson")).content.decode()
    assert f'value="{lab.slug}"' in page and foreign.slug not in page
    fields = {"course": course.pk, "session": session.pk, "title": "T", "status": "draft", "source": "Text."}
    for slug in ("foreign", "no-such-lab", '["mine"]'):
        assert "There is no lab" in errors(
            staff.post(add_address("lessons_lesson"), {**fields, "lab_slugs": [slug]})
        )
    assert staff.post(add_address("lessons_lesson"), {**fields, "lab_slugs": ["mine"]}).status_code == 302
    lesson = Lesson.objects.get()
    assert lesson.lab_slugs == ["mine"]
    assert re.search(r'value="mine"[^>]*checked', staff.get(change_address(lesson)).content.decode())
    staff.post(change_address(lesson), {**fields})
    lesson.refresh_from_db()
    assert lesson.lab_slugs == []


def test_published_lab_that_no_published_lesson_names_is_reported_everywhere(staff, course):
    named, hidden = make_lab(course, "named"), make_lab(course, "hidden")
    make_lab(course, "draft", status="draft")
    lesson = make_lesson(make_session(course), title="First steps", lab_slugs=["named"])
    changelist = reverse("admin:labs_lab_changelist")
    page = staff.get(changelist).content.decode()
    assert "First steps" in page and "None published" in page
    only = staff.get(changelist, {"without_lesson": "1"}).context["cl"].result_list
    assert {lab.slug for lab in only} == {"hidden", "draft"}
    assert "hidden. Select each in a published lesson." in staff.get(change_address(course)).content.decode()
    fields = {"position": 1, "source": hidden.source, "brief": "", "status": "published"}
    assert f"labs in {course}, because no published lesson names them: hidden." in said(
        staff.post(change_address(hidden), fields, follow=True)
    )
    fields = {"session": lesson.session_id, "title": "T", "status": "draft", "source": "Text."}
    answer = staff.post(change_address(lesson), {**fields, "lab_slugs": ["named"]}, follow=True)
    assert f"published lesson names them: hidden, {named.slug}." in said(answer)


def test_list_of_labs_takes_the_same_number_of_queries_for_many(staff, course, django_assert_max_num_queries):
    make_lab(course)
    address = reverse("admin:labs_lab_changelist")
    staff.get(address)
    with django_assert_max_num_queries(16) as few:
        staff.get(address)
    for _ in range(5):
        make_lab(course)
    with django_assert_max_num_queries(len(few)):
        staff.get(address)
