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
