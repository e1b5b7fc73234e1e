"""`csv: {path: data/reviews.csv, at: main, columns: [id, text]}` - a CSV file has these columns.

More columns are allowed, in any order, unless `exactly: true`. `rows_at_least` and `rows_at_most` limit the number of
rows below the header; blank lines do not count. `separator` is `,` by default, or `;`, `|` or tab. Each row must have
as many fields as the header.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..edits import add_at_end, delete_lines, replace_line, write_file
from ..findings import LookedAt
from ..git.repository import TooLargeError
from ..parameters import MAIN_COMMIT, Count, FilePath, Revision
from ..words import count, cut, listed, nearest, quoted, visible
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.contents import Text, file_or_answer, text_or_answer
from ._shared.fixes import edit_and_push
from ._shared.shell import write_lines

Separator = Literal[",", ";", "|", "tab"]
MAX_NAMED = 8
MAX_ROWS = 60
NO_VALUE = "..."


class NoTableError(Exception):
    """A text is not a table; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True)
class CsvCheck(Kind):
    kind = "csv"
    about = "data"

    path: FilePath
    at: Revision = MAIN_COMMIT
    columns: tuple[str, ...] | None = None
    exactly: bool = False
    rows_at_least: Count | None = None
    rows_at_most: Count | None = None
    separator: Separator = ","

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.columns is None and self.rows_at_least is None and self.rows_at_most is None:
            yield "", "needs one of `columns`, `rows_at_least` and `rows_at_most`"
        if self.exactly and not self.columns:
            yield "exactly", "needs `columns`"
        if self.columns == ():
            yield "columns", "needs at least one column"

    def check(self, run: Run) -> Verdict:
        file = text_or_answer(
            run, file_or_answer(run, self.path, self.at, write_lines(self._new_table(), self.path))
        )
        if isinstance(file, Verdict):
            return file
        try:
            header, rows = read_table(file.text, self.separator)
        except NoTableError as problem:
            return self._needs_work(
                run,
                file,
                f"{file} is not a table: {problem.message} (line {problem.line}).",
                "a header, and as many fields in each row as in the header",
                f"{problem.message} (line {problem.line})",
                problem.line,
            )
        return self._columns(run, file, header) or self._rows(run, file, header, rows)

    def _columns(self, run: Run, file: Text, header: list[str]) -> Verdict | None:
        wanted = list(self.columns or ())
        absent = [name for name in wanted if name not in header]
        if not absent and (not self.exactly or header == wanted):
            return None
        near = nearest(absent[0], header) if absent else None
        meant = f" It has {quoted(near)}." if near else ""
        why = (
            f"{file} has no column {quoted(absent[0])}.{meant}"
            if absent
            else f"{file} does not have exactly the required columns."
        )
        only = "exactly " if self.exactly else ""
        return self._needs_work(run, file, why, f"{only}{_columns(wanted)}", _columns(header), 1)

    def _rows(self, run: Run, file: Text, header: list[str], rows: int) -> Verdict:
        few = self.rows_at_least is not None and rows < self.rows_at_least
        many = self.rows_at_most is not None and rows > self.rows_at_most
        has = f"{file} has {count(rows, 'row') if rows else 'no rows'} below the header"
        if not few and not many:
            asked = self.rows_at_least is not None or self.rows_at_most is not None
            looked_at = LookedAt(
                rows if asked else len(header),
                "row" if asked else "column",
                f"below the header of {file}" if asked else f"in {file}",
                may_be_empty=0 in (self.rows_at_least, self.rows_at_most),
            )
            return passed(f"{has} and {count(len(header), 'column')}.", file.at_line(1), looked_at=looked_at)
        limits = (("at least", self.rows_at_least), ("at most", self.rows_at_most))
        wanted = " and ".join(
            f"{words} {count(limit, 'row')}" for words, limit in limits if limit is not None
        )
        return self._needs_work(run, file, f"{has}.", wanted, count(rows, "row"), 1)

    def _needs_work(self, run: Run, file: Text, why: str, expected: str, found: str, line: int) -> Verdict:
        edit = self._edit(file, line) or f"Edit `{visible(self.path)}`, line {line}. Expected: {expected}."
        fix = edit_and_push(run, file.tip, f"Fix {self.path}", edit, ["git", "add", "--", self.path])
        return needs_work(why, expected=expected, found=found, fix=fix, evidence=[file.at_line(line)])

    def _edit(self, file: Text, line: int) -> str:
        # "" unless each row is one line
        rows = list(csv.reader(file.lines, delimiter=self._delimiter)) if '"' not in file.text else []
        if len(rows) != len(file.lines) or len(rows) > MAX_ROWS:
            return ""
        header = [name.strip() for name in rows[0]]
        if not header:
            return write_file(self.path, *self._new_table()) if self.columns else ""
        if line > 1:
            return replace_line(
                self.path, line, self._written(_fitted(rows[line - 1], len(header), self._delimiter))
            )
        columns = list(self.columns or header)
        if not self.exactly:
            columns = [*header, *(name for name in columns if name not in header)]
        if columns != header:
            return self._with_columns(header, rows, columns)
        return self._with_rows(header, rows)

    def _with_columns(self, header: list[str], rows: list[list[str]], columns: list[str]) -> str:
        # as many missing as unexpected columns: they are renamed
        new = [name for name in columns if name not in header]
        old = [name for name in header if name not in (self.columns or ())]
        near = {nearest(name, old) or "": name for name in new} if not self.exactly else {}
        renamed = [near.get(name, name) for name in header]
        if new and set(new) <= set(renamed):
            return replace_line(self.path, 1, self._written(renamed))
        if self.exactly and len(old) == len(new) and len(header) == len(columns):
            return replace_line(self.path, 1, self._written(columns))
        cells = [dict(zip(header, row, strict=False)) for row in rows[1:] if row]
        lines = [columns, *([row.get(name, NO_VALUE) for name in columns] for row in cells)]
        note = f", with your values instead of `{NO_VALUE}`"
        return write_file(self.path, *map(self._written, lines), note=note)

    def _with_rows(self, header: list[str], rows: list[list[str]]) -> str:
        filled = [number for number, row in enumerate(rows, start=1) if row][1:]
        if self.rows_at_most is not None and len(filled) > self.rows_at_most:
            return delete_lines(self.path, filled[self.rows_at_most :])
        missing = (self.rows_at_least or 0) - len(filled)
        row = self._written([NO_VALUE] * len(header))
        return add_at_end(self.path, *[row] * missing, note=f", with your values instead of `{NO_VALUE}`")

    def _new_table(self) -> list[str]:
        columns = list(self.columns or ("name", "value"))
        return [
            self._written(line)
            for line in (columns, *[[NO_VALUE] * len(columns)] * (self.rows_at_least or 0))
        ]

    @property
    def _delimiter(self) -> str:
        return "\t" if self.separator == "tab" else self.separator

    def _written(self, fields: list[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=self._delimiter, lineterminator="").writerow(fields)
        return line.getvalue()


def _fitted(fields: list[str], number: int, delimiter: str) -> list[str]:
    # surplus fields become part of the last one, which is quoted
    return (
        [*fields[: number - 1], delimiter.join(fields[number - 1 :])]
        if len(fields) > number
        else [
            *fields,
            *[NO_VALUE] * (number - len(fields)),
        ]
    )


def read_table(text: str, separator: Separator = ",") -> tuple[list[str], int]:
    """Return the stripped names of the header and the number of rows below. Raises NoTableError."""
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if separator == "tab" else separator, strict=True
    )
    header: list[str] = []
    rows = 0
    try:
        for fields in filter(None, lines):
            if not header:
                header = [name.strip() for name in fields]
            elif len(fields) != len(header):
                raise NoTableError(f"{count(len(fields), 'field')} instead of {len(header)}", lines.line_num)
            else:
                rows += 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise TooLargeError(
                f"the field that ends on line {lines.line_num} has over {csv.field_size_limit():,} characters. Such "
                "fields are not read"
            ) from None
        raise NoTableError(str(error), lines.line_num) from None
    if not header:
        raise NoTableError("no header", 1)
    return header, rows


def _columns(names: list[str]) -> str:
    return f"the {'column' if len(names) == 1 else 'columns'} {_names(names)}"


def _names(names: list[str]) -> str:
    return listed((quoted(cut(name, 40)) for name in names), limit=MAX_NAMED)
