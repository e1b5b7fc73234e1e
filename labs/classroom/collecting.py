"""Collect exported files from folders and ZIP archives, with limits. Nothing is written, and no link is followed."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from labs.classroom.model import Reading
from labs.grader.words import size, visible

MAX_FILES = 5_000
MAX_BYTES = 32 << 20  # of all files together
MAX_FILE_BYTES = 8 << 20
MAX_DEPTH = 20
MAX_PATH = 400
_SKIPPED = {".git", "__MACOSX", ".DS_Store", "node_modules", "__pycache__"}
_BAD_ARCHIVE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError,
)  # fmt: skip


class UnreadableError(Exception):
    """The files cannot be collected at all; the message says why and what to do."""


class Collector:
    """Files by path; `reading` gets a finding for each one that was left out."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.files: dict[str, bytes] = {}
        self._left = MAX_BYTES

    def add(self, path: str, data: bytes) -> None:
        """Add one file. Raises UnreadableError past a limit."""
        if len(data) > MAX_FILE_BYTES:
            self._leave_out(path, "the file is too large", f"The limit is {size(MAX_FILE_BYTES)}")
            return
        if len(self.files) >= MAX_FILES:
            raise UnreadableError(f"There are more than {MAX_FILES:,} files. Import fewer folders at a time.")
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableError(
                f"The files have more than {size(MAX_BYTES)}. Leave out large ones, or import fewer folders at a time."
            )
        self.files.setdefault(path, data)

    def add_path(self, path: Path) -> None:
        """Add a file, a ZIP archive or a folder of this machine. Raises UnreadableError."""
        try:
            if path.is_dir():
                self._add_folder(path.resolve())
            elif path.suffix.lower() == ".zip":
                with path.open("rb") as file:
                    self.add_archive(path.name, file)
            else:
                self.add(path.name, self._read(path))
        except OSError as error:
            raise UnreadableError(f"{visible(str(path))} cannot be read: {error.strerror}.") from error

    def add_archive(self, name: str, file: IO[bytes]) -> None:
        """Add the files of a ZIP below a folder with its name. Raises UnreadableError."""
        top = name.rpartition(".")[0] or name
        try:
            with zipfile.ZipFile(file) as archive:
                for info in _entries(archive, name):
                    self._add_entry(archive, info, f"{top}/{info.filename}")
        except _BAD_ARCHIVE as error:
            raise UnreadableError(
                f"“{visible(name)}” is not a ZIP file, or is damaged. Pack it again."
            ) from error

    def _add_entry(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> None:
        if _is_skipped(path):
            return
        if reason := _path_fault(info.filename):
            self._leave_out(path, "the entry was not read", reason)
        elif stat.S_ISLNK(info.external_attr >> 16):
            self._leave_out(path, "the link was not followed", "Links may lead anywhere")
        elif info.flag_bits & 1:
            raise UnreadableError("The archive has a password. Pack the folder without one.")
        else:
            with archive.open(info) as opened:  # the size in its directory may be wrong
                self.add(path, opened.read(min(self._left, MAX_FILE_BYTES) + 1))

    def _add_folder(self, folder: Path) -> None:
        for path in _walk(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            if reason := _path_fault(name):
                self._leave_out(name, "the file was not read", reason)
            elif path.is_symlink() or not path.is_file():
                self._leave_out(name, "the file was not read", "It is a link or a device")
            else:
                self.add(name, self._read(path))

    def _read(self, path: Path) -> bytes:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)

    def _leave_out(self, path: str, what: str, why: str) -> None:
        self.reading.add(visible(path)[:MAX_PATH], what, why, "If you need it, add it by hand")


def _entries(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    found = archive.infolist()
    if len(found) > 4 * MAX_FILES:
        raise UnreadableError(f"“{visible(name)}” has more than {4 * MAX_FILES:,} entries. Leave some out.")
    return [info for info in found if not info.is_dir()]


def _walk(folder: Path) -> Iterator[Path]:
    seen = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted([*names, *(each for each in folders if Path(parent, each).is_symlink())]):
            if name in _SKIPPED:
                continue
            seen += 1
            if seen > 4 * MAX_FILES:
                raise UnreadableError(f"There are more than {MAX_FILES:,} files. Import fewer folders.")
            yield Path(parent, name)


def _is_skipped(path: str) -> bool:
    return not _SKIPPED.isdisjoint(path.split("/"))


def _path_fault(path: str) -> str:
    # Nothing is written to these paths, but some become paths of a starter.
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\\" in path or re.match(r"[A-Za-z]:", path):
        return "Its path leads out of the folder"
    if len(path) > MAX_PATH or len(PurePosixPath(path).parts) > MAX_DEPTH:
        return "Its path is too long"
    if not path.isprintable() or "" in parts or "." in parts:
        return "Its path has characters that cannot be used"
    return ""
