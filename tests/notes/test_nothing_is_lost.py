"""Every line has one block, every word is in a lesson, in order."""

import re
from pathlib import Path

from lessons.notes import Import, import_notes, read_source

NOTES = Path(__file__).parent / "mlops-edu.txt"


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


def lost_words(notes: Import) -> list[str]:
    """Words of the source that the titles and the Markdown of the lessons do not have in the same order."""
    shown = iter(
        [word for lesson in notes.lessons for word in words_of(f"{lesson.title}\n{lesson.markdown}")]
    )
    return [word for word in words_of(notes.source.text) if word not in shown]


def uncovered_lines(notes: Import) -> list[int]:
    covered = [
        number
        for lesson in notes.lessons
        for place in lesson.places
        for number in range(place.block.first, place.block.last + 1)
    ]
    assert covered == sorted(set(covered))
    return sorted(set(range(1, len(notes.source.lines) + 1)) - set(covered))


def test_real_notes_lose_no_word_and_no_line() -> None:
    notes = import_notes(read_source(NOTES.name, NOTES.read_bytes()))
    assert lost_words(notes) == []
    assert uncovered_lines(notes) == []
