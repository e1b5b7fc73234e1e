"""An instruction: its flags, words and form."""

import json
import posixpath
import re
import shlex
from dataclasses import dataclass
from functools import cached_property

from ..findings import Place
from .lines import HereDocument

_LISTS = ("RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME")  # may be a JSON array
_SHELLS = ("sh", "bash", "ash", "dash", "zsh")
_SHELL_LINE = re.compile(r"#!.*\b(?:ba|da|a|z)?sh\b")
_FLAG = re.compile(r"--(?:([^\s=\"']+)(?:=((?:\"[^\"]*\"|'[^']*'|\\.|[^\s\"'\\])*))?)?(?=\s|$)\s*")


@dataclass(frozen=True)
class Instruction:
    """An instruction; `value` is one line without its flags. A flag without a value has None."""

    name: str
    place: Place
    value: str
    flags: tuple[tuple[str, str | None], ...] = ()
    documents: tuple[HereDocument, ...] = ()
    escape: str = "\\"

    @cached_property
    def _parsed(self) -> object:
        # None if the value is not a JSON array
        text = self.value
        if self.name == "HEALTHCHECK":
            text = behind(self.value)[1]
        elif self.name not in _LISTS:
            return None
        try:
            found = json.loads(text, parse_constant=_refuse) if text.startswith("[") else None
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, list) else None

    @property
    def listed(self) -> list[str] | None:
        """Return the words of the exec form, `["a", "b"]`; None for the shell form."""
        found = self._parsed
        return found if isinstance(found, list) and not self.has_other_values else None

    @property
    def has_other_values(self) -> bool:
        """Return True if its JSON array has a value that is not a string."""
        found = self._parsed
        return isinstance(found, list) and not all(isinstance(word, str) for word in found)

    @cached_property
    def words(self) -> list[str]:
        return self.listed if self.listed is not None else self.value.split()

    @property
    def script(self) -> str:
        """Return the script of a RUN: its line, its here-documents or the words of the exec form."""
        if self.listed is not None:
            return _script_of(self.listed)
        if self.documents and _reads_script(self.value):
            text = self.documents[0].text
            return text if not text.startswith("#!") or _SHELL_LINE.match(text) else ""
        ends = [f"{document.text}\n{document.name}" for document in self.documents]
        return "\n".join([self.value, *ends])

    def flag(self, name: str) -> list[str]:
        return [value or "" for flag, value in self.flags if flag == name]

    @property
    def sources(self) -> list[str]:
        # without here-documents
        return [word for word in self.words[:-1] if self.listed is not None or not word.startswith("<<")]

    def pairs(self) -> list[tuple[str, str | None]]:
        """Return the names and values of ENV, ARG and LABEL as written, also for the old form `ENV name value`."""
        words = quoted_words(self.value, self.escape)
        if self.name != "ARG" and words and "=" not in words[0]:
            return [behind(self.value)]
        split = [word.partition("=") for word in words]
        return [(name, value if equals else None) for name, equals, value in split]

    def inner(self) -> "Instruction | None":
        # the instruction after ONBUILD
        return instruction(self.value, self.place, self.documents, self.escape) if self.value else None


def instruction(
    text: str, place: Place, documents: tuple[HereDocument, ...] = (), escape: str = "\\"
) -> Instruction:
    name, *rest = text.split(None, 1)
    flags, value = _flags(rest[0].strip() if rest else "")
    return Instruction(name.upper(), place, value, flags, documents, escape)


def behind(text: str) -> tuple[str, str]:
    # the first word and the rest
    first, *rest = text.split(None, 1)
    return first, rest[0].strip() if rest else ""


def _refuse(name: str) -> None:
    raise ValueError(name)


def _script_of(words: list[str]) -> str:
    # the exec form may start a shell itself
    if len(words) > 2 and posixpath.basename(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[-2]):
        return words[-1]
    return shlex.join(words)


def _reads_script(line: str) -> bool:
    # a shell, or an empty line, that gets the here-document
    words = [word for word in line.split() if not word.startswith(("<<", "-"))]
    return not words or (len(words) == 1 and posixpath.basename(words[0]) in _SHELLS)


def _flags(rest: str) -> tuple[tuple[tuple[str, str | None], ...], str]:
    flags: list[tuple[str, str | None]] = []
    at = 0
    while match := _FLAG.match(rest, at):
        at = match.end()
        if match[1] is None:  # `--` alone ends them
            break
        value = match[2]
        flags.append((match[1], value if value is None else re.sub(r"[\"']|\\(.)", r"\1", value)))
    return tuple(flags), rest[at:]


def quoted_words(text: str, escape: str) -> list[str]:
    """Return words with their quotes; a quoted or escaped space is part of its word."""
    words, word, quote, at = [], "", "", 0
    while at < len(text):
        letter = text[at]
        if letter == escape and quote != "'" and at + 1 < len(text):
            word += text[at : at + 2]
            at += 2
            continue
        if letter.isspace() and not quote:
            words.append(word)
            word = ""
        else:
            quote = "" if letter == quote else quote or (letter if letter in "'\"" else "")
            word += letter
        at += 1
    return [one for one in [*words, word] if one]
