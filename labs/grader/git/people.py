"""Authors and committers of a history. Dates are formatted here: Git's ISO format fails on some values."""

from array import array
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import NamedTuple

FORMAT = "".join(f"{field}%x00" for field in ("%an", "%ae", "%ad", "%cn", "%ce", "%cd"))  # with --date=raw
_FIELDS = 6
_UNKNOWN = 1 << 30  # a zone that means: Git could not read the date
_DAYS_BEFORE_1970 = date(1970, 1, 1).toordinal() - 1
_CYCLE = date(401, 1, 1).toordinal() - 1  # days in 400 years, after which the calendar repeats


class Person(NamedTuple):
    """The person that a commit names: a claim, not a proof."""

    name: str
    email: str
    moment: str | tuple[int, int] = ""  # a date, or seconds and zone, of which few are ever written out

    @property
    def date(self) -> str:
        """ISO 8601 with its offset; "" if Git could not read the date."""
        return self.moment if isinstance(self.moment, str) else iso_date(*self.moment)


class People:
    """Authors and committers by commit number. Few people make many commits, so each is stored once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        # `chunks` are the output of `git rev-list --date=raw` in FORMAT
        self._who: list[tuple[str, str]] = []
        self._of, self._seconds, self._zones = array("I"), array("q"), array("i")
        known: dict[tuple[bytes, bytes], int] = {}
        for fields in records(chunks, _FIELDS):
            name = fields[0].rpartition(b"\n")[2]  # after the line with the commit's ID
            for who, when in (((name, fields[1]), fields[2]), ((fields[3], fields[4]), fields[5])):
                if who not in known:
                    known[who] = len(self._who)
                    self._who.append((who[0].decode("utf-8", "replace"), who[1].decode("utf-8", "replace")))
                self._of.append(known[who])
                seconds, zone = _moment(when)
                self._seconds.append(seconds)
                self._zones.append(zone)

    def author(self, number: int) -> Person:
        return self._person(2 * number)

    def committer(self, number: int) -> Person:
        return self._person(2 * number + 1)

    def _person(self, place: int) -> Person:
        name, email = self._who[self._of[place]]
        zone = self._zones[place]
        return Person(name, email, "" if zone == _UNKNOWN else (self._seconds[place], zone))


def records(chunks: Iterable[bytes], fields: int) -> Iterable[list[bytes]]:
    # chunks may end anywhere
    waiting: list[bytes] = []
    for chunk in chunks:
        waiting.append(chunk)
        if b"\0" not in chunk:
            continue
        parts = b"".join(waiting).split(b"\0")
        whole = (len(parts) - 1) // fields * fields
        for start in range(0, whole, fields):
            yield parts[start : start + fields]
        waiting = [b"\0".join(parts[whole:])]


def _moment(raw: bytes) -> tuple[int, int]:
    with suppress(ValueError):
        seconds, zone = map(int, raw.split(b" "))
        if -(1 << 63) <= seconds < 1 << 63 and abs(zone) < _UNKNOWN:
            return seconds, zone
    return 0, _UNKNOWN


def iso_date(seconds: int, zone: int) -> str:
    """Return seconds since 1970 as ISO 8601 in a zone as Git writes it, +530 for `+05:30`; also past the year 9999."""
    hours, minutes = divmod(abs(zone), 100)
    offset = (hours * 60 + minutes) * (60 if zone >= 0 else -60)
    days, rest = divmod(seconds + offset, 86_400)
    cycle, day = divmod(days + _DAYS_BEFORE_1970, _CYCLE)
    within = date.fromordinal(day + 1)
    time = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    sign = "+" if zone >= 0 else "-"
    return f"{within.year + 400 * cycle:04}-{within:%m-%d}T{time}{sign}{hours:02}:{minutes:02}"
