"""`data: {path: params.yaml, value: train.seed, equals: 42}` - a value in a YAML, JSON or TOML file at a branch or tag.

`value` is its place, such as `jobs.build.steps[0].name` or `tool["a.b"]`. Instead of `equals` (text, a number, true
or false): `at_least` and `at_most` (numbers), `matches` (a regex, searched in text), `exists` (true or false).
`at` is main unless said, `format` (yaml, json, toml) follows from the ending of the path. A number is never equal to
text or to true. Files over 256 KB are not read.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ..data import MOST_BYTES, Absent, Format, Unparsable, find, read_data, steps
from ..parameters import MAIN, FilePath, RefName, Regex
from ..report import Evidence, Outcome
from ..repository import Tip
from ..words import count, cut, excerpt, quoted, size
from ..yaml_values import Value
from .base import Kind, Run, Verdict, at_tip, change, needs_work, not_run, passed, tip_or_answer
from .file import FileCheck, as_text, lines_of

_ENDINGS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


@dataclass(frozen=True)
class DataCheck(Kind):
    kind = "data"

    path: FilePath
    value: str
    at: RefName = MAIN
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
            yield "", "one of equals, at_least (with at_most), matches and exists is needed"
        if not steps(self.value):
            yield "value", f"a place such as `a.b[0].c` is expected, found {quoted(self.value)}"
        if self.equals and isinstance(self.equals.data, list | dict):
            yield "equals", "text, a number, true or false is expected"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield "at_least", "is more than at_most"
        if self._format() is None:
            yield "format", "is needed, because the path does not end with .yaml, .yml, .json or .toml"

    def check(self, run: Run) -> Verdict:
        there = FileCheck(self.path, self.at, exists=True).check(run)
        tip = tip_or_answer(run, self.at)
        if there.outcome is not Outcome.PASSED or isinstance(tip, Verdict):
            return there
        content = run.repository.content(run.repository.files(tip)[self.path.encode()].id)
        if content is None or len(content) > MOST_BYTES:
            return not_run(
                f"Not run: {self._file(tip)} is over {size(MOST_BYTES)}, and such data is not read."
            )
        text = as_text(content)
        try:
            found = find(read_data(text, self._format() or "yaml"), steps(self.value) or ())
        except Unparsable as error:
            return self._unparsable(tip, text, error)
        return self._judge(tip, text, found)

    def _judge(self, tip: Tip, text: str, found: Value | Absent) -> Verdict:
        if isinstance(found, Absent):
            sentence = f"There is no {quoted(found.way)} in {self._file(tip)}."
            said, holds, evidence = found.found, self.exists is False, self._evidence(tip)
        else:
            said, holds = _said(found.data), self._holds(found.data)
            sentence = f"{quoted(self.value)} in {self._file(tip)} is {said}."
            evidence = self._evidence(tip, text, found.line)
        if holds:
            return passed(sentence, evidence)
        return self._needs_work(tip, sentence, self._expected(), said, evidence)

    def _unparsable(self, tip: Tip, text: str, error: Unparsable) -> Verdict:
        column = f", column {error.column}" if error.column else ""
        place = f" at line {error.line}{column}" if error.line else ""
        return self._needs_work(
            tip,
            f"{self._file(tip)} cannot be read as {(self._format() or '').upper()}: {error.message}{place}.",
            expected=f"a file that can be read, with {quoted(self.value)}",
            found=f"{error.message}{place}",
            evidence=self._evidence(tip, text, error.line or 0),
        )

    def _needs_work(self, tip: Tip, why: str, expected: str, found: str, evidence: Evidence) -> Verdict:
        fix = change(tip, f"Set {self.value} in {self.path}", ["git", "add", "--", self.path])
        return needs_work(why, expected=expected, found=found, fix=fix, evidence=[evidence])

    def _holds(self, data: object) -> bool:
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
            return f"{'a value' if self.exists else 'nothing'} at {quoted(self.value)}"
        if self.equals is not None:
            return _said(self.equals.data)
        if self.matches is not None:
            return f"text with a match of {quoted(self.matches)}"
        limits = (("at least", self.at_least), ("at most", self.at_most))
        return "a number, " + " and ".join(f"{words} {limit}" for words, limit in limits if limit is not None)

    def _format(self) -> Format | None:
        return self.format or _ENDINGS.get(posixpath.splitext(self.path)[1].lower())

    def _file(self, tip: Tip) -> str:
        return f"{quoted(self.path)} at {quoted(tip.name)}"

    def _evidence(self, tip: Tip, text: str = "", line: int = 0) -> Evidence:
        place = at_tip(tip, self.path.encode())
        return replace(place, line=line, excerpt=excerpt(lines_of(text), line)) if line else place


def _said(data: object) -> str:
    match data:
        case None:
            return "nothing"
        case bool():
            return str(data).lower()
        case list():
            return f"a list of {count(len(data), 'item')}"
        case dict():
            return f"a mapping of {count(len(data), 'key')}"
        case str():
            return f"the text {quoted(data)}"
    return f"the number {cut(str(data), 60)}"
