"""`data: {path: params.yaml, value: train.seed, equals: 42}` - a YAML, JSON, TOML or INI file has this value.

`value` is its place, such as `jobs.build.steps[0].name` or `tool["a.b"]`. Instead of `equals` (text, a number, true
or false): `at_least` and `at_most` (numbers), `matches` (a regex, searched for in text), `exists` (true or false).
`format` (yaml, json, toml, ini) is derived from the extension of the path. A number never equals text or true. In INI
files, where places are `section.key`, values that look like numbers or booleans are read as such. Files over 256 KB
are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..findings import LookedAt
from ..formats.data import (
    MAX_BYTES,
    Absent,
    BeyondLimitError,
    Format,
    UnparsableError,
    find,
    format_of,
    read_data,
    steps,
)
from ..formats.yaml_values import Value
from ..parameters import MAIN_COMMIT, FilePath, Regex, Revision
from ..pattern_words import in_words
from ..report import Evidence
from ..words import count, cut, quoted, visible
from ._shared.base import Kind, Run, Verdict, needs_work, not_known, passed
from ._shared.contents import Text, file_or_answer, text_or_answer
from ._shared.data_edits import deletion, new_file, setting
from ._shared.fixes import edit_and_push
from ._shared.proposed_texts import fitting
from ._shared.shell import Line, write_lines


@dataclass(frozen=True)
class DataCheck(Kind):
    kind = "data"
    about = "data"

    path: FilePath
    value: str
    at: Revision = MAIN_COMMIT
    format: Format | None = None
    equals: Value | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    matches: Regex | None = None
    exists: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        ranged = self.at_least is not None or self.at_most is not None
        asked = [self.equals is not None, ranged, self.matches is not None, self.exists is not None]
        if sum(asked) != 1:
            yield "", "needs one of `equals`, `at_least` (with `at_most`), `matches` and `exists`"
        if not steps(self.value):
            yield "value", f"expected a place such as `a.b[0].c`, found {quoted(self.value)}"
        if self.equals and isinstance(self.equals.data, list | dict):
            yield "equals", "expected text, a number, true or false"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield "at_least", "must not be more than `at_most`"
        if self._format() is None:
            yield (
                "format",
                "is needed, because the path does not end with .yaml, .yml, .json, .toml, .ini or .cfg",
            )

    def check(self, run: Run) -> Verdict:
        file = text_or_answer(run, file_or_answer(run, self.path, self.at, *self._fill()), MAX_BYTES)
        if isinstance(file, Verdict):
            return file
        try:
            document = read_data(file.text, self._format() or "yaml")
        except BeyondLimitError as error:
            return not_known(f"what {file} contains, because {error}")
        except UnparsableError as error:
            return self._unparsable(run, file, error)
        return self._judge(run, file, document, find(document, steps(self.value) or ()))

    def _judge(self, run: Run, file: Text, document: Value, found: Value | Absent) -> Verdict:
        if isinstance(found, Absent):
            sentence = f"There is no {quoted(found.way)} in {file}."
            there, is_right, evidence = found.found, self.exists is False, file.evidence()
        else:
            there, is_right = _described(found.data), self._is_right(found.data)
            sentence = f"{quoted(self.value)} in {file} is {there}{self._beyond(found.data)}."
            evidence = file.at_line(found.line)
        if is_right:
            return passed(
                sentence, evidence, looked_at=LookedAt(_number(document.data), "value", f"in {file}")
            )
        return self._needs_work(run, file, sentence, self._expected(), there, evidence)

    def _unparsable(self, run: Run, file: Text, error: UnparsableError) -> Verdict:
        column = f", column {error.column}" if error.column else ""
        place = f" (line {error.line}{column})" if error.line else ""
        return self._needs_work(
            run,
            file,
            f"{file} is not valid {(self._format() or '').upper()}: {error.message}{place}.",
            expected=f"valid {(self._format() or '').upper()} with {quoted(self.value)}",
            found=f"{error.message}{place}",
            evidence=file.at_line(error.line),
            is_readable=False,
        )

    def _needs_work(
        self,
        run: Run,
        file: Text,
        why: str,
        expected: str,
        found: str,
        evidence: Evidence,
        *,
        is_readable: bool = True,
    ) -> Verdict:
        edit = self._edit(file, evidence.line) if is_readable else ""
        edit = edit or f"Edit `{visible(self.path)}`. Expected: {expected}."
        fix = edit_and_push(
            run, file.tip, f"Set {self.value} in {self.path}", edit, ["git", "add", "--", self.path]
        )
        return needs_work(why, expected=expected, found=found, fix=fix, evidence=[evidence])

    def _fill(self) -> list[Line]:
        value = self._example()
        if self.exists is False or value is None:
            return []
        return [write_lines(new_file(steps(self.value) or (), value, self._format() or "yaml"), self.path)]

    def _edit(self, file: Text, line: int | None) -> str:
        way, form, value = steps(self.value) or (), self._format() or "yaml", self._example()
        if self.exists is False:
            return deletion(file.path, file.lines, way, form, line)
        return setting(file.path, file.lines, way, value, form, line) if value is not None else ""

    def _example(self) -> object:
        # a value that would pass; None if the learner has to find it
        if self.equals is not None:
            return self.equals.data
        if self.matches is not None:
            return fitting(self.matches) or None
        if self.exists:
            return "..."
        return self.at_least if self.at_least is not None else self.at_most

    def _is_right(self, data: object) -> bool:
        if self.exists is not None:
            return self.exists
        if self.equals is not None:
            return isinstance(data, bool) == isinstance(self.equals.data, bool) and data == self.equals.data
        if self.matches is not None:
            return isinstance(data, str) and bool(re.search(self.matches, data))
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            return False
        return (self.at_least is None or data >= self.at_least) and (
            self.at_most is None or data <= self.at_most
        )

    def _expected(self) -> str:
        if self.exists is not None:
            return f"a value at {quoted(self.value)}" if self.exists else f"no {quoted(self.value)}"
        if self.equals is not None:
            return _described(self.equals.data)
        if self.matches is not None:
            return f"text that contains {in_words(self.matches)}"
        limits = (("at least", self.at_least), ("at most", self.at_most))
        words = " and ".join(f"{words} {limit}" for words, limit in limits if limit is not None)
        return f"a number that is {words}"

    def _format(self) -> Format | None:
        return self.format or format_of(self.path)

    def _beyond(self, data: object) -> str:
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            return ""
        if self.at_least is not None and data < self.at_least:
            return f", which is below {self.at_least}"
        return f", which is above {self.at_most}" if self.at_most is not None and data > self.at_most else ""


def _number(document: object) -> int:
    return len(document) if isinstance(document, list | dict) else int(document is not None)


def _described(data: object) -> str:
    match data:
        case None:
            return "null"
        case bool():
            return str(data).lower()
        case list():
            return f"a list of {count(len(data), 'item')}"
        case dict():
            return f"a mapping with {count(len(data), 'key')}"
        case str():
            return f"the text {quoted(data)}"
    return f"the number {cut(str(data), 60)}"
