"""Read dates, times, time zones and weekdays as people write them."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import available_timezones

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero",
            "february feb februar février febrero",
            "march mar märz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
DAYS = (
    *("monday mon mo", "tuesday tue tues tu", "wednesday wed weds we", "thursday thu thur thurs th"),
    *("friday fri fr", "saturday sat sa", "sunday sun su"),
)
WEEKDAYS = {name: number for number, names in enumerate(DAYS) for name in names.split()}
ZONES = {
    "IST": "Asia/Kolkata",
    "UTC": "Etc/UTC",
    "GMT": "Etc/GMT",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "BST": "Europe/London",
    "MSK": "Europe/Moscow",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "PKT": "Asia/Karachi",
    "NPT": "Asia/Kathmandu",
    "GST": "Asia/Dubai",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "SAST": "Africa/Johannesburg",
    "WAT": "Africa/Lagos",
    "EAT": "Africa/Nairobi",
    "BRT": "America/Sao_Paulo",
    "CST": "",  # Chicago or Shanghai
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
# Weekdays by their names, from 0, Monday.
ALONE = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes lunedì",
            "tuesday dienstag mardi martes martedì",
            "wednesday mittwoch mercredi miércoles mercoledì",
            "thursday donnerstag jeudi jueves giovedì",
            "friday freitag vendredi viernes venerdì",
            "saturday samstag samedi sábado sabato",
            "sunday sonntag dimanche domingo domenica",
        )
    )
    for name in names.split()
}
YEAR = r"(?P<year>(?:19|20)\d\d|['’]?\d\d(?![\d:]))"
BEFORE = rf"(?:(?<![^\W_])(?:{WEEKDAY})\.?,?\s+)?"
PATTERNS = [
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(
        rf"{BEFORE}(?<!\d)(?P<day>\d{{1,2}})\s?(?:st|nd|rd|th)?\.?(?:\s+(?:of|de))?[\s\-/,.]*(?P<name>{MONTH})\b\.?(?:(?:\s+del?)?[\s\-/,.]*{YEAR})?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{BEFORE}(?<![^\W_])(?P<name>{MONTH})\b\.?[\s\-/,.]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:[\s\-/,.]+{YEAR})?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\d./])(?P<first>\d{1,2})(?P<sign>[/.\-])(?P<second>\d{1,2})(?:(?P=sign)(?P<year>\d{4}"
        r"|\d\d))?(?![\d/]|\.\d)"
    ),
]
CLOCK = r"(?P<{0}h>\d{{1,2}})(?:[:.](?P<{0}m>\d\d))?\s?(?P<{0}a>[AaPp]\.?[Mm]\.?)?"
TIMES = re.compile(
    rf"(?<![\d/.])(?:{CLOCK.format('b')})\s*(?:-|–|—|to|till|until)\s*(?:{CLOCK.format('e')})(?![\d/])"
)
BEGIN = re.compile(r"(?<![\d:.])(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?\s?(?P<a>[AaPp]\.?[Mm]\.?)(?![^\W_])")
HOURS = re.compile(r"(?P<count>\d(?:[.,]\d)?)\s?(?:h|hrs?|hours?)(?![^\W_])", re.IGNORECASE)
ZONE = re.compile(r"(?<![^\W_])(?P<zone>[A-Z]{2,4})(?![^\W_])|(?P<iana>[A-Z][a-z]+/[A-Z][A-Za-z_]+)")


@dataclass(frozen=True)
class Written:
    """A date as written. `year` is 0 if there is none; `swapped` is the other reading of 6/12, if there is one."""

    day: int
    month: int
    year: int
    start: int
    end: int
    can_swap: bool = False

    def on(self, year: int, *, month_first: bool = False) -> date | None:
        month, day = (self.day, self.month) if month_first and self.can_swap else (self.month, self.day)
        try:
            return date(self.year or year, month, day)
        except ValueError:
            return None


def is_date(text: str) -> bool:
    """Return True if a text is only a date, perhaps with its weekday."""
    written = find_date(text)
    return (
        written is not None
        and not text[: written.start].strip(" ,.")
        and not text[written.end :].strip(" ,.:")
    )


def find_date(text: str) -> Written | None:
    """Return the first date of a line."""
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            if written := _written(found):
                return written
    return None


def _written(found: re.Match[str]) -> Written | None:
    parts = found.groupdict()
    year = int((parts.get("year") or "0").strip("'’"))
    year += 2000 if 0 < year < 100 else 0
    can_swap = False
    if parts.get("first"):
        first, second = int(parts["first"]), int(parts["second"])
        if parts["sign"] == "." and not parts["year"]:
            return None  # a version or a number
        if parts["sign"] == "-" and not parts["year"]:
            return None  # a range
        day, month = (first, second) if second <= 12 else (second, first)
        can_swap = first <= 12 and second <= 12 and first != second
    else:
        day = int(parts["day"])
        month = MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return Written(day, month, year, found.start(), found.end(), can_swap)


def find_times(text: str) -> tuple[time, time] | None:
    """Return begin and end, such as of `8:30PM-11:30PM` or `20.30 to 23.30`."""
    for found in TIMES.finditer(text):
        if not (found["ba"] or found["ea"] or (found["bm"] and found["em"])):
            continue
        ends = _clock(found["eh"], found["em"], found["ea"] or found["ba"])
        begins = _clock(found["bh"], found["bm"], found["ba"] or found["ea"])
        if begins and ends and not found["ba"] and found["ea"] and begins > ends and begins.hour >= 12:
            begins = begins.replace(hour=begins.hour - 12)  # 10-1PM
        if begins and ends:
            return begins, ends
    return None


def find_begin_and_hours(text: str) -> tuple[time, time] | None:
    """Return begin and end of `4 PM, 3 hours`."""
    found = BEGIN.search(text)
    lasting = HOURS.search(text)
    begins = _clock(found["h"], found["m"], found["a"]) if found else None
    if not begins or not lasting:
        return None
    hours = float(lasting["count"].replace(",", "."))
    minutes = (begins.hour * 60 + begins.minute + round(hours * 60)) % (24 * 60)
    return begins, time(minutes // 60, minutes % 60)


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def find_zone(text: str) -> str:
    """Return the IANA name of the first zone, "" if there is none or its word has several."""
    for found in ZONE.finditer(text):
        if found["iana"] and found["iana"] in available_timezones():
            return str(found["iana"])
        if found["zone"] and found["zone"] in ZONES:
            return ZONES[found["zone"]]
    return ""


def find_weekdays(text: str) -> tuple[int, ...]:
    """Return weekdays from 0 (Monday) of `SAT-SUN`, `Mon to Fri`, `Tue, Thu` or `weekends`."""
    if re.search(r"\bweek-?ends?\b", text, re.IGNORECASE):
        return (5, 6)
    if re.search(r"\bweek-?days\b", text, re.IGNORECASE):
        return (0, 1, 2, 3, 4)
    found = list(re.finditer(rf"(?<![^\W_]){WEEKDAY}s?(?![^\W_])", text, re.IGNORECASE))
    numbers = [number for match in found if (number := _weekday(match[0])) is not None]
    if len(numbers) == 2 and re.fullmatch(
        r"\s*(?:-|–|to|till|through)\s*", text[found[0].end() : found[1].start()]
    ):
        first, last = numbers
        return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(dict.fromkeys(numbers))


def _weekday(word: str) -> int | None:
    word = word.lower()
    return WEEKDAYS.get(word, WEEKDAYS.get(word.rstrip("s")))


def nearest_year(written: Written, near: date, *, month_first: bool = False) -> date | None:
    """Return the date with the year that brings it closest to `near`."""
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        bare = Written(written.day, written.month, 0, 0, 0, written.can_swap)
        if day := bare.on(year, month_first=month_first):
            found.append(day)
    return min(found, key=lambda day: abs(day - near), default=None)


def is_far(day: date, near: date) -> bool:
    return abs(day - near) > timedelta(days=180)
