"""Labs in schema 1: saved and loaded in schema 2, while versions that are stored stay as they are and grade alike."""

import hashlib
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from labs.authoring.saving import save_lab
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grading.proofs import proof_here
from labs.models import Lab, LabVersion
from labs.specs import parse_spec
from lessons.course_files.source import digest
from tests.factories import LAB_SOURCE, make_course, make_lab
from tests.grader.conftest import Repo
from tests.staff.conftest import change_address, course, instructor, staff  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

OLD = LAB_SOURCE.replace("schema: 2", "schema: 1").replace("{on: main, at", "{branch: main, at")
FIELDS = {"status": "published", "position": 1, "brief": "Text"}


def test_saving_writes_schema_2_and_leaves_the_stored_version_as_it_was(tmp_path):
    lab = make_lab(make_course(), source=OLD)
    before = LabVersion.objects.filter(pk=lab.current_id).values().get()
    save_lab(lab=lab, proof=proof_here(LAB_SOURCE))
    assert (lab.source, lab.current.source, lab.current.schema) == (LAB_SOURCE, LAB_SOURCE, 2)
    assert LabVersion.objects.filter(pk=before["id"]).values().get() == before
    repo = Repo(tmp_path / "work")
    for number in range(4):
        repo.commit(f"Commit {number}", README="# Billing")
    reports = []
    for version in LabVersion.objects.order_by("pk"):
        with Repository.open(repo.path) as repository:
            reports.append(grade(parse_spec(version.source), repository))
    old, new = ([replace(result, seconds=0) for result in report.results] for report in reports)
    assert old == new
    assert [report.spec_digest for report in reports] == [
        hashlib.sha256(text.encode()).hexdigest() for text in (OLD, LAB_SOURCE)
    ]


def test_the_author_sees_that_the_text_was_rewritten_and_what_to_look_at(staff, course):  # noqa: F811
    lab = make_lab(course)
    guess = "  - {id: tip, says: stable is main, points: 1, points_at: {ref: stable, at: main}}\nscenarios:\n"
    steps = "    steps: [commit: Start]\n    expect: {readable: passed, others: needs work}"
    assert steps in OLD
    draft = {**FIELDS, "status": "draft", "source": OLD.replace("scenarios:\n", guess, 1)}
    page = staff.post(change_address(lab), draft, follow=True)
    told = " ".join(map(str, page.context["messages"]))
    assert "lab.yaml was in schema 1. It was saved in schema 2, where some names are different." in told
    assert "Line 23: assumed that `stable` is a branch" in told
    lab.refresh_from_db()
    assert (
        "branch: {name: stable, at: main}" in lab.source and "commits: {on: main, at_least: 3}" in lab.source
    )
    page = staff.post(
        change_address(lab),
        {**FIELDS, "source": lab.source.replace("points: 1,", "points: 2,"), "status": "draft"},
        follow=True,
    )
    assert "schema" not in " ".join(map(str, page.context["messages"]))


def test_a_draft_that_cannot_be_read_is_kept_as_it_is_with_the_names_that_were_typed(staff, course):  # noqa: F811
    lab = make_lab(course)
    broken = OLD.replace("{branch: main, at", "{branch: '-x', at")
    page = staff.post(change_address(lab), {**FIELDS, "status": "draft", "source": broken}, follow=True)
    assert "commits.branch: expected the name of a branch or tag" in " ".join(
        map(str, page.context["messages"])
    )
    lab.refresh_from_db()
    assert lab.source == broken


def test_a_course_with_old_texts_is_loaded_in_schema_2_and_loading_again_changes_nothing(folder, capsys):
    path = folder / "labs/first/lab.yaml"
    new = path.read_text().replace("    readable: {}", "    commits: {on: main, at_least: 1}")
    new = new.replace(
        "{readable: passed}",
        "{readable: passed}\n  - name: none\n    steps: [{commit: A, starter: true}]\n"
        "    expect: {readable: needs work}",
    )
    old = new.replace("schema: 2", "schema: 1").replace("{on: main", "{branch: main")
    path.write_text(old)
    call_command("load_course", str(folder))
    lab = Lab.objects.get()
    assert (lab.source, lab.current.schema) == (new, 2)
    call_command("load_course", str(folder))
    assert "nothing changed" in capsys.readouterr().out.splitlines()[-1]
    path.write_text(new)
    call_command("load_course", str(folder))
    assert "nothing changed" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("edited", [False, True])
def test_a_text_that_was_loaded_word_for_word_is_not_a_conflict(folder, capsys, edited):
    """As releases before this one stored it."""
    path = folder / "labs/first/lab.yaml"
    path.write_text(path.read_text().replace("schema: 2", "schema: 1"))
    call_command("load_course", str(folder))
    lab = Lab.objects.get()
    content = {name: getattr(lab, name) for name in ("slug", "status", "position", "brief")}
    stored = {"source": path.read_text(), "loaded_digest": digest({**content, "source": path.read_text()})}
    if edited:
        stored["brief"] = "Written in the portal"
    Lab.objects.filter(pk=lab.pk).update(**stored)
    try:
        call_command("load_course", str(folder))
    except CommandError as error:
        pytest.fail(str(error))
    assert ("kept as changed in the portal" if edited else "1 updated") in capsys.readouterr().out
