"""Moodle XML: `<quiz>` with a `<question type="…">` for each."""

from ...quiz import Quiz
from .._shared.format import Format, Losses
from .._shared.xml import root_tag
from .reading import read
from .writing import write_xml


def recognises(text: str) -> bool:
    # Canvas writes its settings in a <quiz> too.
    return root_tag(text) == "quiz" and "canvas.instructure.com" not in text[:2000]


def write(quiz: Quiz, losses: Losses) -> bytes:
    return write_xml(quiz, losses)


FORMAT = Format("moodle-xml", "Moodle XML", recognises, read, write, "xml", carries_images=True)
