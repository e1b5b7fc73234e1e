"""Whatever a trainer accepts or skips, and however often the file has grown, nothing is lost and nothing moves."""

import json
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from lessons.models import Lesson
from lessons.notes import import_notes, read_source, with_answers
from lessons.rendering import render

from ..factories import make_course
from .case_files import NAMES, load
from .importing import import_case, import_text, lessons_of, read
from .marks import source_words, words
from .unmet import mark_unmet

GROWING = [name for name in NAMES if load(name).of("states")]


def cases(*checks):
    return [mark_unmet(name, check) for name in NAMES for check in checks]


def places_of(notes):
    return [place for lesson in notes.lessons for place in lesson.places]


@pytest.mark.parametrize(("name", "decision"), cases("accepted", "skipped"))
def test_decisions_lose_nothing(name, decision):
    notes = import_case(name, decision)
    folded = {line for place in places_of(notes) for span in place.block.folded for line in lines_in(*span)}

    for lesson in notes.lessons:
        rest = iter(words(lesson.title + "\n" + lesson.markdown))
        numbers = [number for number in lines_in(lesson.first, lesson.last) if number not in folded]
        own = [notes.source.lines[number - 1].text for number in numbers]

        assert [word for word in source_words(own) if word not in rest] == []
        assert load(name).of("pictures") or render(lesson.markdown, link=lambda *_: None).problems == []


@pytest.mark.parametrize(("name", "check"), cases("blocks"))
@pytest.mark.parametrize("decision", ["undecided", "accepted", "skipped"])
def test_each_line_belongs_to_one_block(name, check, decision):
    notes = import_case(name, decision)
    blocks = [place.block for place in places_of(notes)]

    owned = [line for block in blocks for line in lines_in(block.first, block.last)]

    assert owned == list(lines_in(1, len(notes.source.lines)))
    assert {line for block in blocks for span in block.folded for line in lines_in(*span)} == {
        line for block in blocks if block.kind == "fold" for line in lines_in(block.first, block.last)
    }


@pytest.mark.parametrize(("name", "check"), cases("places"))
def test_each_block_is_where_the_lesson_says(name, check):
    for lesson in import_case(name).lessons:
        lines = lesson.markdown.split("\n")
        shown = [place for place in lesson.places if place.first]

        for place in shown:
            rest = iter(words("\n".join(lines[place.first - 1 : place.last])))
            assert [word for word in words(place.block.markdown) if word not in rest] == []
        for before, after in pairwise(shown):
            assert before.last < after.first


@pytest.mark.parametrize("name", GROWING)
def test_a_grown_file_leaves_the_evenings_before_as_they_were(name):
    case = load(name)
    last = import_text(case.text(1, len(case.lines)))
    starts = [session["banner"][0][0] for session in case.expected["sessions"][1:]]

    for done, start in enumerate(starts, 1):
        state = import_text(case.text(1, start - 1))
        sessions = sorted({each["session"] for each in last})[:done]

        assert [facts(each) for each in state] == [
            facts(each) for each in last if each["session"] in sessions
        ]


def lines_in(first, last):
    return range(first, last + 1)


def facts(lesson):
    return {key: lesson[key] for key in ("session", "title", "date", "markdown", "html")}


@pytest.mark.parametrize("name", GROWING)
def test_keys_and_identities_survive_the_growth(name):
    case = load(name)
    whole = import_notes(read_source("notes.txt", case.path.read_bytes()))
    known = {each.key for each in whole.lessons}
    blocks = {place.block.id for lesson in whole.lessons for place in lesson.places}
    assert len(known) == len(whole.lessons)

    for session in case.expected["sessions"][1:]:
        state = import_notes(read_source("notes.txt", case.text(1, session["banner"][0][0] - 1).encode()))
        assert {each.key for each in state.lessons} <= known
        assert {place.block.id for lesson in state.lessons for place in lesson.places} <= blocks


@pytest.mark.django_db
def test_the_command_prints_the_same_lessons():
    path = load("ten-days").path
    out = StringIO()

    call_command("import_notes", str(path), "--course=mlops", "--dry-run", "--json", stdout=out)

    assert json.loads(out.getvalue()) == lessons_of(import_notes(read(path)))


@pytest.mark.heavy
@pytest.mark.django_db
@pytest.mark.parametrize("name", GROWING)
def test_all_states_in_turn_give_what_the_last_state_gives_alone(tmp_path, name):
    case = load(name)
    path = tmp_path / "notes.txt"
    in_turn, alone = make_course("in-turn"), make_course("alone")
    ends = [session["banner"][0][0] - 1 for session in case.expected["sessions"][1:]]

    for end in (*ends, len(case.lines)):
        path.write_text(case.text(1, end))
        call_command("import_notes", str(path), "--course=in-turn", stdout=StringIO())
    call_command("import_notes", str(path), "--course=alone", stdout=StringIO())

    assert stored(in_turn) == stored(alone)
    before = stored(in_turn)
    call_command("import_notes", str(path), "--course=in-turn", stdout=StringIO())
    assert stored(in_turn) == before


def stored(course):
    fields = ("session__title", "session__position", "position", "slug", "title", "status", "source", "html")
    return list(
        Lesson.objects.filter(session__course=course)
        .order_by("session__position", "position")
        .values(*fields)
    )


@pytest.mark.heavy
@pytest.mark.parametrize("name", NAMES)
def test_answers_to_questions_need_no_second_import(name):
    notes = import_case(name)
    questions = [each.id for each in notes.suggestions if each.kind == "question"]
    usual = {each.id: each.default for each in notes.suggestions}
    for decisions in (
        {},
        usual,
        dict.fromkeys(questions[::2], True),
        {**usual, **dict.fromkeys(questions, True)},
    ):
        again = import_notes(notes.source, decisions=decisions)
        assert with_answers(notes, {}, decisions) == again
        assert with_answers(again, decisions, {}) == notes
    others = [each for each in notes.suggestions if each.kind != "question"]
    for each in others[:1]:
        assert with_answers(notes, {}, {each.id: not each.default}) is None
    assert with_answers(notes, {}, {"staff-0123456789ab": True}) is None
