"""Lines that explain a word of code, or hold a date, are no code."""

import pytest

from lessons.notes import import_notes, read_source

from .importing import import_text


@pytest.mark.parametrize("sign", ["--", "-", "-->", "=>", ":", "–"])
def test_instructions_that_are_explained_are_no_dockerfile(sign):
    told = f"\tFROM {sign} base image\n\tWORKDIR {sign} cd and mkdir\n\tRUN {sign} at build time\n"
    text = f"Dockerfile :::\n\nFROM python:3.12-slim\nWORKDIR /app\nRUN --mount=type=cache pip install x\n\n{told}"
    markdown = import_text(text)[0]["markdown"]
    assert markdown.count("```") == 2 and "RUN --mount=type=cache pip install x\n```" in markdown
    assert "cd and mkdir" in markdown.partition("\n```\n")[2]


def test_the_start_of_a_course_is_no_command():
    text = "CONTAINERS - 7:00PM-9:00PM CET\nstart 30th Nov 2026\n\nImages :::\n\nA template.\n"
    made = import_notes(read_source("notes.txt", text.encode()))
    assert [each.kind for each in made.suggestions if each.first == 2] == []


@pytest.mark.parametrize(
    "below", ["  1. create an account\n  2. install docker", "- create an account\n- install docker"]
)
def test_a_list_of_what_is_next_below_yaml_is_a_checklist(below):
    yaml = "kind: Pod\nmetadata:\n  name: web\n---\nkind: Service\nmetadata:\n  name: web"
    markdown = import_text(f"Pods :::\n\n{yaml}\n\nNEXT:\n{below}\n")[0]["markdown"]
    assert f"```yaml\n{yaml}\n```\n\n## NEXT\n\n::: checklist\n- [ ] create an account" in markdown


def test_a_line_below_the_heads_of_two_columns_is_no_row():
    markdown = import_text("VMs :::\n\nVM\t\tContainer\n---\t\t---------\nHypervisor\tRuntime\nGuest\tHost\n")
    assert "| VM | Container |\n|---|---|\n| Hypervisor | Runtime |" in markdown[0]["markdown"]


def test_an_evening_is_not_named_after_a_list_of_what_is_next():
    text = "Day 1: 5th Jan 2026\n\nA node runs pods.\n\nNext :\n\t- install docker\n"
    assert [lesson["title"] for lesson in import_text(text)] == ["Session 1"]
