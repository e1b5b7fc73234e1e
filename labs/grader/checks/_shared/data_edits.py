"""Exact edits that set or remove a value in a YAML, JSON, TOML or INI file."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from ...edits import add_at_end, add_below, delete_lines, replace_line, write_file
from ...formats.data import Absent, Format, Steps, UnparsableError, find, read_data

MAX_LINES = 60
MAX_LINES_SEARCHED = 200
MAX_LINE = 500  # characters of a line in which a pair is looked for
MAX_TRIED = 10  # edits; each try parses the whole file again
_VALUE = r"""(?P<value>"[^"]*"|'[^']*'|[^\s,"'\[\]{{}}#][^,\[\]{{}}#]*?)"""
_PAIR = r"""(?<![\w-])["']?{name}["']?\s*[:=]\s*""" + _VALUE + r"(?=\s*(?:[,\]}}#]|$))"


def setting(
    path: str, lines: Sequence[str], way: Steps, value: object, form: Format, line: int | None
) -> str:
    """Return the edit that sets the value; "" if no edit leaves everything else unchanged."""
    document = read_data("\n".join(lines), form).plain()
    if form == "ini":  # INI values are untyped; the reader infers the type from the text
        value = read_data(f"[a]\nb = {_as_text(value, form)}", form).plain()["a"]["b"]  # type: ignore[index]  # a mapping, as written
    wanted = _with_value(document, way, value)
    if wanted is None:
        return ""
    return _first_that_reads_as(wanted, form, _settings(path, lines, way, value, form, line))


def deletion(path: str, lines: Sequence[str], way: Steps, form: Format, line: int | None) -> str:
    """Return the edit that removes the value; "" if no edit leaves everything else unchanged."""
    wanted = _without(read_data("\n".join(lines), form).plain(), way)
    return _first_that_reads_as(wanted, form, _deletions(path, lines, way, form, line))


class _Edit(NamedTuple):
    """An edit as text, and the lines of the file after it."""

    text: str
    lines: list[str]


def _settings(
    path: str, lines: Sequence[str], way: Steps, value: object, form: Format, line: int | None
) -> Iterator[_Edit]:
    text = _as_text(value, form)
    line = line or _line_of(lines, way, form)
    if line:
        new = _on_line(lines[line - 1], way, text) or _in_list(lines[line - 1], way, text)
        yield from [_replaced(path, lines, line, new)] if new else []
    for number in [line] if line else range(1, min(len(lines), MAX_LINES_SEARCHED) + 1):
        yield from (_replaced(path, lines, number, new) for new in _within_line(lines[number - 1], way, text))
    if not line and all(isinstance(step, str) for step in way):
        names = [str(step) for step in way]
        if form == "json":
            yield from _in_json(path, lines, way, value)
        elif form == "yaml":
            yield from _in_yaml(path, lines, names, text)
        else:
            yield from _in_section(path, lines, names, text, form)


def _deletions(
    path: str, lines: Sequence[str], way: Steps, form: Format, line: int | None
) -> Iterator[_Edit]:
    line = line or _line_of(lines, way, form)
    if line and _on_line(lines[line - 1], way, "x"):
        yield _Edit(delete_lines(path, [line]), [*lines[: line - 1], *lines[line:]])
    for number in [line] if line else range(1, min(len(lines), MAX_LINES_SEARCHED) + 1):
        yield from (_replaced(path, lines, number, new) for new in _taken_out(lines[number - 1], way))


def _replaced(path: str, lines: Sequence[str], number: int, new: str) -> _Edit:
    return _Edit(replace_line(path, number, new), [*lines[: number - 1], new, *lines[number:]])


def _first_that_reads_as(wanted: object, form: Format, edits: Iterator[_Edit]) -> str:
    return next((edit.text for edit in islice(edits, MAX_TRIED) if _reads_as(edit, form, wanted)), "")


def _reads_as(edit: _Edit, form: Format, wanted: object) -> bool:
    try:
        return bool(read_data("\n".join(edit.lines), form).plain() == wanted)
    except UnparsableError:
        return False


def _with_value(document: object, way: Steps, value: object) -> object:
    """Return the document with a value at a path, which is created if missing; None if a value blocks the path."""
    if not way:
        return value
    step, rest = way[0], way[1:]
    if isinstance(document, list) and isinstance(step, int) and step < len(document):
        below = _with_value(document[step], rest, value)
        return None if rest and below is None else [*document[:step], below, *document[step + 1 :]]
    if not isinstance(document, dict | None) or isinstance(step, int):
        return None
    known = document or {}
    below = _with_value(known.get(step), rest, value)
    return None if rest and below is None else {**known, step: below}


def _without(document: object, way: Steps) -> object:
    step, rest = way[0], way[1:]
    if isinstance(document, list) and isinstance(step, int):
        below = [_without(document[step], rest)] if rest else []
        return [*document[:step], *below, *document[step + 1 :]]
    if isinstance(document, dict):
        below_key = {str(step): _without(document[step], rest)} if rest else {}
        return {
            key: below_key[key] if key == step else item
            for key, item in document.items()
            if key != step or rest
        }
    return document


def new_file(way: Steps, value: object, form: Format) -> list[str]:
    """Return the lines of a file with only this value."""
    names = [str(step) for step in way]
    text = _as_text(value, form)
    if form == "json":
        return json.dumps(_nested(names, _plain(value)), indent=2).split("\n")
    if form == "yaml":
        return [*(f"{'  ' * depth}{name}:" for depth, name in enumerate(names[:-1])), _yaml_line(names, text)]
    section = [f"[{'.'.join(names[:-1])}]"] if names[1:] else []
    return [*section, f"{names[-1]} = {text}"]


def _line_of(lines: Sequence[str], way: Steps, form: Format) -> int | None:
    # values of TOML and INI files come without line numbers
    section, wanted = "", ".".join(map(str, way[:-1]))
    key = re.compile(rf"""\s*["']?{re.escape(str(way[-1]))}["']?\s*[=:]""")
    for number, text in enumerate(lines if form in ("toml", "ini") else (), start=1):
        if found := re.match(r"\s*\[([^\[\]]+)\]", text):
            section = found[1].strip()
        elif section == wanted and key.match(text):
            return number
    return None


def _on_line(line: str, way: Steps, text: str) -> str:
    # the line with the new value; "" if the line has more than this pair
    name = re.escape(str(way[-1]))
    found = re.fullmatch(
        rf"""(\s*(?:- )?["']?{name}["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s#,"'\[{{][^#,]*?)(\s*,?\s*(?:\#.*)?)""",
        line,
    )
    return f"{found[1]}{text}{found[3]}" if found and isinstance(way[-1], str) else ""


def _in_list(line: str, way: Steps, text: str) -> str:
    # a line such as `a: [1, 2]` with the new item; "" for any other form
    at = way[-1]
    found = re.fullmatch(r"""([^\[\]]*[:=]\s*)\[([^\[\]{}"'#]*)\](.*)""", line)
    items = [item.strip() for item in found[2].split(",")] if found else []
    if found is None or not isinstance(at, int) or at >= len(items):
        return ""
    return f"{found[1]}[{', '.join([*items[:at], text, *items[at + 1 :]])}]{found[3]}"


def _within_line(line: str, way: Steps, text: str) -> Iterator[str]:
    # lines such as `a: {b: 1, c: 2}` with the new value at each key of this name
    if isinstance(way[-1], str) and len(line) <= MAX_LINE:
        for found in re.finditer(_PAIR.format(name=re.escape(way[-1])), line):
            yield f"{line[: found.start('value')]}{text}{line[found.end('value') :]}"


def _taken_out(line: str, way: Steps) -> Iterator[str]:
    # the line without one pair of this name and its comma
    if isinstance(way[-1], str) and len(line) <= MAX_LINE:
        for found in re.finditer(_PAIR.format(name=re.escape(way[-1])), line):
            before, after = line[: found.start()], line[found.end() :]
            if after.lstrip().startswith(","):
                yield before + after.lstrip()[1:].lstrip()
            else:
                yield before.rstrip().removesuffix(",") + after


def _in_section(
    path: str, lines: Sequence[str], names: list[str], text: str, form: Format
) -> Iterator[_Edit]:
    # in the section, or in a new one
    section, pair = ".".join(names[:-1]), f"{names[-1]} = {text}"
    number = next(
        (at for at, line in enumerate(lines, 1) if line.split("#")[0].strip() == f"[{section}]"), None
    )
    if number:
        yield _below(path, lines, number, pair)
    elif section:
        yield _at_end(path, lines, f"[{section}]", pair)
    elif form == "toml" and lines[0]:
        yield _Edit(replace_line(path, 1, pair, lines[0]), [pair, *lines])


def _in_yaml(path: str, lines: Sequence[str], names: list[str], text: str) -> Iterator[_Edit]:
    # below the deepest existing block
    document = read_data("\n".join(lines), "yaml")
    depth = next(
        depth
        for depth in range(len(names) - 1, -1, -1)
        if not depth or not isinstance(find(document, tuple(names[:depth])), Absent)
    )
    rest = [f"{'  ' * at}{name}:" for at, name in enumerate(names[depth:-1])]
    rest.append(f"{'  ' * (len(names) - 1 - depth)}{names[-1]}: {text}")
    if not depth:
        yield _at_end(path, lines, *rest)
        return
    parent = find(document, tuple(names[:depth]))
    number = 0 if isinstance(parent, Absent) else _key_line(lines, parent.line, names[depth - 1])
    if number:
        below = next(
            (line for line in lines[number:] if line.strip() and not line.lstrip().startswith("#")), ""
        )
        own, inner = _indent(lines[number - 1]), _indent(below)
        indent = inner if len(inner) > len(own) else f"{own}  "
        yield _below(path, lines, number, *(indent + line for line in rest))


def _below(path: str, lines: Sequence[str], number: int, *more: str) -> _Edit:
    return _Edit(add_below(path, number, *more), [*lines[:number], *more, *lines[number:]])


def _at_end(path: str, lines: Sequence[str], *more: str) -> _Edit:
    return _Edit(add_at_end(path, *more), [*lines, *more])


def _key_line(lines: Sequence[str], near: int, name: str) -> int:
    # at or above the value; 0 if something follows the colon
    pattern = re.compile(rf"""\s*(?:- )?["']?{re.escape(name)}["']?\s*:\s*(?:#.*)?""")
    return next((number for number in range(near, 0, -1) if pattern.fullmatch(lines[number - 1])), 0)


def _in_json(path: str, lines: Sequence[str], way: Steps, value: object) -> Iterator[_Edit]:
    if len(lines) <= MAX_LINES:
        document = _with_value(json.loads("\n".join(lines)), way, _plain(value))
        new = json.dumps(document, indent=2, ensure_ascii=False).split("\n")
        yield _Edit(write_file(path, *new), new)


def _as_text(value: object, form: Format) -> str:
    if isinstance(value, str):
        if form == "ini" or (
            form == "yaml" and re.fullmatch(r"[A-Za-z][\w./-]*", value) and not _is_word(value)
        ):
            return value
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


def _is_word(value: str) -> bool:
    return value.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _nested(names: list[str], value: object) -> object:
    for name in reversed(names):
        value = {name: value}
    return value


def _yaml_line(names: list[str], text: str) -> str:
    return f"{'  ' * (len(names) - 1)}{names[-1]}: {text}"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
