"""CSV files as rows by header, with limits."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

MAX_ROWS = 20_000
MAX_CELL = 2_000
MAX_COLUMNS = 60
MAX_POINTS = Decimal("99999.99")  # as the column of a mark
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
Row = dict[str, str]


class TableError(Exception):
    """A file is not a readable table; the message says why, without a full stop."""


@dataclass(frozen=True)
class Table:
    """The header in lower case, and the rows by it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def has(self, *columns: str) -> bool:
        return set(columns) <= set(self.header)


def read_table(data: bytes) -> Table:
    """Return the rows of a CSV file with a header; columns may end with `,` or `;`. Raises TableError."""
    lines = list(_lines(decode(data)))
    if not lines:
        raise TableError("The file is empty")
    header = tuple(cell.strip().lower() for cell in lines[0])
    if len(set(header)) != len(header):
        raise TableError("Two of its columns have the same name")
    return Table(header, tuple(dict(zip(header, line, strict=False)) for line in lines[1:]))


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8. Raises TableError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("It is not in UTF-8. Save it as “CSV UTF-8”") from error


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
            if number > MAX_ROWS:
                raise TableError(f"It has more than {MAX_ROWS:,} rows. Split it")
            if len(line) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in line):
                raise TableError(f"Line {number + 1} has too many columns or too much text")
            if any(cell.strip() for cell in line):
                yield [cell.replace("\0", "").strip() for cell in line]
    except csv.Error as error:
        raise TableError(f"It cannot be read as CSV: {error}") from error


def read_time(text: str) -> datetime | None:
    """Return a time with its zone, UTC unless it has another; None if it cannot be read."""
    plain = text.strip().removesuffix(" UTC")
    for form in _TIMES:
        try:
            return _plausible(datetime.strptime(plain, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return _plausible(found if found.tzinfo else found.replace(tzinfo=UTC))


def _plausible(moment: datetime) -> datetime | None:
    # Pages add days and zones, which overflows at the ends of the calendar.
    try:
        return moment.astimezone(UTC) if 2000 <= moment.year < 2200 else None
    except OverflowError:
        return None


def read_points(value: object) -> Decimal | None:
    """Return points with two decimals, None for anything else than a number from 0 to 99,999.99."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value).strip()[:40])
        fits = found.is_finite() and 0 <= found <= MAX_POINTS
        return found.quantize(Decimal("0.01")) if fits else None
    except InvalidOperation:
        return None
