"""Hide the names and addresses of the people who made a work from its reviewer, in any text of it."""

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
MIN_PART = 3  # letters of a part of a name, or of an account
MAX_NAMES = 400


def names_of(*, full_name: str, email: str, accounts: Iterable[str] = ()) -> list[str]:
    """Return the words that identify a person: the name and its parts, the email and its first part, and accounts."""
    local = email.partition("@")[0]
    parts = [part for part in re.split(r"[\s.,_-]+", full_name) if len(part) >= MIN_PART]
    return [each for each in (full_name, email, local, *accounts, *parts) if len(each) >= MIN_PART]


class Veil:
    """Replaces names by HIDDEN. Words that only contain a name stay, and lines keep their numbers."""

    def __init__(self, names: Iterable[str]) -> None:
        # the longest first, so that a full name is one replacement
        first = list(dict.fromkeys(" ".join(each.split()) for each in names if each.strip()))[:MAX_NAMES]
        wanted = sorted(first, key=lambda each: (-len(each), each))
        either = "|".join(map(_pattern_of, wanted))
        # an underscore ends a word here, as in names of files
        self._pattern = re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])") if either else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def _pattern_of(name: str) -> str:
    # One word may be an English word too: of “Mark”, “mark” stays.
    if name.isalpha() and name in (name.lower(), name.upper(), name.capitalize()):
        return "|".join(sorted({name, name.upper(), name.capitalize()}))
    parts = [name] if "@" in name else [each for each in re.split(r"[ ._-]+", name) if each]
    return f"(?i:{'[ ._-]{0,2}'.join(map(re.escape, parts or [name]))})"
