"""Moodle XML: `<quiz>` with a `<question type="…">` for each."""

from .._shared.format import Format
from .._shared.xml import root_tag
from .reading import read
from .writing import write_xml


def recognises(text: str) -> bool:
    # Canvas writes its settings in a <quiz> too.
    return root_tag(text) == "quiz" and "canvas.instructure.com" not in text[:2000]


FORMAT = Format("moodle-xml", "Moodle XML", recognises, read, write_xml, "xml", carries_images=True)
