"""Reading YAML and front matter from disk, every error with its file and line."""

import difflib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lessons.texts.problem import Problem

MAX_BYTES = 256 * 1024


class LoadError(Exception):
    """A course on disk that cannot be loaded. `problems` holds all that was found; nothing was written."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what a file says, independent of its layout."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass
class Source:
    """One file below a course. `add` notes a problem of it."""

    path: Path
    problems: list[Problem]
    text: str = ""

    def read(self) -> bool:
        try:
            data = self.path.read_bytes()
            self.text = data[:MAX_BYTES].decode("utf-8")
        except FileNotFoundError:
            self.add(1, "this file is missing")
        except UnicodeDecodeError as error:
            self.add(data[: error.start].count(b"\n") + 1, "this is not UTF-8. Save the file as UTF-8.")
        except OSError as error:
            self.add(1, f"could not be read: {error.strerror}")
        else:
            if len(data) > MAX_BYTES:
                self.add(1, f"the file has {len(data):,} bytes; {MAX_BYTES:,} are allowed. Split it.")
            return len(data) <= MAX_BYTES
        return False

    def add(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "", message, path=str(self.path)))

    def add_all(self, problems: Iterable[Problem], *, below: int = 0) -> None:
        """Note problems of a text that starts below so many lines of the file."""
        self.problems += self.here(problems, below=below)

    def here(self, problems: Iterable[Problem], *, below: int = 0) -> list[Problem]:
        return [replace(item, path=str(self.path), line=item.line + below) for item in problems]

    def yaml(self) -> "Keys | None":
        return self._keys(self.text, offset=0) if self.read() else None

    def front_matter(self) -> "tuple[Keys, str, int] | None":
        """Keys of the front matter, the text below it, and how many lines stand above that text."""
        if not self.read():
            return None
        lines = self.text.split("\n")
        if lines[0].rstrip() != "---" or "---" not in (line.rstrip() for line in lines[1:]):
            self.add(1, "the file must start with front matter between two lines of ---")
            return None
        end = next(number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
        keys = self._keys("\n".join(lines[1:end]), offset=1)
        body = "\n".join(lines[end + 1 :])
        return (keys, body, end + 1) if keys else None

    def _keys(self, text: str, *, offset: int) -> "Keys | None":
        try:
            data = YAML(typ="rt").load(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.add(
                (mark.line if mark else 0) + 1 + offset,
                f"YAML: {(error.problem or 'not understood').strip()}",
            )
        except (YAMLError, RecursionError, ValueError) as error:
            self.add(1 + offset, f"YAML: {error}")
        else:
            if isinstance(data, CommentedMap):
                return Keys(self, data, offset)
            self.add(1 + offset, "keys and values are expected here, such as “title: …”")
        return None


REQUIRED: Any = object()


@dataclass
class Keys:
    """One YAML mapping: asked for key by key, it notes what is missing, of another type or unknown."""

    source: Source
    data: CommentedMap
    offset: int = 0
    asked: list[str] = field(default_factory=list)

    def line(self, key: str | None = None) -> int:
        position = self.data.lc.key(key) if key in self.data else (self.data.lc.line, 0)
        return int(position[0]) + 1 + self.offset

    def _get(self, key: str, kind: type, what: str, default: Any) -> Any:
        self.asked.append(key)
        value = self.data.get(key)
        if value is None:
            if default is REQUIRED:
                self.source.add(self.line(), f"“{key}” is missing")
            return None if default is REQUIRED else default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.source.add(self.line(key), f"“{key}” must be {what}")
            return None if default is REQUIRED else default
        return value

    def text(self, key: str, default: Any = REQUIRED, *, check: Callable[[str], Any] | None = None) -> str:
        value = self._get(key, str, "text", default)
        if value and check:
            self._check(key, check, value)
        return str(value or "").strip()

    def number(self, key: str, default: Any = REQUIRED, *, most: int) -> int:
        value = self._get(key, int, "a whole number", default)
        if value is not None and not 0 <= value <= most:
            self.source.add(self.line(key), f"“{key}” must be from 0 to {most}")
        return int(value or 0)

    def flag(self, key: str, default: bool) -> bool:
        return bool(self._get(key, bool, "true or false", default))

    def choice(self, key: str, default: str, allowed: list[str]) -> str:
        value = self.text(key, default)
        if value not in allowed:
            self.source.add(self.line(key), f"“{key}” must be one of: {', '.join(allowed)}")
        return value

    def texts(self, key: str, default: Any = REQUIRED) -> list[str]:
        values: Any = self._get(key, list, "a list", default) or []
        for number, value in enumerate(values):
            if not isinstance(value, str):
                self.source.add(values.lc.item(number)[0] + 1 + self.offset, f"“{key}” must hold texts")
        return [str(value) for value in values]

    def texts_or_mappings(self, key: str, default: Any = REQUIRED) -> "list[str | Keys]":
        values: Any = self._get(key, list, "a list", default) or []
        found: list[str | Keys] = []
        for number, value in enumerate(values):
            if isinstance(value, CommentedMap):
                found.append(Keys(self.source, value, self.offset))
            elif isinstance(value, str):
                found.append(value)
            else:
                line = values.lc.item(number)[0] + 1 + self.offset
                self.source.add(line, f"each item of “{key}” must be text, or have keys of its own")
        return found

    def mappings(self, key: str, default: Any = REQUIRED) -> "list[Keys]":
        values: Any = self._get(key, list, "a list", default) or []
        found = []
        for number, value in enumerate(values):
            if isinstance(value, CommentedMap):
                found.append(Keys(self.source, value, self.offset))
            else:
                line = values.lc.item(number)[0] + 1 + self.offset
                self.source.add(line, f"each item of “{key}” must have keys of its own")
        return found

    def done(self) -> None:
        """Note the keys that nobody asked for."""
        for key in self.data:
            if key not in self.asked:
                near = difflib.get_close_matches(str(key), self.asked, 1)
                hint = f" Did you mean “{near[0]}”?" if near else f" Known here: {', '.join(self.asked)}."
                self.source.add(self.line(key), f"“{key}” is not known.{hint}")

    def _check(self, key: str, check: Callable[[str], Any], value: str) -> None:
        try:
            check(value)
        except Exception as error:  # whatever a validator raises is what the author has to read
            message = getattr(error, "message", None) or str(error)
            self.source.add(self.line(key), f"“{key}”: {message}")
