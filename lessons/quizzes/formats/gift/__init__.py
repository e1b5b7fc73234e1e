"""Moodle GIFT: `::title:: question {=right ~wrong}`."""

import re

from ...quiz import Quiz
from .._shared.format import Format, Losses
from .reading import read
from .writing import write_gift

START = re.compile(
    r"(?m)^\s{0,9}(?:::|\$CATEGORY:)|\{\s{0,99}(?:[=~#>]|T\b|F\b|TRUE\b|FALSE\b|%)|\{\s{0,99}\}"
)


def recognises(text: str) -> bool:
    return START.search(text) is not None and "}" in text


def write(quiz: Quiz, losses: Losses) -> bytes:
    return write_gift(quiz, losses).encode()


FORMAT = Format("gift", "Moodle GIFT", recognises, read, write)
