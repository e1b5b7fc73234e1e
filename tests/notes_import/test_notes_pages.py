"""The pages of the notes import: bring, review, place."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lessons import actions
from lessons.models import IncomingNotes, Lesson, Meeting, Notes, Quiz
from lessons.notes_import.planning import plan
from lessons.notes_import.reading import read_once
from lessons.pages.notes.sides import _texts
from tests.authoring.conftest import make_instructor
from tests.factories import make_cohort, make_course, make_session
from tests.notes_import.test_notes_import import HEAD, SEED, TWO, day, topic, words

pytestmark = pytest.mark.django_db
QUERIES = [8, 9, 6, 7]  # bring, review, place, lessons


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def staff(client, course):
    client.force_login(make_instructor(course))
    return client


def page(name: str, *args) -> str:
    return reverse(name, args=args)


def paste(staff, course, text: str, name: str = "notes", **more):
    return staff.post(page("notes", course.slug), {"way": "paste", "name": name, "text": text, **more})


def upload(staff, course, name: str, data: bytes, **more):
    return staff.post(
        page("notes", course.slug), {"way": "file", "file": SimpleUploadedFile(name, data), **more}
    )


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def place(staff, notes, **given):
    address = page("notes_place", notes.course.slug, notes.pk)
    return staff.post(address, {"version": notes.version, **given})


def brought(staff, course, text: str) -> Notes:
    paste(staff, course, text)
    return Notes.objects.get(course=course)


def suggestion(notes: Notes, kind: str):
    imported = read_once(Notes.objects.select_related("course").get(pk=notes.pk)).imported
    return next(made for made in imported.suggestions if made.kind == kind)


def test_pasted_notes_become_drafts_that_are_listed_with_links(staff, course):
    response = paste(staff, course, TWO)
    notes = Notes.objects.get(name="notes.txt")
    assert response.url == page("notes_review", course.slug, notes.pk)
    assert "Every word is kept" in text_of(staff.get(response.url))
    response = place(
        staff, notes, **{"day-1": "new", "title-1": "Relations", "day-2": "new", "title-2": "Keys"}
    )
    shown = staff.get(response.url).content.decode()
    assert [(row.session.title, row.status) for row in course.lessons.all()] == [
        ("Relations", "draft"),
        ("Keys", "draft"),
    ]
    for lesson in course.lessons.all():
        assert page("admin:lessons_lesson_change", lesson.pk) in shown


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"way": "paste", "name": "notes", "text": "  "}, "Paste your notes."),
        ({"way": "paste", "text": "- kept words"}, "Name these notes"),
        ({"way": "file"}, "Choose a file."),
        ({"way": "git"}, "Enter the address"),
        ({"way": "git", "address": "not an address"}, "The URL contains a space"),
        ({"way": "paste", "name": "n", "text": "a" * 30_000 + " kept words"}, "Break it into lines"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(staff, course, given, says):
    response = staff.post(page("notes", course.slug), given)
    assert response.status_code == 422
    assert says in text_of(response)
    assert "kept words" not in given.get("text", "") or "kept words" in response.content.decode()
    assert not Notes.objects.exists()


def test_a_file_of_an_unknown_encoding_waits_until_one_is_chosen(staff, course):
    data = "Café Größe naïve :::\n\t- Übung für Anfänger\n".encode("cp1250", "replace") * 3
    response = upload(staff, course, "alt.txt", data)
    waiting = IncomingNotes.objects.get()
    assert response.url == page("notes_incoming", course.slug, waiting.pk)
    shown = staff.get(response.url)
    offered = re.findall(r'name="encoding" value="([^"]+)"', shown.content.decode())
    assert len(offered) > 1
    wrong = staff.post(response.url, {"encoding": "no-such-encoding"})
    assert wrong.status_code == 422
    staff.post(response.url, {"encoding": offered[0]})
    assert Notes.objects.get().encoding == offered[0]
    assert not IncomingNotes.objects.exists()
    grown = data + "\t- Öl\n".encode("cp1250")
    again = upload(staff, course, "alt.txt", grown)
    assert again.url == page("notes_review", course.slug, Notes.objects.get().pk)
    assert bytes(Notes.objects.get().data) == grown


def test_an_answer_changes_the_drafts_and_can_be_taken_back(staff, course):
    notes = brought(staff, course, SEED.decode())
    asked = suggestion(notes, "flow")
    address = page("notes_review", course.slug, notes.pk)
    for name, kept in (("accept", {asked.id: True}), ("skip", {asked.id: False}), ("undo", {})):
        assert staff.post(address, {name: asked.id}).url == address
        notes.refresh_from_db()
        assert notes.decisions == kept
    staff.post(address, {"accept_all": "1"})
    notes.refresh_from_db()
    assert len(notes.decisions) > 10
    assert set(notes.decisions.values()) == {True}


def test_every_line_of_a_page_has_one_sign_and_blocks_of_edited_lessons_are_mine(staff, course):
    notes = brought(staff, course, TWO)
    place(staff, notes)
    lesson = course.lessons.get(slug="tables")
    lesson.source = lesson.source.replace("- tables 3 says", "- I say that tables 3 says")
    actions.save_lesson(lesson=lesson)
    shown = staff.get(page("notes_review", course.slug, notes.pk)).content.decode()
    lines = TWO.split("\n")[: shown.count('class="rl"')]
    assert re.findall(r'id="L(\d+)"', shown) == [str(number + 1) for number in range(len(lines))]
    assert "I say that tables 3 says" in shown
    assert re.findall(r'<span class="quiet">(mine|from notes)', shown).count("mine") == 1


def test_habits_are_tried_without_being_kept_and_then_kept_for_the_course(staff, course):
    notes = brought(staff, course, "Tables :::\n\t- one row\n\nKeys :\n\t- one key\n")
    address = page("notes_review", course.slug, notes.pk)
    tried = staff.get(address, {"habit-colon": "label", "habit-small_topics": "alone"})
    assert "Only a preview" in text_of(tried)
    course.refresh_from_db()
    assert course.notes_habits == {}
    staff.post(address, {"keep_habits": "yes", "habit-colon": "label", "habit-small_topics": "alone"})
    course.refresh_from_db()
    assert (course.notes_habits["forms"]["colon"], course.notes_habits["small_topics"]) == ("label", "alone")
    assert "Only a preview" not in text_of(staff.get(address))


def test_a_day_is_offered_the_session_that_meets_on_its_date_and_then_the_one_it_had(staff, course):
    session, other = make_session(course, title="SQL"), make_session(course, title="Other")
    cohort = make_cohort(course, time_zone="Asia/Kolkata")
    Meeting.objects.create(cohort=cohort, session=session, starts_at="2025-11-29T15:00Z")
    notes = brought(staff, course, TWO)
    address = page("notes_place", course.slug, notes.pk)
    assert f'<option value="{session.pk}" selected>SQL' in staff.get(address).content.decode()
    place(staff, notes, **{"day-1": other.pk, "day-2": "new", "title-2": "Keys", "cohort": cohort.pk})
    assert course.lessons.get(slug="tables").session == other
    assert cohort.meetings.count() == 3
    grown = HEAD + day(1, topic("Tables", *words("tables")), topic("Views", *words("views", 400)))
    paste(staff, course, grown)
    assert f'<option value="{other.pk}" selected>Other' in staff.get(address).content.decode()


def test_a_new_session_needs_a_title_and_nothing_is_created_without(staff, course):
    notes = brought(staff, course, TWO)
    response = place(staff, notes, **{"day-1": "new", "title-1": " ", "day-2": "new", "title-2": "My keys"})
    assert response.status_code == 422
    assert "Enter a title" in text_of(response)
    assert "My keys" in response.content.decode()
    assert not course.lessons.exists()


def conflict(staff, course) -> tuple[Notes, Lesson, str]:
    place(staff, brought(staff, course, TWO))
    lesson = course.lessons.get(slug="tables")
    lesson.source = lesson.source.replace("- tables 3 says something about tables again", "- my line")
    actions.save_lesson(lesson=lesson)
    changed = TWO.replace("tables 3 says something about tables again", "the line of the notes")
    paste(staff, course, changed)
    return Notes.objects.get(course=course), lesson, lesson.from_notes.key


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    ("answer", "has"), [("", "my line"), ("mine", "my line"), ("notes", "the line of"), ("merged", "by hand")]
)
def test_a_conflict_is_answered_on_the_page(staff, course, answer, has):
    notes, lesson, key = conflict(staff, course)
    assert "changed in the portal and in the notes" in text_of(
        staff.get(page("notes_place", course.slug, notes.pk))
    )
    place(staff, notes, **{f"answer-{key}": answer, f"merged-{key}": "- by hand\r\n"})
    lesson.refresh_from_db()
    assert has in lesson.source
    again = text_of(staff.get(page("notes_place", course.slug, notes.pk)))
    assert ("changed in the portal and in the notes" in again) == (answer == "")


def test_a_merged_text_with_both_versions_comes_back(staff, course):
    notes, lesson, key = conflict(staff, course)
    merged = "My words\n<!-- Your version: -->\nmine\n<!-- From the notes: -->\ntheirs\n<!-- End -->"
    response = place(staff, notes, **{f"answer-{key}": "merged", f"merged-{key}": merged})
    assert response.status_code == 422
    assert "Keep one of each" in text_of(response)
    assert "My words" in response.content.decode()
    lesson.refresh_from_db()
    assert "my line" in lesson.source


def test_notes_that_changed_meanwhile_are_not_applied_and_nothing_typed_is_lost(staff, course):
    notes = brought(staff, course, TWO)
    seen = notes.version
    paste(staff, course, TWO)
    notes.version = seen
    response = place(staff, notes, **{"day-1": "new", "title-1": "A long thought title"})
    assert response.status_code == 409
    assert "Not saved" in text_of(response)
    assert "A long thought title" in response.content.decode()
    assert not course.lessons.exists()


def accept_question(staff, course, notes) -> str:
    asked = next(
        made
        for made in read_once(Notes.objects.select_related("course").get(pk=notes.pk)).imported.suggestions
        if made.kind == "question" and "Put these in order" in made.question.markdown
    )
    staff.post(page("notes_review", course.slug, notes.pk), {"accept": asked.id})
    notes.refresh_from_db()
    return asked.question.key


def test_accepted_questions_become_a_draft_quiz_and_are_given_once(staff, course):
    notes = brought(staff, course, SEED.decode())
    key = accept_question(staff, course, notes)
    place(staff, notes)
    quiz = Quiz.objects.get()
    assert quiz.source.count(f"{{#{key}}}") == 1
    assert quiz.current is not None
    assert quiz.is_draft
    quiz.source = quiz.source.replace("Requirement Analysis", "Requirements").replace(f"{{#{key}}}", "{#own}")
    actions.save_quiz(quiz=quiz)
    place(staff, notes)
    quiz.refresh_from_db()
    assert f"{{#{key}}}" not in quiz.source
    assert "Requirements" in quiz.source


def test_questions_for_a_quiz_that_learners_see_wait_until_somebody_asks_them(staff, course):
    notes = brought(staff, course, SEED.decode())
    key = accept_question(staff, course, notes)
    place(staff, notes)
    lesson = Quiz.objects.get().lesson
    staff.post(page("notes_done", course.slug, notes.pk), {"lesson": lesson.pk})
    quiz = Quiz.objects.get()
    assert (quiz.is_draft, quiz.lesson.is_draft, quiz.current.question_count) == (False, False, 1)
    asked = next(
        made
        for made in read_once(Notes.objects.select_related("course").get()).imported.suggestions
        if made.question and made.question.key != key and lesson.from_notes.markdown and made.first < 200
    )
    staff.post(page("notes_review", course.slug, notes.pk), {"accept": asked.id})
    notes.refresh_from_db()
    place(staff, notes)
    quiz.refresh_from_db()
    assert quiz.current.question_count == 1
    address = page("notes_done", course.slug, notes.pk)
    waits = re.search(r'name="questions" value="(\d+)"', staff.get(address).content.decode())
    Quiz.objects.update(source=f"{quiz.source}\n## A question without an answer\n")
    refused = text_of(staff.post(address, {"questions": waits[1]}, follow=True))
    assert "Not added: the quiz would have errors. Edit it first. Line" in refused
    Quiz.objects.update(source=quiz.source)
    staff.post(address, {"questions": waits[1]})
    quiz.refresh_from_db()
    assert quiz.current.question_count == 2


def test_a_published_lesson_without_a_quiz_gets_a_draft_of_one(staff, course):
    notes = brought(staff, course, SEED.decode())
    place(staff, notes)
    course.lessons.update(status=Lesson.Status.PUBLISHED)
    accept_question(staff, course, notes)
    place(staff, notes)
    assert Quiz.objects.get().is_draft


def test_ticked_drafts_are_published_unless_something_blocks_it(staff, course):
    notes = brought(staff, course, SEED.decode())
    place(staff, notes)
    first, second = course.lessons.order_by("session__position")
    first.source += "\n[nowhere](lesson:gone)\n"
    actions.save_lesson(lesson=first)
    address = page("notes_done", course.slug, notes.pk)
    response = staff.post(address, {"lesson": [first.pk, second.pk]}, follow=True)
    assert "Not published" in text_of(response)
    assert [row.status for row in course.lessons.order_by("session__position")] == ["draft", "published"]


def test_questions_with_words_to_replace_are_not_published(staff, course):
    notes = brought(
        staff, course, "Git :::\n\t- What is Git ?\n\t\t- A version control system for all of us\n"
    )
    asked = suggestion(notes, "question")
    staff.post(page("notes_review", course.slug, notes.pk), {"accept": asked.id})
    notes.refresh_from_db()
    place(staff, notes)
    lesson = course.lessons.get()
    response = staff.post(page("notes_done", course.slug, notes.pk), {"lesson": lesson.pk}, follow=True)
    assert "Write an answer in place of these words" in text_of(response)
    lesson.refresh_from_db()
    assert lesson.status == "draft"


def test_notes_of_another_course_are_not_found(staff, course):
    other = make_course()
    notes = Notes.objects.create(course=other, name="n.txt", data=b"- words")
    for name in ("notes_review", "notes_place", "notes_done"):
        assert staff.get(page(name, other.slug, notes.pk)).status_code == 404
        assert staff.get(page(name, course.slug, notes.pk)).status_code == 404
    assert paste(staff, other, "- words").status_code == 404
    response = paste(staff, course, "- words", into=notes.pk)
    assert response.status_code == 422


@pytest.mark.heavy
def test_a_long_file_is_shown_in_pages_that_stay_small(staff, course):
    text = "".join(
        day(number, topic(f"Topic {number}", *words(f"w{number}", 80))) for number in range(1, 200)
    )
    notes = brought(staff, course, text)
    response = staff.get(page("notes_review", course.slug, notes.pk), {"page": "150"})
    assert response.content.count(b'class="rl"') <= 1_000
    assert len(response.content) < 300_000
    assert "Topic 150" in response.content.decode()


def test_every_line_of_an_edited_lesson_is_in_one_block(staff, course):
    notes = brought(staff, course, SEED.decode())
    place(staff, notes)
    lesson = course.lessons.order_by("session__position").first()
    words_before = lesson.source.split("\n")
    lesson.source = "\n".join(
        ["First of all.", *words_before[:20], "In between.", *words_before[28:], "At last."]
    )
    actions.save_lesson(lesson=lesson)
    read = read_once(Notes.objects.select_related("course").get())
    change = next(each for each in plan(Notes.objects.get(), read.imported) if each.known.lesson == lesson)
    texts = _texts(change.draft, change.markdown, lesson.source)
    assert [line for text, _ in texts for line in text.split("\n") if line.strip()] == [
        line for line in lesson.source.split("\n") if line.strip()
    ]
    assert len(texts) == len(change.draft.places)
    assert 2 <= sum(is_mine for _, is_mine in texts) <= 12


@pytest.mark.parametrize("days", [1, 12])
def test_the_number_of_queries_does_not_grow(staff, course, days):
    text = "".join(
        day(number, topic(f"Topic {number}", *words(f"w{number}", 400))) for number in range(1, days + 1)
    )
    notes = brought(staff, course, text)
    place(staff, notes)
    found = []
    for name in ("notes", "notes_review", "notes_place", "notes_done"):
        args = [course.slug] if name == "notes" else [course.slug, notes.pk]
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(page(name, *args)).status_code == 200
        found.append(len(captured))
    assert found == QUERIES


def test_made_up_fields_are_ignored(staff, course):
    notes = brought(staff, course, TWO)
    review = page("notes_review", course.slug, notes.pk)
    for given in ({"accept": "a\0b"}, {"accept": "x" * 500}, {"accept_all": "99"}, {"accept_all": "\0"}):
        assert staff.post(review, given).status_code == 302
    for query in ("?page=0", "?page=99999999", "?page=x", "?page=²", "?habit-colon=gone&habit-next=\0"):
        assert staff.get(review + query).status_code == 200
    notes.refresh_from_db()
    assert notes.decisions == {}
    assert place(staff, notes, **{"day-1": "9" * 30, "day-2": "new", "title-2": "Keys\0"}).status_code == 422
    done = page("notes_done", course.slug, notes.pk)
    for given in ({"lesson": ["x", "9" * 40]}, {"questions": "²"}, {"questions": "9" * 40}, {}):
        assert staff.post(done, given).status_code == 302
    given = {
        "version": "²",
        "cohort": "9" * 40,
        "day-1": "new",
        "title-1": "A",
        "day-2": "new",
        "title-2": "B",
    }
    assert staff.post(page("notes_place", course.slug, notes.pk), given).status_code == 409
    assert place(staff, notes, **{**given, "version": notes.version}).status_code == 302
    waiting = IncomingNotes.objects.create(
        course=course, state="unsure", name="a.txt", data="Größe\n\t- Übung\n".encode("cp1250")
    )
    incoming = page("notes_incoming", course.slug, waiting.pk)
    assert staff.post(incoming, {"encoding": "a\0b"}).status_code == 422


# --- what a form must survive ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000])
def test_a_number_that_no_row_can_have_is_no_error_of_the_portal(staff, course, number):
    notes = brought(staff, course, TWO)
    assert place(staff, notes, cohort=number).status_code == 302
    assert staff.post(page("notes_done", course.slug, notes.pk), {"questions": number}).status_code == 302
    for name in ("markdownx_markdownify", "markdownx_upload", "attach"):
        assert staff.post(page(name), {"course": number, "kind": "lesson"}).status_code == 404


@pytest.mark.parametrize("answer", ["merged", "notes"])
def test_an_answer_to_an_earlier_text_of_a_lesson_does_not_overwrite_the_edit_since(staff, course, answer):
    notes = brought(staff, course, TWO)
    place(staff, notes)
    lesson = Lesson.objects.get(slug="tables")
    lesson.source = lesson.source.replace("- tables 3 says", "- mine says")
    actions.save_lesson(lesson=lesson)
    paste(staff, course, TWO.replace("- tables 3 says", "- theirs says"))
    notes.refresh_from_db()
    [row] = [row for row in placing_at(staff, notes).rows if row.is_conflict]
    lesson.source += "\nAdded by a colleague\n"
    actions.save_lesson(lesson=lesson)
    key = row.change.key
    given = {f"answer-{key}": answer, f"merged-{key}": "- by hand"}
    response = place(staff, notes, **given, **{f"seen-{key}": row.seen})
    assert response.status_code == 422
    assert "Somebody edited the lesson in the meantime" in text_of(response)
    lesson.refresh_from_db()
    assert "Added by a colleague" in lesson.source
    [row] = [row for row in response.context["placing"].rows if row.is_conflict]
    assert row.merged == "- by hand"
    assert place(staff, notes, **given, **{f"seen-{key}": row.seen}).status_code == 302


def placing_at(staff, notes):
    return staff.get(page("notes_place", notes.course.slug, notes.pk)).context["placing"]


def test_a_text_that_cannot_be_rendered_is_refused_for_a_published_lesson(staff, course):
    notes = brought(staff, course, TWO)
    place(staff, notes)
    lesson = Lesson.objects.get(slug="tables")
    lesson.status = Lesson.Status.PUBLISHED
    actions.save_lesson(lesson=lesson)
    source = lesson.source
    paste(staff, course, TWO.replace("\t- tables 3 says", f"\t- {'y' * 900}\n" * 250 + "\t- tables 3 says"))
    notes.refresh_from_db()
    response = place(staff, notes)
    assert response.status_code == 302
    assert "Not updated, because learners see it: Tables" in text_of(staff.get(response["Location"]))
    lesson.refresh_from_db()
    assert lesson.source == source


def test_a_block_is_kept_for_staff_and_shown_to_learners_again(staff, course):
    text = f"{HEAD}{day(1, topic('Branches', 'Words for learners'))}\nHints :\n\t- zebra one\n\t- zebra two\n"
    notes = brought(staff, course, text)
    address = page("notes_review", course.slug, notes.pk)
    shown = staff.get(address).content.decode()
    block = re.findall(r'name="staff" value="(list-[0-9a-f]+)"', shown)[-1]
    assert "from notes" in shown

    staff.post(address, {"staff": block})
    shown = staff.get(address).content.decode()
    assert f'name="learners" value="{block}"' in shown
    assert '<aside class="note staff"' in shown
    assert "zebra one" in shown
    notes.refresh_from_db()
    place(staff, notes, **{"title-1": "One"})
    lesson = Lesson.objects.get()
    assert "zebra one" in lesson.source
    assert "zebra" not in f"{lesson.html}{lesson.text}{lesson.contents}{lesson.title}{lesson.summary}"
    assert "zebra one" in lesson.staff_html

    paste(staff, course, f"{text}\t- zebra three\n")
    notes.refresh_from_db()
    place(staff, notes)
    lesson.refresh_from_db()
    assert "zebra three" in lesson.staff_html
    assert "zebra" not in lesson.html

    (block,) = re.findall(r'name="learners" value="(list-[0-9a-f]+)"', staff.get(address).content.decode())
    staff.post(address, {"learners": block})
    notes.refresh_from_db()
    assert not any(name.startswith("staffline") for name in notes.decisions)
    place(staff, notes)
    lesson.refresh_from_db()
    assert "zebra three" in lesson.html


@pytest.mark.parametrize(
    "given", [{"staff": "head-000000000000"}, {"staff": "x"}, {"learners": ""}, {"staff": "\0"}]
)
def test_a_block_that_is_not_there_changes_nothing(staff, course, given):
    notes = brought(staff, course, f"{HEAD}{day(1, topic('Branches', 40))}")
    assert staff.post(page("notes_review", course.slug, notes.pk), given).status_code == 302
    notes.refresh_from_db()
    assert notes.decisions == {}
