"""One file of a course folder, and its problems."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lessons.texts.fields import Fields, read_fields
from lessons.texts.front_matter import FrontMatter, read_front_matter
from lessons.texts.problem import Problem

MAX_BYTES = 256 * 1024


class LoadError(Exception):
    """A course folder that cannot be loaded. `problems` has all of them; nothing was written."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def digest(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of a file's content, independent of its layout."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass
class Source:
    """One file of a course. `problems` is shared by the whole course."""

    path: Path
    problems: list[Problem]
    text: str = ""

    def read(self) -> bool:
        """Fill `text`. Return False and report the problem if the file cannot be read."""
        try:
            data = self.path.read_bytes()
            self.text = data[:MAX_BYTES].decode("utf-8")
        except FileNotFoundError:
            self.add(1, "the file is missing")
        except UnicodeDecodeError as error:
            self.add(data[: error.start].count(b"\n") + 1, "the file is not in UTF-8. Save it as UTF-8.")
        except OSError as error:
            self.add(1, f"cannot read the file: {error.strerror}")
        else:
            if len(data) > MAX_BYTES:
                self.add(1, f"the file is {len(data):,} bytes. The limit is {MAX_BYTES:,}. Split it.")
            return len(data) <= MAX_BYTES
        return False

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
