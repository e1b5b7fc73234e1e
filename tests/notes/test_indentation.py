from pathlib import Path

import pytest

from lessons.notes import import_notes, read_source

SEED = (Path(__file__).parent / "mlops-edu.txt").read_text("utf-8")


def lessons_of(text):
    return [
        (lesson.title, lesson.markdown)
        for lesson in import_notes(read_source("notes.txt", text.encode())).lessons
    ]


@pytest.mark.parametrize("width", [2, 3, 4, 8])
def test_tabs_turned_to_blanks_give_the_same_lessons(width):
    blanks = "\n".join(
        " " * width * (len(line) - len(line.lstrip("\t"))) + line.lstrip("\t") for line in SEED.split("\n")
    )

    assert lessons_of(blanks) == lessons_of(SEED)


def test_notes_without_indentation_keep_their_titles():
    flat = "\n".join(line.strip() for line in SEED.split("\n"))

    assert [title for title, _ in lessons_of(flat)] == ["MLOps introduction", "MLOps lifecycle"]
    assert "## AGILE Methodologies" in lessons_of(flat)[0][1]
