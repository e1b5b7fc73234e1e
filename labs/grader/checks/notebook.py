"""`notebook: {path: train.ipynb, at: main, outputs: none, executed: false}` - a Jupyter notebook is clean.

`path` may be a pattern such as `*.ipynb`. `outputs` is none by default, or any. `executed: false`, the default,
requires that there are no execution counts; true requires one in each code cell with code; null ignores them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..edits import write_file
from ..findings import LookedAt
from ..formats.data import BeyondLimitError, UnparsableError, read_data
from ..formats.yaml_values import Value
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..words import count, cut, listed, quoted
from ._shared.base import Kind, Run, Verdict, needs_work, not_known, passed
from ._shared.causes import example_of
from ._shared.contents import Found, Text, file_or_answer, files_or_answer, text_or_answer
from ._shared.fixes import change, edit_and_push
from ._shared.shell import write_lines

MAX_SHOWN = 3
_WITH_A_CELL = """{
 "cells": [
  {"cell_type": "code", "source": ["1 + 1"], "outputs": [], "execution_count": %s, "metadata": {}}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}"""


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among all cells (from 1), its first line, number of outputs and execution count."""

    number: int
    code: str
    outputs: int
    execution: int | None

    def __str__(self) -> str:
        return f"cell {self.number}" + (f" ({quoted(cut(self.code, 40))})" if self.code else "")


@dataclass(frozen=True)
class NotebookCheck(Kind):
    kind = "notebook"
    about = "data"

    path: FilePath
    at: Revision = MAIN_COMMIT
    outputs: Literal["none", "any"] = "none"
    executed: bool | None = False

    def check(self, run: Run) -> Verdict:
        files = files_or_answer(run, self.path, self.at, write_lines(self._lines, self.path))
        if isinstance(files, Verdict):
            return self._with_one(run, files)
        cells = judged = 0
        for file in files:
            text = text_or_answer(run, file)
            if isinstance(text, Verdict):
                return text
            try:
                found = read_cells(text.text)
            except BeyondLimitError as error:
                return not_known(f"what {text} contains, because {error}")
            except UnparsableError as error:
                return self._unreadable(run, text, error)
            if complaints := [complaint for cell in found if (complaint := self._complaint(cell))]:
                return self._complain(run, text, complaints)
            cells += len(found)
            judged += sum(1 for cell in found if cell.code) if self.executed else len(found)
        return passed(
            f"{count(cells, 'code cell')} in {count(len(files), 'notebook')} checked, all as required.",
            files[0].evidence(),
            fix=lambda: self._fill(run, files[0]),
            looked_at=LookedAt(
                judged, "code cell", f"{'with code ' if self.executed else ''}in {quoted(self.path)}"
            ),
        )

    def _with_one(self, run: Run, absent: Verdict) -> Verdict:
        # if no file matches the pattern, the fix creates one
        path = example_of(self.path)
        if path == self.path:
            return absent
        one = file_or_answer(run, path, self.at, write_lines(self._lines, path))
        return replace(absent, fix=one.fix) if isinstance(one, Verdict) else absent

    def _complaint(self, cell: Cell) -> str:
        complaints = []
        if self.outputs == "none" and cell.outputs:
            complaints.append(f"has {count(cell.outputs, 'output')}")
        if self.executed is False and cell.execution is not None:
            complaints.append(f"has the execution count {cell.execution}")
        if self.executed and cell.code and cell.execution is None:
            complaints.append("has not been run")
        return f"{cell} {listed(complaints)}" if complaints else ""

    def _complain(self, run: Run, file: Text, complaints: list[str]) -> Verdict:
        wanted = ["no outputs"] if self.outputs == "none" else []
        if self.executed is not None:
            wanted.append("an execution count in each code cell" if self.executed else "no execution counts")
        execute = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", file.path]
        clear = ["jupyter", "nbconvert", "--clear-output", "--inplace", file.path]
        return needs_work(
            f"In {file}, {complaints[0]}.",
            expected=listed(wanted),
            found=listed(complaints, limit=MAX_SHOWN),
            fix=change(
                run,
                file.tip,
                f"Clean {file.path}",
                execute if self.executed else clear,
                ["git", "add", "--", file.path],
            ),
            evidence=[file.evidence()],
        )

    @property
    def _lines(self) -> list[str]:
        return (_WITH_A_CELL % ("1" if self.executed else "null")).split("\n")

    def _write(self, file: Found) -> str:
        return write_file(file.path, *self._lines, note=", or add a code cell in Jupyter and save it")

    def _fill(self, run: Run, file: Found) -> str:
        add = ["git", "add", "--", file.path]
        return edit_and_push(run, file.tip, f"Add a code cell to {file.path}", self._write(file), add)

    def _unreadable(self, run: Run, file: Text, error: UnparsableError) -> Verdict:
        place = f" (line {error.line})" if error.line else ""
        return needs_work(
            f"{file} is not a valid notebook: {error.message}{place}.",
            expected="a notebook as Jupyter saves it",
            found=f"{error.message}{place}",
            fix=edit_and_push(
                run,
                file.tip,
                f"Fix {file.path}",
                self._write(file),
                ["git", "add", "--", file.path],
            ),
            evidence=[file.at_line(error.line)],
        )


def read_cells(text: str) -> list[Cell]:
    """Return the code cells of a notebook in format 4. Raises UnparsableError."""
    cells = _part(read_data(text, "json"), "cells")
    if not isinstance(cells, list):
        raise UnparsableError("it has no list of cells")
    return list(_code_cells(cells))


def _code_cells(cells: list[Value]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, start=1):
        if _part(cell, "cell_type") == "code":
            outputs, execution = _part(cell, "outputs"), _part(cell, "execution_count")
            yield Cell(
                number,
                _first_line(_part(cell, "source")),
                len(outputs) if isinstance(outputs, list) else 0,
                execution if isinstance(execution, int) else None,
            )


def _part(value: Value, key: str) -> object:
    part = value.data.get(key) if isinstance(value.data, dict) else None
    return part.data if part else None


def _first_line(source: object) -> str:
    if isinstance(source, list):
        source = "".join(line.data for line in source if isinstance(line.data, str))
    lines = source.strip().splitlines() if isinstance(source, str) else []
    return lines[0] if lines else ""
