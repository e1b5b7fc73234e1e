"""Instructions for editing a file, with the new lines indented below.

A test applies them literally, so each names the file and the line to change.
"""

from collections.abc import Iterable

from .words import visible


def replace_line(path: str, number: int, *lines: str) -> str:
    return _with(f"Replace line {number} of {_name(path)} with:", lines)


def replace_lines(path: str, first: int, last: int, *lines: str) -> str:
    if first == last:
        return replace_line(path, first, *lines)
    return _with(f"Replace lines {first} to {last} of {_name(path)} with:", lines)


def delete_lines(path: str, numbers: Iterable[int]) -> str:
    # from the last to the first, so that the other numbers stay valid
    return "\n".join(f"Delete line {number} of {_name(path)}." for number in sorted(numbers, reverse=True))


def add_below(path: str, number: int, *lines: str) -> str:
    return _with(f"Add below line {number} of {_name(path)}:", lines)


def add_above(path: str, number: int, *lines: str) -> str:
    return _with(f"Add above line {number} of {_name(path)}:", lines)


def add_at_end(path: str, *lines: str, note: str = "") -> str:
    return _with(f"Add at the end of {_name(path)}{note}:", lines)


def write_file(path: str, *lines: str, note: str = "") -> str:
    # `lines` are the whole new content
    return _with(f"Replace the contents of {_name(path)} with these lines{note}:", lines)


def make_file(path: str, *lines: str, note: str = "") -> str:
    return _with(f"Create the file {_name(path)}{note}:", lines)


def _with(sentence: str, lines: Iterable[str]) -> str:
    block = "\n".join(visible(f"    {line}", keep="\t") for line in lines)
    return f"{sentence}\n\n{block}"


def _name(path: str) -> str:
    return f"`{visible(path)}`"
