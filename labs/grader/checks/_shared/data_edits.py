"""Exact edits that put a value at a place of a YAML, JSON, TOML or INI file."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal

from ...edits import add_at_end, add_below, delete_lines, replace_line, write_file
from ...formats.data import Absent, Format, Steps, find, read_data

MAX_LINES = 60


def setting(
    path: str, lines: Sequence[str], way: Steps, value: object, form: Format, line: int | None
) -> str:
    """The edit that sets the value; empty where the place is not on a line of its own."""
    text = _as_text(value, form)
    line = line or _line_of(lines, way, form)
    if line and (new := _on_line(lines[line - 1], way, text)):
        return replace_line(path, line, new)
    if line and (new := _in_list(lines[line - 1], way, text)):
        return replace_line(path, line, new)
    if line or not all(isinstance(step, str) for step in way):
        return ""
    if form == "json":
        return _in_json(path, lines, way, value)
    return _below_parent(path, lines, [str(step) for step in way], text, form)


def deletion(path: str, lines: Sequence[str], way: Steps, form: Format, line: int | None) -> str:
    """The edit that takes out a value of one line."""
    line = line or _line_of(lines, way, form)
    alone = line and _on_line(lines[line - 1], way, "x")
    return delete_lines(path, [line]) if line and alone and not lines[line - 1].rstrip().endswith(",") else ""


def new_file(way: Steps, value: object, form: Format) -> list[str]:
    """The lines of a file with this value alone."""
    names = [str(step) for step in way]
    text = _as_text(value, form)
    if form == "json":
        return json.dumps(_nested(names, _plain(value)), indent=2).split("\n")
    if form == "yaml":
        return [*(f"{'  ' * depth}{name}:" for depth, name in enumerate(names[:-1])), _yaml_line(names, text)]
    section = [f"[{'.'.join(names[:-1])}]"] if names[1:] else []
    return [*section, f"{names[-1]} = {text}"]


def _line_of(lines: Sequence[str], way: Steps, form: Format) -> int | None:
    """The line of a key in its section of a TOML or INI file, whose values come without their lines."""
    section, wanted = "", ".".join(map(str, way[:-1]))
    key = re.compile(rf"""\s*["']?{re.escape(str(way[-1]))}["']?\s*[=:]""")
    for number, text in enumerate(lines if form in ("toml", "ini") else (), start=1):
        if found := re.match(r"\s*\[([^\[\]]+)\]", text):
            section = found[1].strip()
        elif section == wanted and key.match(text):
            return number
    return None


def _on_line(line: str, way: Steps, text: str) -> str:
    """A line with another value; empty where the line has more than this one."""
    name = re.escape(str(way[-1]))
    found = re.fullmatch(
        rf"""(\s*(?:- )?["']?{name}["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s#,"'\[{{][^#,]*?)(\s*,?\s*(?:\#.*)?)""",
        line,
    )
    return f"{found[1]}{text}{found[3]}" if found and isinstance(way[-1], str) else ""


def _in_list(line: str, way: Steps, text: str) -> str:
    """A line such as `a: [1, 2]` with another item; empty where it is not of this form."""
    at = way[-1]
    found = re.fullmatch(r"""([^\[\]]*[:=]\s*)\[([^\[\]{}"'#]*)\](.*)""", line)
    items = [item.strip() for item in found[2].split(",")] if found else []
    if found is None or not isinstance(at, int) or at >= len(items):
        return ""
    return f"{found[1]}[{', '.join([*items[:at], text, *items[at + 1 :]])}]{found[3]}"


def _below_parent(path: str, lines: Sequence[str], names: list[str], text: str, form: Format) -> str:
    if form == "yaml":
        return _in_yaml(path, lines, names, text)
    section, name = ".".join(names[:-1]), names[-1]
    number = next(
        (at for at, line in enumerate(lines, 1) if line.split("#")[0].strip() == f"[{section}]"), None
    )
    if number:
        return add_below(path, number, f"{name} = {text}")
    if section:
        return add_at_end(path, f"[{section}]", f"{name} = {text}")
    return replace_line(path, 1, f"{name} = {text}", lines[0]) if form == "toml" and lines[0] else ""


def _in_yaml(path: str, lines: Sequence[str], names: list[str], text: str) -> str:
    """Below the deepest part of the way that is there as a block."""
    document = read_data("\n".join(lines), "yaml")
    depth = next(
        depth
        for depth in range(len(names) - 1, -1, -1)
        if not depth or not isinstance(find(document, tuple(names[:depth])), Absent)
    )
    rest = [f"{'  ' * at}{name}:" for at, name in enumerate(names[depth:-1])]
    rest.append(f"{'  ' * (len(names) - 1 - depth)}{names[-1]}: {text}")
    if not depth:
        return add_at_end(path, *rest) if document.data is None or isinstance(document.data, dict) else ""
    parent = find(document, tuple(names[:depth]))
    number = 0 if isinstance(parent, Absent) else _key_line(lines, parent.line, names[depth - 1])
    if not number:
        return ""
    below = next((line for line in lines[number:] if line.strip() and not line.lstrip().startswith("#")), "")
    own, inner = _indent(lines[number - 1]), _indent(below)
    indent = inner if len(inner) > len(own) else f"{own}  "
    return add_below(path, number, *(indent + line for line in rest))


def _key_line(lines: Sequence[str], near: int, name: str) -> int:
    """The line of `name:` at or above the value; 0 where something stands behind the colon."""
    pattern = re.compile(rf"""\s*(?:- )?["']?{re.escape(name)}["']?\s*:\s*(?:#.*)?""")
    return next((number for number in range(near, 0, -1) if pattern.fullmatch(lines[number - 1])), 0)


def _in_json(path: str, lines: Sequence[str], way: Steps, value: object) -> str:
    if len(lines) > MAX_LINES:
        return ""
    document = json.loads("\n".join(lines))
    place = document
    for step in way[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        return ""
    place[str(way[-1])] = _plain(value)
    return write_file(path, *json.dumps(document, indent=2, ensure_ascii=False).split("\n"))


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
