"""Likely causes of a failed command that Git can see: file modes, line endings, byte order marks, links."""

import posixpath
from dataclasses import replace

from ...git.lfs_pointer import pointed_size
from ...git.repository import Tip
from ...git.trees import Entry
from ...words import decoded, quoted
from ..attributes import as_pattern
from .base import Run, Verdict
from .fixes import change
from .near_names import near_path
from .shell import append_line

_EXECUTABLE = b"100755"


def with_cause(run: Run, tip: Tip, command: tuple[str, ...], verdict: Verdict) -> Verdict:
    """Return the verdict on a failed command, with the likely cause found in a file that it names."""
    for number, word in enumerate(command):
        path = posixpath.normpath(word)
        told = _cause(run, tip, path, is_program=number == 0 and "/" in word)
        if told:
            why, fix = told
            return replace(verdict, why=f"{verdict.why} {why}", fix=fix or verdict.fix)
    return verdict


def _cause(run: Run, tip: Tip, path: str, *, is_program: bool) -> tuple[str, str] | None:
    files = run.repository.files(tip)
    entry = files.get(path.encode(errors="surrogateescape"))
    if entry is None:
        looks_like_one = is_program or (
            posixpath.splitext(path)[1].isascii() and posixpath.splitext(path)[1][1:].isalpha()
        )
        near = near_path(path, map(decoded, sorted(files))) if looks_like_one and "://" not in path else None
        if near is None or path.startswith("-"):
            return None
        move = change(run, tip, f"Move {near} to {path}", ["git", "mv", "--", near, path])
        return f"There is no {quoted(path)}, but {quoted(near)} exists.", move
    if not entry.is_file:
        absent = "whose files are" if entry.is_submodule else "which is"
        return f"{quoted(path)} is {entry.noun}, {absent} not available when code runs.", ""
    return _cause_inside(run, tip, path, entry, is_program=is_program)


def _cause_inside(run: Run, tip: Tip, path: str, entry: Entry, *, is_program: bool) -> tuple[str, str] | None:
    content = run.repository.content(entry.id)
    if content is None:
        return None
    first, name = content.partition(b"\n")[0], posixpath.basename(path)
    if pointed_size(content) is not None:
        return f"{quoted(path)} is a Git LFS pointer without its content.", ""
    if is_program and entry.mode != _EXECUTABLE:
        mode = ["git", "update-index", "--chmod=+x", "--", path]
        return f"{quoted(path)} is not executable.", change(run, tip, f"Make {name} executable", mode)
    if first.endswith(b"\r") and first.startswith(b"#!"):
        fix = change(
            run,
            tip,
            f"Store {name} with LF",
            append_line(f"{as_pattern(path)} text eol=lf", ".gitattributes"),
            ["git", "add", ".gitattributes"],
            ["git", "add", "--renormalize", "--", path],
        )
        return (
            f"{quoted(path)} has CRLF line endings, so the system cannot find the program on its first line.",
            fix,
        )
    if content.startswith(b"\xef\xbb\xbf#!"):
        return (
            f"{quoted(path)} starts with a byte order mark, so the system cannot find the program on its first line.",
            "",
        )
    return None
