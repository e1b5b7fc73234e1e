"""Exact edits that resolve findings about the meaning of a file, each tried on the text first.

A finding has the lines to add. To find their place, they are inserted at each place in turn and the question is asked
again.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ...edits import add_above, add_at_end, add_below, delete_lines, make_file, replace_lines
from ...findings import Answer, Finding, Place
from ...git.repository import TooLargeError
from .contents import lines_of

MAX_BYTES, MAX_ROUNDS, MAX_STATES, MAX_TRIED, MAX_SECONDS = 20_000, 8, 5, 120, 2.0
_PLACEHOLDER = re.compile(r"<[a-z ]+>|…")
Read = Callable[[str], str | None]
Ask = Callable[[str, str], Answer]
"""Answer the question with a new text for the file at a path."""
_Edit = tuple[str, list[str]]


@dataclass(frozen=True)
class _State:
    """A text after some edits, and the findings in it."""

    text: str | None
    answer: Answer
    edits: tuple[str, ...] = ()

    @property
    def says(self) -> frozenset[str]:
        return frozenset(finding.says for finding in self.answer.findings)


def exact_edits(read: Read, answer: Answer, ask: Ask) -> tuple[list[str], str]:
    """Return the edits that resolve all findings, and the resulting text; `[], ""` if none are found.

    A beam search: each round keeps the few texts with the fewest findings.
    """
    answer = replace(answer, findings=tuple(map(in_its_file, answer.findings)))
    path = answer.findings[0].place.path
    states = [_State(read(path), answer)]
    seen = {states[0].says}
    end = time.monotonic() + MAX_SECONDS
    for _ in range(MAX_ROUNDS):
        following: list[_State] = []
        for state in states:
            for after in _tried(path, state, ask):
                if not after.answer.findings:
                    return list(after.edits), after.text or ""
                if after.says not in seen:
                    seen.add(after.says)
                    following.append(after)
                if time.monotonic() > end:
                    return [], ""
        states = sorted(following, key=lambda state: len(state.answer.findings))[:MAX_STATES]
    return [], ""


def in_its_file(finding: Finding) -> Finding:
    """Return a finding that suggests a new Python file as a finding about that file."""
    name = finding.add[0] if len(finding.add) == 1 else ""
    if not re.fullmatch(r"[\w./-]+\.py", name):
        return finding
    return replace(finding, place=Place(name), add=('"""The code of the project."""',))


def _tried(path: str, state: _State, ask: Ask) -> Iterator[_State]:
    finding = state.answer.findings[0]
    if finding.place.path != path or len(state.text or "") > MAX_BYTES:
        return
    lines = None if state.text is None else lines_of(state.text)
    for sentence, new in islice(_candidates(finding, lines), MAX_TRIED):
        text = "\n".join(new) + "\n"
        try:
            answer = ask(path, text)
        except TooLargeError:
            continue
        after = _State(text, answer, (*state.edits, sentence))
        if not answer.unknown and finding.says not in after.says:
            yield after


def _candidates(finding: Finding, lines: list[str] | None) -> Iterator[_Edit]:
    path, number, add = finding.place.path, finding.place.line, finding.add
    if any(_PLACEHOLDER.search(line) for line in add):
        if finding.hidden and lines and finding.found.strip("`") in lines[number - 1]:
            yield delete_lines(path, [number]), [*lines[: number - 1], *lines[number:]]
        return
    if lines is None:
        if add:
            yield make_file(path, *add), list(add)
        return
    if 0 < number <= len(lines):
        yield from _spelled(path, lines, number, finding)
    if not add:
        yield from _named(path, lines, finding)
        if 0 < number <= len(lines) and finding.found.strip("`") in lines[number - 1]:
            yield delete_lines(path, [number]), [*lines[: number - 1], *lines[number:]]
        return
    yield from _below_header(path, lines, number, add)
    yield from _at_key(path, lines, add)
    yield from _instructions(path, lines, add)
    if 0 < number <= len(lines):
        yield from _near(path, lines, number, add)
    yield from _in_blocks(path, lines, add)
    yield add_at_end(path, *add), [*lines, *add]
    yield from _between_steps(path, lines, add)


def _instructions(path: str, lines: list[str], add: Sequence[str]) -> Iterator[_Edit]:
    # of a Dockerfile: in place of the last one of the same name, before CMD or ENTRYPOINT, at the end
    if not re.match(r"[A-Z]+ ", add[0]):
        return
    words = [_first_word(line) for line in lines]
    same = [at for at, word in enumerate(words, 1) if word == _first_word(add[-1])]
    if same and _first_word(add[0]) not in ("COPY", "RUN", "FROM"):
        yield _replaced(path, lines, same[-1], same[-1], list(add))
    starts = [at for at, word in enumerate(words, 1) if word in ("CMD", "ENTRYPOINT")]
    if starts:
        yield add_above(path, starts[-1], *add), [*lines[: starts[-1] - 1], *add, *lines[starts[-1] - 1 :]]
    if _first_word(add[0]) != "FROM":
        yield add_at_end(path, *add), [*lines, *add]


def _first_word(line: str) -> str:
    return next(iter(re.split(r"[\s:=]", line.strip().removeprefix("- "), maxsplit=1)))


def _spelled(path: str, lines: list[str], number: int, finding: Finding) -> Iterator[_Edit]:
    # the suggested word, or an expression moved into a variable
    line = lines[number - 1]
    meant = re.search(r"`([^`]+)`[^`]*Did you mean `([^`]+)`\?", finding.says)
    if meant and meant[1] in line:
        yield _replaced(path, lines, number, number, [line.replace(meant[1], meant[2], 1)])
    elif meant:
        folded = re.sub(re.escape(meant[1]), meant[2], line, count=1, flags=re.IGNORECASE)
        yield _replaced(path, lines, number, number, [folded])
    expression = re.fullmatch(r"`(\$\{\{.*\}\})`", finding.found)
    step = re.fullmatch(r"(\s*)- run: (.*)", line)
    if expression and step and expression[1] in line:
        read = step[2].replace(expression[1], "$TEXT")
        read = read if '"' in read else re.sub(r"\$TEXT", '"$TEXT"', read)
        new = [f"{step[1]}- env:", f"{step[1]}    TEXT: {expression[1]}", f"{step[1]}  run: {read}"]
        yield _replaced(path, lines, number, number, new)


def _named(path: str, lines: list[str], finding: Finding) -> Iterator[_Edit]:
    for at, line in enumerate(lines, 1):
        if line.strip() and f"`{line.strip()}`" == finding.found:
            yield delete_lines(path, [at]), [*lines[: at - 1], *lines[at:]]


def _replaced(path: str, lines: list[str], first: int, last: int, new: list[str]) -> _Edit:
    # the new lines are removed further down, if the file has them there too
    twice = [at for at, line in enumerate(lines[last:], last + 1) if line.strip() and line in new]
    kept = [line for at, line in enumerate(lines[last:], last + 1) if at not in twice]
    sentence = replace_lines(path, first, last, *new)
    away = f"{delete_lines(path, twice)} " if twice else ""
    return f"{away}{sentence}", [*lines[: first - 1], *new, *kept]


def _between_steps(path: str, lines: list[str], add: Sequence[str]) -> Iterator[_Edit]:
    for at, line in enumerate(lines, 1):
        if line.lstrip().startswith("- ") and add[0].lstrip().startswith("- "):
            new = _shifted(add, _indent(line) - _indent(add[0]))
            yield add_above(path, at, *new), [*lines[: at - 1], *new, *lines[at - 1 :]]


def _below_header(path: str, lines: list[str], number: int, add: Sequence[str]) -> Iterator[_Edit]:
    # if the file has the first line, the others go below it or replace their keys
    headers = [at for at, line in enumerate(lines, 1) if line.strip() == add[0].strip()]
    for at in sorted(headers, key=lambda at: abs(at - number)):
        rest = _shifted(add[1:], _indent(lines[at - 1]) - _indent(add[0]))
        old = _same_key(lines, at, rest[0]) if rest else 0
        if old:
            yield _replaced(path, lines, old, _end_of_block(lines, old), rest)
        elif rest:
            yield add_below(path, at, *rest), [*lines[:at], *rest, *lines[at:]]


def _end_of_block(lines: list[str], number: int) -> int:
    last = number
    for at in range(number + 1, len(lines) + 1):
        if lines[at - 1].strip() and _indent(lines[at - 1]) <= _indent(lines[number - 1]):
            break
        last = at if lines[at - 1].strip() else last
    return last


def _same_key(lines: list[str], header: int, wanted: str) -> int:
    # 0 if there is none
    key = re.match(r"\s*([\w.-]+)\s*[:=]", wanted)
    for number in range(header + 1, len(lines) + 1) if key else ():
        line = lines[number - 1]
        if line.strip() and (
            _indent(line) <= _indent(lines[header - 1]) and not lines[header - 1].startswith("[")
        ):
            return 0
        if key and re.match(rf"\s*{re.escape(key[1])}\s*[:=]", line) and _indent(line) == _indent(wanted):
            return number
    return 0


def _at_key(path: str, lines: list[str], add: Sequence[str]) -> Iterator[_Edit]:
    # a top-level key such as `on:` replaces the old one, or goes before `jobs:`
    key = re.match(r"([\w-]+):", add[0])
    for at, line in enumerate(lines, 1) if key else ():
        if key and re.match(rf"{key[1]}\s*:", line):
            yield _replaced(path, lines, at, _end_of_block(lines, at), list(add))
        if line.strip() == "jobs:":
            yield add_above(path, at, *add), [*lines[: at - 1], *add, *lines[at - 1 :]]


def _near(path: str, lines: list[str], number: int, add: Sequence[str]) -> Iterator[_Edit]:
    here = _indent(lines[number - 1])
    key = re.match(r"\s*([\w.-]+)\s*[:=]", add[0]) if len(add) == 1 else None
    for at, line in enumerate(lines, 1) if key else ():
        begins = key and re.match(rf"(\s*(?:- )?){re.escape(key[1])}\s*[:=]", line)
        if begins:
            yield _replaced(path, lines, at, at, [begins[1] + add[0].strip()])
    for indent in dict.fromkeys((here, here + 2, here + 4, max(0, here - 2), _indent(add[0]))):
        new = _shifted(add, indent - _indent(add[0]))
        if _first_word(lines[number - 1]) in map(_first_word, add):
            yield _replaced(path, lines, number, number, new)
        yield add_below(path, number, *new), [*lines[:number], *new, *lines[number:]]
        yield add_above(path, number, *new), [*lines[: number - 1], *new, *lines[number - 1 :]]


def _in_blocks(path: str, lines: list[str], add: Sequence[str]) -> Iterator[_Edit]:
    # at the start and the end of each block
    for at, line in enumerate(lines, 1):
        if not line.rstrip().endswith(":") or line.lstrip().startswith("#"):
            continue
        inner = next((other for other in lines[at:] if other.strip()), "")
        new = _shifted(add, max(_indent(inner), _indent(line) + 2) - _indent(add[0]))
        last = at
        for number in range(at + 1, len(lines) + 1):
            text = lines[number - 1]
            if text.strip() and _indent(text) <= _indent(line) and not text.lstrip().startswith("- "):
                break
            last = number if text.strip() else last
        yield add_below(path, last, *new), [*lines[:last], *new, *lines[last:]]
        yield add_below(path, at, *new), [*lines[:at], *new, *lines[at:]]


def _shifted(lines: Sequence[str], by: int) -> list[str]:
    return [" " * max(0, _indent(line) + by) + line.lstrip() for line in lines]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
