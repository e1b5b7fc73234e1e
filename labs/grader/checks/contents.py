"""Files at a commit, for the kinds that look into them: one of a path, or all that a pattern means."""

import posixpath
from dataclasses import dataclass, replace

from ..globs import is_glob, path_matcher
from ..parameters import Revision
from ..report import Evidence
from ..repository import MOST_FILE_BYTES, Tip
from ..trees import Entry
from ..words import count, decoded, excerpt, quoted, size
from .base import Run, Verdict, at_tip, change, commit_or_answer, needs_work, not_run

Files = dict[bytes, Entry]
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks


@dataclass(frozen=True)
class Found:
    """A regular file at a commit."""

    tip: Tip
    path: str
    entry: Entry

    def __str__(self) -> str:
        return f"{quoted(self.path)} at {quoted(self.tip.name)}"

    def evidence(self) -> Evidence:
        return at_tip(self.tip, self.path.encode(errors="surrogateescape"))


@dataclass(frozen=True)
class Text(Found):
    """A file that was read; its lines end with `\\n`."""

    text: str

    @property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    def at_line(self, line: int | None) -> Evidence:
        """The place of a line (from 1) and those around it; of the file where the line is not known."""
        return (
            replace(self.evidence(), line=line, excerpt=excerpt(self.lines, line))
            if line
            else self.evidence()
        )


def file_or_answer(run: Run, path: str, at: Revision) -> Found | Verdict:
    """The file of a path; where there is none, the answer that says what is there instead."""
    tip = commit_or_answer(run, at)
    if isinstance(tip, Verdict):
        return tip
    files = run.repository.files(tip)
    entry = files.get(path.encode())
    if entry is None:
        return _missing(tip, path, files)
    return Found(tip, path, entry) if entry.is_file else _no_file(tip, path, entry.noun)


def files_or_answer(run: Run, path: str, at: Revision) -> list[Found] | Verdict:
    """All files of a pattern, at least one; or the one of a path."""
    if not is_glob(path):
        found = file_or_answer(run, path, at)
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
    return several or needs_work(
        f"No file at {quoted(tip.name)} has a path such as {quoted(path)}.",
        expected=f"at least one file with a path such as {quoted(path)}",
        found=f"{count(len(files), 'file')}, none with such a path",
        evidence=[at_tip(tip)],
    )


def bytes_or_answer(run: Run, file: Found, most: int = MOST_FILE_BYTES) -> bytes | Verdict:
    """What a file holds; the answer that it is not read where that is more than `most` bytes."""
    content = run.repository.content(file.entry.id)
    if content is None or len(content) > most:
        return not_run(f"{file} is over {size(most)}, and such files are not read.")
    return content


def text_or_answer(run: Run, file: Found | Verdict, most: int = MOST_FILE_BYTES) -> Text | Verdict:
    """The text of what `file_or_answer` found; an answer stays what it is."""
    if isinstance(file, Verdict):
        return file
    content = bytes_or_answer(run, file, most)
    if isinstance(content, Verdict):
        return content
    return Text(file.tip, file.path, file.entry, as_text(content))


def as_text(content: bytes) -> str:
    """File content as text with `\\n` line ends. PowerShell's `>` writes UTF-16 with a byte order mark."""
    encoding = "utf-16" if content[:2] in UTF_16 else "utf-8-sig"
    return content.decode(encoding, "replace").replace("\r\n", "\n")


def lines_of(text: str) -> list[str]:
    """Lines as Git counts them, by `\\n` alone."""
    return text.removesuffix("\n").split("\n")


def near_miss(path: str, files: Files) -> str | None:
    """A file that was most likely meant: another case, another folder, a missing or doubled ending."""
    others = [name for name in map(decoded, sorted(files)) if name.isprintable()]
    wanted, stem = path.casefold(), posixpath.splitext(path)[0].casefold()
    endings = {wanted, stem, f"{stem}.txt", f"{wanted}.txt"}
    likely = [other for other in others if other.casefold() in endings]
    name = posixpath.basename(wanted)
    elsewhere = [other for other in others if posixpath.basename(other.casefold()) == name]
    return next(iter([*likely, *elsewhere]), None)


def _missing(tip: Tip, path: str, files: Files) -> Verdict:
    if any(other.startswith(path.encode() + b"/") for other in files):
        return _no_file(tip, path, "a folder")
    near = near_miss(path, files)
    folder, name = posixpath.split(path)
    where = f"in the folder {quoted(folder)}" if folder else "in the top folder"
    return needs_work(
        f"There is no {quoted(name)} {where} at {quoted(tip.name)}."
        + (f" One was found at {quoted(near)}." if near else ""),
        expected=quoted(path),
        found=quoted(near) if near else f"{count(len(files), 'file')}, none of this name",
        fix=_move(tip, near, path) if near else _make(tip, path),
        evidence=[at_tip(tip, near.encode() if near else None)],
    )


def _no_file(tip: Tip, path: str, noun: str) -> Verdict:
    return needs_work(
        f"{quoted(path)} at {quoted(tip.name)} is {noun}, not a file.",
        expected="a file",
        found=noun,
        fix=_make(tip, path, ["git", "rm", "-r", "--", path]),
        evidence=[at_tip(tip, path.encode())],
    )


def _make(tip: Tip, path: str, *before: list[str]) -> str:
    make = [*_folder(path), ["touch", path], ["git", "add", "--", path]]
    return change(tip, f"Add {posixpath.basename(path)}", *before, *make)


def _move(tip: Tip, near: str, path: str) -> str:
    return change(tip, f"Move {near} to {path}", *_folder(path), ["git", "mv", "--", near, path])


def _folder(path: str) -> list[list[str]]:
    folder = posixpath.dirname(path)
    return [["mkdir", "-p", folder]] if folder else []
