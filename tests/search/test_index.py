"""The index follows what is saved, loaded, renamed, withdrawn and deleted, on both databases."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from labs.models import Lab
from lessons import actions
from lessons.models import Course, Lesson, SearchEntry, SearchWord
from lessons.rendering import TooComplexError
from lessons.search import index
from tests.courses.conftest import folder  # noqa: F401 - a fixture
from tests.factories import make_course, make_learner, make_session, make_user
from tests.search.conftest import find, titles, write_lab, write_lesson, write_quiz

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def everything():
    return make_user(is_superuser=True)


def rows():
    return sorted(SearchEntry.objects.values_list("kind", "key", "anchor", "heading", "text"))


def words():
    return set(SearchWord.objects.values_list("word", flat=True))


def searchable() -> int:
    """Return the number of entries that the database searches."""
    table = "lessons_searchentry" if connection.vendor == "postgresql" else "lessons_search"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def rebuild(*options):
    out = StringIO()
    call_command("rebuild_search", *options, stdout=out)
    return out.getvalue().strip()


def test_lesson_is_found_by_its_newest_text_and_title(everything):
    lesson = write_lesson("## One\n\nAlpha.\n\nTerm\n: Meaning.\n", title="First")
    lesson.source, lesson.title = "## Two\n\nBeta.", "Second"
    actions.save_lesson(lesson=lesson)
    assert {typed: titles(find(everything, typed)) for typed in ("alpha", "first", "meaning", "beta", "second")} == {
        "alpha": [], "first": [], "meaning": [], "beta": ["Second"], "second": ["Second"],
    }  # fmt: skip
    assert searchable() == len(rows()) == 2


def test_lab_and_quiz_are_found_by_their_newest_title(everything):
    quiz = write_quiz(write_lesson(), "Before")
    quiz.source = quiz.source.replace("Before", "Afterwards")
    actions.save_quiz(quiz=quiz)
    lab = write_lab(quiz.course, "lab", "## Steps\n\nDo this.", title="Practice")
    write_lab(quiz.course, "other", "## Steps\n\nDo that.", title="Another", status=Lab.Status.DRAFT)
    assert titles(find(everything, "before")) == []
    assert titles(find(everything, "afterwards")) == ["Afterwards"]
    (result,) = find(everything, "practice steps").groups[0].results
    assert (result.page.title, result.places[0].anchor) == (lab.title, "steps")


def test_lesson_that_is_refused_stays_as_it_was(everything):
    lesson = write_lesson("Alpha.")
    lesson.source = "[" * 6_000
    with pytest.raises(TooComplexError):
        actions.save_lesson(lesson=lesson)
    assert titles(find(everything, "alpha")) == ["Start"]


def test_loaded_course_is_found_with_its_quiz_and_lab(everything, folder):  # noqa: F811
    call_command("load_course", str(folder), verbosity=0)
    learner = make_learner(Course.objects.get(slug="tiny")).user
    found = find(learner, "start")
    assert titles(found) == ["Start"]
    assert titles(find(learner, "quiz")) == ["A quiz"]
    assert titles(find(learner, "push a commit")) == ["First lab"]
    before = set(SearchEntry.objects.values_list("pk", flat=True))
    call_command("load_course", str(folder), verbosity=0)
    assert set(SearchEntry.objects.values_list("pk", flat=True)) == before


def test_result_has_the_address_of_after_a_rename(everything, folder):  # noqa: F811
    call_command("load_course", str(folder), verbosity=0)
    Course.objects.filter(slug="tiny").update(slug="small")
    Lesson.objects.filter(slug="start").update(slug="begin")
    addresses = {result.page.url for group in find(everything, "start").groups for result in group.results}
    assert "/courses/small/begin/" in addresses


def test_page_whose_file_is_gone_is_lost_to_learners(folder):  # noqa: F811
    call_command("load_course", str(folder), verbosity=0)
    learner = make_learner(Course.objects.get(slug="tiny")).user
    course = (folder / "course.yaml").read_text().replace("labs: [first]", "labs: []")
    (folder / "course.yaml").write_text(course)
    lesson = (
        (folder / "one/01-start.md")
        .read_text()
        .replace("labs: [first]\n", "")
        .replace("(lab:first)", "(#begin)")
    )
    (folder / "one/01-start.md").write_text(lesson)
    call_command("load_course", str(folder), removed="draft", verbosity=0)
    assert titles(find(learner, "push a commit")) == []


def test_what_is_deleted_is_forgotten(everything):
    course = make_course()
    lesson = write_lesson("Alpha.\n\nTerm\n: Alpha.\n", session=make_session(course))
    quiz, lab = write_quiz(lesson, "Alpha quiz"), write_lab(course, "lab", "Alpha.")
    kept = write_lesson("Alpha.", slug="kept")
    assert find(everything, "alpha").count == 5
    for row in (quiz, lab):
        row.current = None  # a version protects what it is of
        row.save()
    lab.delete()
    assert find(everything, "alpha").count == 3  # a quiz without a version is closed
    course.delete()
    assert titles(find(everything, "alpha")) == ["Kept"]
    assert {key for _, key, *_ in rows()} == {kept.pk}
    assert searchable() == len(rows())


def test_text_of_any_length_is_found_to_its_last_word(everything):
    long_line = "alpha " * 5_000 + "omega"
    many = "\n\n".join(f"## Heading {number}\n\nText{number}." for number in range(1_000))
    write_lesson(long_line + "\n\n" + "x" * 10_000, slug="long")
    write_lesson(many, slug="many")
    assert titles(find(everything, "omega")) == ["Long"]
    for number in (0, 399, 400, 999):
        assert titles(find(everything, f"heading text{number}"))[:1] == ["Many"], number
    assert max(len(text) for *_, text in rows()) <= index.MAX_TEXT
    assert SearchEntry.objects.count() <= index.MAX_HEADINGS + 50


def test_no_word_is_lost_where_a_long_text_is_cut():
    text = "\n".join(" ".join(f"w{line}x{word}" for word in range(line % 50)) for line in range(300))
    parts = list(index._parts(text))
    assert " ".join(parts).split() == text.split()


def test_rebuilt_index_is_that_of_the_saves(everything):
    lesson = write_lesson("Alpha.\n\n## One\n\nBeta.\n\nTerm\n: Meaning.\n", summary="Summary.")
    write_lesson("[" * 6_000, session=lesson.session, slug="draft", status=Lesson.Status.DRAFT)
    write_quiz(lesson, "Quiz")
    write_lab(lesson.course, "lab", "## Steps\n\nGamma.")
    write_lab(lesson.course, "broken", "[" * 6_000, status=Lab.Status.DRAFT)
    before = rows(), words(), searchable()
    SearchEntry.objects.filter(kind="quiz").delete()
    SearchEntry.objects.filter(kind="lesson").update(text="Something else.")
    index.write("lab", 999_999, "Of a lab that is gone", [])
    index._add_words(["gonewords"])
    assert rebuild() == "Pages indexed: 5."
    assert (rows(), words(), searchable()) == before


def test_missing_pages_alone_are_indexed(everything):
    lesson = write_lesson("Alpha.\n\nTerm\n: Meaning.\n")
    write_lesson("Beta.", session=lesson.session, slug="other")
    before = rows()
    SearchEntry.objects.filter(key=lesson.pk).delete()
    assert rebuild("--missing") == "Pages indexed: 1."
    assert rows() == before
    assert rebuild("--missing") == "Pages indexed: 0."
