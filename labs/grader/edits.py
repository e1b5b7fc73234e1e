"""Sentences that say exactly what to edit in a file, with the lines for it indented below.

A test applies them literally, so each says which line of which file becomes what.
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
    # the last one first, so that the numbers of the others stay valid
    return "\n".join(f"Delete line {number} of {_name(path)}." for number in sorted(numbers, reverse=True))


def add_below(path: str, number: int, *lines: str) -> str:
    return _with(f"Add below line {number} of {_name(path)}:", lines)


def add_above(path: str, number: int, *lines: str) -> str:
    return _with(f"Add above line {number} of {_name(path)}:", lines)


def add_at_end(path: str, *lines: str, note: str = "") -> str:
    return _with(f"Add at the end of {_name(path)}{note}:", lines)


def write_file(path: str, *lines: str, note: str = "") -> str:
    # `lines` are the whole new content
    return _with(f"Write this into {_name(path)} in place of what it has{note}:", lines)


def make_file(path: str, *lines: str, note: str = "") -> str:
    return _with(f"Make the file {_name(path)}{note}:", lines)


def _with(sentence: str, lines: Iterable[str]) -> str:
    block = "\n".join(visible(f"    {line}", keep="\t") for line in lines)
    return f"{sentence}\n\n{block}"


def _name(path: str) -> str:
    return f"`{visible(path)}`"
