"""Files of other systems: questions in, quizzes out. One file for each format, all of the same shape.

To add one, copy a file, and list its `FORMAT` in `FORMATS`.
"""

import posixpath
import re
from collections.abc import Mapping

from ..quiz import Quiz
from . import aiken, gift, moodle_xml, plain, qti12, qti21
from ._shared.assembling import assemble
from ._shared.decoding import ENCODINGS, MAX_FILE, decode
from ._shared.format import Format, Losses
from ._shared.intake import Intake
from ._shared.outcome import Exported, Imported, Part, QuizFileError, fail
from ._shared.package import documents_of, is_zip, read_zip, report_unused

__all__ = [
    "ENCODINGS",
    "EXPORTS",
    "FORMATS",
    "MAX_FILE",
    "Exported",
    "Format",
    "Imported",
    "Part",
    "QuizFileError",
    "export_quiz",
    "import_questions",
]

# The first format that recognises a text reads it, so the narrower ones come first.
FORMATS: dict[str, Format] = {
    each.FORMAT.name: each.FORMAT for each in (moodle_xml, qti21, qti12, plain, aiken, gift)
}
EXPORTS = {name: each for name, each in FORMATS.items() if each.write}
OWN = re.compile(r"(?m)^## \S.*\{#[a-z0-9][^{}\n]{0,100}\}$")
UNKNOWN = "The format is none of these: {}. If you know that it is, choose it."
MEDIA_TYPES = {"zip": "application/zip", "xml": "application/xml", "txt": "text/plain; charset=utf-8"}


def import_questions(data: bytes, *, name: str = "", format: str = "", encoding: str = "") -> Imported:
    """Return the questions of a file, or of a .zip of files, as quizzes of the portal.

    `name` is the name of the file, which may become the title. `format` is a key of FORMATS, `encoding` one of
    Python; both are found out if they are empty. Raises QuizFileError with everything that is wrong if the file
    cannot be read as a whole; what alone cannot be held is in `losses`.
    """
    if len(data) > MAX_FILE:
        raise fail(f"The file is larger than {MAX_FILE >> 20} MB. Split it.")
    if not data.strip():
        raise fail("The file is empty.")
    title = posixpath.basename(name.replace("\\", "/")).rpartition(".")[0].replace("_", " ")
    if is_zip(data):
        return _import_package(read_zip(data), format, encoding, title)
    text = decode(data, encoding)
    chosen, intake = _format(format, text), Intake()
    chosen.read(text, intake)
    return assemble(intake, chosen.name, title)


def _import_package(files: dict[str, bytes], format: str, encoding: str, title: str) -> Imported:
    intake, used = Intake(files), ""
    for path in documents_of(files):
        text = decode(files[path], encoding, path)
        chosen = next((each for each in FORMATS.values() if each.recognises(text)), None)
        if chosen is None or (format and chosen.name != format):
            continue
        intake.path = path
        intake.used.add(path)
        chosen.read(text, intake)
        used = used or chosen.name
    if not used:
        raise fail(f"The .zip holds no file of these formats: {_titles()}.")
    place = {path: number for number, path in enumerate(intake.order)}
    intake.found.sort(key=lambda found: place.get(found.path, len(place)))
    report_unused(intake)
    return assemble(intake, used, title)


def _format(name: str, text: str) -> Format:
    if name:
        return FORMATS[name]
    if OWN.search(text) and not text.lstrip().startswith("<"):
        raise fail("This is a quiz in the Markdown of the portal. Paste it into the editor of a quiz.")
    found = next((each for each in FORMATS.values() if each.recognises(text)), None)
    if found is None:
        raise fail(UNKNOWN.format(_titles()))
    return found


def _titles() -> str:
    return ", ".join(each.title for each in FORMATS.values())


def export_quiz(quiz: Quiz, format: str, images: Mapping[str, bytes] | None = None) -> Exported:
    """Return a quiz as a file of a format in EXPORTS. The same quiz gives the same bytes.

    `images` has the data of its images by their address, for the formats that carry files.
    """
    chosen = EXPORTS[format]
    losses = Losses(images or {} if chosen.carries_images else {})
    if chosen.write is None:
        raise ValueError(format)
    data = chosen.write(quiz, losses)
    return Exported(data, chosen.ending, MEDIA_TYPES[chosen.ending], tuple(sorted(losses.found)))
