"""`csv: {path: data/reviews.csv, at: main, columns: [id, text]}` - a table of separated values with these columns.

Others may be there, in any order, unless `exactly: true`. `rows_at_least` and `rows_at_most` count the rows below the
header, without blank lines. `separator` is `,` unless said (`;`, `|` or tab). Each row has to have
as many fields as the header.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..findings import LookedAt
from ..parameters import MAIN_COMMIT, Count, FilePath, Revision
from ..words import count, cut, listed, nearest, quoted
from .base import Kind, Run, Verdict, after_edit, change, needs_work, passed
from .contents import Text, file_or_answer, text_or_answer

Separator = Literal[",", ";", "|", "tab"]
MOST_NAMED = 8


class NoTable(Exception):  # noqa: N818 - the state of a file, shown to the learner
    """Why a text is no table, and at which line (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True)
class CsvCheck(Kind):
    kind = "csv"

    path: FilePath
    at: Revision = MAIN_COMMIT
    columns: tuple[str, ...] | None = None
    exactly: bool = False
    rows_at_least: Count | None = None
    rows_at_most: Count | None = None
    separator: Separator = ","

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.columns is None and self.rows_at_least is None and self.rows_at_most is None:
            yield "", "one of columns, rows_at_least and rows_at_most is needed"
        if self.exactly and not self.columns:
            yield "exactly", "needs columns"
        if self.columns == ():
            yield "columns", "at least one column is needed"

    def check(self, run: Run) -> Verdict:
        file = text_or_answer(run, file_or_answer(run, self.path, self.at))
        if isinstance(file, Verdict):
            return file
        try:
            header, rows = read_table(file.text, self.separator)
        except NoTable as problem:
            return self._needs_work(
                file,
                f"{file} is not a table: {problem.message} at line {problem.line}.",
                "as many fields in each row as in the header",
                f"{problem.message} at line {problem.line}",
                problem.line,
            )
        return self._columns(file, header) or self._rows(file, header, rows)

    def _columns(self, file: Text, header: list[str]) -> Verdict | None:
        """The answer where the columns are others than asked for, else None."""
        wanted = list(self.columns or ())
        absent = [name for name in wanted if name not in header]
        if not absent and (not self.exactly or header == wanted):
            return None
        near = nearest(absent[0], header) if absent else None
        meant = f" There is {quoted(near)}." if near else ""
        why = (
            f"{file} has no column {quoted(absent[0])}.{meant}"
            if absent
            else f"{file} has other columns than asked for."
        )
        only = "exactly " if self.exactly else ""
        return self._needs_work(
            file, why, f"{only}the columns {_names(wanted)}", f"the columns {_names(header)}", 1
        )

    def _rows(self, file: Text, header: list[str], rows: int) -> Verdict:
        few = self.rows_at_least is not None and rows < self.rows_at_least
        many = self.rows_at_most is not None and rows > self.rows_at_most
        said = f"{file} has {count(rows, 'row')} below its header"
        if not few and not many:
            asked = self.rows_at_least is not None or self.rows_at_most is not None
            looked_at = LookedAt(
                rows if asked else len(header),
                "row" if asked else "column",
                f"below the header of {file}" if asked else f"in {file}",
                may_be_empty=0 in (self.rows_at_least, self.rows_at_most),
            )
            return passed(f"{said}, in {count(len(header), 'column')}.", file.at_line(1), looked_at=looked_at)
        limits = (("at least", self.rows_at_least), ("at most", self.rows_at_most))
        wanted = " and ".join(f"{words} {limit:,}" for words, limit in limits if limit is not None)
        return self._needs_work(file, f"{said}.", f"{wanted} rows", count(rows, "row"), 1)

    def _needs_work(self, file: Text, why: str, expected: str, found: str, line: int) -> Verdict:
        keep = change(file.tip, f"Mend {self.path}", ["git", "add", "--", self.path])
        fix = after_edit(f"Edit {self.path}: expected are {expected}. Then:", keep)
        return needs_work(why, expected=expected, found=found, fix=fix, evidence=[file.at_line(line)])


def read_table(text: str, separator: Separator = ",") -> tuple[list[str], int]:
    """The header, its names without blanks around them, and the number of rows below. Raises NoTable."""
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
                raise NoTable(
                    f"{count(len(fields), 'field')} where the header has {len(header)}", lines.line_num
                )
            else:
                rows += 1
    except csv.Error as error:
        raise NoTable(str(error), lines.line_num) from None
    if not header:
        raise NoTable("there is no header", 1)
    return header, rows


def _names(names: list[str]) -> str:
    return listed((quoted(cut(name, 40)) for name in names), most=MOST_NAMED)
