"""A .zip with notes and their pictures. Nothing is written to disk."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from lessons.texts.problem import Problem

from ..source import MAX_BYTES, MAX_LINES, EncodingUnsureError, Line, NotesError, Source

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
MAX_MEMBERS = 2_000
MAX_ARCHIVE = 50_000_000
MAX_UNPACKED = 100_000_000
MAX_RATIO = 200  # text packs 10 to 30 times
SMALL = 1_000_000  # below, a high ratio is harmless: a file of blanks
MAX_DEPTH = 12  # folders

Read = Callable[[bytes, str, str], Source]


def read(data: bytes, path: str, encoding: str, formats: Mapping[str, Read]) -> Source:
    """Read members in the order of their names, one after the other. Raises NotesError."""
    if len(data) > MAX_ARCHIVE:
        raise NotesError(f"The archive is over {MAX_ARCHIVE // 1_000_000} MB. Split it.", path=path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return _read_members(opened, _members(opened, path), path, encoding, formats)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, NotesError):
            raise
        raise NotesError("The archive is damaged or has a password. Pack it again.", path=path) from error


def _members(opened: zipfile.ZipFile, path: str) -> list[zipfile.ZipInfo]:
    infos = opened.infolist()
    if len(infos) > MAX_MEMBERS:
        raise NotesError(f"The archive has {len(infos):,} files. The limit is {MAX_MEMBERS:,}.", path=path)
    members = [info for info in infos if not info.is_dir() and not _is_litter(info.filename)]
    for info in members:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        is_outside = (
            ".." in parts or parts[:1] == ("/",) or (parts and ":" in parts[0]) or "\0" in info.filename
        )
        if is_outside or len(parts) > MAX_DEPTH:
            raise NotesError(
                f"“{info.filename[:80]}” has a path that is not allowed. Pack it again.", path=path
            )
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise NotesError(
                f"“{info.filename[:80]}” is packed {MAX_RATIO} times or more. Leave it out.", path=path
            )
    if sum(info.file_size for info in members) > MAX_UNPACKED:
        raise NotesError(
            f"Unpacked, it is over {MAX_UNPACKED // 1_000_000} MB. Leave large files out.", path=path
        )
    return sorted(members, key=lambda info: _natural(info.filename))


def _is_litter(name: str) -> bool:
    # what file managers add
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("."))


def _natural(name: str) -> list[tuple[int, int | str]]:
    # day2 comes before day10
    parts: list[tuple[int, int | str]] = []
    word = ""
    for sign in [*name.lower(), ""]:
        if word and (not sign or sign.isdecimal() != word[-1].isdecimal()):
            parts.append((0, int(word[:18])) if word.isdecimal() else (1, word))
            word = ""
        word += sign
    return parts


def _read_members(
    opened: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    path: str,
    encoding: str,
    formats: Mapping[str, Read],
) -> Source:
    lines: list[Line] = []
    pictures: dict[str, bytes] = {}
    problems: list[Problem] = []
    unpacked = 0
    for info in members:
        suffix = PurePosixPath(info.filename).suffix.lower()
        if suffix not in formats and suffix not in PICTURES:
            message = "This file was left out: it is neither notes nor a picture."
            problems.append(Problem(1, "", message, path=info.filename))
            continue
        content = _unpack(opened, info, path)
        unpacked += len(content)
        if unpacked > MAX_UNPACKED:
            raise NotesError("The archive is larger than it says. Pack it again.", path=path)
        if suffix in PICTURES:
            pictures[info.filename] = content
            continue
        source = _read_member(formats[suffix], content, info.filename, encoding)
        lines += source.lines
        pictures |= source.pictures
        problems += source.problems
        if len(lines) > MAX_LINES:
            raise NotesError(f"The notes have more than {MAX_LINES:,} lines. Split them.", path=path)
    if not any(line.text.strip() for line in lines):
        raise NotesError(f"The archive has no notes. It needs a file in {', '.join(formats)}.", path=path)
    return Source(tuple(lines), pictures, encoding, tuple(problems))


def _read_member(read_format: Read, content: bytes, path: str, encoding: str) -> Source:
    # The encoding that was chosen is for the files that do not say theirs.
    try:
        return read_format(content, path, "")
    except EncodingUnsureError:
        if not encoding:
            raise
        return read_format(content, path, encoding)


def _unpack(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> bytes:
    # The size in the directory may lie, so one byte more is asked for.
    limit = min(info.file_size, MAX_BYTES)
    with opened.open(info) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise NotesError(f"“{info.filename[:80]}” is larger than {limit:,} bytes. Leave it out.", path=path)
    return content
