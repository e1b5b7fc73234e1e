"""Read files at a commit: one by its path, or all that match a pattern."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ...findings import LookedAt
from ...formats.globs import is_glob, path_matcher
from ...git.repository import MAX_FILE_BYTES, Tip
from ...git.revision import base_of
from ...git.trees import Entry
from ...parameters import Revision
from ...report import Evidence
from ...words import count, decoded, excerpt, quoted, size
from .base import Run, Verdict, at_tip, not_run, where
from .causes import no_file_answer, no_match_answer
from .fixes import on_branch
from .named_refs import commit_or_answer, make_branch
from .not_text import UTF_16, not_text_answer
from .shell import Line, make_folder_of, paragraphs

Files = dict[bytes, Entry]


@dataclass(frozen=True)
class Found:
    """A regular file at a commit."""

    tip: Tip
    path: str
    entry: Entry

    def __str__(self) -> str:
        return f"{quoted(self.path)} {where(self.tip)}"

    def evidence(self) -> Evidence:
        return at_tip(self.tip, self.path.encode(errors="surrogateescape"))


@dataclass(frozen=True)
class Text(Found):
    """A file that was read, with line endings as `\\n`."""

    text: str

    @property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    def at_line(self, line: int | None) -> Evidence:
        return (
            replace(self.evidence(), line=line, excerpt=excerpt(self.lines, line))
            if line
            else self.evidence()
        )


def file_or_answer(run: Run, path: str, at: Revision, *fill: Line) -> Found | Verdict:
    """Return the file, or the verdict if there is none. `fill` are commands that write the required content."""
    tip = commit_or_answer(run, at)
    if isinstance(tip, Verdict):
        return _on_new_branch(tip, path, at, fill)
    files = run.repository.files(tip)
    entry = files.get(path.encode())
    if entry is None or not entry.is_file:
        return no_file_answer(run, tip, path, files, fill)
    return Found(tip, path, entry)


def _on_new_branch(verdict: Verdict, path: str, at: Revision, fill: Sequence[Line]) -> Verdict:
    if base_of(at) != at or verdict.fix != make_branch(at) or not fill:
        return verdict
    commit: list[Line] = [
        ["git", "add", "--", path],
        ["git", "commit", "-m", f"Write {posixpath.basename(path)}"],
    ]
    return replace(verdict, fix=paragraphs(verdict.fix, on_branch(at, *make_folder_of(path), *fill, *commit)))


def files_or_answer(run: Run, path: str, at: Revision, *fill: Line) -> list[Found] | Verdict:
    """Return all files that match a pattern (or the one at a path), or the verdict if there is none."""
    if not is_glob(path):
        found = file_or_answer(run, path, at, *fill)
        return found if isinstance(found, Verdict) else [found]
    tip = commit_or_answer(run, at)
    if isinstance(tip, Verdict):
        return tip
    files, meant = run.repository.files(tip), path_matcher(path)
    several = [
        Found(tip, decoded(name), files[name])
        for name in sorted(files)
        if files[name].is_file and meant(name)
    ]
    return several or no_match_answer(run, tip, path, files)


def bytes_or_answer(run: Run, file: Found, limit: int = MAX_FILE_BYTES) -> bytes | Verdict:
    """Return the content of a file, or the verdict if it has more than `limit` bytes."""
    content = run.repository.content(file.entry.id)
    if content is None or len(content) > limit:
        return not_run(f"Not run: {file} is over {size(limit)}. Such files are not read.")
    return content


def text_or_answer(run: Run, file: Found | Verdict, limit: int = MAX_FILE_BYTES) -> Text | Verdict:
    """Return the text of a file, or the verdict if it cannot be read. A verdict is returned as it is."""
    if isinstance(file, Verdict):
        return file
    content = bytes_or_answer(run, file, limit)
    if isinstance(content, Verdict):
        return content
    return not_text_answer(run, file.tip, file.path, content) or as_text_file(file, content)


def as_text_file(file: Found, content: bytes) -> Text:
    return Text(file.tip, file.path, file.entry, as_text(content))


def submodule_above(run: Run, tip: Tip, path: str) -> str | None:
    """Return the submodule (or nested repository) above a path, whose files are not in this repository."""
    places = list(accumulate(path.split("/")[:-1], lambda above, name: f"{above}/{name}"))
    entries = ((place, run.repository.entry(tip.commit, place.encode())) for place in places)
    return next((place for place, entry in entries if entry and entry.is_submodule), None)


def not_read(*, large: int = 0, binary: int = 0, pointers: int = 0, submodules: int = 0) -> tuple[str, ...]:
    """Return in words what a search through many files skipped, for `LookedAt.unread`."""
    kinds = (
        (large, "file over 1 MB", "files over 1 MB"),
        (binary, "binary file", "binary files"),
        (pointers, "file stored by Git LFS", "files stored by Git LFS"),
        (submodules, "submodule", "submodules"),
    )
    return tuple(count(number, noun, plural) for number, noun, plural in kinds if number)


def lines_in(file: Text) -> LookedAt:
    return LookedAt(len(file.lines) if file.text else 0, "line", f"in {file}")


def as_text(content: bytes) -> str:
    """Return file content as text with `\\n` line endings.

    Windows PowerShell's `>` writes UTF-16 with a byte order mark.
    """
    encoding = "utf-16" if content[:2] in UTF_16 else "utf-8-sig"
    return content.decode(encoding, "replace").replace("\r\n", "\n")


def lines_of(text: str) -> list[str]:
    """Split a text into lines as Git counts them, by `\\n` only."""
    return text.removesuffix("\n").split("\n")
