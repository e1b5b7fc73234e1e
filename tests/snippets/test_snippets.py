"""Staff keep pieces of Markdown with a course, insert them in the editor, and start lessons from templates."""

import re
from html import unescape

import pytest
from django.urls import reverse

from lessons.admin.snippets import MAX_SNIPPETS, STARTING_LESSON, STEPS
from lessons.copying import copy_course
from lessons.course_files.dumping import dump_course
from lessons.gate import judge_lesson
from lessons.links import links_within
from lessons.models import Lesson, Snippet
from lessons.models.snippet import MAX_TEXT
from lessons.term import Term
from tests.authoring.conftest import make_instructor
from tests.factories import make_course, make_lab, make_lesson, make_quiz, make_session, make_user
from tests.staff.conftest import add_address, change_address, course, instructor, staff

__all__ = ["course", "instructor", "staff"]

pytestmark = pytest.mark.django_db

ADD = {name: f"lessons_{name}" for name in ("lesson", "quiz", "snippet")}


def add(course, name: str, kind: str = "lesson", text: str = "") -> Snippet:
    return Snippet.objects.create(course=course, kind=kind, name=name, text=text or f"Text of {name}.")


def offered(page: str) -> list[str]:
    """Return the texts in the fold of snippets."""
    fold = re.search(r'aria-label="Snippets of the course">(.*?)</div>\s*</details>', page, re.DOTALL)
    return [unescape(shown) for shown in re.findall(r"<pre>(.*?)</pre>", fold[1], re.DOTALL)] if fold else []


def source_in(page: str) -> str:
    return unescape(re.search(r'<textarea[^>]*name="source"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1])


@pytest.fixture
def every(course):
    """A snippet of each kind here, and some of a course that somebody else teaches."""
    other = make_course()
    make_instructor(other)
    for place in (course, other):
        for kind in Snippet.Kind.values:
            add(place, f"{kind} of {place.slug}", kind)
    return course


def test_each_editor_offers_the_snippets_of_its_kind_and_course(every, staff):
    lesson = make_lesson(make_session(every))
    rows = {"lesson": lesson, "quiz": make_quiz(lesson=lesson), "lab": make_lab(every)}
    found = {kind: offered(staff.get(change_address(row)).content.decode()) for kind, row in rows.items()}
    pieces = [f"Text of lesson of {every.slug}."]
    assert found == {"lesson": pieces, "quiz": [f"Text of quiz of {every.slug}."], "lab": pieces}
    # the forms for new rows too, with or without a course
    for query in ("", f"?course={every.pk}"):
        assert offered(staff.get(add_address(ADD["lesson"]) + query).content.decode()) == pieces


def test_a_form_without_a_course_names_the_course_of_each_snippet(every, staff, instructor):
    second = make_course("second", title="The second")
    second.staff.create(user=instructor)
    add(second, "another")
    page = staff.get(add_address(ADD["lesson"])).content.decode()
    assert "<h2>Snippets of The second</h2>" in page
    assert f"<h2>Snippets of {every}</h2>" in page
    page = staff.get(f"{add_address(ADD['lesson'])}?course={second.pk}").content.decode()
    assert offered(page) == ["Text of another."]


@pytest.mark.parametrize("text", ["  - indented\n\n\n", "</pre><b>& \t`x`\n", "a\n" * 9_000])
def test_a_snippet_is_kept_byte_for_byte_and_shown_as_text(course, staff, text):
    sent = {"course": course.pk, "kind": "lesson", "name": "Piece", "text": text.replace("\n", "\r\n")}
    assert staff.post(add_address(ADD["snippet"]), sent).status_code == 302
    assert Snippet.objects.get().text == text
    page = staff.get(change_address(make_lesson(make_session(course)))).content.decode()
    assert offered(page) == [text]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": " \n "}, "Enter the text of the snippet."),
        ({"text": "x" * (MAX_TEXT + 1)}, "at most 20000 characters"),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"name": "taken"}, "The course has a snippet with this name and use."),
        ({"kind": "tool"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_a_snippet_is_refused_in_words(course, staff, sent, message):
    add(course, "taken")
    given = {"course": course.pk, "kind": "lesson", "name": "Piece", "text": "x", **sent}
    response = staff.post(add_address(ADD["snippet"]), given)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Snippet.objects.count() == 1


def test_a_course_has_at_most_so_many(course, staff):
    Snippet.objects.bulk_create(
        Snippet(course=course, name=f"{number}", text="x") for number in range(MAX_SNIPPETS)
    )
    response = staff.post(
        add_address(ADD["snippet"]), {"course": course.pk, "kind": "lesson", "name": "Piece", "text": "x"}
    )
    assert "Delete one that nobody uses first." in response.content.decode()


def test_staff_of_another_course_cannot_read_change_or_use_them(every, client):
    client.force_login(make_instructor(make_course()))
    own = every.snippets.get(kind="template")
    assert client.get(change_address(own)).status_code == 302
    page = client.get(f"{add_address(ADD['lesson'])}?course={every.pk}&template={own.pk}").content.decode()
    assert own.text not in page


def test_a_new_lesson_starts_from_a_template(every, staff):
    template = add(every, "Evening", "template", "## Plan\n\n\tVerbatim.\n")
    page = staff.get(f"{add_address(ADD['lesson'])}?course={every.pk}").content.decode()
    assert source_in(page) == STARTING_LESSON
    starts = dict(
        re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', page.split("Start from:")[1].split("</p>")[0])
    )
    urls = {name: unescape(url) for url, name in starts.items()}
    assert list(urls)[:3] == ["One idea, and try it", "Steps to follow", "Empty"]
    texts = {name: source_in(staff.get(url).content.decode()) for name, url in urls.items()}
    assert texts["Evening"] == template.text
    assert texts["Steps to follow"] == STEPS
    assert texts["Empty"].strip() == ""
    assert all(f"course={every.pk}" in url for url in urls.values())


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "-1"])
def test_an_unknown_template_gives_the_usual_start(course, staff, key):
    assert (
        source_in(staff.get(f"{add_address(ADD['lesson'])}?template={key}").content.decode())
        == STARTING_LESSON
    )


def test_the_built_in_templates_have_no_problem(course):
    assert [judge_lesson(text, links_within(course)).errors for text in (STARTING_LESSON, STEPS)] == [[], []]


def test_a_copied_course_has_them_and_a_dump_says_that_files_do_not(every):
    new = copy_course(course=every, term=Term("new", "New"), by=make_user())
    kept = [list(each.snippets.values_list("kind", "name", "text")) for each in (every, new)]
    assert kept[0] == kept[1]
    names = ", ".join(every.snippets.values_list("name", flat=True))
    assert f"course.yaml: snippets stay in the portal: {names}" in dump_course(new).warnings


@pytest.mark.parametrize("many", [1, 60])
def test_the_editor_asks_a_fixed_number_of_queries_for_them(
    course, staff, django_assert_max_num_queries, many
):
    Snippet.objects.bulk_create(
        Snippet(course=course, kind=kind, name=f"{number}", text="x")
        for number in range(many)
        for kind in Snippet.Kind.values
    )
    address = reverse("admin:lessons_lesson_add")
    with django_assert_max_num_queries(16):
        assert len(offered(staff.get(address).content.decode())) == many
    assert not Lesson.objects.exists()
