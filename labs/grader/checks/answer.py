"""`answer: {path: answers.txt, line: 1, equals: {id_of: main~2}}` - an answer typed into a file is right.

The answer is on a `line` (from 1), after a `key` (`key: answer` or `key = answer`), or the whole file. Case, extra
spaces and quotes do not matter, an ID may be shortened to seven digits, and names may be in any order. The right answer
is computed from the repository and never shown: `equals` is one of the values below (`value_in` takes one of `line`,
`matches` and `value`).

Instead of `equals`, `one_of: [text, ...]` lists the right answers. Learners do not see them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from ..findings import LookedAt
from ..formats.yaml_values import Value
from ..parameters import MAIN_COMMIT, Count, FilePath, Revision, did_you_mean, key_of, keys_of, read_fields
from ..problem import Problem
from ..words import count, listed, quoted, visible
from ._shared.answer_matching import IsRight, same_id, same_text
from ._shared.answer_values import VALUES, Asked
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.contents import Text, file_or_answer, text_or_answer
from ._shared.fixes import edit_and_push
from ._shared.shell import commands, paragraphs


@dataclass(frozen=True)
class AnswerCheck(Kind):
    kind = "answer"
    about = "typed answers"
    hidden = ("one_of",)

    path: FilePath
    equals: Value | None = None
    one_of: tuple[str, ...] | None = None
    line: Count | None = None
    key: str | None = None
    at: Revision = MAIN_COMMIT

    @classmethod
    def values(cls) -> Iterator[tuple[str, str, list[str]]]:
        for name, value in VALUES.items():
            keys = {field.name: f"`{key_of(field)}`" for field in fields(value)}
            yield name, value.asks.format(**keys), list(keys.values())

    def problems(self) -> Iterator[tuple[str, str]]:
        if (self.equals is None) == (not self.one_of):
            yield "", "needs either `equals` or `one_of`"
        if self.line is not None and self.key is not None:
            yield "line", "cannot be combined with `key`"
        if self.line == 0:
            yield "line", "line numbers start at 1"
        if self.equals is not None:
            asked, problems = read_asked(self.equals)
            yield from (("equals", problem.text) for problem in problems)
            yield from (("equals", message) for message in (asked.problems() if asked else ()))

    def check(self, run: Run) -> Verdict:
        file = text_or_answer(run, file_or_answer(run, self.path, self.at))
        if isinstance(file, Verdict):
            return file
        asked = read_asked(self.equals)[0] if self.equals else None
        line, typed = self._typed(file)
        is_right = asked.right(run) if asked else _constant(self.one_of or ())
        if isinstance(is_right, Verdict):
            return is_right
        if typed and is_right(typed):
            return passed(
                f"The answer in {file} is right.", file.at_line(line), looked_at=LookedAt(1, "answer")
            )
        return self._not_right(run, file, line, typed, asked)

    def _not_right(self, run: Run, file: Text, line: int | None, typed: str, asked: Asked | None) -> Verdict:
        question = asked.question if asked else "the right answer"
        place = f"Line {line} of {file}" if line else str(file)
        missing = f"{self._asked_place(file)} has no answer." if line is None or not typed else ""
        fix = edit_and_push(
            run, file.tip, f"Answer in {self.path}", self._edit(asked), ["git", "add", "--", self.path]
        )
        return needs_work(
            missing or f"{place} is not the right answer.",
            expected=question,
            found=quoted(typed) if typed else f"no answer in {count(len(file.lines), 'line')}",
            fix=fix,
            evidence=[file.at_line(line)],
        )

    def _edit(self, asked: Asked | None) -> str:
        # the command prints the answer, or the text in which to find it
        place = f"after `{self.key}:`" if self.key is not None else f"on line {self.line or 1}"
        answer = "Find the answer in the command's output and write it" if asked else "Write the answer"
        told = f"{answer} into `{visible(self.path)}`, {place}."
        return paragraphs(*([commands(asked.command)] if asked else []), told)

    def _asked_place(self, file: Text) -> str:
        if self.line is not None:
            return f"Line {self.line} of {file}"
        return f"The key {quoted(self.key)} of {file}" if self.key is not None else str(file)

    def _typed(self, file: Text) -> tuple[int | None, str]:
        # the line of the answer, None if it is missing, and the text there
        if self.line is not None:
            there = self.line <= len(file.lines)
            return (self.line, file.lines[self.line - 1].strip()) if there else (None, "")
        if self.key is None:
            return 1, file.text.strip()
        keyed = re.compile(rf"\W*{re.escape(self.key)}\W*?\s*[:=]\s*(.*)", re.IGNORECASE)
        matches = ((number, keyed.match(text)) for number, text in enumerate(file.lines, start=1))
        return next(((number, match[1].strip()) for number, match in matches if match), (None, ""))


def read_asked(value: Value) -> tuple[Asked | None, list[Problem]]:
    """Read a value such as `{id_of: main~2}`: a single parameter may be given without its name."""
    if not isinstance(value.data, dict) or len(value.data) != 1:
        return None, [Problem(value.line, "", "expected a value such as {id_of: main~2}")]
    ((name, given),) = value.data.items()
    if name not in VALUES:
        return None, [Problem(value.line, name, f"unknown value. {did_you_mean(name, list(VALUES))}")]
    problems: list[Problem] = []
    keys = keys_of(VALUES[name])
    parameters = {keys[0]: given} if len(keys) == 1 else given.data or {}
    if not isinstance(parameters, dict):
        return None, [Problem(value.line, name, f"expected a mapping with keys such as {listed(keys)}")]
    return read_fields(VALUES[name], parameters, value.line, f"{name}.", problems), problems


def _constant(right: tuple[str, ...]) -> IsRight:
    as_text, as_id = (
        same_text(*right),
        same_id(*(one for one in right if re.fullmatch("[0-9a-f]{40,64}", one))),
    )
    return lambda typed: as_text(typed) or as_id(typed)
