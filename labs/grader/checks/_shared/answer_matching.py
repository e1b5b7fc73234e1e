"""Compare typed answers with the right one, leniently.

Each function takes the right answer and returns a predicate for typed texts. The right answer stays inside the
predicate, so that no message can show it.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation

IsRight = Callable[[str], bool]
_MIN_ID = 7
_MAX_TYPED = 10_000
_GIT_DATE = "%a %b %d %H:%M:%S %Y %z"


def bare(text: str) -> str:
    """Return the text in lower case, without surrounding quotes and with single spaces."""
    return " ".join(text[:_MAX_TYPED].casefold().split()).strip("`'\"").strip()


def same_text(*right: str) -> IsRight:
    accepted = set(map(bare, right))
    return lambda typed: bare(typed) in accepted


def same_id(*right: str) -> IsRight:
    """Accept a full ID or its first seven or more digits."""
    return lambda typed: len(bare(typed)) >= _MIN_ID and any(one.startswith(bare(typed)) for one in right)


def same_number(right: Decimal) -> IsRight:
    def is_right(typed: str) -> bool:
        with suppress(InvalidOperation):
            return Decimal(bare(typed)) == right
        return False

    return is_right


def same_names(right: Iterable[str]) -> IsRight:
    """Accept the names in any order, separated by commas, spaces or line breaks; `none` for no names."""
    wanted = set(map(bare, right))

    def is_right(typed: str) -> bool:
        typed = typed[:_MAX_TYPED]
        ways = (re.split(sign, typed) for sign in (r"[,;]", r"\n", r"[\s,;]+"))
        found = [{bare(name) for name in names} - {""} for names in ways]
        return wanted in found or (not wanted and bare(typed) in ("none", "-"))

    return is_right


def same_date(right: str) -> IsRight:
    """Accept the day, or day and time in any format that Git prints. `right` is ISO 8601 with an offset."""

    def is_right(typed: str) -> bool:
        asked, found = _moment(bare(right)), _moment(bare(typed))
        # as text too: Python cannot read every date
        if right and bare(typed) in (right.partition("T")[0], right):
            return True
        return asked is not None and found in (asked, asked.replace(tzinfo=None))

    return is_right


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d)", "", text.upper()))
    with suppress(ValueError):
        return datetime.strptime(text, _GIT_DATE)  # noqa: DTZ007 - it has its %z
    return None


def same_description(tags: list[str], distance: int, commit_id: str) -> IsRight:
    """Accept `v1.0` for a tagged commit, else `v1.0-2-g1a2b3c4`; `none` if there is no tag.

    A higher number of commits is accepted: Git counts more if several have the same time.
    """

    def is_right(typed: str) -> bool:
        if not tags or not distance:
            return bare(typed) in map(bare, tags or ["none"])
        parts = re.fullmatch(r"(.+)-(\d{1,6})-g([0-9a-f]{4,64})", bare(typed))
        if parts is None or int(parts[2]) < distance or not commit_id.startswith(parts[3]):
            return False
        return parts[1] in map(bare, tags)

    return is_right
