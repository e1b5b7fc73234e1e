"""Tokens of GitHub's expressions: words, operators and values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..words import quoted
from .numbers import number_of
from .trees import Literal

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_BOUNDARY = re.compile(r"[\s()\[\],.!<>=&|]")
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_WORDS = {
    "true": Literal(True),
    "false": Literal(False),
    "null": Literal(None),
    "NaN": Literal(float("nan")),
    "Infinity": Literal(float("inf")),
}


class ExpressionError(Exception):
    """An expression that GitHub rejects. `instead` is what to write, if known.

    `expression` is set if the text has several.
    """

    def __init__(self, says: str, instead: str = "") -> None:
        super().__init__(says)
        self.says, self.instead, self.expression = says, instead, ""


@dataclass(frozen=True)
class Token:
    kind: str  # the operator itself, or literal, word
    text: str
    value: Literal | None = None


def tokens_of(text: str) -> Iterator[Token]:
    at, before = 0, ""
    while at < len(text):
        character = text[at]
        if character in " \t\r\n":
            at += 1
            continue
        if character == "'":
            token, at = _quoted(text, at)
        elif text[at : at + 2] in ("==", "!=", "<=", ">=", "&&", "||"):
            token = Token(text[at : at + 2], text[at : at + 2])
            at += 2
        elif character in "()[],!<>*" or (character == "." and before in ("word", "]", ")", "*")):
            token = Token(character, character)
            at += 1
        else:
            token, at = _word(text, at, before)
        before = token.kind
        yield token


def _quoted(text: str, at: int) -> tuple[Token, int]:
    match = _TEXT.match(text, at)
    if not match:
        raise ExpressionError(
            f"the string {quoted(text[at:])} is not closed",
            "a closing `'`; write `''` for a quote inside the string",
        )
    return Token("literal", match[0], Literal(match[1].replace("''", "'"))), match.end()


def _word(text: str, at: int, before: str) -> tuple[Token, int]:
    # a number, a name or a keyword such as `true`
    end = at + 1
    number = text[at] in ".+-" or text[at].isdecimal()
    while end < len(text) and (not _BOUNDARY.match(text[end]) or (number and text[end] == ".")):
        end += 1
    word = text[at:end]
    if number and word.isascii():
        value = number_of(word)
        if value == value:
            return Token("literal", word, Literal(value)), end
    elif _WORD.fullmatch(word):
        literal = _WORDS.get(word) if before != "." else None
        return Token("literal" if literal else "word", word, literal), end
    raise _misread(text, at, word)


def _misread(text: str, at: int, word: str) -> ExpressionError:
    # common mistakes are double quotes and single `=`, `&` and `|`
    if '"' in word:
        return ExpressionError(
            "expressions do not support double quotes",
            quoted(re.sub(r'"([^"]*)"', lambda found: "'" + found[1].replace("'", "''") + "'", text)),
        )
    if word[0] in "=&|":
        twice = "" if text[at - 1 : at] == word[0] else word[0] * 2
        mended = text[:at] + twice + text[at + 1 :]
        return ExpressionError(f"{quoted(word[0])} is not an operator", quoted(mended))
    if word.startswith(("“", "”", "‘", "’")):
        return ExpressionError(
            f"{quoted(word)} contains a typographic quote", "straight quotes (`'`) around the string"
        )
    return ExpressionError(
        f"{quoted(word)} is not valid in an expression",
        f"a string such as `'{word}'`, a number or a context",
    )
