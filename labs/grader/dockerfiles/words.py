"""Words of a Dockerfile as BuildKit's lexer reads them: quotes, the escape character, `$A`, `${A:-b}`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAX_NESTING = 20
Lookup = Mapping[str, str | None]
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]+|[@*#?\-!$]", re.ASCII)
_PATTERNS = "#%/"  # `${A#b}`, `${A%b}`, `${A/b/c}`: their values are not worked out


class WordError(Exception):
    """The reason why BuildKit rejects a word."""


@dataclass
class Expanded:
    """A text with variables expanded; `unknown` are those that the file does not set."""

    text: str = ""
    unknown: list[str] = field(default_factory=list)


def expand(text: str, known: Lookup, escape: str = "\\") -> Expanded:
    """Expand the variables in a text and remove its quotes. Raises WordError.

    `known` maps names to values, None if only the build sets them. A missing name is unset: `${A:-b}` is `b`, and `$A`
    alone is unknown, since the base image may set it.
    """
    lexer = _Lexer(text, known, escape)
    return Expanded(lexer.read(""), list(dict.fromkeys(lexer.unknown)))


def split_raw(text: str) -> list[str]:
    """Split into words, keeping quotes and escapes, as BuildKit does to find here-documents. Raises WordError."""
    words: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        letter, start = text[at], at
        if letter == "\\":
            at += 1
        elif letter in "'\"":
            at = _closing(text, at)
        at += 1
        if letter.isspace():
            words.append([])
        else:
            words[-1].append(text[start:at])
    return ["".join(word) for word in words if word]


def unquote(text: str) -> str:
    # keeps variables; raises WordError
    return _Lexer(text, None, "\\").read("")


def _closing(text: str, at: int) -> int:
    quote, end = text[at], at + 1
    while end < len(text) and text[end] != quote:
        end += 2 if quote == '"' and text[end] == "\\" else 1
    if end >= len(text):
        raise WordError(f"the quote `{quote}` is not closed")
    return end


class _Lexer:
    def __init__(self, text: str, known: Lookup | None, escape: str, depth: int = 0) -> None:
        self.text, self.known, self.escape, self.depth, self.at = text, known, escape, depth, 0
        self.unknown: list[str] = []
        self._pending: list[str] = []  # unknown in a word after `:-`, which may not be used

    def read(self, stop: str) -> str:
        # up to a character, which is not consumed
        parts: list[str] = []
        readers: dict[str, Callable[[], str]] = {
            "'": self._single,
            '"': self._double,
            self.escape: self._escaped,
            "$": self._variable,
        }
        while self.at < len(self.text) and self.text[self.at] != stop:
            letter = self.text[self.at]
            parts.append(readers[letter]() if letter in readers else self._next())
        return "".join(parts)

    def _next(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def _escaped(self) -> str:
        self.at += 1
        return self._next() if self.at < len(self.text) else ""

    def _single(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise WordError("the quote `'` is not closed")
        inside, self.at = self.text[self.at + 1 : end], end + 1
        return inside

    def _double(self) -> str:
        self.at += 1
        parts: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == '"':
                self.at += 1
                return "".join(parts)
            following = self.text[self.at + 1 : self.at + 2]
            if letter == self.escape and following and following in f'"${self.escape}':
                self.at += 1
                parts.append(self._next())
            else:
                parts.append(self._variable() if letter == "$" else self._next())
        raise WordError('the quote `"` is not closed')

    def _variable(self) -> str:
        self.at += 1
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self._braces()
        match = _NAME.match(self.text, self.at)
        if match is None:
            return "$"
        self.at = match.end()
        return self._value(match[0], f"${match[0]}")

    def _value(self, name: str, written: str) -> str:
        if self.known is None:
            return written
        value = self.known.get(name)
        if value is None:
            self.unknown.append(name)
        return value or ""

    def _braces(self) -> str:
        start, match = self.at, _NAME.match(self.text, self.at)
        if match is None:
            raise WordError("`${` is not followed by a variable name")
        self.at = match.end()
        rest = self.text[self.at : self.at + 2]
        if rest[:1] == "}":
            self.at += 1
            return self._value(match[0], f"${{{match[0]}}}")
        how = rest.removeprefix(":")[:1]
        if not how or how not in f"-+?{'' if rest[:1] == ':' else _PATTERNS}":
            raise WordError(
                "`${` is not closed" if not rest else f"`${{{match[0]}{rest}…` is not a supported expansion"
            )
        self.at += 1 + rest.startswith(":")
        word = self._inside()
        if self.known is None:
            return "${" + self.text[start : self.at]
        return self._modified(match[0], how, rest.startswith(":"), word)

    def _inside(self) -> str:
        # the word after `:-` and the like, up to its closing brace
        if self.depth >= MAX_NESTING:
            raise WordError(f"`${{` is nested more than {MAX_NESTING} levels deep")
        inner = _Lexer(self.text, self.known, self.escape, self.depth + 1)
        inner.at = self.at
        word = inner.read("}")
        self.at = inner.at
        if self.at >= len(self.text):
            raise WordError("`${` is not closed")
        self.at += 1
        self._pending = inner.unknown
        return word

    def _modified(self, name: str, how: str, colon: bool, word: str) -> str:
        known = self.known or {}
        value = known.get(name)
        is_set = bool(value) if colon else value is not None
        if how in _PATTERNS or (name in known and value is None) or (how == "?" and not is_set):
            self.unknown.append(name)
            return ""
        if how == "+":
            return self._used(word) if is_set else ""
        return value or "" if is_set or how == "?" else self._used(word)

    def _used(self, word: str) -> str:
        self.unknown += self._pending
        return word
