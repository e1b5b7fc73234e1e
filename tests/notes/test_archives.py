"""A zip of several files of notes, with pictures that are there and one that is not."""

import io
import zipfile

import pytest

from lessons.notes import EncodingUnsureError, import_notes, read_source

from .building import build
from .case_files import load
from .comparing import number
from .importing import import_file, read
from .unmet import mark_unmet


def test_days_in_files_are_in_the_order_of_their_numbers(tmp_path):
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for day in (10, 2, 1):
            text = f"Day {day} : {day} June 2026\n\nTopic {day} :::\n\n\t- a point of day {day}\n"
            archive.writestr(f"course/day {day}.txt", text)
        archive.writestr("__MACOSX/course/._day 1.txt", b"\0\1\2")
        archive.writestr("course/.DS_Store", b"\0\0\0\1Bud1")

    found = [(number(each["session"]), each["date"]) for each in import_file(path)]

    assert found == [(1, "2026-06-01"), (2, "2026-06-02"), (10, "2026-06-10")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_each_file_of_a_zip_has_its_own_encoding(tmp_path, encoding):
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.txt", "Day 1\n\nGrüße :::\n\n\t- हिन्दी\n".encode(encoding))
        archive.writestr("2.md", "# Day 2\n\n## Größe\n\n- 5 €\n")

    first, second = import_file(path)

    assert "Grüße" in first["title"] and "हिन्दी" in first["markdown"]
    assert "Größe" in second["title"] and "5 €" in second["markdown"]
    source = read_source(path.name, path.read_bytes())
    assert read_source(path.name, path.read_bytes(), encoding=source.encoding) == source


def test_a_chosen_encoding_is_for_the_files_of_a_zip_that_do_not_say_theirs():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("1.txt", "Grüße :::\n\t- ein Gruß\n".encode("cp1252"))
        archive.writestr("2.md", "# Größe\n\n- 5 €\n")
        archive.writestr("3.txt", "Öl :::\n".encode("utf-16"))
    with pytest.raises(EncodingUnsureError):
        read_source("notes.zip", data.getvalue())

    source = read_source("notes.zip", data.getvalue(), encoding="cp1252")

    assert [word for word in ("Grüße", "Gruß", "Größe", "5 €", "Öl") if word not in source.text] == []
    assert read_source("notes.zip", data.getvalue(), encoding=source.encoding) == source


@pytest.mark.parametrize(("name", "check"), [mark_unmet("git-pictures", "missing")])
def test_missing_pictures_are_named_and_the_others_are_not(tmp_path, name, check):
    case = load(name)

    notes = import_notes(read(build(case, tmp_path)))

    assert [each for name in case.of("missing") for each in notes.problems if name in each.message]
    assert not [each for name in case.of("has") for each in notes.problems if name in each.message]
