"""Every free text in the database is hostile: no page runs it, and no spreadsheet calculates it."""

import csv

import pytest
from django.apps import apps
from django.db import models, transaction

from lessons.models import CourseStaff
from lessons.pages.csv_file import FORMULA
from tests.pages.test_templates import inline
from tests.web.conftest import answer, passing_world, visitor
from tests.web.routes import routes
from tests.web.test_pseudonyms import addresses
from tests.web.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900), pytest.mark.heavy]

HOSTILE = "=<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
TEXTS = {
    *("name", "title", "text", "reason", "comment", "note", "notes", "question", "answer", "reply", "quote"),
    *("part_title", "place_title", "evidence", "change_reason", "withdrawn_because", "wanted_name"),
    *("wanted_because", "set_aside_reason", "message", "last_fault", "problem", "identifier", "description"),
}
# names of files and keys, which have rules of their own, and rows that the database keeps as they are
NOT_TYPED = {
    "lessons.GradeChange",
    "labs.Repository",
    "lessons.Attachment",
    "labs.FailedCheck",
    "labs.MetCheck",
    "lessons.Snippet",
}


def fill_with_hostile_texts() -> set[str]:
    filled = set()
    for model in apps.get_models():
        if model._meta.app_label not in ("accounts", "lessons", "labs", "progress", "notices"):
            continue
        if model._meta.label in NOT_TYPED or not model._meta.managed:
            continue
        for field in model._meta.fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and field.name in TEXTS and not field.unique:
                model._base_manager.update(**{field.name: HOSTILE[: field.max_length]})
                filled.add(f"{model._meta.label}.{field.name}")
    return filled


def calculates(content: bytes) -> list[str]:
    rows = csv.reader(content.decode("utf-8-sig").splitlines(keepends=True))
    return [cell for row in rows for cell in row if cell.lstrip(" ").startswith(FORMULA) and len(cell) > 1]


def test_no_page_runs_and_no_spreadsheet_calculates_a_text(django_db_blocker, tmp_path_factory):
    with passing_world(tmp_path_factory, django_db_blocker) as world, transaction.atomic():
        filled = fill_with_hostile_texts()
        people = {"learner": visitor(world.here.learner.user), "instructor": visitor(world.here.instructor)}
        answers = [
            answer(person, role, route, "GET", address, {})
            for role, person in people.items()
            for route in routes()
            for address in addresses(route, world)
        ]
    assert len(filled) > 40 and "progress.StaffNote.text" in filled
    assert [str(each) for each in answers if each.status >= 500] == []
    pages = [each for each in answers if each.headers.get("Content-Type", "").startswith("text/html")]
    raw = (b"<script>alert", b"<img src=x")
    assert [str(each) for each in pages if any(text in each.content for text in raw)] == []
    assert [str(each) for each in pages if "on*" in inline(each.content.decode())] == []
    assert sum(b"&lt;script&gt;alert" in each.content for each in pages) > 30
    sheets = [each for each in answers if "text/csv" in each.headers.get("Content-Type", "")]
    assert len(sheets) > 4
    assert [str(each) for each in sheets if calculates(each.content)] == []


def statuses(world: World) -> dict[str, int]:
    client = visitor(world.assistant)
    asked = [
        answer(client, "assistant", each, "GET", each.address(world.values(each)), {}) for each in routes()
    ]
    return {each.route.name: each.status for each in asked}


def test_assistant_who_lost_the_role_sees_what_a_stranger_sees(django_db_blocker, tmp_path_factory):
    with passing_world(tmp_path_factory, django_db_blocker) as world, transaction.atomic():
        before = statuses(world)
        assert CourseStaff.objects.filter(user=world.assistant).delete()[0]
        after = statuses(world)
    pages = [
        name for name in before if name.startswith(("gradebook", "teach", "roster", "cohort", "marking"))
    ]
    assert len(pages) > 10 and {before[name] for name in pages} >= {200}
    assert [name for name in pages if after[name] == 200] == ["teach_queue"]  # one page for all courses
