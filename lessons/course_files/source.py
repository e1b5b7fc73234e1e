"""One file of a course folder, and its problems."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from lessons.texts.fields import Fields, read_fields
from lessons.texts.front_matter import FrontMatter, read_front_matter
from lessons.texts.problem import Problem

MAX_BYTES = 256 * 1024
BOM = "\ufeff"


class LoadError(Exception):
    """A course folder that cannot be loaded. `problems` has all of them; nothing was written."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def digest(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of a file's content, independent of its layout."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, order=True)
class MemoryPath:
    """A path among files in memory, with the methods of Path that the readers of a course use."""

    path: PurePosixPath
    files: Mapping[str, bytes] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.path)

    def __truediv__(self, name: str) -> "MemoryPath":
        return MemoryPath(self.path / name, self.files)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def parent(self) -> "MemoryPath":
        return MemoryPath(self.path.parent, self.files)

    def with_name(self, name: str) -> "MemoryPath":
        return MemoryPath(self.path.with_name(name), self.files)

    def exists(self) -> bool:
        return str(self) in self.files

    def glob(self, pattern: str) -> "Iterator[MemoryPath]":
        paths = map(PurePosixPath, self.files)
        inside = (path for path in paths if path.parent == self.path and fnmatchcase(path.name, pattern))
        return (MemoryPath(path, self.files) for path in inside)

    def read_bytes(self) -> bytes:
        if not self.exists():
            raise FileNotFoundError
        return self.files[str(self)]


def in_memory(files: Mapping[str, bytes]) -> MemoryPath:
    """Return the folder that contains these files, given by their relative paths."""
    return MemoryPath(PurePosixPath(), files)


AnyPath = Path | MemoryPath


@dataclass
class Source:
    """One file of a course. `problems` is shared by the whole course; `text` has no byte order mark, `raw` may."""

    path: AnyPath
    problems: list[Problem]
    text: str = ""
    raw: str = ""

    def read(self) -> bool:
        """Fill `text`. Return False and report the problem if the file cannot be read."""
        try:
            data = self.path.read_bytes()
            if len(data) > MAX_BYTES:
                self.add(1, f"the file is {len(data):,} bytes. The limit is {MAX_BYTES:,}. Split it.")
                return False
            self.raw = data.decode("utf-8")
        except FileNotFoundError:
            self.add(1, "the file is missing")
        except UnicodeDecodeError as error:
            self.add(data[: error.start].count(b"\n") + 1, "the file is not in UTF-8. Save it as UTF-8.")
        except OSError as error:
            self.add(1, f"cannot read the file: {error.strerror}")
        else:
            self.text = self.raw.removeprefix(BOM)
            return self._has_no_null()
        return False

    def _has_no_null(self) -> bool:
        # PostgreSQL cannot store it
        before, null, _ = self.text.partition("\0")
        if null:
            self.add(before.count("\n") + 1, "the file contains a NUL character. Remove it.")
        return not null

    def add(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "", message, path=str(self.path)))

    def add_all(self, problems: Iterable[Problem], *, below: int = 0) -> None:
        """Add the problems of a text that starts `below` lines into the file."""
        self.problems += self.in_this_file(problems, below=below)

    def in_this_file(self, problems: Iterable[Problem], *, below: int = 0) -> list[Problem]:
        return [replace(item, path=str(self.path), line=item.line + below) for item in problems]

    def fields(self) -> Fields | None:
        """Read the file as YAML. Return None and report the problem if that fails."""
        return read_fields(self.text, self.problems, path=str(self.path)) if self.read() else None

    def front_matter(self) -> FrontMatter | None:
        """Read the file as front matter and Markdown. Return None if that fails; problems are reported."""
        return read_front_matter(self.text, self.problems, path=str(self.path)) if self.read() else None
