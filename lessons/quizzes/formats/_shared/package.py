"""A .zip as learning platforms export it: read in memory, bounded, nothing is written to disk."""

import posixpath
import zipfile
from io import BytesIO
from urllib.parse import unquote
from zlib import error as DeflateError  # noqa: N812

from lessons.texts.problem import Problem

from .decoding import decode
from .intake import Intake
from .outcome import fail
from .xml import read_xml

MANIFEST = "imsmanifest.xml"
TEXTS = (".xml", ".dat", ".txt", ".gift", ".qti")
FURNITURE = (".xsd", ".dtd", ".css", MANIFEST)
REDUCED = "/assessment_qti.xml"
MAX_NAMED = 20
MAX_ENTRIES = 25_000
MAX_UNPACKED = 96 * 1024 * 1024


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the files by their path. Raises QuizFileError for a damaged, encrypted or too large package."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, DeflateError, ValueError, OSError) as error:
        raise fail(f"The .zip cannot be read: {str(error).rstrip('.')}. It may be cut off.") from error


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise fail(f"The .zip holds {len(entries):,} files. The limit is {MAX_ENTRIES:,}.")
    left = MAX_UNPACKED
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.flag_bits & 1:
            raise fail(f"{entry.filename} is encrypted. Export the file without a password.")
        with archive.open(entry) as opened:  # the size in the header may lie, so the reading is bounded
            content = opened.read(left + 1)
        left -= len(content)
        if left < 0:
            raise fail(f"The .zip unpacks to more than {MAX_UNPACKED >> 20} MB.")
        files[posixpath.normpath(entry.filename.replace("\\", "/")).lstrip("/")] = content
    return files


def documents_of(files: dict[str, bytes]) -> list[str]:
    """Return the paths of the files that may hold questions, in the order of the manifest where there is one."""
    named: list[str] = []
    for path in files:
        if posixpath.basename(path).lower() == MANIFEST:
            folder, root = posixpath.dirname(path), read_xml(decode(files[path], path=path), path)
            for node in root.find("resource", "file"):
                href = unquote(node.get("href") or node.get("file"))
                named.append(posixpath.normpath(posixpath.join(folder, href)))
    found = [path for path in dict.fromkeys(named) if path in files] + sorted(files)
    texts = [path for path in dict.fromkeys(found) if path.lower().endswith(TEXTS)]
    # Canvas writes each quiz twice: in full in one folder, and reduced for others.
    full = {posixpath.basename(path).partition(".")[0] for path in texts if "non_cc_assessments/" in path}
    texts = [path for path in texts if not (path.endswith(REDUCED) and path.split("/")[-2] in full)]
    return [path for path in texts if not path.lower().endswith(MANIFEST) and not _is_hidden(path)]


def _is_hidden(path: str) -> bool:
    # What macOS adds to a .zip.
    return path.startswith("__MACOSX/") or posixpath.basename(path).startswith(".")


def report_unused(intake: Intake) -> None:
    rest = [path for path in intake.files if path not in intake.used and not path.lower().endswith(FURNITURE)]
    rest = [path for path in rest if not _is_hidden(path)]
    for path in rest[:MAX_NAMED]:
        intake.losses.append(Problem(1, "", "This file was left out.", path=path))
    if len(rest) > MAX_NAMED:
        intake.losses.append(Problem(1, "", f"{len(rest) - MAX_NAMED} more files of the .zip were left out."))
