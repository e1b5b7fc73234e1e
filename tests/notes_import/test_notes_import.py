"""Notes that grow from week to week, and lessons that are edited in between."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from lessons import actions
from lessons.models import Lesson, Meeting, Notes, Reading, Session
from lessons.notes import NotesError
from lessons.notes_import.applying import MINE, NOTES, Choices, NotesChangedError, apply_notes
from lessons.notes_import.planning import State, plan, read_notes
from lessons.notes_import.storing import decide, store_notes
from tests.factories import make_cohort, make_course, make_enrollment, make_user

pytestmark = pytest.mark.django_db
SEED = (Path(__file__).parents[1] / "notes/mlops-edu.txt").read_bytes()
FIRST_DAY = SEED.partition(b"####################\nDay2")[0]
HEAD = "Data: Edu\nStart Date: 29th Nov. 2025\n8:30PM-11:30PM IST - SAT-SUN\n\n"


def day(number: int, *topics: str) -> str:
    rule = "#" * 20
    return "\n".join([rule, f"Day{number}: {28 + number}th Nov. 2025", rule, "", *topics, ""])


def topic(title: str, *lines: str) -> str:
    return "\n".join([f"{title} :::", "", *(f"\t- {line}" for line in lines), ""])


def words(text: str, count: int = 200) -> tuple[str, ...]:
    return tuple(f"{text} {number} says something about {text} again" for number in range(count // 4))


@pytest.fixture
def course():
    return make_course()


def bring(course, text: str | bytes, **more):
    data = text.encode() if isinstance(text, str) else text
    notes, _ = store_notes(course=course, name="notes.txt", data=data)
    return apply_notes(notes=notes, **more)


def states(course, text: str) -> list[State]:
    notes = Notes.objects.get(course=course)
    notes.data = text.encode()
    return [change.state for change in plan(notes, read_notes(notes))]


def lessons_of(course) -> list[tuple[int, str, str, str]]:
    rows = course.lessons.order_by("session__position", "position", "pk").select_related("session")
    return [(row.session.position, row.title, row.slug, row.source) for row in rows]


def edit(lesson: Lesson, old: str, new: str) -> None:
    assert old in lesson.source
    lesson.source = lesson.source.replace(old, new, 1)
    actions.save_lesson(lesson=lesson)


TWO = HEAD + day(1, topic("Tables", *words("tables"))) + day(2, topic("Keys", *words("keys")))


def test_the_first_import_creates_drafts_in_a_session_a_day(course):
    done = bring(course, TWO)
    assert [(lesson.title, lesson.status, lesson.session.title) for lesson in done.created] == [
        ("Tables", "draft", "Session 1"),
        ("Keys", "draft", "Session 2"),
    ]
    assert "keys 3 says something" in done.created[1].html
    assert [lesson.from_notes.date for lesson in done.created] == [date(2025, 11, 29), date(2025, 11, 30)]


def test_the_same_file_again_changes_nothing(course):
    bring(course, SEED)
    before, versions = lessons_of(course), Lesson.history.count()
    done = bring(course, SEED)
    assert (done.created, done.updated, done.conflicts, done.gone) == ([], [], [], [])
    assert lessons_of(course) == before
    assert Lesson.history.count() == versions


def test_the_grown_file_adds_and_updates_and_keeps_identity_progress_and_edits(course):
    bring(course, TWO)
    tables, _ = course.lessons.order_by("pk")
    tables.status = Lesson.Status.PUBLISHED
    edit(tables, "tables 3 says", "tables 3, as I would put it, says")
    learner = make_enrollment(cohort=make_cohort(course))
    Reading.objects.create(enrollment=learner, lesson=tables)
    grown = (
        HEAD
        + day(1, topic("Tables", *words("tables"), "and one more line"))
        + day(2, topic("Keys", *words("keys")))
        + day(3, topic("Joins", *words("joins")))
    )
    done = bring(course, grown)
    assert [lesson.title for lesson in done.created] == ["Joins"]
    assert done.updated == [tables]
    tables.refresh_from_db()
    assert "tables 3, as I would put it, says" in tables.source
    assert "and one more line" in tables.source
    assert (tables.slug, tables.status) == ("tables", "published")
    assert Reading.objects.filter(lesson=tables).exists()
    assert bring(course, grown).updated == []


@pytest.mark.parametrize(
    ("answer", "has"),
    [(MINE, "my line"), (NOTES, "the line of the notes"), ("- merged by hand\n", "merged by hand")],
)
def test_both_sides_changed_is_a_conflict_until_it_is_answered(course, answer, has):
    bring(course, TWO)
    tables = course.lessons.get(slug="tables")
    edit(tables, "- tables 3 says something about tables again", "- my line")
    changed = TWO.replace("tables 3 says something about tables again", "the line of the notes")
    done = bring(course, changed)
    assert (done.conflicts, done.updated) == ([tables], [])
    tables.refresh_from_db()
    assert "my line" in tables.source
    assert states(course, changed) == [State.CONFLICT, State.SAME]
    key = tables.from_notes.key
    done = bring(course, changed, choices=Choices(conflicts={key: answer}))
    assert done.conflicts == []
    tables.refresh_from_db()
    assert has in tables.source
    assert State.CONFLICT not in states(course, changed)
    assert bring(course, changed).updated == []


def test_a_lesson_that_the_notes_no_longer_have_stays_and_is_listed(course):
    bring(course, TWO)
    done = bring(course, HEAD + day(1, topic("Tables", *words("tables"))))
    assert [lesson.title for lesson in done.gone] == ["Keys"]
    assert course.lessons.count() == 2


def test_a_topic_that_is_renamed_is_the_same_lesson(course):
    bring(course, TWO)
    keys = course.lessons.get(slug="keys")
    done = bring(course, TWO.replace("Keys :::", "Primary keys :::"))
    assert (done.created, done.updated) == ([], [keys])
    keys.refresh_from_db()
    assert (keys.title, keys.slug) == ("Primary keys", "keys")


def test_a_title_that_was_edited_in_the_portal_stays(course):
    bring(course, TWO)
    keys = course.lessons.get(slug="keys")
    keys.title = "Keys, and why"
    actions.save_lesson(lesson=keys)
    bring(course, TWO.replace("Keys :::", "Primary keys :::"))
    keys.refresh_from_db()
    assert keys.title == "Keys, and why"


def test_the_last_state_alone_gives_the_same_lessons_as_all_states_in_turn(course):
    for state in (FIRST_DAY[:2000], FIRST_DAY, SEED[:7000], SEED):
        bring(course, state)
    alone = make_course(slug="alone")
    bring(alone, SEED)
    gone = {lesson.pk for lesson in bring(course, SEED).gone}
    assert not gone
    assert lessons_of(course) == lessons_of(alone)


def test_a_new_topic_between_others_gets_its_place(course):
    three = [topic(name, *words(name.lower(), 400)) for name in ("Tables", "Views", "Keys")]
    bring(course, HEAD + day(1, three[0], three[2]))
    bring(course, HEAD + day(1, *three))
    assert [title for _, title, _, _ in lessons_of(course)] == ["Tables", "Views", "Keys"]


def test_new_lessons_go_to_the_session_that_was_chosen_for_their_day(course):
    chosen = Session.objects.create(course=course, slug="sql", title="SQL", position=7)
    bring(course, TWO, choices=Choices(sessions={2: chosen}))
    assert course.lessons.get(slug="keys").session == chosen
    bring(course, TWO.replace("Keys :::", topic("Views", *words("views", 400)) + "\nKeys :::"))
    assert course.lessons.get(slug="views").session == chosen


def test_a_cohort_gets_the_meetings_that_it_does_not_have(course):
    cohort = make_cohort(course)
    done = bring(course, TWO, choices=Choices(cohort=cohort))
    assert [(row.starts_at, row.minutes) for row in done.meetings] == [
        (datetime(2025, 11, 29, 15, tzinfo=UTC), 180),
        (datetime(2025, 11, 30, 15, tzinfo=UTC), 180),
    ]
    bring(course, TWO, choices=Choices(cohort=cohort))
    assert Meeting.objects.count() == 2


def test_an_answer_to_a_suggestion_is_kept_and_changes_the_drafts(course):
    notes, _ = store_notes(course=course, name="seed.txt", data=SEED)
    asked = next(each for each in read_notes(notes).suggestions if each.kind == "checklist")
    decide(notes=notes, answers={asked.id: not asked.default})
    answered = next(each for each in read_notes(notes).suggestions if each.id == asked.id)
    assert answered.accepted is not asked.default
    decide(notes=notes, answers={asked.id: None})
    assert notes.decisions == {}


def test_notes_that_changed_after_the_page_was_opened_are_not_applied(course):
    notes, _ = store_notes(course=course, name="notes.txt", data=TWO.encode())
    seen = notes.version
    store_notes(course=course, name="notes.txt", data=SEED)
    with pytest.raises(NotesChangedError):
        apply_notes(notes=notes, version=seen)
    assert course.lessons.count() == 0


def test_a_file_that_cannot_be_read_leaves_the_earlier_state(course):
    bring(course, TWO)
    with pytest.raises(NotesError):
        store_notes(course=course, name="notes.txt", data=b"a" * 30_000)
    assert bytes(Notes.objects.get().data) == TWO.encode()


def test_pictures_are_stored_once_and_shown(course, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    picture, archive = BytesIO(), BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    text = "# Pipelines\n\nThe pipeline:\n\n![Build, test, deploy](img/flow.png)\n"
    with ZipFile(archive, "w") as file:
        file.writestr("notes.md", text)
        file.writestr("img/flow.png", picture.getvalue())
    for _ in range(2):
        notes, problems = store_notes(course=course, name="notes.zip", data=archive.getvalue())
        apply_notes(notes=notes)
        assert problems == []
    assert len(list(tmp_path.rglob("*.png"))) == 1
    lesson = course.lessons.get()
    assert f'src="/media/images/{notes.pictures["img/flow.png"][1]}"' in lesson.html
    assert 'alt="Build, test, deploy"' in lesson.html


def test_who_imported_is_in_the_history(course):
    person = make_user()
    done = bring(course, TWO, by=person)
    assert {row.history_user for row in Lesson.history.filter(id=done.created[0].pk)} == {person}


def test_a_merged_text_that_the_gate_would_stop_is_refused_for_a_published_lesson(course):
    bring(course, TWO)
    tables = course.lessons.get(slug="tables")
    tables.status = Lesson.Status.PUBLISHED
    edit(tables, "- tables 3 says something about tables again", "- my line")
    before = tables.source
    changed = TWO.replace("tables 3 says something about tables again", "the line of the notes")
    answers = Choices(conflicts={tables.from_notes.key: "Read [here](https://git-scm.com/).\n"})
    [(refused, why)] = bring(course, changed, choices=answers).refused
    assert refused == tables
    assert "“here” does not say where the link leads" in why
    tables.refresh_from_db()
    assert tables.source == before
    tables.status = Lesson.Status.DRAFT
    tables.save()
    assert bring(course, changed, choices=answers).updated == [tables]
