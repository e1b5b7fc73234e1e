"""An event of a learner's timeline."""

from dataclasses import dataclass
from datetime import datetime

MAX_EACH = 100  # newest rows of a kind


@dataclass(frozen=True)
class Event:
    """One line of the timeline. `word` says in a word what the glyph shows."""

    at: datetime
    kind: str
    glyph: str
    word: str
    title: str
    text: str = ""
    url: str = ""
